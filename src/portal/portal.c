/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the pieces together: two listeners, one site, and a loop that once a second sweeps late
 * connections, forgets rates, files counters and looks for a new snapshot. Requests never wait for
 * that loop. */
#include "portal/portal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/embed.h"
#include "base/log.h"
#include "base/require.h"
#include "portal/admin/admin.h"
#include "portal/figures/kind.h"
#include "portal/hotline.h"
#include "portal/site.h"

enum {
    TICK_MS = 1000,
    DRAIN_TICK_MS = 50,
    DRAIN_TICKS = 200,
    QUIET_TICKS = 20,
};

struct portal {
    struct portal_options options;
    struct metrics metrics;
    struct site site;
    struct admin admin;
    struct http_server *server, *admin_server;
    int fd, admin_fd, stop_fd;
    uint16_t port, admin_port;
};

struct portal_options
portal_defaults(void)
{
    return (struct portal_options){
        .listen = ip_from_v4(0x7f000001),
        .port = 8080,
        .admin = true,
        .admin_listen = ip_from_v4(0x7f000001),
        .admin_port = 9180,
        .admin_connections = 64,
        .snapshot_folder = "var/snapshot",
        .figures_folder = "var/figures",
        .baseline = {DAY_NONE, DAY_NONE},
        .result = {DAY_NONE, DAY_NONE},
        .target = -50,
        .rate_per_minute = 3000,
        .files_per_minute = 600,
        .self_report_bits = 20,
        .self_reports_per_minute = 30,
        .connections = 16384,
        .prefix_connections = 512,
        .head_seconds = 15,
        .reply_seconds = 30,
        .idle_seconds = 75,
        .hotline_scope = "national",
        .security_expires = DAY_NONE,
        .home_country = "VN",
        .node = "node",
        .site_url = "",
    };
}

/* A connection is a descriptor; the soft limit is often 1,024. */
static void
raise_descriptor_limit(unsigned connections)
{
    struct rlimit limit;
    rlim_t wanted = connections + 256;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        log_warning("only %llu file descriptors for %u connections",
                    (unsigned long long)limit.rlim_cur, connections);
}

static void
open_admin(struct portal *portal)
{
    const struct portal_options *options = &portal->options;
    portal->admin = (struct admin){
        .metrics = &portal->metrics,
        .snapshots = portal->site.snapshots,
        .counters = portal->site.counters,
        .publisher = {.snapshots = portal->site.snapshots,
                      .figures_folder = options->figures_folder,
                      .local = ip_is_loopback(options->admin_listen)},
    };
    portal->admin.live = live_new(&portal->metrics, portal->site.snapshots);
    publisher_key(&portal->admin.publisher, options->node_key);
}

static errcode
open_parts(struct portal *portal, struct err *err)
{
    const struct portal_options *options = &portal->options;
    struct site *site = &portal->site;
    for (int i = 0; i < 2; i++)
        site->campaign[i] =
            options->campaign[i] && options->campaign[i][0] ? options->campaign[i] : NULL;
    site->hotlines = options->hotlines.n ? options->hotlines : embed_file("hotlines.tsv");
    site->hotline_scope = options->hotline_scope;
    site->home_country = options->home_country;
    site->metrics = &portal->metrics;
    errcode code = hotlines_check(site->hotlines, err);
    if (code == OK)
        code = security_check(options, err);
    if (code == OK)
        code = theme_init(&site->theme, &options->theme, err);
    if (code == OK)
        code = families_new("families.file", options->families, &site->families, err);
    if (code != OK)
        return code;
    site->options = options;
    site->snapshots = newest_new(&snapshots_kind, options->snapshot_folder, &portal->metrics);
    if (options->figures_folder)
        site->figures = newest_new(&figures_kind, options->figures_folder, &portal->metrics);
    site->contents = contents_new(options->content_folder);
    site->rate = rate_new(options->rate_per_minute);
    site->file_rate = rate_new(options->files_per_minute);
    site->shelves = shelves_new(options->rules_folder, options->downloads_folder);
    if (options->state_folder)
        site->stats = stats_new(&(struct stats_options){options->state_folder, options->baseline,
                                                        options->result, options->target,
                                                        options->demonstration});
    site->site_url = options->site_url;
    site->posters = posters_new(&portal->options);
    site->links = share_links_new(options->site_url);
    site->counters = counters_new(options->counter_folder, options->node);
    if (options->self_reports_folder)
        code = intake_new(&(struct intake_options){options->self_reports_folder, options->node,
                                                   options->node_key, options->self_report_tokens,
                                                   options->self_report_bits,
                                                   options->self_reports_per_minute},
                          &site->intake, err);
    if (code != OK)
        return code;
    open_admin(portal);
    portal->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (portal->stop_fd < 0)
        return err_set_errno(err, "eventfd");
    code = http_listen(options->listen, options->port, &portal->fd, &portal->port, err);
    if (code == OK && options->admin)
        code = http_listen(options->admin_listen, options->admin_port, &portal->admin_fd,
                           &portal->admin_port, err);
    return code;
}

/* For newer files. */
static void
look(struct site *site)
{
    newest_tick(site->snapshots);
    if (site->figures)
        newest_tick(site->figures);
}

errcode
portal_new(const struct portal_options *options, struct portal **ret, struct err *err)
{
    struct portal *portal = mem_calloc(1, sizeof *portal);
    portal->options = *options;
    portal->fd = portal->admin_fd = portal->stop_fd = -1;
    errcode code = open_parts(portal, err);
    if (code != OK) {
        portal_free(portal);
        return code;
    }
    if (!security_is_served(options, clock_today()))
        log_info("no security.txt: set security.contact and security.expires");
    raise_descriptor_limit(options->connections + options->admin_connections);
    look(&portal->site);
    *ret = portal;
    return OK;
}

uint16_t
portal_port(const struct portal *portal)
{
    return portal->port;
}

uint16_t
portal_admin_port(const struct portal *portal)
{
    return portal->admin_port;
}

static unsigned
thread_count(const struct portal_options *options)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return options->threads ? options->threads : cores > 1 ? (unsigned)cores : 1;
}

static errcode
start(struct portal *portal, struct err *err)
{
    const struct portal_options *options = &portal->options;
    struct http_options http = {
        .threads = thread_count(options),
        .connections = options->connections,
        .idle_seconds = options->idle_seconds,
        .limits = {options->prefix_connections, options->head_seconds, options->reply_seconds},
        .trusted = {options->trusted, options->trusted_count},
        .handle = site_handle,
        .body_max = site_body_max,
        .context = &portal->site,
        .metrics = &portal->metrics,
    };
    errcode code = portal->site.stats ? stats_start(portal->site.stats, err) : OK;
    if (code == OK && portal->site.intake)
        code = intake_start(portal->site.intake, err);
    if (code == OK)
        code = http_server_start(take_fd(portal->fd), &http, &portal->server, err);
    if (code != OK || portal->admin_fd < 0)
        return code;
    portal->admin.server = portal->server;
    live_watch(portal->admin.live, portal->server);
    http.threads = 1;
    http.connections = options->admin_connections;
    http.trusted.count = 0;
    http.handle = admin_handle;
    http.body_max = NULL;
    http.context = &portal->admin;
    http.metrics = &portal->admin.own_metrics;
    return http_server_start(take_fd(portal->admin_fd), &http, &portal->admin_server, err);
}

static void
tick(struct portal *portal)
{
    http_server_tick(portal->server);
    if (portal->admin_server)
        http_server_tick(portal->admin_server);
    rate_tick(portal->site.rate);
    rate_tick(portal->site.file_rate);
    shelves_tick(portal->site.shelves);
    counters_tick(portal->site.counters);
    if (portal->site.intake)
        intake_tick(portal->site.intake);
    posters_tick(portal->site.posters);
    look(&portal->site);
    contents_tick(portal->site.contents);
    live_tick(portal->admin.live);
}

/* Until nothing has been running for a second (a head may be on its way that no sweep has seen
 * yet), or nobody is connected, or the time is up. */
static void
drain(struct portal *portal)
{
    portal->admin.draining = true;
    live_close(portal->admin.live); /* a suspended connection cannot be stopped */
    http_server_drain(portal->server);
    for (int i = 0, quiet = 0; i < DRAIN_TICKS && quiet < QUIET_TICKS; i++) {
        poll(NULL, 0, DRAIN_TICK_MS);
        http_server_tick(portal->server); /* finds out which heads have begun */
        quiet = http_server_busy(portal->server) ? 0 : quiet + 1;
        if (!http_server_connections(portal->server))
            break;
    }
    for (int i = 0; i < QUIET_TICKS && !live_settled(portal->admin.live); i++)
        poll(NULL, 0, DRAIN_TICK_MS);
    size_t left = http_server_busy(portal->server);
    if (left)
        log_warning("stopped with %zu requests unfinished", left);
}

/* A second after the last one was due, however long that took; from now on where it took longer. */
static int64_t
next_tick(int64_t due)
{
    int64_t now = clock_monotonic(), next = due + TICK_MS * INT64_C(1000000);
    return next > now ? next : now + TICK_MS * INT64_C(1000000);
}

static errcode
serve(struct portal *portal, int signals, struct err *err)
{
    struct pollfd waits[] = {{.fd = signals, .events = POLLIN},
                             {.fd = portal->stop_fd, .events = POLLIN}};
    errcode code = start(portal, err);
    if (code != OK)
        return code;
    for (int64_t due = clock_monotonic();;) {
        due = next_tick(due);
        int n = poll(waits, 2, (int)((due - clock_monotonic()) / 1000000) + 1);
        if (n > 0 || (n < 0 && errno != EINTR))
            break;
        tick(portal);
    }
    drain(portal);
    return OK;
}

errcode
portal_run(struct portal *portal, struct err *err)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    signal(SIGPIPE, SIG_IGN);
    cleanup(cleanup_close) int signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        return err_set_errno(err, "signalfd");
    errcode code = serve(portal, signals, err);
    stats_stop(portal->site.stats); /* a request that is paused cannot be stopped */
    intake_stop(portal->site.intake);
    http_server_free(portal->admin_server);
    http_server_free(portal->server);
    portal->server = portal->admin_server = NULL;
    return code;
}

void
portal_stop(struct portal *portal)
{
    eventfd_write(portal->stop_fd, 1);
}

void
portal_free(struct portal *portal)
{
    if (!portal)
        return;
    cleanup_close(&portal->fd);
    cleanup_close(&portal->admin_fd);
    cleanup_close(&portal->stop_fd);
    live_free(portal->admin.live);
    newest_free(portal->site.snapshots);
    newest_free(portal->site.figures);
    stats_free(portal->site.stats);
    contents_free(portal->site.contents);
    rate_free(portal->site.rate);
    rate_free(portal->site.file_rate);
    shelves_free(portal->site.shelves);
    counters_free(portal->site.counters);
    intake_free(portal->site.intake);
    posters_free(portal->site.posters);
    free(portal->site.links);
    families_free(portal->site.families);
    theme_clear(&portal->site.theme);
    free(portal);
}
