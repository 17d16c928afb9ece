/* SPDX-License-Identifier: Apache-2.0 */
/* A pool of libmicrohttpd threads, each with its own epoll set over one listening socket. Its own
 * strictness stays at 0, because at 1 it drops some malformed requests without an answer; all
 * judging is exchange.c's. */
#include "portal/http/server.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/require.h"
#include "portal/http/exchange.h"

struct http_server {
    struct MHD_Daemon *daemon;
    struct http_options options;
    struct connections *connections;
    int fd;
    _Atomic bool draining;
};

enum { BACKLOG = 4096 };

static ip
ip_of(const struct sockaddr *addr)
{
    if (addr->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, addr, sizeof in);
        return ip_from_v4(ntohl(in.sin_addr.s_addr));
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, addr, sizeof in6);
    return ip_unmap(ip_from_bytes(in6.sin6_addr.s6_addr, 6));
}

/* Proxies stand for many visitors, and this machine's own programs are not visitors. */
static bool
is_exempt(const struct http_server *server, ip peer)
{
    return ip_is_loopback(peer) || trusted_has(&server->options.trusted, peer);
}

static enum MHD_Result
on_accept(void *context, const struct sockaddr *addr, socklen_t size)
{
    struct http_server *server = context;
    (void)size;
    ip peer = ip_of(addr);
    if (connections_admit(server->connections, peer, is_exempt(server, peer)))
        return MHD_YES;
    metrics_add(&server->options.metrics->rejected_connections, 1);
    return MHD_NO;
}

/* libmicrohttpd closes without a word when not even a request line could be made out, or when the
 * head left it no room for an answer. */
static void
answer_unanswered(int fd)
{
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
                                 "Content-Length: 0\r\n\r\n";
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_bytes_received > 1 &&
        info.tcpi_bytes_sent == 0)
        (void)!send(fd, answer, sizeof answer - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
on_connection(void *context, struct MHD_Connection *mhd, void **socket_context,
              enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        ip peer =
            ip_of(MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
        *socket_context = connections_add(server->connections, fd, peer, is_exempt(server, peer));
        metrics_add(&server->options.metrics->connections, 1);
        return;
    }
    struct connection *connection = *socket_context;
    answer_unanswered(connection->fd);
    connections_remove(server->connections, connection);
    *socket_context = NULL;
}

/* libmicrohttpd would take the query apart into the connection's memory, and when that is too small
 * for it (150 arguments) wait for nothing. The exchange has a copy of its own: end the other. */
static void
hide_query(const char *uri)
{
    char *mark = strchr((char *)(uintptr_t)uri, '?');
    if (mark && mark[1])
        mark[1] = 0;
}

/* Called with the target as soon as the request line is read; the result becomes the context. */
static void *
on_target(void *context, const char *uri, struct MHD_Connection *mhd)
{
    (void)context;
    struct exchange *exchange = exchange_new(
        uri, MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
    hide_query(uri);
    return exchange;
}

/* Leaves targets as they are: target.c decodes. */
static size_t
on_unescape(void *context, struct MHD_Connection *mhd, char *text)
{
    (void)context;
    (void)mhd;
    return strlen(text);
}

/* Called when the head is read, and again when there is no body or the body has been read. An
 * answer to the first call makes libmicrohttpd close, without reading a body. */
static enum MHD_Result
on_request(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
           const char *version, const char *body, size_t *body_size, void **request_context)
{
    struct http_server *server = context;
    struct exchange *exchange = *request_context;
    (void)url;
    if (!exchange->judged) {
        connection_enter(exchange->connection, PHASE_BUSY);
        exchange_judge(exchange, mhd, method, version, &server->options);
        if (!exchange->request.fault && exchange->request.method != METHOD_OTHER)
            return MHD_YES;
    } else if (*body_size) {
        exchange_take_body(exchange, (str){body, *body_size});
        *body_size = 0;
        return MHD_YES;
    }
    return exchange_answer(exchange, mhd, &server->options, server->draining);
}

static void
on_completed(void *context, struct MHD_Connection *mhd, void **request_context,
             enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)mhd;
    (void)code;
    struct exchange *exchange = take(*request_context);
    if (!exchange)
        return;
    atomic_fetch_add_explicit(&exchange->connection->served, 1, memory_order_relaxed);
    connection_enter(exchange->connection, PHASE_WAITING);
    exchange_free(exchange);
}

errcode
http_listen(ip addr, uint16_t port, int *ret_fd, uint16_t *ret_port, struct err *err)
{
    char text[IP_TEXT];
    ip_format(addr, text);
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    in.sin_addr.s_addr = htonl((uint32_t)addr.lo);
    ip_to_bytes(addr, in6.sin6_addr.s6_addr);
    bool four = addr.version == 4;
    struct sockaddr *sa = four ? (struct sockaddr *)&in : (struct sockaddr *)&in6;
    socklen_t size = four ? sizeof in : sizeof in6;

    cleanup(cleanup_close) int fd =
        socket(four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int one = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
        bind(fd, sa, size) != 0 || listen(fd, BACKLOG) != 0 || getsockname(fd, sa, &size) != 0)
        return err_set_errno(err, "cannot listen on %s port %u", text, port);
    *ret_port = ntohs(four ? in.sin_port : in6.sin6_port);
    *ret_fd = take_fd(fd);
    return OK;
}

errcode
http_server_start(int fd, const struct http_options *options, struct http_server **ret,
                  struct err *err)
{
    struct http_server *server = mem_calloc(1, sizeof *server);
    server->options = *options;
    server->fd = fd;
    server->connections = connections_new(&options->limits);
    unsigned threads = options->threads > 1 ? options->threads : 0; /* 0: one, no pool */
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME, 0,
        on_accept, server, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT, options->connections,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HTTP_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_URI_LOG_CALLBACK,
        on_target, server, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_END);
    if (!server->daemon) {
        err_set_errno(err, "cannot start the HTTP server");
        http_server_free(server);
        return ERR_IO;
    }
    *ret = server;
    return OK;
}

void
http_server_tick(struct http_server *server)
{
    connections_sweep(server->connections, &server->options.metrics->late_connections);
}

void
http_server_drain(struct http_server *server)
{
    if (server->draining)
        return;
    server->draining = true;
    MHD_quiesce_daemon(server->daemon);
}

size_t
http_server_busy(struct http_server *server)
{
    return connections_busy(server->connections);
}

size_t
http_server_connections(struct http_server *server)
{
    return connections_count(server->connections);
}

void
http_server_free(struct http_server *server)
{
    if (!server)
        return;
    if (server->daemon) {
        http_server_drain(server); /* so that the descriptor is ours in every case */
        MHD_stop_daemon(server->daemon);
    }
    close(server->fd);
    connections_free(server->connections);
    free(server);
}
