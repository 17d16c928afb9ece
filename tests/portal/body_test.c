/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies: taken at one path, in whatever pieces they come; refused everywhere else. */
#include <pthread.h>

#include "base/tap.h"
#include "portal/http/server.h"
#include "tests/portal/client.h"

enum { MAX = 6000 };
#define HOST "Host: a\r\n"
#define CLOSE "Connection: close\r\n"

/* Says what it got. */
static void
handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    (void)context;
    if (request->fault || request->method == METHOD_OTHER)
        reply->status = request->fault ? request->fault : 405;
    reply->type = "text/plain";
    if (request->method == METHOD_POST)
        buf_printf(&reply->body, "%zu \"%.*s\" type %.*s proof %.*s", request->body.n,
                   request->body.n > 20 ? 20 : (int)request->body.n,
                   request->body.p ? request->body.p : "", STR_ARG(request->content_type),
                   STR_ARG(request->proof));
    else
        buf_z(&reply->body, "no body");
}

static size_t
body_max(void *context, str path)
{
    (void)context;
    return str_eq(path, STR("/in")) ? MAX : 0;
}

static uint16_t port;

static void
check(const char *what, unsigned status, const char *answer_has, const char *request)
{
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    tap_eq_i64(client_ask(port, str_of(request), &answer), status, "%s", what);
    if (answer_has)
        tap_ok(str_find(buf_view(&answer), str_of(answer_has)) != SIZE_MAX, "%s: %s", what,
               answer_has);
    buf_clear(&answer);
}

static void
check_refused(void)
{
    check("POST elsewhere", 405, NULL, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    check("POST below it", 405, NULL,
          "POST /in/x HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    check("PUT there", 405, NULL, "PUT /in HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    check("post in small letters", 405, NULL,
          "post /in HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    check("GET with a body there", 413, NULL,
          "GET /in HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    check("no length", 411, NULL, "POST /in HTTP/1.1\r\n" HOST "\r\n");
    check("chunks", 411, NULL,
          "POST /in HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    check("both", 400, NULL,
          "POST /in HTTP/1.1\r\n" HOST
          "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello");
    check("a byte too long, before it comes", 413, NULL,
          "POST /in HTTP/1.1\r\n" HOST "Content-Length: 6001\r\n\r\n");
    check("far too long", 413, NULL,
          "POST /in HTTP/1.1\r\n" HOST "Content-Length: 9223372036854775807\r\n\r\n");
}

static void
check_taken(void)
{
    check("a body", 200, "5 \"hello\" type application/json proof 1.2.3",
          "POST /in HTTP/1.1\r\n" HOST CLOSE
          "content-type: application/json\r\nKHIEN-PROOF: 1.2.3\r\nContent-Length: 5\r\n\r\nhello");
    check("none at all", 200, "0 \"\" type",
          "POST /in HTTP/1.1\r\n" HOST CLOSE "Content-Length: 0\r\n\r\n");
    check("by HTTP/1.0", 200, "5 \"hello\"",
          "POST /in HTTP/1.0\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    check("GET there", 200, "no body", "GET /in HTTP/1.1\r\n" HOST CLOSE "\r\n");
    check("another request behind it", 200, "\"GET /in HTTP\"",
          "POST /in HTTP/1.1\r\n" HOST
          "Content-Length: 12\r\n\r\nGET /in HTTPPOST /in HTTP/1.1\r\n" HOST CLOSE
          "Content-Length: 2\r\n\r\nab");
}

static void
check_pieces(void)
{
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    char piece[100];
    int fd = client_open(port);
    client_send(fd, STR("POST /in HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n"
                        "Content-Length: 6000\r\n\r\n"));
    tap_ok(client_read_answer(fd, &answer, false) > 0 && client_status(buf_view(&answer)) == 100,
           "who asks whether to go on is told so");
    buf_reset(&answer);
    memset(piece, 'x', sizeof piece);
    for (int i = 0; i < MAX / (int)sizeof piece; i++)
        client_send(fd, (str){piece, sizeof piece});
    tap_ok(client_read_answer(fd, &answer, false) > 0 &&
               str_find(buf_view(&answer), STR("6000 \"xxxxxxxxxxxxxxxxxxxx\"")) != SIZE_MAX,
           "the longest body, larger than the connection's head may be, in pieces");
    buf_reset(&answer);
    client_send(fd, STR("GET / HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    tap_ok(client_read_end(fd, &answer) && client_status(buf_view(&answer)) == 200,
           "and the connection goes on");
    close(fd);

    buf_clear(&answer);
}

/* For a server in a hurry. */
static void
check_unfinished(void)
{
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    int fd = client_open(port);
    client_send(fd, STR("POST /in HTTP/1.1\r\n" HOST "Content-Length: 50\r\n\r\nabc"));
    tap_ok(client_read_end(fd, &answer) && client_status(buf_view(&answer)) != 200,
           "a body that does not end is waited for no longer than its time");
    close(fd);
    buf_clear(&answer);
}

static _Atomic bool is_over;

static void *
tick(void *server)
{
    while (!is_over) {
        http_server_tick(server);
        poll(NULL, 0, 50);
    }
    return NULL;
}

static void
with_server(unsigned reply_seconds, void (*check_all)(void))
{
    static struct metrics metrics;
    struct http_server *server = NULL;
    struct err err;
    pthread_t ticker;
    int fd;
    struct http_options options = {.threads = 2,
                                   .connections = 100,
                                   .idle_seconds = 600,
                                   .limits = {0, 30, reply_seconds},
                                   .handle = handle,
                                   .body_max = body_max,
                                   .metrics = &metrics};
    is_over = false;
    if (!tap_no_err(http_listen(ip_from_v4(INADDR_LOOPBACK), 0, &fd, &port, &err), &err,
                    "listen") ||
        !tap_no_err(http_server_start(fd, &options, &server, &err), &err, "start") ||
        pthread_create(&ticker, NULL, tick, server) != 0)
        return;
    check_all();
    is_over = true;
    pthread_join(ticker, NULL);
    http_server_free(server);
}

static void
check_most(void)
{
    check_refused();
    check_taken();
    check_pieces();
}

int
main(void)
{
    with_server(30, check_most);
    with_server(1, check_unfinished);
    return tap_done();
}
