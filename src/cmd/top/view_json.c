/* SPDX-License-Identifier: Apache-2.0 */
/* The same facts as the text, for scripts; what is not known is null. */
#include "cmd/top/view.h"

#include "base/json_out.h"

#include <math.h>
#include <stdio.h>

/* Counts are whole; where the server's are not, neither are these. */
static void
pair_count(struct json_out *out, const char *key, double value)
{
    json_out_pair_double(out, key, value, 0);
}

static void
codes_json(struct json_out *out, const char *key, const struct load_route *route, double seconds,
           int decimals)
{
    json_out_key(out, key);
    json_out_object_begin(out);
    for (int class = 1; class < LOAD_CLASSES; class ++) {
        char name[8];
        snprintf(name, sizeof name, "%dxx", class);
        json_out_pair_double(out, name, route->codes[class] / seconds, decimals);
    }
    json_out_object_end(out);
}

static void
routes_json(struct json_out *out, const struct view *view)
{
    json_out_key(out, "routes");
    json_out_array_begin(out);
    for (size_t i = 0; i < view->load->route_count; i++) {
        json_out_object_begin(out);
        json_out_pair_z(out, "route", view->load->routes[i].name);
        codes_json(out, "total", &view->load->routes[i], 1, 0);
        if (view->since) /* it has the same routes in the same places */
            codes_json(out, "per_second", &view->since->routes[i], view->seconds, 3);
        json_out_object_end(out);
    }
    json_out_array_end(out);
}

static void
rates_json(struct json_out *out, const struct view *view)
{
    const struct load *since = view->since;
    json_out_pair_double(out, "requests_per_second",
                         since ? load_requests(since) / view->seconds : NAN, 3);
    json_out_pair_double(out, "checks_per_minute",
                         since ? load_checks(since) * 60 / view->seconds : NAN, 3);
}

static void
latency_json(struct json_out *out, const struct load *load, const char *key)
{
    json_out_key(out, key);
    json_out_object_begin(out);
    json_out_pair_double(out, "p50", load ? load_quantile(load, 0.5) : NAN, 9);
    json_out_pair_double(out, "p90", load ? load_quantile(load, 0.9) : NAN, 9);
    json_out_pair_double(out, "p99", load ? load_quantile(load, 0.99) : NAN, 9);
    json_out_object_end(out);
}

static void
snapshot_json(struct json_out *out, const struct load *load)
{
    char text[TIME_TEXT];
    json_out_key(out, "snapshot");
    json_out_object_begin(out);
    json_out_pair_bool(out, "loaded", load->has_snapshot);
    json_out_pair_day(out, "as_of", load->as_of);
    json_out_pair_z(out, "built", load->has_snapshot ? time_format(load->built, text) : NULL);
    pair_count(out, "addresses", load->addresses);
    pair_count(out, "prefixes", load->prefixes);
    pair_count(out, "refused", load->refused_snapshots);
    json_out_object_end(out);
}

static void
load_json(struct json_out *out, const struct view *view)
{
    const struct load *load = view->load;
    pair_count(out, "requests", load_requests(load));
    rates_json(out, view);
    routes_json(out, view);
    latency_json(out, load, "latency_seconds");
    latency_json(out, view->since, "latency_seconds_now");
    pair_count(out, "connections_open", load->open);
    pair_count(out, "connections", load->connections);
    pair_count(out, "connections_rejected", load->rejected);
    pair_count(out, "connections_late", load->late);
    pair_count(out, "limited", load->limited);
    snapshot_json(out, load);
}

static void
sources_json(struct json_out *out, const struct view *view)
{
    char text[TIME_TEXT];
    json_out_key(out, "sources");
    json_out_array_begin(out);
    for (size_t i = 0; i < view->source_count; i++) {
        const struct view_source *source = &view->sources[i];
        json_out_object_begin(out);
        json_out_pair_z(out, "source", source->name);
        json_out_pair_z(out, "last_input", time_format(source->last, text));
        json_out_pair_u64(out, "rows_today", source->today);
        json_out_pair_z(out, "state", source->state[0] ? source->state : NULL);
        json_out_pair_day(out, "day", source->day);
        json_out_object_end(out);
    }
    json_out_array_end(out);
    json_out_pair_u64(out, "sources_left", view->sources_left);
    json_out_pair_z(out, "store_note", view->store_note);
}

void
view_json(const struct view *view, struct buf *buf)
{
    char text[TIME_TEXT];
    struct json_out out = json_out_to(buf);
    json_out_object_begin(&out);
    json_out_pair_z(&out, "url", view->url);
    json_out_pair_z(&out, "at", time_format(view->now, text));
    json_out_pair_double(&out, "interval_seconds", view->since ? view->seconds : NAN, 3);
    if (view->load)
        load_json(&out, view);
    sources_json(&out, view);
    json_out_object_end(&out);
    buf_char(buf, '\n');
}
