/* SPDX-License-Identifier: Apache-2.0 */
/* How often something was done: a number and the day since, for each thing and nothing else. Kept
 * in memory, written to a file of this node now and then; the figures are the sum over all nodes
 * that share the folder (docs/storage.md). Safe from any thread (inner to the part). */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/ip.h"

#define COUNTERS(X)                                                                                \
    X(JOIN, "join")     /* the campaign's entry was taken */                                       \
    X(CHECK, "check")   /* a connection was checked; never with what result */                     \
    X(TOOL, "tool")     /* a tool was downloaded, by its name */                                   \
    X(SHARE, "share")   /* a share button was taken, by channel */                                 \
    X(POSTER, "poster") /* a poster was fetched, by form */

enum counter {
#define X(suffix, name) COUNTER_##suffix,
    COUNTERS(X)
#undef X
        COUNTER_COUNT
};

enum {
    COUNTER_NAMES_MAX = 256, /* things with a name; what comes later counts without its name */
    COUNTER_NAME = 48,       /* bytes: small letters, digits, '-' and '.' */
    COUNTER_MINUTES = 5,     /* one count a network and thing */
    COUNTER_SHOWN = 100,     /* smaller figures are not made public */
};

struct counters;
/* Reads what stands in FOLDER; NODE names this node's file, and where another process has that one,
 * the next free NODE-2, NODE-3 … is taken. What cannot be read or written is logged, not fatal: the
 * counters go on in memory. FOLDER may be NULL: in memory only. */
struct counters *counters_new(const char *folder, const char *node);
/* Writes what is not written yet. */
void counters_free(struct counters *counters);
/* Once more, unless VISITOR's network had the same thing counted within the last minutes. NAME is
 * empty where the thing has none. */
void counters_add(struct counters *counters, enum counter what, str name, ip visitor);
/* About once a second, from one thread: writes and reads files, at most every ten seconds. */
void counters_tick(struct counters *counters);
/* Writes at once what is not written yet; only from the thread that ticks. */
void counters_write(struct counters *counters);
/* Another number, at most once a minute, after public figures have changed. */
uint64_t counters_epoch(const struct counters *counters);

struct counter_figure {
    uint64_t total;
    day since; /* DAY_NONE when it never was */
};
/* Over all names. */
struct counter_figure counters_figure(const struct counters *counters, enum counter what);
/* Of one name only. */
struct counter_figure counters_figure_of(struct counters *counters, enum counter what, str name);

/* The public figures as JSON; those below COUNTER_SHOWN as null. */
void counters_write_json(const struct counters *counters, struct buf *out);
/* All figures as Prometheus text. */
void counters_write_metrics(const struct counters *counters, struct buf *out);
