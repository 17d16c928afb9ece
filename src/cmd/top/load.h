/* SPDX-License-Identifier: Apache-2.0 */
/* What khien serve says of itself at one moment (docs/http.md, /metrics), and what happened between
 * two of them. */
#pragma once

#include "base/clock.h"
#include "cmd/top/samples.h"

enum { LOAD_ROUTES_MAX = 16, LOAD_BUCKETS_MAX = 64, LOAD_NAME = 24, LOAD_CLASSES = 6 };

struct load_route {
    char name[LOAD_NAME];
    double codes[LOAD_CLASSES]; /* requests by status / 100 */
};

struct load {
    struct load_route routes[LOAD_ROUTES_MAX];
    size_t route_count;
    double bounds[LOAD_BUCKETS_MAX], within[LOAD_BUCKETS_MAX]; /* seconds; answers within them */
    size_t bucket_count;
    double connections, rejected, late, limited, refused_snapshots; /* counters since the start */
    double open;                                                    /* connections now */
    bool has_snapshot;
    day as_of;  /* DAY_NONE: without data */
    usec built; /* USEC_NONE: without a snapshot */
    double addresses, prefixes;
};

/* ERR_FORMAT when they are not the metrics of khien serve. */
errcode load_read(const struct samples *samples, struct load *ret, struct err *err);
/* The counters' growth from BEFORE to NOW, and what NOW is otherwise; false when the server began
 * anew meanwhile. */
bool load_since(const struct load *now, const struct load *before, struct load *ret);
double load_route_requests(const struct load_route *route);
double load_requests(const struct load *load);
/* Requests for the check: its page and its JSON. */
double load_checks(const struct load *load);
/* The time in seconds within which the share Q of the answers was made, taken as spread evenly
 * within its bucket (as Prometheus' histogram_quantile does); INFINITY beyond the last bucket, NaN
 * without answers. */
double load_quantile(const struct load *load, double q);
