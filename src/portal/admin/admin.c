/* SPDX-License-Identifier: Apache-2.0 */
/* / and /live: what happens now. /healthz: the program runs. /readyz: it has data and takes
 * requests. /metrics: numbers. */
#include "portal/admin/admin.h"

static void
serve_metrics(struct admin *admin, struct http_reply *reply)
{
    struct snapshot *snapshot = newest_ref(admin->snapshots, NULL);
    const struct snapshot_meta *meta = snapshot ? snapshot_meta(snapshot) : NULL;
    struct snapshot_counts counts = {0};
    if (snapshot)
        counts = snapshot_counts(snapshot);
    struct metrics_gauge gauges[] = {
        {"http_connections", "Connections that are open.",
         (double)http_server_connections(admin->server)},
        {"live_views", "Operators' live views that are open.", (double)live_count(admin->live)},
        {"snapshot_loaded", "1 when a snapshot is in use.", meta ? 1 : 0},
        {"snapshot_as_of_days", "Newest day of its data, in days since 1970.",
         meta && meta->as_of != DAY_NONE ? meta->as_of : 0},
        {"snapshot_built_seconds", "When it was built, in seconds since 1970.",
         meta ? (double)meta->built / (double)USEC_PER_SECOND : 0},
        {"snapshot_swap_seconds", "The slowest opening, verifying and taking over while serving.",
         (double)admin->metrics->swap_nanoseconds / 1e9},
        {"snapshot_addresses", "IPv4 addresses in it.", (double)counts.addresses4},
        {"snapshot_prefixes", "IPv6 networks in it.", (double)counts.prefixes6},
    };
    metrics_write(admin->metrics, gauges, sizeof gauges / sizeof *gauges, &reply->body);
    counters_write_metrics(admin->counters, &reply->body);
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    if (snapshot)
        snapshot_unref(snapshot);
}

static void
serve_ready(struct admin *admin, struct http_reply *reply)
{
    struct snapshot *snapshot = newest_ref(admin->snapshots, NULL);
    bool ready = snapshot && !admin->draining;
    reply->status = ready ? 200 : 503;
    reply->content = ready             ? STR("ready\n")
                     : admin->draining ? STR("stopping\n")
                                       : STR("no snapshot yet\n");
    if (snapshot)
        snapshot_unref(snapshot);
}

void
admin_handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    struct admin *admin = context;
    reply->type = "text/plain; charset=utf-8";
    if (request->fault || request->method == METHOD_OTHER) {
        reply->status = request->fault ? request->fault : 405;
        reply->allow = request->fault ? NULL : "GET, HEAD";
        reply->content = STR("refused\n");
    } else if (str_eq(request->path, STR("/metrics"))) {
        serve_metrics(admin, reply);
    } else if (str_eq(request->path, STR("/healthz"))) {
        reply->content = STR("ok\n");
    } else if (str_eq(request->path, STR("/readyz"))) {
        serve_ready(admin, reply);
    } else if (!publisher_handle(&admin->publisher, request, reply) &&
               !live_handle(admin->live, request, reply)) {
        reply->status = 404;
        reply->content = STR("not found\n");
    }
}
