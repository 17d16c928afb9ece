/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd 0.9.75 cuts a head into texts where it lies and tells neither bare line feeds nor
 * folded lines nor NUL bytes. But in a well-formed head each text follows the one before it at a
 * known distance, so the places of the texts show what was skipped. tests/portal/wire_test.c
 * proves it with raw sockets: another version that lays them out otherwise fails there. */
#include "portal/http/exchange.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/require.h"
#include "portal/http/known.h"
#include "portal/http/range.h"
#include "portal/http/stream.h"
#include "portal/http/target.h"
#include "portal/http/wire.h"

#include <inttypes.h>

struct head {
    struct exchange *exchange;
    struct wire wire;
    struct wire_fault fault;
    const char *expected; /* where the next field must begin */
    bool want_forwarded;
};

enum { CRLF = 2, FORWARDED_MAX = 2048 };

struct exchange *
exchange_new(const char *uri, struct connection *connection)
{
    size_t n = strlen(uri);
    struct exchange *exchange = mem_alloc(sizeof *exchange + 2 * (n + 1));
    *exchange = (struct exchange){
        .connection = connection, .uri = uri, .uri_length = n, .forwarded = BUF(FORWARDED_MAX)};
    memcpy(exchange->text, uri, n + 1);
    return exchange;
}

void
exchange_free(struct exchange *exchange)
{
    if (!exchange)
        return;
    if (exchange->request.job.work)
        exchange->request.job.release(exchange->request.job.work);
    buf_clear(&exchange->forwarded);
    buf_clear(&exchange->body);
    free(exchange);
}

/* Fields that handlers ask for. A repeated one counts as its first. */
static void
keep_field(struct http_request *request, str name, str value)
{
    str *slot = NULL;
    if (str_eq_nocase(name, STR("Accept")))
        slot = &request->accept;
    else if (str_eq_nocase(name, STR("Accept-Encoding")))
        slot = &request->accept_encoding;
    else if (str_eq_nocase(name, STR("If-None-Match")))
        slot = &request->if_none_match;
    else if (str_eq_nocase(name, STR("Range")))
        slot = &request->range;
    else if (str_eq_nocase(name, STR("If-Range")))
        slot = &request->if_range;
    else if (str_eq_nocase(name, STR("Host")))
        slot = &request->host;
    else if (str_eq_nocase(name, STR("Authorization")))
        slot = &request->authorization;
    else if (str_eq_nocase(name, STR("Content-Type")))
        slot = &request->content_type;
    else if (str_eq_nocase(name, STR("Khien-Proof")))
        slot = &request->proof;
    if (slot && !slot->p)
        *slot = str_trim(value);
}

static enum MHD_Result
on_field(void *context, enum MHD_ValueKind kind, const char *name, size_t name_size,
         const char *value, size_t value_size)
{
    struct head *head = context;
    (void)kind;
    str key = {name, name_size}, text = {value ? value : "", value ? value_size : 0};
    if (name != head->expected || !value || value < name + name_size) {
        head->fault = (struct wire_fault){400, "head_layout"};
        return MHD_NO;
    }
    head->expected = value + value_size + CRLF;
    head->fault = wire_field(&head->wire, key, text);
    if (head->fault.status)
        return MHD_NO;
    if (head->want_forwarded && str_eq_nocase(key, STR("X-Forwarded-For"))) {
        if (head->exchange->forwarded.n)
            buf_char(&head->exchange->forwarded, ',');
        buf_str(&head->exchange->forwarded, text);
    }
    keep_field(&head->exchange->request, key, text);
    return MHD_YES;
}

/* The last line's CRLF and the empty line's are all that stands between it and the head's end. A
 * line that begins with a colon, for one, looks to libmicrohttpd like the empty line. */
static bool
ends_well(struct MHD_Connection *mhd, const char *method, const char *last_line_end)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info && method + info->header_size == last_line_end + CRLF;
}

static struct wire_fault
judge_head(struct head *head, struct MHD_Connection *mhd, const char *method, const char *version)
{
    const struct exchange *exchange = head->exchange;
    if (strlen(version) != 8 || memcmp(version, "HTTP/1.", 7) != 0)
        return (struct wire_fault){400, "version"};
    if (!wire_is_token(str_of(method)))
        return (struct wire_fault){400, "method"};
    if (method + strlen(method) + 1 != exchange->uri ||
        exchange->uri + exchange->uri_length + 1 != version)
        return (struct wire_fault){400, "request_line"};
    head->expected = version + 8 + CRLF;
    MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, on_field, head);
    if (head->fault.status)
        return head->fault;
    if (!ends_well(mhd, method, head->expected))
        return (struct wire_fault){400, "head_layout"};
    struct target target = {0};
    unsigned status = target_parse((str){exchange->text, exchange->uri_length},
                                   head->exchange->text + exchange->uri_length + 1, &target);
    if (status)
        return (struct wire_fault){status, "target"};
    head->exchange->request.path = target.path;
    head->exchange->request.query = target.query;
    struct wire_fault fault = wire_end(&head->wire, (unsigned)(version[7] - '0'), target.host);
    if (!fault.status && (head->wire.length_nonzero || head->wire.encodings) &&
        exchange->request.method != METHOD_OTHER)
        return (struct wire_fault){413, "unwanted_body"};
    return fault;
}

static enum http_method
method_of(const char *method)
{
    if (strcmp(method, "GET") == 0)
        return METHOD_GET;
    return strcmp(method, "HEAD") == 0 ? METHOD_HEAD : METHOD_OTHER;
}

/* Whether the body may come. Its length must be told first, so that nothing is read in vain. */
static void
judge_body(struct exchange *exchange, const struct wire *wire, const struct http_options *options)
{
    struct http_request *request = &exchange->request;
    size_t max = options->body_max ? options->body_max(options->context, request->path) : 0;
    if (!max)
        return;
    request->method = METHOD_POST;
    exchange->body = BUF(max);
    if (!wire->lengths)
        request->fault = 411;
    else if (wire->length > max)
        request->fault = 413;
}

void
exchange_take_body(struct exchange *exchange, str piece)
{
    buf_str(&exchange->body, piece);
    exchange->request.body = buf_view(&exchange->body);
}

void
exchange_judge(struct exchange *exchange, struct MHD_Connection *mhd, const char *method,
               const char *version, const struct http_options *options)
{
    struct http_request *request = &exchange->request;
    ip peer = exchange->connection->peer;
    const struct trusted *trusted = &options->trusted;
    struct head head = {.exchange = exchange, .want_forwarded = trusted_has(trusted, peer)};
    exchange->judged = true;
    exchange->old = strcmp(version, "HTTP/1.0") == 0;
    request->method = method_of(method);
    request->fault = judge_head(&head, mhd, method, version).status;
    request->visitor = peer;
    request->exempt = exchange->connection->exempt && exchange->forwarded.n == 0;
    if (!request->fault && strcmp(method, "POST") == 0)
        judge_body(exchange, &head.wire, options);
    if (request->fault || exchange->forwarded.n == 0)
        return;
    if (exchange->forwarded.full ||
        !forwarded_visitor(trusted, peer, buf_view(&exchange->forwarded), &request->visitor))
        request->fault = 400;
}

static void
add(struct MHD_Response *response, const char *name, const char *value)
{
    if (value)
        require(MHD_add_response_header(response, name, value) == MHD_YES);
}

/* An SVG may style its shapes, and is in a sandbox when it is opened by itself. */
static const char *const policies[] = {
    [POLICY_DATA] = "default-src 'none'; frame-ancestors 'none'",
    [POLICY_PAGE] = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
                    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    [POLICY_PAGE_SCRIPT] =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    [POLICY_PAGE_LIVE] =
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    [POLICY_IMAGE] = "default-src 'none'; style-src 'unsafe-inline'; sandbox; "
                     "frame-ancestors 'none'",
    [POLICY_FILE] = "frame-ancestors 'none'",
};

static void
add_policy(struct MHD_Response *response, const struct http_reply *reply)
{
    enum http_policy policy = reply->policy;
    bool cross_origin = reply->cross_origin;
    add(response, "X-Content-Type-Options", "nosniff");
    add(response, "Cross-Origin-Resource-Policy", cross_origin ? "cross-origin" : "same-origin");
    if (cross_origin)
        add(response, "Access-Control-Allow-Origin", "*");
    add(response, "Content-Security-Policy", policies[policy]);
    if (policy != POLICY_PAGE && policy != POLICY_PAGE_SCRIPT && policy != POLICY_PAGE_LIVE)
        return;
    add(response, "Referrer-Policy", "no-referrer");
    add(response, "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    add(response, "Cross-Origin-Opener-Policy", "same-origin");
    add(response, "Cross-Origin-Embedder-Policy", "require-corp");
}

static void
add_fields(struct MHD_Response *response, const struct http_reply *reply)
{
    add(response, "Cache-Control", reply->cache);
    add(response, "ETag", reply->etag);
    add(response, "Content-Language", reply->language);
    add(response, "Vary", reply->vary);
    add_policy(response, reply);
    if (reply->once)
        add(response, "Connection", "close");
}

static struct MHD_Response *
response_of(struct http_reply *reply, const struct exchange *exchange, struct MHD_Connection *mhd)
{
    struct MHD_Response *response;
    if (reply->channel)
        response = stream_response(reply->channel, mhd, exchange->connection->fd,
                                   buf_view(&reply->body), !exchange->old);
    else if (reply->file >= 0) /* libmicrohttpd closes it */
        response = MHD_create_response_from_fd_at_offset64(reply->file_size, take_fd(reply->file),
                                                           reply->file_from);
    else if (reply->body.n) /* libmicrohttpd frees it */
        response = MHD_create_response_from_buffer(reply->body.n, take(reply->body.p),
                                                   MHD_RESPMEM_MUST_FREE);
    else
        response = MHD_create_response_from_buffer(
            reply->content.n, (void *)(uintptr_t)reply->content.p, MHD_RESPMEM_PERSISTENT);
    require(response);
    add(response, "Content-Type", reply->type);
    add(response, "Content-Encoding", reply->encoding);
    add(response, "Location", reply->location);
    add(response, "Allow", reply->allow);
    add(response, "Retry-After", reply->retry_after);
    add(response, "Accept-Ranges", reply->ranges ? "bytes" : NULL);
    add(response, "Content-Range", reply->content_range[0] ? reply->content_range : NULL);
    add_fields(response, reply);
    return response;
}

static struct MHD_Response *
unchanged_of(const struct http_reply *reply)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    require(response);
    add_fields(response, reply);
    return response;
}

/* Tags are long hashes in quotes, so none lies within another; a weak one means as much here. */
static bool
has_already(const struct http_request *request, const char *etag)
{
    return request->if_none_match.n && etag && etag[0] &&
           str_find(request->if_none_match, str_of(etag)) != SIZE_MAX;
}

bool
http_reply_known(struct http_reply *reply, const struct http_request *request, uint64_t key,
                 uint64_t epoch)
{
    if (reply->once)
        return false;
    reply->key = key;
    reply->epoch = epoch;
    const struct known *known = known_find(key, epoch);
    if (!known)
        return false;
    bool unchanged = has_already(request, known->etag);
    reply->status = unchanged ? 304 : 200;
    reply->known = unchanged ? known->unchanged : known->whole;
    return true;
}

/* Keeps what the handler made, and sends it or the word that it is unchanged. */
static enum MHD_Result
queue_and_keep(struct MHD_Connection *mhd, const struct exchange *exchange,
               struct http_reply *reply, bool unchanged)
{
    struct known known = {.bytes = reply->body.n};
    if (reply->etag) {
        snprintf(known.etag, sizeof known.etag, "%s", reply->etag);
        known.unchanged = unchanged_of(reply);
    }
    known.whole = response_of(reply, exchange, mhd);
    enum MHD_Result result =
        MHD_queue_response(mhd, reply->status, unchanged ? known.unchanged : known.whole);
    known_keep(reply->key, reply->epoch, &known);
    return result;
}

static void
choose_range(const struct http_request *request, struct http_reply *reply)
{
    struct range range;
    uint64_t size = reply->file_size;
    if (!reply->ranges || reply->status != 200 || request->method != METHOD_GET)
        return;
    switch (range_choose(request->range, request->if_range, reply->etag, size, &range)) {
    case RANGE_WHOLE:
        break;
    case RANGE_PART:
        reply->status = 206;
        reply->file_from = range.from;
        reply->file_size = range.size;
        snprintf(reply->content_range, sizeof reply->content_range,
                 "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range.from, range.from + range.size - 1,
                 size);
        break;
    case RANGE_OUTSIDE:
        reply->status = 416;
        cleanup_close(&reply->file);
        reply->file = -1;
        snprintf(reply->content_range, sizeof reply->content_range, "bytes */%" PRIu64, size);
        break;
    }
}

static enum MHD_Result
queue(struct MHD_Connection *mhd, const struct exchange *exchange, struct http_reply *reply)
{
    if (reply->known)
        return MHD_queue_response(mhd, reply->status, reply->known);
    bool unchanged = reply->status == 200 && has_already(&exchange->request, reply->etag);
    if (unchanged)
        reply->status = 304;
    choose_range(&exchange->request, reply);
    if (reply->key && !reply->once)
        return queue_and_keep(mhd, exchange, reply, unchanged);
    struct MHD_Response *response =
        unchanged ? unchanged_of(reply) : response_of(reply, exchange, mhd);
    enum MHD_Result result = MHD_queue_response(mhd, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Suspended first, so that the end of the pause cannot come before its beginning. */
static enum MHD_Result
pause_for(struct exchange *exchange, struct MHD_Connection *mhd, struct http_job job)
{
    exchange->mhd = mhd;
    exchange->request.job = job;
    MHD_suspend_connection(mhd);
    job.start(job.work, (struct http_pause *)exchange);
    return MHD_YES;
}

void
http_pause_end(struct http_pause *pause)
{
    MHD_resume_connection(((struct exchange *)pause)->mhd);
}

enum MHD_Result
exchange_answer(struct exchange *exchange, struct MHD_Connection *mhd,
                const struct http_options *options, bool closing)
{
    struct http_reply reply = {.status = 200,
                               .route = ROUTE_OTHER,
                               .cache = "no-store",
                               .body = BUF(HTTP_BODY_MAX),
                               .file = -1,
                               .once = closing || exchange->request.fault};
    int64_t begin = clock_monotonic();
    options->handle(options->context, &exchange->request, &reply);
    if (reply.job.work) {
        require(!exchange->request.job.work);
        buf_clear(&reply.body);
        return pause_for(exchange, mhd, reply.job);
    }
    if (reply.file >= 0 || reply.channel)
        connection_enter(exchange->connection, reply.channel ? PHASE_STREAMING : PHASE_SENDING);
    enum MHD_Result result = queue(mhd, exchange, &reply);
    buf_clear(&reply.body);
    cleanup_close(&reply.file); /* of an answer that did not need it */
    metrics_request(options->metrics, reply.route, reply.status, clock_monotonic() - begin);
    return result;
}
