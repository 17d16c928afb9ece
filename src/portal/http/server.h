/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 over libmicrohttpd, behind the checks of wire.h and target.h, with the deadlines and
 * caps of connections.h. A handler gets a request that has one reading only. docs/http.md tells
 * what is refused and why. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "portal/http/connections.h"
#include "portal/http/forwarded.h"
#include "portal/http/metrics.h"

struct MHD_Response;
struct channel;

/* POST only where a body is taken; elsewhere it is one of the others. */
enum http_method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OTHER };

/* Work that takes long for one request. The handler puts it into reply->job and returns; START then
 * hands it to whoever does it, who ends the pause once, from any thread. The handler is called
 * again for the same request, which has the job. RELEASE is called when the request is over. */
struct http_pause;
struct http_job {
    void *work;
    void (*start)(void *work, struct http_pause *pause);
    void (*release)(void *work);
};
void http_pause_end(struct http_pause *pause);

struct http_request {
    struct http_job job; /* the second time; else all zero */
    unsigned fault;      /* the status to answer with when the request is refused; else 0 */
    enum http_method method;
    str path, query; /* decoded; raw */
    ip visitor;      /* the peer, or what a trusted proxy says */
    bool exempt;     /* from rates: asked from this machine itself, by no proxy */
    str accept, accept_encoding, if_none_match;
    str range, if_range;
    str host, authorization; /* Authorization is a secret: to be compared, never shown */
    str content_type, proof; /* of a body; Khien-Proof (docs/self-reports.md) */
    str body;                /* of METHOD_POST, whole */
};

/* What a browser may do with an answer. */
enum http_policy {
    POLICY_DATA,
    POLICY_PAGE,
    POLICY_PAGE_SCRIPT, /* with scripts of the own origin */
    POLICY_PAGE_LIVE,   /* whose scripts ask the own origin back */
    POLICY_IMAGE,       /* an SVG from elsewhere */
    POLICY_FILE, /* a picture or PDF of our own: a browser's viewer of PDF needs its own scripts */
};

/* What a handler fills in; with an entity tag, whoever has that content already gets a 304. Text of
 * header fields must be constant or live in the request. */
struct http_reply {
    unsigned status; /* 200 at first */
    enum metrics_route route;
    enum http_policy policy;
    bool cross_origin; /* pages of any other origin may read it: public figures only */
    const char *type, *cache;
    const char *etag, *location, *allow, *encoding, *language, *vary,
        *retry_after; /* NULL = none */
    str content;      /* constant content instead of BODY */
    int file;         /* its whole content instead; -1 = none. Closed with the answer */
    uint64_t file_size;
    bool ranges; /* a part of the file will do; it has an entity tag then */
    uint64_t file_from;
    char content_range[64];  /* empty = none */
    struct channel *channel; /* after BODY goes on with what is sent there (channel.h) */
    struct buf body;
    struct http_job job; /* instead of an answer; only where the request has none yet */
    char text[512];      /* room for a made field, e.g. the entity tag */
    /* For http_reply_known: */
    bool once; /* the connection closes after it, so it is like no other */
    uint64_t key, epoch;
    struct MHD_Response *known;
};

/* For answers that many visitors get: KEY (not 0) names all that this one depends on besides the
 * EPOCH of the data. True when this thread has it ready: nothing but the route is to be filled in
 * then. Else the handler goes on, and what it makes is kept for the next time, unless it sets
 * reply->key to 0. */
bool http_reply_known(struct http_reply *reply, const struct http_request *request, uint64_t key,
                      uint64_t epoch);

enum { HTTP_BODY_MAX = 1 << 20, HTTP_MEMORY = 8 << 10 };

typedef void http_handle(void *context, const struct http_request *request,
                         struct http_reply *reply);

struct http_options {
    unsigned threads, connections, idle_seconds;
    struct connection_limits limits;
    struct trusted trusted;
    http_handle *handle;
    /* The most bytes of a body that is taken at PATH; 0: none is. NULL: nowhere. */
    size_t (*body_max)(void *context, str path);
    void *context;
    struct metrics *metrics;
};

struct http_server;
/* A listening socket on ADDR (PORT 0 = any); *RET_PORT gets the port. */
errcode http_listen(ip addr, uint16_t port, int *ret_fd, uint16_t *ret_port, struct err *err);
/* Serves on FD, which it owns from then on, until freed. */
errcode http_server_start(int fd, const struct http_options *options, struct http_server **ret,
                          struct err *err);
/* About once a second, from one thread. */
void http_server_tick(struct http_server *server);
/* Takes no more connections and tells clients to close theirs. */
void http_server_drain(struct http_server *server);
size_t http_server_busy(struct http_server *server);
size_t http_server_connections(struct http_server *server);
void http_server_free(struct http_server *server);
