/* SPDX-License-Identifier: Apache-2.0 */
/* khien serve: the portal, with the configuration's values. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/require.h"
#include "cmd/commands/commands.h"
#include "cmd/node_key.h"
#include "cmd/state.h"
#include "portal/portal.h"

#include <stdio.h>

enum { TOKENS_MAX = 64 << 10 };

static errcode
listen_options(const struct call *call, struct portal_options *options, struct err *err)
{
    const char *listen = call_option(call, "listen");
    const char *admin = call_option(call, "admin-listen");
    if (!listen)
        listen = conf_text(call->conf, "http.listen");
    if (!admin)
        admin = conf_text(call->conf, "http.admin_listen");
    if (!conf_parse_listen(str_of(listen), &options->listen, &options->port))
        return err_set(err, ERR_USAGE, "cannot listen at \"%s\": give ADDRESS:PORT", listen);
    options->admin = admin[0] != 0;
    if (options->admin &&
        !conf_parse_listen(str_of(admin), &options->admin_listen, &options->admin_port))
        return err_set(err, ERR_USAGE, "cannot listen at \"%s\": give ADDRESS:PORT", admin);
    return OK;
}

static errcode
proxies(const struct conf *conf, struct portal_options *options, struct err *err)
{
    size_t count = conf_count(conf, "http.trusted_proxy");
    if (count > PORTAL_TRUSTED_MAX)
        return err_set(err, ERR_LIMIT, "more than %d http.trusted_proxy", PORTAL_TRUSTED_MAX);
    for (size_t i = 0; i < count; i++) {
        str text = str_of(conf_item(conf, "http.trusted_proxy", i));
        require(prefix_parse(text, false, &options->trusted[i]));
    }
    options->trusted_count = count;
    return OK;
}

/* A feed's identifiers are made of it, so it has one spelling. */
static errcode
site_url(const struct conf *conf, struct portal_options *options, struct err *err)
{
    str url = str_of(conf_text(conf, "http.site_url"));
    if (url.n && (!str_starts(url, STR("https://")) || str_ends(url, STR("/"))))
        return err_set(err, ERR_USAGE,
                       "http.site_url must begin with https:// and not end with a slash, not "
                       "\"%s\"",
                       url.p);
    options->site_url = url.p;
    return OK;
}

static errcode
security(const struct conf *conf, struct portal_options *options, struct err *err)
{
    size_t count = conf_count(conf, "security.contact");
    if (count > PORTAL_SECURITY_MAX)
        return err_set(err, ERR_LIMIT, "more than %d security.contact", PORTAL_SECURITY_MAX);
    for (size_t i = 0; i < count; i++)
        options->security_contact[i] = conf_item(conf, "security.contact", i);
    options->security_count = count;
    day_parse(str_of(conf_text(conf, "security.expires")), &options->security_expires);
    return OK;
}

static void
plain_options(const struct conf *conf, struct portal_options *options)
{
    options->threads = (unsigned)conf_number(conf, "http.threads");
    options->rate_per_minute = (unsigned)conf_number(conf, "http.rate_per_minute");
    options->connections = (unsigned)conf_number(conf, "http.connections");
    options->admin_connections = (unsigned)conf_number(conf, "http.admin_connections");
    options->prefix_connections = (unsigned)conf_number(conf, "http.connections_per_prefix");
    options->head_seconds = (unsigned)conf_number(conf, "http.header_seconds");
    options->reply_seconds = (unsigned)conf_number(conf, "http.body_seconds");
    options->idle_seconds = (unsigned)conf_number(conf, "http.idle_seconds");
    options->campaign[LANGUAGE_VI] = conf_text(conf, "campaign.name_vi");
    options->campaign[LANGUAGE_EN] = conf_text(conf, "campaign.name_en");
    options->hotline_scope = conf_text(conf, "campaign.hotline_scope");
    options->theme.name[LANGUAGE_VI] = conf_text(conf, "theme.name_vi");
    options->theme.name[LANGUAGE_EN] = conf_text(conf, "theme.name_en");
    options->theme.colour = conf_text(conf, "theme.colour");
    options->home_country = conf_text(conf, "check.home_country");
    options->content_folder = conf_text(conf, "content.folder");
    options->campaign_slug = conf_text(conf, "campaign.slug");
    options->state_folder = conf_text(conf, "state.folder");
    options->baseline = (struct measure_window){conf_day(conf, "campaign.baseline_from"),
                                                conf_day(conf, "campaign.baseline_to")};
    options->result = (struct measure_window){conf_day(conf, "campaign.result_from"),
                                              conf_day(conf, "campaign.result_to")};
    options->target = -(int32_t)conf_number(conf, "campaign.target_percent");
    options->demonstration = conf_yes(conf, "campaign.demonstration");
    options->node = conf_text(conf, "http.node");
    options->files_per_minute = (unsigned)conf_number(conf, "http.files_per_minute");
    options->self_report_bits = (unsigned)conf_number(conf, "self_reports.bits");
    options->self_reports_per_minute = (unsigned)conf_number(conf, "self_reports.per_minute");
}

/* On standard output, since with port 0 only this says where. */
static void
announce(const char *what, ip addr, unsigned port)
{
    char text[IP_TEXT];
    bool brackets = addr.version == 6;
    printf("%s: http://%s%s%s:%u/\n", what, brackets ? "[" : "", ip_format(addr, text),
           brackets ? "]" : "", port);
    fflush(stdout);
}

static errcode
serve(const struct portal_options *options, struct err *err)
{
    struct portal *portal = NULL;
    errcode code = portal_new(options, &portal, err);
    if (code != OK)
        return code;
    announce("pages", options->listen, portal_port(portal));
    if (options->admin)
        announce("metrics and health", options->admin_listen, portal_admin_port(portal));
    code = portal_run(portal, err);
    portal_free(portal);
    return code;
}

/* The operator's own file; *RET stays empty where there is none. */
static errcode
read_own(const struct conf *conf, const char *key, size_t limit, struct buf *ret, struct err *err)
{
    const char *path = conf_text(conf, key);
    return path[0] ? file_read(path, limit, ret, err) : OK;
}

static errcode
downloads_path(const struct call *call, char out[PATH_TEXT], struct err *err)
{
    const char *own = conf_text(call->conf, "downloads.folder");
    if (!own[0])
        return state_path(call, "downloads", out, err);
    return str_copy(str_of(own), out, PATH_TEXT)
               ? OK
               : err_set(err, ERR_LIMIT, "downloads.folder is too long");
}

static errcode
run(const struct call *call, struct err *err)
{
    char folder[PATH_TEXT], figures[PATH_TEXT], counters[PATH_TEXT], rules[PATH_TEXT];
    char downloads[PATH_TEXT], self_reports[PATH_TEXT];
    struct buf families = {0}, hotlines = {0}, emblem = {0}, key = {0}, tokens = {0};
    struct portal_options options = portal_defaults();
    plain_options(call->conf, &options);
    options.snapshot_folder = folder;
    options.figures_folder = figures;
    options.counter_folder = counters;
    options.rules_folder = rules;
    if (conf_yes(call->conf, "self_reports.accept"))
        options.self_reports_folder = self_reports;
    options.downloads_folder = downloads;
    errcode code = listen_options(call, &options, err);
    if (code == OK)
        code = proxies(call->conf, &options, err);
    if (code == OK)
        code = site_url(call->conf, &options, err);
    if (code == OK)
        code = security(call->conf, &options, err);
    if (code == OK)
        code = state_path(call, "snapshot", folder, err);
    if (code == OK)
        code = state_path(call, "figures", figures, err);
    if (code == OK)
        code = node_key_read(call->conf, &key, err);
    if (code == OK)
        code = state_path(call, "counters", counters, err);
    if (code == OK)
        code = state_path(call, "self-reports", self_reports, err);
    if (code == OK)
        code = state_path(call, "rules", rules, err);
    if (code == OK)
        code = downloads_path(call, downloads, err);
    if (code == OK)
        code = read_own(call->conf, "families.file", LIMIT_TABLE_BYTES, &families, err);
    if (code == OK)
        code = read_own(call->conf, "data.hotlines", LIMIT_TABLE_BYTES, &hotlines, err);
    if (code == OK)
        code = read_own(call->conf, "theme.emblem", LIMIT_EMBLEM_BYTES, &emblem, err);
    if (code == OK)
        code = read_own(call->conf, "self_reports.token_file", TOKENS_MAX, &tokens, err);
    options.families = buf_view(&families);
    options.hotlines = buf_view(&hotlines);
    options.node_key = buf_view(&key);
    options.self_report_tokens = buf_view(&tokens);
    options.theme.emblem = buf_view(&emblem);
    if (code == OK)
        code = serve(&options, err);
    buf_clear(&families);
    buf_clear(&hotlines);
    node_key_clear(&key);
    node_key_clear(&tokens);
    buf_clear(&emblem);
    return code;
}

/* What is written: without the counters' folder they are kept in memory, without that of
 * self-reports none are taken. */
static errcode
grant_written(const struct call *call, struct grants *grants, struct err *err)
{
    static char counters[PATH_TEXT], self_reports[PATH_TEXT]; /* until the sandbox is entered */
    errcode code = state_path(call, "counters", counters, err);
    if (code == OK && folder_make(counters, NULL) == OK)
        code = grant_write(grants, counters, err);
    if (code == OK)
        code = state_path(call, "self-reports", self_reports, err);
    if (code == OK && conf_yes(call->conf, "self_reports.accept") &&
        folder_make(self_reports, NULL) == OK)
        code = grant_write(grants, self_reports, err);
    return code;
}

/* The folders must be there before the sandbox, so that a snapshot that comes later is seen. */
static errcode
grant(const struct call *call, struct grants *grants, struct err *err)
{
    char folder[PATH_TEXT];
    const char *content = conf_text(call->conf, "content.folder");
    const char *downloads = conf_text(call->conf, "downloads.folder");
    errcode code = grant_read(grants, conf_text(call->conf, "node.key_file"), err);
    if (code == OK)
        code = state_path(call, "snapshot", folder, err);
    if (code == OK && !file_exists(folder))
        code = folder_make(folder, err);
    if (code == OK && content[0] && !file_exists(content))
        code = err_set(err, ERR_NOT_FOUND,
                       "content.folder: there is no folder %s; make it, or leave the key out",
                       content);
    if (code == OK && downloads[0] && !file_exists(downloads))
        code = err_set(err, ERR_NOT_FOUND,
                       "downloads.folder: there is no folder %s; make it, or leave the key out",
                       downloads);
    if (code == OK)
        code = grant_read(grants, downloads, err);
    if (code == OK)
        code = grant_read(grants, content, err);
    if (code == OK)
        code = grant_read(grants, conf_text(call->conf, "self_reports.token_file"), err);
    if (code == OK)
        code = grant_written(call, grants, err);
    if (code == OK)
        code = grant_fonts(grants, err);
    return code;
}

static const struct option options[] = {
    {"listen", "ADDRESS:PORT", NULL, "where the pages are; else the configuration's http.listen",
     'l'},
    {"admin-listen", "ADDRESS:PORT", NULL,
     "where metrics and health are; else http.admin_listen, else nowhere", 0},
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "",
     .needs = NEED_STATE | NEED_LISTEN | NEED_THREADS,
     .options = options,
     .grant = grant,
     .run = run},
    {0},
};
const struct command command_serve = {
    .name = "serve",
    .group = "Answers out",
    .summary = "serve the pages and the check to visitors",
    .details =
        "Answers from the newest snapshot and takes over a newer one as soon as it is there; no "
        "database is needed. A visitor is told about the own address only, and no visitor's "
        "address is stored or logged. What visitors do is counted in the state folder's "
        "`counters/`: "
        "numbers, nothing about anybody. What users of khien-scan(1) send in of their own accord "
        "is "
        "kept in `self-reports/`, likewise. SIGTERM ends it after the requests at hand.\n\n"
        "It speaks plain HTTP: put nginx or another proxy in front for TLS, and name that proxy in "
        "`http.trusted_proxy`. Where it listens is printed on standard output; port 0 is any free "
        "one.\n\n"
        "Other nodes get the snapshot in use and the newest figures from the listener for metrics "
        "with khien-mirror(1). A snapshot names infected addresses: on an address that other "
        "machines reach it is given out only to who shows the key of `node.key_file`.",
    .actions = actions,
    .examples =
        (const struct example[]){{"khien serve --listen 127.0.0.1:8080",
                                  "Behind a proxy on the same machine:"},
                                 {"curl http://127.0.0.1:8080/api/v1/check", "The check as JSON:"},
                                 {0}},
    .see_also = "khien-check khien-mirror khien-snapshot khien.conf.5",
};
