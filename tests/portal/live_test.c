/* SPDX-License-Identifier: Apache-2.0 */
/* Answers without an end: what listeners get, that nobody waits for one who does not read, that
 * those who go leave nothing, and that all end well; then the operators' page that uses them. */
#include "portal/admin/live.h"

#include <pthread.h>
#include <signal.h>

#include "base/json_in.h"
#include "tests/portal/client.h"
#include "tests/portal/fixture.h"
#include "tests/portal/running.h"

#define REQUEST "GET /live HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 7\r\n\r\n"
#define FIRST "retry: 2000\n\n"

enum { LISTENERS = 20, ROUNDS = 25 };

struct fixture {
    struct http_server *server;
    struct channel *channel;
    struct metrics metrics;
    uint16_t port;
    pthread_t ticker;
    _Atomic bool stop;
};

static void
handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    struct fixture *fixture = context;
    (void)request;
    reply->type = "text/event-stream";
    reply->channel = fixture->channel;
    buf_z(&reply->body, FIRST);
}

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

/* Every deadline is a second. */
static bool
start(struct fixture *fixture)
{
    struct err err;
    int fd;
    *fixture = (struct fixture){.channel = channel_new()};
    struct http_options options = {.threads = 2,
                                   .connections = 200,
                                   .idle_seconds = 1,
                                   .limits = {0, 1, 1},
                                   .handle = handle,
                                   .context = fixture,
                                   .metrics = &fixture->metrics};
    return tap_no_err(http_listen(ip_from_v4(INADDR_LOOPBACK), 0, &fd, &fixture->port, &err), &err,
                      "listen") &&
           tap_no_err(http_server_start(fd, &options, &fixture->server, &err), &err, "start") &&
           pthread_create(&fixture->ticker, NULL, tick_main, fixture) == 0;
}

static bool
settles(struct channel *channel)
{
    for (int i = 0; i < CLIENT_PATIENCE_MS / 10 && !channel_settled(channel); i++)
        poll(NULL, 0, 10);
    return channel_settled(channel);
}

static void
stop(struct fixture *fixture)
{
    channel_close(fixture->channel);
    tap_ok(settles(fixture->channel), "all answers end");
    fixture->stop = true;
    pthread_join(fixture->ticker, NULL);
    http_server_free(fixture->server);
    channel_free(fixture->channel);
}

/* A listener, with RECEIVE bytes of buffer (0: the usual). */
static int
listen_to(uint16_t port, str request, int receive)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in server = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (receive)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive);
    if (connect(fd, (struct sockaddr *)&server, sizeof server) != 0 || !client_send(fd, request))
        abort();
    return fd;
}

static bool
comes_to_count(struct channel *channel, size_t count)
{
    for (int i = 0; i < CLIENT_PATIENCE_MS / 10 && channel_count(channel) != count; i++)
        poll(NULL, 0, 10);
    return channel_count(channel) == count;
}

static str
body_of(const struct buf *answer)
{
    size_t end = str_find(buf_view(answer), STR("\r\n\r\n"));
    return end == SIZE_MAX ? (str){NULL, 0} : str_from(buf_view(answer), end + 4);
}

/* Reads until the body ends with TEXT. */
static bool
reads_to(int fd, struct buf *answer, const char *text)
{
    while (!body_of(answer).n || !str_ends(body_of(answer), str_of(text)))
        if (!client_take_piece(fd, answer))
            return false;
    return true;
}

static void
check_two(void)
{
    struct fixture fixture;
    struct buf one = BUF(CLIENT_ANSWER_MAX), two = BUF(CLIENT_ANSWER_MAX),
               old = BUF(CLIENT_ANSWER_MAX);
    if (!start(&fixture))
        return;
    int first = listen_to(fixture.port, STR(REQUEST), 0);
    int second = listen_to(fixture.port, STR(REQUEST), 0);
    int third = listen_to(fixture.port, STR("GET /live HTTP/1.0\r\n\r\n"), 0);
    tap_ok(comes_to_count(fixture.channel, 3), "three listen");
    channel_send(fixture.channel, STR("data: 1\n\n"));
    poll(NULL, 0, 3500); /* longer than any deadline of an answer and of idleness */
    channel_send(fixture.channel, STR("data: 22\n\n"));
    tap_ok(reads_to(first, &one, "data: 22\n\n\r\n") && reads_to(second, &two, "data: 22\n\n\r\n"),
           "the second text comes after all deadlines");
    static const char want[] = "D\r\n" FIRST "\r\n9\r\ndata: 1\n\n\r\nA\r\ndata: 22\n\n\r\n";
    tap_eq_str(body_of(&one), STR(want), "in chunks");
    tap_eq_str(body_of(&two), STR(want), "the same to both");
    tap_ok(reads_to(third, &old, "data: 22\n\n"), "an old client, too");
    tap_eq_str(body_of(&old), STR(FIRST "data: 1\n\ndata: 22\n\n"), "without chunks");
    tap_eq_i64(fixture.metrics.late_connections, 0, "nobody is late");
    buf_reset(&two);
    channel_close(fixture.channel);
    tap_ok(reads_to(first, &one, "\n\n\r\n0\r\n\r\n"), "closing ends the answer well");
    tap_ok(client_read_end(third, &old), "and an old client's connection");
    close(second);
    second = listen_to(fixture.port, STR(REQUEST), 0);
    tap_ok(reads_to(second, &two, FIRST "\r\n0\r\n\r\n"), "who comes then is ended at once");
    stop(&fixture);
    close(first);
    close(second);
    close(third);
    buf_clear(&one);
    buf_clear(&two);
    buf_clear(&old);
}

/* One does not read; the other must not notice. */
static void
check_slow(void)
{
    struct fixture fixture;
    char text[2048];
    struct buf answer = BUF((size_t)64 << 20);
    unsigned sent = 0;
    if (!start(&fixture))
        return;
    memset(text, 'a', sizeof text);
    int slow = listen_to(fixture.port, STR(REQUEST), 4096);
    int fast = listen_to(fixture.port, STR(REQUEST), 0);
    tap_ok(comes_to_count(fixture.channel, 2), "two listen, of whom one does not read");
    for (bool fine = true; fine && channel_count(fixture.channel) == 2 && sent < 1000; sent++) {
        text[0] = (char)('b' + sent % 20);
        channel_send(fixture.channel, (str){text, sizeof text});
        size_t before = answer.n;
        while (fine && answer.n < before + sizeof text)
            fine = client_take_piece(fast, &answer);
    }
    tap_eq_i64(channel_dropped(fixture.channel), 1, "it is dropped");
    tap_ok(sent < 1000, "before much is held for it (after %u KiB)", sent * 2);
    tap_eq_i64(channel_count(fixture.channel), 1, "the other goes on");
    buf_reset(&answer);
    tap_ok(client_read_end(slow, &answer), "its connection is closed");
    stop(&fixture);
    close(slow);
    close(fast);
    buf_clear(&answer);
}

static void
check_gone(void)
{
    struct fixture fixture;
    int fds[LISTENERS];
    if (!start(&fixture))
        return;
    for (int i = 0; i < LISTENERS; i++)
        fds[i] = listen_to(fixture.port, STR(REQUEST), 0);
    tap_ok(comes_to_count(fixture.channel, LISTENERS), "many listen");
    for (int i = 0; i < LISTENERS; i += 2)
        close(fds[i]);
    for (int i = 0; i < 100 && channel_count(fixture.channel) > LISTENERS / 2; i++) {
        channel_send(fixture.channel, STR("data: x\n\n"));
        poll(NULL, 0, 10);
    }
    tap_eq_i64(channel_count(fixture.channel), LISTENERS / 2, "half of them go, and are found out");
    for (int i = 0;
         i < CLIENT_PATIENCE_MS / 10 && http_server_connections(fixture.server) > LISTENERS / 2;
         i++)
        poll(NULL, 0, 10);
    tap_eq_i64(http_server_connections(fixture.server), LISTENERS / 2, "their places are free");
    stop(&fixture);
    for (int i = 1; i < LISTENERS; i += 2)
        close(fds[i]);
}

/* Coming and going in a hurry, until the moment of closing. */
static void *
churn_main(void *context)
{
    struct fixture *fixture = context;
    for (int i = 0; i < ROUNDS; i++) {
        int fds[4];
        for (int k = 0; k < 4; k++)
            fds[k] = listen_to(fixture->port, STR(REQUEST), 0);
        poll(NULL, 0, i % 3);
        for (int k = 0; k < 4; k++)
            close(fds[k]);
    }
    return NULL;
}

static void
check_churn(void)
{
    struct fixture fixture;
    pthread_t threads[4];
    if (!start(&fixture))
        return;
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, churn_main, &fixture);
    for (int i = 0; i < 50; i++) {
        channel_send(fixture.channel, STR("data: x\n\n"));
        poll(NULL, 0, 1);
    }
    channel_close(fixture.channel); /* while they come and go */
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    stop(&fixture);
}

static void
check_quantiles(void)
{
    struct metrics metrics = {0};
    struct live_counts before = live_counts(&metrics);
    tap_ok(live_quantile(&before, &before, 0.5) < 0, "no requests, no quantile");
    for (int i = 0; i < 98; i++)
        metrics_request(&metrics, ROUTE_CHECK, 200, 20000);
    metrics_request(&metrics, ROUTE_API, 200, 3000000);
    metrics_request(&metrics, ROUTE_HOME, 503, 3000000);
    struct live_counts after = live_counts(&metrics);
    double half = live_quantile(&before, &after, 0.5), late = live_quantile(&before, &after, 0.99);
    tap_ok(half > 10 && half <= 25, "the median lies in its bucket");
    tap_ok(late > 1000 && late <= 5000, "so does the slowest part");
    tap_eq_i64((int64_t)after.requests, 100, "requests");
    tap_eq_i64((int64_t)after.checks, 99, "checks");
    tap_eq_i64((int64_t)after.errors, 1, "errors");
    metrics_request(&metrics, ROUTE_CHECK, 200, INT64_C(10000000000));
    before = after;
    after = live_counts(&metrics);
    tap_ok(live_quantile(&before, &after, 0.5) == 2500000, "beyond the last bound, that bound");
}

/* The events of the real thing, as an EventSource reads them: fields, then an empty line. */
static void
check_event(str body)
{
    cleanup(cleanup_json) json_t *json = NULL;
    struct err err;
    size_t at = str_find(body, STR("data: "));
    str line, rest = str_from(body, at == SIZE_MAX ? body.n : at + 6);
    if (!tap_ok(str_line(&rest, &line), "an event has data") ||
        !tap_no_err(json_read(line, 4096, &json, &err), &err, "which is JSON"))
        return;
    static const char *const numbers[] = {"time", "requests", "checks", "connections", "age"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        tap_ok(json_is_number(json_object_get(json, numbers[i])), "%s is a number", numbers[i]);
    char id[64];
    snprintf(id, sizeof id,
             "id: %lld\ndata: ", (long long)json_integer_value(json_object_get(json, "time")));
    tap_ok(str_find(body, str_of(id)) != SIZE_MAX, "its number is its time");
    tap_ok(rest.n && rest.p[0] == '\n', "an empty line ends it");
}

static void
check_page(uint16_t port, const char *path, const char *words, struct buf *answer)
{
    char request[256], script[128] = "";
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
             path);
    buf_reset(answer);
    tap_eq_i64(client_ask(port, str_of(request), answer), 200, "%s", path);
    tap_ok(str_find(buf_view(answer), str_of(words)) != SIZE_MAX, "in its language");
    tap_ok(str_find(buf_view(answer), STR("script-src 'self'; connect-src 'self'")) != SIZE_MAX,
           "only own scripts, which ask only here");
    tap_ok(str_find(body_of(answer), STR("<td>")) != SIZE_MAX, "figures without a script");
    size_t at = str_find(buf_view(answer), STR("/assets/live-"));
    while (at != SIZE_MAX && !str_starts(str_from(buf_view(answer), at + 25), STR(".js"))) {
        size_t next = str_find(str_from(buf_view(answer), at + 1), STR("/assets/live-"));
        at = next == SIZE_MAX ? SIZE_MAX : at + 1 + next;
    }
    if (!tap_ok(at != SIZE_MAX, "it names its script"))
        return;
    snprintf(script, sizeof script, "%.28s", answer->p + at);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
             script);
    buf_reset(answer);
    tap_eq_i64(client_ask(port, str_of(request), answer), 200, "the script %s", script);
}

static void
check_portal(const char *folder)
{
    struct running running;
    struct portal_options options = fixture_options(folder);
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    if (!running_start(&running, &options))
        return;
    uint16_t port = portal_admin_port(running.portal);
    int fd = listen_to(port, STR(REQUEST), 0);
    while (str_find(body_of(&answer), STR("\"views\":1")) == SIZE_MAX ||
           !str_ends(body_of(&answer), STR("\n\n\r\n")))
        if (!client_take_piece(fd, &answer))
            break;
    tap_ok(str_find(buf_view(&answer), STR("Content-Type: text/event-stream")) != SIZE_MAX,
           "an event stream");
    tap_ok(str_find(body_of(&answer), STR(FIRST)) != SIZE_MAX, "says when to come back");
    check_event(body_of(&answer));
    check_page(port, "/", "Yêu cầu mỗi giây", &answer);
    check_page(port, "/en/", "Requests a second", &answer);
    buf_reset(&answer);
    tap_eq_i64(client_ask(port, STR("HEAD /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
                          &answer),
               200, "HEAD ends");
    buf_reset(&answer);
    running_stop(&running); /* with a listener */
    tap_ok(client_read_end(fd, &answer) && str_ends(buf_view(&answer), STR("0\r\n\r\n")),
           "the end of the server is the end of the answer");
    close(fd);
    buf_clear(&answer);
}

int
main(void)
{
    char folder[PATH_TEXT];
    struct snapshot_meta meta = fixture_meta();
    signal(SIGPIPE, SIG_IGN);
    check_quantiles();
    check_two();
    check_slow();
    check_gone();
    check_churn();
    fixture_folder(folder);
    if (tap_ok(fixture_write(folder, &meta), "a snapshot"))
        check_portal(folder);
    fixture_remove(folder);
    return tap_done();
}
