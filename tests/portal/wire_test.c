/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as raw bytes: what must be refused is answered 4xx and the connection closed; what is
 * well-formed is served. Proves also that libmicrohttpd lays out heads as exchange.c assumes. */
#include "portal/http/server.h"

#include "base/file.h"
#include "base/tap.h"
#include "tests/portal/client.h"

struct request {
    const char *name;
    unsigned status;
    const char *bytes;
    size_t size;
};
#define CASE(name, status, bytes)                                                                  \
    {                                                                                              \
        name, status, bytes, sizeof(bytes) - 1                                                     \
    }
#define HOST "Host: khien.example\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\n" HOST "\r\n"
#define FIELD(field) "GET / HTTP/1.1\r\n" HOST field "\r\n\r\n"
#define POST(fields, body) "POST / HTTP/1.1\r\n" HOST fields "\r\n" body

static const struct request refused[] = {
    CASE("two Host", 400, FIELD("Host: khien.example")),
    CASE("two Host apart", 400, FIELD("X: y\r\nhost: other.example")),
    CASE("no Host in HTTP/1.1", 400, "GET / HTTP/1.1\r\n\r\n"),
    CASE("empty Host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    CASE("Host with a user", 400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
    CASE("Host with a path", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    CASE("Host with a blank", 400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    CASE("two equal Content-Length", 400, FIELD("Content-Length: 0\r\nContent-Length: 0")),
    CASE("two Content-Length", 400, POST("Content-Length: 1\r\nContent-Length: 2\r\n", "ab")),
    CASE("Content-Length list", 400, FIELD("Content-Length: 0, 0")),
    CASE("Content-Length +0", 400, FIELD("Content-Length: +0")),
    CASE("Content-Length -1", 400, FIELD("Content-Length: -1")),
    CASE("Content-Length 0x0", 400, FIELD("Content-Length: 0x0")),
    CASE("Content-Length empty", 400, FIELD("Content-Length:")),
    CASE("Content-Length 1e3", 400, FIELD("Content-Length: 1e3")),
    CASE("Content-Length too long", 0, FIELD("Content-Length: 99999999999999999999999")),
    CASE("Content-Length and Transfer-Encoding", 400,
         POST("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    CASE("Transfer-Encoding and Content-Length", 400,
         POST("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n")),
    CASE("unknown Transfer-Encoding", 400, POST("Transfer-Encoding: gzip\r\n", "")),
    CASE("Transfer-Encoding list", 400, POST("Transfer-Encoding: gzip, chunked\r\n", "")),
    CASE("Transfer-Encoding xchunked", 400, POST("Transfer-Encoding: xchunked\r\n", "")),
    CASE("Transfer-Encoding with a tab inside", 400,
         POST("Transfer-Encoding: \x0b chunked\r\n", "")),
    CASE("two Transfer-Encoding", 400,
         POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    CASE("Transfer-Encoding in HTTP/1.0", 400,
         "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    CASE("NUL in a value", 400, FIELD("X: a\0b")),
    CASE("NUL in a value, another field after it", 400, FIELD("X: a\0b\r\nY: c")),
    CASE("NUL in a name", 400, FIELD("X\0Y: a")),
    CASE("control byte in a value", 400,
         FIELD("X: a\x01"
               "b")),
    CASE("DEL in a value", 400,
         FIELD("X: a\x7f"
               "b")),
    CASE("bare CR in a value", 400, FIELD("X: a\rY: b")),
    CASE("CR CR LF", 400, FIELD("X: a\r\r\nY: b")),
    CASE("bare LF after a field", 400, FIELD("X: a\nY: b")),
    CASE("bare LF after the last field", 400, "GET / HTTP/1.1\r\n" HOST "X: a\n\r\n"),
    CASE("bare LF as the empty line", 400, "GET / HTTP/1.1\r\n" HOST "X: a\r\n\n"),
    CASE("bare LF as the empty line, more after it", 400,
         "GET / HTTP/1.1\r\n" HOST "X: a\r\n\n" GET("/2")),
    CASE("NUL at a value's end", 400, FIELD("X: a\0")),
    CASE("NUL at a value's end, another field after it", 400, FIELD("X: a\0\r\nY: c")),
    CASE("a colon alone", 400, FIELD(":")),
    CASE("a colon alone in between", 400, FIELD(":\r\nX: b")),
    CASE("a colon alone, then a request", 400, "GET / HTTP/1.1\r\n" HOST ":\r\n" GET("/2")),
    CASE("NUL as a line", 400, FIELD("\0\r\nX: b")),
    CASE("bare LF after the request line", 400, "GET / HTTP/1.1\n" HOST "\r\n"),
    CASE("bare LF everywhere", 400, "GET / HTTP/1.1\nHost: a\n\n"),
    CASE("folded line", 400, FIELD("X: a\r\n b")),
    CASE("folded line in between", 400, FIELD("X: a\r\n\tb\r\nY: c")),
    CASE("blank before the first field", 400, "GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n"),
    CASE("blank before the colon", 400, FIELD("X : a")),
    CASE("Content-Length before the colon", 400, FIELD("Content-Length : 5")),
    CASE("tab before the colon", 400, FIELD("X\t: a")),
    CASE("no colon", 400, FIELD("XYZ")),
    CASE("empty name", 400, FIELD(": a")),
    CASE("empty name in between", 400, FIELD(": a\r\nX: b")),
    CASE("bracket in a name", 400, FIELD("X(y): a")),
    CASE("byte above 127 in a name", 400, FIELD("X\xc3\xa9: a")),
    CASE("two blanks before the target", 400, "GET  / HTTP/1.1\r\n" HOST "\r\n"),
    CASE("two blanks after the target", 400, "GET /  HTTP/1.1\r\n" HOST "\r\n"),
    CASE("blank in the target", 400, GET("/a b")),
    CASE("tab after the method", 400, "GET\t/ HTTP/1.1\r\n" HOST "\r\n"),
    CASE("blank after the version", 400, "GET / HTTP/1.1 \r\n" HOST "\r\n"),
    CASE("version HTTP/1.10", 400, "GET / HTTP/1.10\r\n" HOST "\r\n"),
    CASE("version http/1.1", 400, "GET / http/1.1\r\n" HOST "\r\n"),
    CASE("version HTTP/2.0", 505, "GET / HTTP/2.0\r\n" HOST "\r\n"),
    CASE("HTTP/0.9", 400, "GET /\r\n\r\n"),
    CASE("method with a colon", 400, "GE:T / HTTP/1.1\r\n" HOST "\r\n"),
    CASE("not HTTP", 400, "\x16\x03\x01\x02\x00\x01\r\n\r\n"),
    CASE("a word", 400, "hello\r\n\r\n"),
    CASE("NUL in the target", 400, GET("/a\0b")),
    CASE("control byte in the target", 400,
         GET("/a\x01"
             "b")),
    CASE("byte above 127 in the target", 400, GET("/\xc3\xa9")),
    CASE("bad escape", 400, GET("/a%zz")),
    CASE("cut escape", 400, GET("/a%4")),
    CASE("bad escape in the query", 400, GET("/a?b=%g0")),
    CASE("escaped NUL", 400, GET("/a%00b")),
    CASE("escaped CR LF", 400, GET("/a%0d%0ab")),
    CASE("escaped slash", 400, GET("/a%2fb")),
    CASE("backslash", 400, GET("/a\\b")),
    CASE("escaped backslash", 400, GET("/a%5cb")),
    CASE("escape that is no UTF-8", 400, GET("/%ff%fe")),
    CASE("dot segments", 400, GET("/../etc/passwd")),
    CASE("escaped dot segments", 400, GET("/a/%2e%2e/b")),
    CASE("dot segment at the end", 400, GET("/a/..")),
    CASE("fragment", 400, GET("/a#b")),
    CASE("no slash", 400, GET("a")),
    CASE("asterisk", 400, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
    CASE("authority form", 400, "CONNECT khien.example:80 HTTP/1.1\r\n" HOST "\r\n"),
    CASE("absolute form, other host", 400, GET("http://other.example/")),
    CASE("absolute form without a host", 400, GET("http:///a")),
    CASE("absolute form, other scheme", 400, GET("ftp://khien.example/")),
    CASE("GET with a body", 413, "GET / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"),
    CASE("GET with chunks", 413,
         "GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    CASE("POST", 405, POST("Content-Length: 5\r\n", "hello")),
    CASE("POST, its body never comes", 405, POST("Content-Length: 500\r\n", "h")),
    CASE("POST that waits for 100", 405, POST("Expect: 100-continue\r\nContent-Length: 5\r\n", "")),
    CASE("unknown method", 405, "BREW / HTTP/1.1\r\n" HOST "\r\n"),
};

static const struct request served[] = {
    CASE("plain", 200, GET("/")),
    CASE("HTTP/1.0 without Host", 200, "GET / HTTP/1.0\r\n\r\n"),
    CASE("HTTP/1.0 with Host", 200, "GET / HTTP/1.0\r\n" HOST "\r\n"),
    CASE("absolute form", 200, GET("http://khien.example/a?b")),
    CASE("absolute form in capitals", 200, GET("http://KHIEN.example")),
    CASE("Content-Length 0", 200, FIELD("Content-Length: 0")),
    CASE("empty value", 200, FIELD("X:")),
    CASE("blanks around a value", 200, FIELD("X: \t a \t ")),
    CASE("UTF-8 in a value", 200, FIELD("X: \xc3\xa9")),
    CASE("empty lines first", 200, "\r\n\r\n" GET("/")),
    CASE("Host with a port", 200, "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"),
    CASE("cookies", 200, FIELD("Cookie: a=b; c=d\r\nCookie: e=f")),
    CASE("escapes", 200, GET("/ki%E1%BB%83m?a=%20+%C3%A9&b")),
    CASE("HEAD", 200, "HEAD / HTTP/1.1\r\n" HOST "\r\n"),
};

static void
handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    (void)context;
    reply->type = "text/plain";
    reply->content = STR("served\n");
    if (request->fault)
        reply->status = request->fault;
    else if (request->method == METHOD_OTHER)
        reply->status = 405;
    if (reply->status != 200)
        reply->content = STR("refused\n");
}

/* libmicrohttpd 0.9.75 sends the head of its own refusal of a Content-Length twice; so not the
 * number of answers is looked at but what they are. */
static void
check_refused(uint16_t port, const struct request *request)
{
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    unsigned status = client_ask(port, (str){request->bytes, request->size}, &answer);
    if (request->status)
        tap_eq_i64(status, request->status, "refused: %s", request->name);
    else
        tap_ok(status >= 400 && status < 500, "refused: %s", request->name);
    tap_ok(str_find(buf_view(&answer), STR("HTTP/1.1 2")) == SIZE_MAX, "and nothing served: %s",
           request->name);
    buf_clear(&answer);
}

/* A served connection stays open: the same request gets the same answer twice. */
static void
check_served(uint16_t port, const struct request *request)
{
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    int fd = client_open(port);
    bool head = request->bytes[0] == 'H', keeps = !strstr(request->bytes, "HTTP/1.0");
    for (int i = 0; i < (keeps ? 2 : 1); i++) {
        buf_reset(&answer);
        client_send(fd, (str){request->bytes, request->size});
        size_t n = client_read_answer(fd, &answer, head);
        tap_eq_i64(client_status(buf_view(&answer)), request->status, "served: %s", request->name);
        tap_ok(n == answer.n, "nothing more: %s", request->name);
    }
    close(fd);
    buf_clear(&answer);
}

static void
check_oversized(uint16_t port)
{
    static const struct {
        const char *name, *before, *after;
        size_t fill;
        unsigned least, most;
    } cases[] = {
        {"long target", "GET /", " HTTP/1.1\r\n" HOST "\r\n", 3000, 414, 414},
        {"endless target", "GET /", "", 20000, 414, 431},
        {"long field", "GET / HTTP/1.1\r\n" HOST "X: ", "\r\n\r\n", 20000, 400, 431},
        {"long name", "GET / HTTP/1.1\r\n" HOST, ": b\r\n\r\n", 20000, 400, 431},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf request = BUF(1 << 20), answer = BUF(CLIENT_ANSWER_MAX);
        buf_z(&request, cases[i].before);
        memset(buf_space(&request, cases[i].fill), 'a', cases[i].fill);
        buf_z(&request, cases[i].after);
        unsigned status = client_ask(port, buf_view(&request), &answer);
        if (!tap_ok(status >= cases[i].least && status <= cases[i].most, "refused: %s",
                    cases[i].name))
            tap_note("status %u", status);
        buf_clear(&request);
        buf_clear(&answer);
    }
    struct buf request = BUF(1 << 20), answer = BUF(CLIENT_ANSWER_MAX);
    buf_z(&request, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i < 101; i++)
        buf_z(&request, "a:\r\n");
    buf_z(&request, "\r\n");
    tap_eq_i64(client_ask(port, buf_view(&request), &answer), 431, "refused: too many fields");
    buf_clear(&request);
    buf_clear(&answer);
}

/* libmicrohttpd takes queries, cookies and fields apart into its few KiB of memory a connection; a
 * query we read ourselves, and where fields do not fit the client must hear of it. */
static void
check_many_parts(uint16_t port)
{
    static const struct {
        const char *name, *before, *part, *after;
        unsigned parts, least, most;
    } cases[] = {
        {"arguments", "GET /?", "a=b&", " HTTP/1.1\r\n" HOST "\r\n", 500, 200, 200},
        {"empty arguments", "GET /?", "&", " HTTP/1.1\r\n" HOST "\r\n", 2000, 200, 200},
        {"cookies", "GET / HTTP/1.1\r\n" HOST "Cookie: c=d", "; a=b", "\r\n\r\n", 110, 400, 431},
        {"fields", "GET / HTTP/1.1\r\n" HOST, "X-Abc: defghij\r\n", "\r\n", 98, 400, 431},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf request = BUF(1 << 20), answer = BUF(CLIENT_ANSWER_MAX);
        int fd = client_open(port);
        buf_z(&request, cases[i].before);
        for (unsigned n = 0; n < cases[i].parts; n++)
            buf_z(&request, cases[i].part);
        buf_z(&request, cases[i].after);
        client_send(fd, buf_view(&request));
        client_read_answer(fd, &answer, false);
        unsigned status = client_status(buf_view(&answer));
        if (!tap_ok(status >= cases[i].least && status <= cases[i].most, "answered: many %s",
                    cases[i].name))
            tap_note("status %u", status);
        close(fd);
        buf_clear(&request);
        buf_clear(&answer);
    }
}

static void
check_pipeline(uint16_t port)
{
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    int fd = client_open(port);
    client_send(fd,
                STR(GET("/1") GET("/2") "GET /3 HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"));
    tap_ok(client_read_end(fd, &answer), "a pipeline ends when it asks to");
    size_t count = 0;
    str rest = buf_view(&answer);
    for (size_t at; (at = str_find(rest, STR("served\n"))) != SIZE_MAX; count++)
        rest = str_from(rest, at + 1);
    tap_eq_i64(count, 3, "three requests at once get three answers");
    buf_reset(&answer);
    close(fd);

    fd = client_open(port);
    client_send(fd, STR(GET("/1") GET("/%zz") GET("/3")));
    tap_ok(client_read_end(fd, &answer), "a malformed request ends its pipeline");
    tap_ok(str_find(buf_view(&answer), STR("served\n")) != SIZE_MAX, "the one before is answered");
    size_t refusal = str_find(buf_view(&answer), STR("refused\n"));
    tap_ok(refusal != SIZE_MAX && refusal + 8 == answer.n, "the one after is not");
    close(fd);
    buf_clear(&answer);
}

/* FOLDER/refused.N and FOLDER/served.N: the same cases for who sends them through a proxy
 * (tests/cli/nginx.t). */
static int
write_cases(const char *folder)
{
    const struct {
        const char *name;
        const struct request *requests;
        size_t count;
    } lists[] = {{"refused", refused, sizeof refused / sizeof *refused},
                 {"served", served, sizeof served / sizeof *served}};
    for (size_t list = 0; list < 2; list++)
        for (size_t i = 0; i < lists[list].count; i++) {
            char path[PATH_TEXT];
            struct err err;
            const struct request *request = &lists[list].requests[i];
            snprintf(path, sizeof path, "%s/%s.%zu", folder, lists[list].name, i);
            if (file_replace(path, (str){request->bytes, request->size}, &err) != OK)
                return 1;
        }
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_cases(argv[2]);
    struct err err;
    int fd;
    uint16_t port;
    struct metrics metrics = {0};
    struct http_options options = {.threads = 2,
                                   .connections = 100,
                                   .idle_seconds = 600,
                                   .limits = {0, 600, 600},
                                   .handle = handle,
                                   .metrics = &metrics};
    struct http_server *server;
    if (!tap_no_err(http_listen(ip_from_v4(INADDR_LOOPBACK), 0, &fd, &port, &err), &err,
                    "listen") ||
        !tap_no_err(http_server_start(fd, &options, &server, &err), &err, "start"))
        return tap_done();
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        check_refused(port, &refused[i]);
    for (size_t i = 0; i < sizeof served / sizeof *served; i++)
        check_served(port, &served[i]);
    check_oversized(port);
    check_many_parts(port);
    check_pipeline(port);
    http_server_free(server);
    return tap_done();
}
