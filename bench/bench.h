/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring: CPU seconds of this process, and one JSON object a line for bench/run to gather. */
#pragma once

#include "base/json_out.h"
#include "base/require.h"

#include <stdio.h>
#include <time.h>

static inline double
cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline double
wall_seconds(void)
{
    return (double)clock_monotonic() / 1e9;
}

/* One result. PEER may be NULL; RATIO is what BAR speaks of. */
struct bench_row {
    const char *name, *unit, *peer, *bar;
    double value, peer_value, ratio;
    bool ok;
};

static inline void
bench_print(const struct bench_row *row)
{
    struct buf text = BUF(4096);
    struct json_out out = json_out_to(&text);
    json_out_object_begin(&out);
    json_out_pair_z(&out, "name", row->name);
    json_out_pair_double(&out, "value", row->value, 3);
    json_out_pair_z(&out, "unit", row->unit);
    json_out_pair_z(&out, "peer", row->peer);
    json_out_key(&out, "peer_value");
    if (row->peer)
        json_out_double(&out, row->peer_value, 3);
    else
        json_out_null(&out);
    json_out_key(&out, "ratio");
    if (row->ratio > 0)
        json_out_double(&out, row->ratio, 3);
    else
        json_out_null(&out);
    json_out_pair_z(&out, "bar", row->bar);
    json_out_pair_bool(&out, "ok", row->ok);
    json_out_object_end(&out);
    printf("%s\n", text.p);
    fflush(stdout);
    buf_clear(&text);
}
