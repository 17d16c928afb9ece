/* SPDX-License-Identifier: Apache-2.0 */
/* Counters only grow, so a second's figures are differences, divided by the time that really went
 * by. They are made once, however many look. */
#include "portal/admin/live.h"

#include <pthread.h>

#include "base/catalog.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/require.h"
#include "pages.h"
#include "portal/asset.h"

enum { FIGURE_TEXT = 32, FIGURES = 7 };

/* One second: what the page shows. Negative: not known. */
struct figures {
    double requests, checks, errors, p50, p99, age;
    uint64_t connections, views;
};

struct live {
    const struct metrics *metrics;
    struct newest *snapshots;
    struct http_server *server;
    struct channel *channel;
    struct live_counts before; /* the ticking thread's, as is WHEN */
    int64_t when;
    pthread_mutex_t lock; /* of what follows */
    struct figures last;
    struct buf event; /* the last one sent */
};

struct live *
live_new(const struct metrics *metrics, struct newest *snapshots)
{
    struct live *live = mem_calloc(1, sizeof *live);
    live->metrics = metrics;
    live->snapshots = snapshots;
    live->channel = channel_new();
    live->when = clock_monotonic();
    live->last = (struct figures){.p50 = -1, .p99 = -1, .age = -1};
    live->event = BUF(CHANNEL_TEXT_MAX);
    pthread_mutex_init(&live->lock, NULL);
    return live;
}

void
live_free(struct live *live)
{
    if (!live)
        return;
    channel_free(live->channel);
    pthread_mutex_destroy(&live->lock);
    buf_clear(&live->event);
    free(live);
}

void
live_watch(struct live *live, struct http_server *server)
{
    live->server = server;
}

void
live_close(struct live *live)
{
    channel_close(live->channel);
}

bool
live_settled(struct live *live)
{
    return channel_settled(live->channel);
}

size_t
live_count(struct live *live)
{
    return channel_count(live->channel);
}

struct live_counts
live_counts(const struct metrics *metrics)
{
    struct live_counts counts = {.limited = metrics->limited};
    for (unsigned route = 0; route < ROUTE_COUNT; route++)
        for (unsigned class = 1; class < 6; class ++) {
            uint64_t n = metrics->requests[route][class];
            counts.requests += n;
            counts.errors += class == 5 ? n : 0;
            counts.checks += class == 2 && (route == ROUTE_CHECK || route == ROUTE_API) ? n : 0;
        }
    for (unsigned i = 0; i <= METRICS_BUCKETS; i++)
        counts.handled[i] = metrics->handled[i];
    return counts;
}

double
live_quantile(const struct live_counts *before, const struct live_counts *after, double share)
{
    uint64_t total = 0;
    for (unsigned i = 0; i <= METRICS_BUCKETS; i++)
        total += after->handled[i] - before->handled[i];
    double wanted = share * (double)total, below = 0;
    for (unsigned i = 0; i <= METRICS_BUCKETS && total; i++) {
        double here = (double)(after->handled[i] - before->handled[i]);
        double low = i ? (double)metrics_bounds[i - 1] : 0;
        double high = i < METRICS_BUCKETS ? (double)metrics_bounds[i] : low;
        if (here > 0 && below + here >= wanted)
            return (low + (high - low) * (wanted - below) / here) / 1000;
        below += here;
    }
    return -1;
}

/* Seconds since the snapshot in use was built. */
static double
snapshot_age(struct newest *snapshots)
{
    struct snapshot *snapshot = newest_ref(snapshots, NULL);
    if (!snapshot)
        return -1;
    double age = (double)(clock_now() - snapshot_meta(snapshot)->built) / USEC_PER_SECOND;
    snapshot_unref(snapshot);
    return age > 0 ? age : 0;
}

static void
pair(struct json_out *out, const char *key, double value, int decimals)
{
    json_out_key(out, key);
    if (value < 0)
        json_out_null(out);
    else
        json_out_double(out, value, decimals);
}

/* The time is the event's number: it grows over restarts, too. */
static void
write_event(const struct figures *figures, struct buf *out)
{
    struct json_out json = json_out_to(out);
    uint64_t now = (uint64_t)(clock_now() / USEC_PER_SECOND);
    buf_reset(out);
    buf_printf(out, "id: %llu\ndata: ", (unsigned long long)now);
    json_out_object_begin(&json);
    json_out_pair_u64(&json, "time", now);
    pair(&json, "requests", figures->requests, 1);
    pair(&json, "checks", figures->checks, 1);
    pair(&json, "errors", figures->errors, 1);
    pair(&json, "p50", figures->p50, 1);
    pair(&json, "p99", figures->p99, 1);
    json_out_pair_u64(&json, "connections", figures->connections);
    pair(&json, "age", figures->age, 0);
    json_out_pair_u64(&json, "views", figures->views);
    json_out_object_end(&json);
    buf_z(out, "\n\n");
}

void
live_tick(struct live *live)
{
    struct live_counts counts = live_counts(live->metrics), before = live->before;
    int64_t now = clock_monotonic();
    double seconds = (double)(now - live->when) / 1e9;
    if (seconds <= 0)
        return;
    const struct figures figures = {
        .requests = (double)(counts.requests - before.requests) / seconds,
        .checks = (double)(counts.checks - before.checks) / seconds,
        .errors = (double)(counts.errors - before.errors) / seconds,
        .p50 = live_quantile(&before, &counts, 0.5),
        .p99 = live_quantile(&before, &counts, 0.99),
        .connections = live->server ? http_server_connections(live->server) : 0,
        .age = snapshot_age(live->snapshots),
        .views = channel_count(live->channel),
    };
    live->before = counts;
    live->when = now;
    pthread_mutex_lock(&live->lock);
    live->last = figures;
    write_event(&figures, &live->event);
    pthread_mutex_unlock(&live->lock);
    channel_send(live->channel, buf_view(&live->event));
}

/* Whoever comes sees the last second at once. Last-Event-ID is of no use here: nobody needs the
 * seconds that went by unseen. */
static void
serve_events(struct live *live, struct http_reply *reply)
{
    reply->type = "text/event-stream; charset=utf-8";
    reply->channel = live->channel;
    buf_z(&reply->body, "retry: 2000\n\n");
    pthread_mutex_lock(&live->lock);
    buf_str(&reply->body, buf_view(&live->event));
    pthread_mutex_unlock(&live->lock);
}

static str
number(double value, int decimals, char out[FIGURE_TEXT])
{
    if (value < 0)
        return STR("–");
    int n = snprintf(out, FIGURE_TEXT, "%.*f", decimals, value);
    return n > 0 && n < FIGURE_TEXT ? (str){out, (size_t)n} : (str){NULL, 0};
}

static void
serve_page(struct live *live, enum language language, struct http_reply *reply)
{
    char text[FIGURES][FIGURE_TEXT];
    pthread_mutex_lock(&live->lock);
    struct figures last = live->last;
    pthread_mutex_unlock(&live->lock);
    const struct page_live page = {
        .requests = number(last.requests, 1, text[0]),
        .checks = number(last.checks, 1, text[1]),
        .errors = number(last.errors, 1, text[2]),
        .p50 = number(last.p50, 1, text[3]),
        .p99 = number(last.p99, 1, text[4]),
        .connections = number((double)last.connections, 0, text[5]),
        .age = number(last.age, 0, text[6]),
    };
    page_live_write(&page, language, &reply->body);
    reply->type = "text/html; charset=utf-8";
    reply->language = language_code(language);
    reply->policy = POLICY_PAGE_LIVE;
}

static bool
serve_asset(const struct http_request *request, struct http_reply *reply)
{
    const struct asset *asset = asset_at(assets, asset_count, request->path);
    if (asset)
        asset_serve(asset, request, reply);
    return asset;
}

bool
live_handle(struct live *live, const struct http_request *request, struct http_reply *reply)
{
    if (str_eq(request->path, STR("/live")))
        serve_events(live, reply);
    else if (str_eq(request->path, STR("/")))
        serve_page(live, LANGUAGE_VI, reply);
    else if (str_eq(request->path, STR("/en/")))
        serve_page(live, LANGUAGE_EN, reply);
    else
        return serve_asset(request, reply);
    return true;
}
