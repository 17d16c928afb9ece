/* SPDX-License-Identifier: Apache-2.0 */
/* One line a counter; histogram buckets are cumulative only when written. */
#include "portal/http/metrics.h"

#include <inttypes.h>

const int64_t metrics_bounds[METRICS_BUCKETS] = {
    5000,    10000,   25000,    50000,     100000,    250000,
    1000000, 5000000, 25000000, 100000000, 500000000, 2500000000,
};
static const char *const route_names[ROUTE_COUNT] = {
#define X(suffix, name) name,
    METRICS_ROUTES(X)
#undef X
};

void
metrics_request(struct metrics *metrics, enum metrics_route route, unsigned status,
                int64_t nanoseconds)
{
    unsigned bucket = 0;
    while (bucket < METRICS_BUCKETS && nanoseconds > metrics_bounds[bucket])
        bucket++;
    metrics_add(&metrics->requests[route][status / 100 % 6], 1);
    metrics_add(&metrics->handled[bucket], 1);
    metrics_add(&metrics->handled_nanoseconds, (uint64_t)nanoseconds);
}

static void
write_requests(const struct metrics *metrics, struct buf *out)
{
    buf_z(out, "# HELP khien_http_requests_total Requests answered.\n"
               "# TYPE khien_http_requests_total counter\n");
    for (unsigned route = 0; route < ROUTE_COUNT; route++)
        for (unsigned class = 1; class < 6; class ++)
            if (metrics->requests[route][class])
                buf_printf(out,
                           "khien_http_requests_total{route=\"%s\",code=\"%uxx\"} %" PRIu64 "\n",
                           route_names[route], class, metrics->requests[route][class]);
}

static void
write_times(const struct metrics *metrics, struct buf *out)
{
    uint64_t sum = 0;
    buf_z(out, "# HELP khien_http_handler_seconds Time spent making an answer.\n"
               "# TYPE khien_http_handler_seconds histogram\n");
    for (unsigned i = 0; i < METRICS_BUCKETS; i++) {
        sum += metrics->handled[i];
        buf_printf(out, "khien_http_handler_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
                   (double)metrics_bounds[i] / 1e9, sum);
    }
    sum += metrics->handled[METRICS_BUCKETS];
    buf_printf(out, "khien_http_handler_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", sum);
    buf_printf(out, "khien_http_handler_seconds_sum %.9f\n",
               (double)metrics->handled_nanoseconds / 1e9);
    buf_printf(out, "khien_http_handler_seconds_count %" PRIu64 "\n", sum);
}

static void
write_counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
    buf_printf(out, "# HELP khien_%s %s\n# TYPE khien_%s counter\nkhien_%s %" PRIu64 "\n", name,
               help, name, name, value);
}

void
metrics_write(const struct metrics *metrics, const struct metrics_gauge *gauges, size_t count,
              struct buf *out)
{
    write_requests(metrics, out);
    write_times(metrics, out);
    write_counter(out, "http_connections_total", "Connections accepted.", metrics->connections);
    write_counter(out, "http_connections_rejected_total", "Connections over a prefix's cap.",
                  metrics->rejected_connections);
    write_counter(out, "http_connections_late_total", "Connections closed at a deadline.",
                  metrics->late_connections);
    write_counter(out, "http_limited_total", "Requests over a prefix's rate.", metrics->limited);
    write_counter(out, "snapshot_swaps_total", "Snapshots taken into use.", metrics->swaps);
    write_counter(out, "snapshot_refused_total", "Snapshots refused as damaged.",
                  metrics->refused_snapshots);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "# HELP khien_%s %s\n# TYPE khien_%s gauge\nkhien_%s %.15g\n",
                   gauges[i].name, gauges[i].help, gauges[i].name, gauges[i].name, gauges[i].value);
}
