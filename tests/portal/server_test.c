/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines and caps of the HTTP core. Waits are for an event with generous patience; nothing here
 * depends on how fast the machine is. */
#include "portal/http/server.h"

#include <pthread.h>
#include <sys/mman.h>

#include "base/tap.h"
#include "tests/portal/client.h"

#define REQUEST "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static void
handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    (void)context;
    reply->status = request->fault ? request->fault : 200;
    reply->type = "text/plain";
    buf_z(&reply->body, "served\n");
}

/* A body larger than all socket buffers: its reader decides how long it takes. */
static void
handle_large(void *context, const struct http_request *request, struct http_reply *reply)
{
    static char large[32 << 20]; /* all zero, so it takes no room in the program */
    (void)context;
    (void)request;
    reply->type = "text/plain";
    reply->content = (str){large, sizeof large};
}

/* The same size as a file, with a hole for its content. */
static void
handle_file(void *context, const struct http_request *request, struct http_reply *reply)
{
    (void)context;
    (void)request;
    reply->type = "application/octet-stream";
    reply->file_size = 32 << 20;
    reply->file = memfd_create("large", MFD_CLOEXEC);
    if (reply->file < 0 || ftruncate(reply->file, 32 << 20) != 0)
        abort();
}

struct fixture {
    struct http_server *server;
    struct metrics metrics;
    uint16_t port;
    pthread_t ticker;
    _Atomic bool stop;
};

static void *
tick_main(void *context)
{
    struct fixture *fixture = context;
    while (!fixture->stop) {
        http_server_tick(fixture->server);
        poll(NULL, 0, 50);
    }
    return NULL;
}

static bool
start(struct fixture *fixture, struct http_options options)
{
    struct err err;
    int fd;
    *fixture = (struct fixture){0};
    options.metrics = &fixture->metrics;
    options.threads = 2;
    return tap_no_err(http_listen(ip_from_v4(INADDR_LOOPBACK), 0, &fd, &fixture->port, &err), &err,
                      "listen") &&
           tap_no_err(http_server_start(fd, &options, &fixture->server, &err), &err, "start") &&
           pthread_create(&fixture->ticker, NULL, tick_main, fixture) == 0;
}

static void
stop(struct fixture *fixture)
{
    fixture->stop = true;
    pthread_join(fixture->ticker, NULL);
    http_server_free(fixture->server);
}

static const struct http_options hasty = {
    .connections = 100, .idle_seconds = 600, .limits = {0, 1, 1}, .handle = handle};

/* One byte every tenth of a second would keep an inactivity timer happy for ever. */
static bool
drip(int fd, str bytes, struct buf *answer)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    for (int i = 0; i < CLIENT_PATIENCE_MS / 100; i++) {
        if (poll(&wait, 1, 100) > 0)
            return client_read_end(fd, answer);
        if (!client_send(fd, (str){bytes.p + (size_t)i % bytes.n, 1}))
            return true;
    }
    return false;
}

static void
check_dripping_head(void)
{
    struct fixture fixture;
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    if (!start(&fixture, hasty))
        return;
    int idle = client_open(fixture.port);
    int fd = client_open(fixture.port);
    client_send(fd, STR("GET / HTTP/1.1\r\nHost: a\r\nX: "));
    tap_ok(drip(fd, STR("a"), &answer), "a dripping head is closed");
    tap_ok(client_status(buf_view(&answer)) != 200, "and not served");
    close(fd);

    buf_reset(&answer);
    fd = client_open(fixture.port);
    client_send(fd, STR(REQUEST));
    tap_ok(client_read_answer(fd, &answer, false) > 0, "a request is served");
    buf_reset(&answer);
    client_send(fd, STR("GET / HTTP/1.1\r\n"));
    tap_ok(drip(fd, STR("a"), &answer), "the second head of a connection has the same deadline");
    close(fd);

    buf_reset(&answer);
    client_send(idle, STR(REQUEST));
    tap_ok(client_read_answer(idle, &answer, false) > 0,
           "a connection that said nothing all the while is still open");
    close(idle);
    tap_ok(fixture.metrics.late_connections >= 2, "they are counted");
    stop(&fixture);
    buf_clear(&answer);
}

static void
check_slow_reader(void)
{
    struct fixture fixture;
    struct buf answer = BUF((size_t)64 << 20);
    struct http_options options = hasty;
    options.handle = handle_large;
    if (!start(&fixture, options))
        return;
    int fd = client_open(fixture.port), waited = 0;
    client_send(fd, STR(REQUEST));
    while (!fixture.metrics.late_connections && waited++ < CLIENT_PATIENCE_MS / 100)
        poll(NULL, 0, 100);
    tap_ok(fixture.metrics.late_connections > 0, "a client that does not read is given up");
    tap_ok(client_read_end(fd, &answer), "its connection is closed");
    tap_ok(answer.n < (32 << 20), "before the end of the answer");
    close(fd);
    stop(&fixture);
    buf_clear(&answer);
}

/* Takes PIECE bytes every tenth of a second for four times as long as an answer may take. */
static size_t
read_slowly(int fd, size_t piece)
{
    char *into = malloc(piece);
    size_t got = 0;
    for (int i = 0; i < 40; i++) {
        poll(NULL, 0, 100);
        ssize_t n = recv(fd, into, piece, MSG_DONTWAIT);
        got += n > 0 ? (size_t)n : 0;
    }
    free(into);
    return got;
}

/* A file over a slow link takes longer than any other answer may. */
static void
check_file(void)
{
    struct fixture fixture;
    struct buf answer = BUF((size_t)64 << 20);
    struct http_options options = hasty;
    options.handle = handle_file;
    if (!start(&fixture, options))
        return;
    int fd = client_open(fixture.port);
    client_send(fd, STR("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    size_t got = read_slowly(fd, 256 << 10);
    tap_eq_i64(fixture.metrics.late_connections, 0, "who reads a file steadily has the time");
    tap_ok(got > 0 && client_read_end(fd, &answer) && got + answer.n > (32 << 20),
           "and gets all of it");
    close(fd);

    buf_reset(&answer);
    fd = client_open(fixture.port);
    client_send(fd, STR(REQUEST));
    int waited = 0;
    while (!fixture.metrics.late_connections && waited++ < CLIENT_PATIENCE_MS * 5 / 100)
        poll(NULL, 0, 100);
    tap_ok(fixture.metrics.late_connections > 0, "who does not read it is given up");
    tap_ok(client_read_end(fd, &answer) && answer.n < (32 << 20), "before its end");
    close(fd);
    stop(&fixture);
    buf_clear(&answer);
}

static void
check_idle(void)
{
    struct fixture fixture;
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    struct http_options options = hasty;
    options.idle_seconds = 1;
    if (!start(&fixture, options))
        return;
    int fd = client_open(fixture.port);
    tap_ok(client_read_end(fd, &answer), "an idle connection is closed after its time");
    tap_eq_i64(answer.n, 0, "without an answer, as it asked nothing");
    close(fd);
    stop(&fixture);
    buf_clear(&answer);
}

/* Loopback is exempt from caps, so the cap itself is tested in forwarded_test; here the total. */
static void
check_total(void)
{
    struct fixture fixture;
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    struct http_options options = hasty;
    int fds[64];
    options.connections = 16;
    options.limits.head_seconds = 600;
    if (!start(&fixture, options))
        return;
    for (int i = 0; i < 64; i++)
        fds[i] = client_open(fixture.port);
    for (int i = 0; i < 64; i++)
        client_send(fds[i], STR(REQUEST));
    poll(NULL, 0, 300);
    tap_ok(http_server_connections(fixture.server) <= 16, "no more than the cap at once");
    for (int i = 0; i < 63; i++)
        close(fds[i]);
    tap_ok(client_read_answer(fds[63], &answer, false) > 0, "who waits is served in the end");
    close(fds[63]);
    stop(&fixture);
    buf_clear(&answer);
}

static void
check_drain(void)
{
    struct fixture fixture;
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    if (!start(&fixture, hasty))
        return;
    int fd = client_open(fixture.port);
    client_send(fd, STR(REQUEST));
    client_read_answer(fd, &answer, false);
    tap_ok(str_find(buf_view(&answer), STR("Connection: close")) == SIZE_MAX, "kept alive");
    buf_reset(&answer);
    http_server_drain(fixture.server);
    client_send(fd, STR(REQUEST));
    tap_ok(client_read_end(fd, &answer), "after draining began the connection ends");
    tap_eq_i64(client_status(buf_view(&answer)), 200, "with its answer");
    tap_ok(str_find(buf_view(&answer), STR("Connection: close")) != SIZE_MAX, "which says so");
    close(fd);
    stop(&fixture);
    buf_clear(&answer);
}

int
main(void)
{
    check_dripping_head();
    check_slow_reader();
    check_file();
    check_idle();
    check_total();
    check_drain();
    return tap_done();
}
