/* SPDX-License-Identifier: Apache-2.0 */
/* Counters that any thread may add to, written as Prometheus text (exposition format 0.0.4). They
 * hold no address and nothing by which one visitor could be told from another. */
#pragma once

#include <stdatomic.h>

#include "base/buf.h"

#define METRICS_ROUTES(X)                                                                          \
    X(HOME, "home")                                                                                \
    X(CHECK, "check")                                                                              \
    X(FIGURES, "figures")                                                                          \
    X(API, "api") X(ASSET, "asset") X(FILE, "file") X(OTHER, "other") X(REFUSED, "refused")

enum metrics_route {
#define X(suffix, name) ROUTE_##suffix,
    METRICS_ROUTES(X)
#undef X
        ROUTE_COUNT
};

enum { METRICS_BUCKETS = 12 };
extern const int64_t metrics_bounds[METRICS_BUCKETS]; /* nanoseconds, ascending */

struct metrics {
    _Atomic uint64_t requests[ROUTE_COUNT][6];     /* by status / 100 */
    _Atomic uint64_t handled[METRICS_BUCKETS + 1]; /* by time, the last one without an end */
    _Atomic uint64_t handled_nanoseconds;
    _Atomic uint64_t connections, rejected_connections, late_connections;
    _Atomic uint64_t limited, swaps, refused_snapshots;
    _Atomic uint64_t swap_nanoseconds; /* the slowest one since the start */
};

static inline void
metrics_add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}
void metrics_request(struct metrics *metrics, enum metrics_route route, unsigned status,
                     int64_t nanoseconds);

/* What is read at the moment of asking. */
struct metrics_gauge {
    const char *name, *help;
    double value;
};
void metrics_write(const struct metrics *metrics, const struct metrics_gauge *gauges, size_t count,
                   struct buf *out);
