/* SPDX-License-Identifier: Apache-2.0 */
/* New snapshots while visitors ask: no request fails, the newest data answer in the end, a damaged
 * file changes nothing; and the end by SIGTERM, with requests under way. */
#include "portal/portal.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/log.h"

#include "portal/site.h"
#include "tests/portal/client.h"
#include "tests/portal/fixture.h"
#include "tests/portal/running.h"

enum { SWAPS = 3, MANY_SWAPS = 100, CLIENTS = 4 };

#define ASK "GET /api/v1/check HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " AT_RECENT "\r\n\r\n"

struct load {
    uint16_t port;
    _Atomic bool stop;
    _Atomic unsigned served, failed;
};

/* Asks without a pause over kept connections; every answer must say "recent". */
static void *
load_main(void *context)
{
    struct load *load = context;
    int fd = client_open(load->port);
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    while (!load->stop) {
        buf_reset(&answer);
        bool fine = client_send(fd, STR(ASK)) && client_read_answer(fd, &answer, false) &&
                    client_status(buf_view(&answer)) == 200 &&
                    str_find(buf_view(&answer), STR("\"state\":\"recent\"")) != SIZE_MAX;
        (fine ? &load->served : &load->failed)[0]++;
        if (!fine)
            break;
    }
    close(fd);
    buf_clear(&answer);
    return NULL;
}

/* Asks until the answer holds TEXT, for as long as patience lasts, PAUSE ms between. */
static bool
comes_to_say(uint16_t port, const char *text, int pause)
{
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    bool said = false;
    for (int i = 0; i < CLIENT_PATIENCE_MS / 50 && !said; i++) {
        poll(NULL, 0, pause);
        buf_reset(&answer);
        int fd = client_open(port);
        client_send(fd, STR(ASK));
        client_read_answer(fd, &answer, false);
        close(fd);
        said = str_find(buf_view(&answer), str_of(text)) != SIZE_MAX;
    }
    buf_clear(&answer);
    return said;
}

static void
check_swaps(const char *folder, uint16_t port)
{
    struct snapshot_meta meta = fixture_meta();
    for (int i = 0; i < SWAPS; i++) {
        char as_of[64], text[DAY_TEXT];
        meta.as_of = clock_today() - 2 - i;
        meta.generation = (uint64_t)i + 2;
        meta.built = clock_now();
        tap_ok(fixture_write(folder, &meta), "snapshot %d", i + 2);
        snprintf(as_of, sizeof as_of, "\"as_of\":\"%s\"", day_format(meta.as_of, text));
        tap_ok(comes_to_say(port, as_of, 50), "is taken into use");
    }
}

static bool
counts_refusal(uint16_t admin_port)
{
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    bool counted = false;
    for (int i = 0; i < CLIENT_PATIENCE_MS / 50 && !counted; i++) {
        poll(NULL, 0, 50);
        buf_reset(&answer);
        client_ask(admin_port, STR("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
                   &answer);
        counted = str_find(buf_view(&answer), STR("khien_snapshot_refused_total 1\n")) != SIZE_MAX;
    }
    buf_clear(&answer);
    return counted;
}

/* The newest file, with one byte changed. */
static void
check_damaged(const char *folder, const struct running *running)
{
    struct err err;
    char path[PATH_TEXT];
    struct buf content = BUF((size_t)64 << 20);
    struct snapshot_meta meta = fixture_meta();
    meta.generation = 99;
    meta.as_of = clock_today() - 5;
    char whole[PATH_TEXT];
    fixture_folder(whole);
    fixture_write(whole, &meta);
    char from[PATH_TEXT];
    struct snapshot *unused = NULL;
    snapshot_next_path(whole, from, sizeof from, &err);
    tap_no_err(snapshot_open_newest(whole, true, &unused, NULL, &err), &err, "it would be good");
    snapshot_unref(unused);
    snprintf(from, sizeof from, "%s/1.snap", whole);
    tap_no_err(file_read(from, (size_t)64 << 20, &content, &err), &err, "read");
    content.p[content.n / 2] ^= 0x40;
    snapshot_next_path(folder, path, sizeof path, &err);
    tap_no_err(file_replace(path, buf_view(&content), &err), &err, "a damaged snapshot appears");
    tap_ok(counts_refusal(portal_admin_port(running->portal)), "it is refused");
    tap_ok(comes_to_say(portal_port(running->portal), "\"state\":\"recent\"", 50),
           "the old one stays");
    buf_clear(&content);
    fixture_remove(whole);
    unlink(path);
}

static void
check_under_load(const char *folder)
{
    struct running running;
    struct portal_options options = fixture_options(folder);
    options.rate_per_minute = 0;
    if (!running_start(&running, &options))
        return;
    struct load load = {.port = portal_port(running.portal)};
    pthread_t threads[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        pthread_create(&threads[i], NULL, load_main, &load);
    check_swaps(folder, load.port);
    check_damaged(folder, &running);
    load.stop = true;
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    tap_eq_i64(load.failed, 0, "no request failed meanwhile");
    tap_ok(load.served > 100, "and many were served");
    running_stop(&running);
}

/* As fast as files can be written: the portal itself looks once a second only. */
static void
swap_often(const char *folder, struct site *site, uint16_t port)
{
    struct snapshot_meta meta = fixture_meta();
    unsigned told = 0;
    for (int i = 0; i < MANY_SWAPS; i++) {
        char as_of[64], text[DAY_TEXT];
        struct err err;
        meta.as_of = clock_today() - 1 - i % 3;
        meta.generation = (uint64_t)i + 1000;
        meta.built = clock_now();
        if (!fixture_write(folder, &meta))
            break;
        newest_tick(site->snapshots);
        snprintf(as_of, sizeof as_of, "\"as_of\":\"%s\"", day_format(meta.as_of, text));
        told += comes_to_say(port, as_of, 0);
        snapshot_remove_old(folder, 3, &err);
    }
    tap_eq_i64(told, MANY_SWAPS, "the newest data answer after each swap");
    tap_eq_i64(site->metrics->swaps, MANY_SWAPS + 1, "each was taken into use");
}

static void
check_many_swaps(const char *folder)
{
    struct err err;
    struct metrics metrics = {0};
    struct site site = {.home_country = "VN", .hotline_scope = "national", .metrics = &metrics};
    struct http_options options = {.threads = 2,
                                   .connections = 100,
                                   .idle_seconds = 600,
                                   .limits = {0, 600, 600},
                                   .handle = site_handle,
                                   .context = &site,
                                   .metrics = &metrics};
    struct http_server *server;
    struct load load = {0};
    pthread_t threads[CLIENTS];
    prefix local;
    int fd;
    prefix_parse(STR("127.0.0.0/8"), false, &local);
    options.trusted = (struct trusted){&local, 1};
    site.snapshots = newest_new(&snapshots_kind, folder, &metrics);
    site.rate = rate_new(0);
    site.contents = contents_new(NULL);
    site.counters = counters_new(NULL, "node");
    log_set_level(LOG_WARNING); /* not a line for each */
    newest_tick(site.snapshots);
    if (tap_no_err(http_listen(ip_from_v4(INADDR_LOOPBACK), 0, &fd, &load.port, &err), &err,
                   "listen") &&
        tap_no_err(http_server_start(fd, &options, &server, &err), &err, "a server")) {
        for (int i = 0; i < CLIENTS; i++)
            pthread_create(&threads[i], NULL, load_main, &load);
        swap_often(folder, &site, load.port);
        load.stop = true;
        for (int i = 0; i < CLIENTS; i++)
            pthread_join(threads[i], NULL);
        tap_eq_i64(load.failed, 0, "no check failed or stalled during %d swaps", MANY_SWAPS);
        tap_ok(load.served > MANY_SWAPS, "and there were many");
        http_server_free(server);
    }
    newest_free(site.snapshots);
    rate_free(site.rate);
    contents_free(site.contents);
    counters_free(site.counters);
}

/* A child serves; the parent stops it while a head is half sent. */
static void
check_end(const char *folder)
{
    struct portal_options options = fixture_options(folder);
    struct portal *portal;
    struct err err;
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    if (!tap_no_err(portal_new(&options, &portal, &err), &err, "another portal"))
        return;
    uint16_t port = portal_port(portal);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        errcode code = portal_run(portal, &err);
        portal_free(portal);
        _exit(code == OK ? 0 : 1);
    }
    portal_free(portal); /* the listening socket lives on in the child */
    int busy = client_open(port), idle = client_open(port);
    client_send(busy, STR("GET /api/v1/check HTTP/1.1\r\nHost: a\r\n\r\n"));
    tap_ok(client_read_answer(busy, &answer, false) > 0, "it serves");
    buf_reset(&answer);
    client_send(busy, STR("GET /api/v1/check HTTP/1.1\r\nHost"));
    poll(NULL, 0, 300);
    kill(child, SIGTERM);
    poll(NULL, 0, 20);
    client_send(busy, STR(": a\r\n\r\n"));
    tap_ok(client_read_end(busy, &answer), "the begun request ends the connection");
    tap_eq_i64(client_status(buf_view(&answer)), 200, "with its answer");
    buf_reset(&answer);
    tap_ok(client_read_end(idle, &answer), "an idle connection is closed");
    int status = -1;
    tap_ok(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "SIGTERM ends it with status 0");
    int late = client_open(port);
    tap_ok(late < 0, "nobody listens any more");
    close(busy);
    close(idle);
    buf_clear(&answer);
}

int
main(void)
{
    char folder[PATH_TEXT];
    struct snapshot_meta meta = fixture_meta();
    signal(SIGPIPE, SIG_IGN);
    fixture_folder(folder);
    if (tap_ok(fixture_write(folder, &meta), "a snapshot")) {
        check_end(folder); /* first: fork before any thread */
        check_under_load(folder);
        check_many_swaps(folder);
    }
    fixture_remove(folder);
    return tap_done();
}
