/* SPDX-License-Identifier: Apache-2.0 */
/* Feed health: what each source delivered on each day, and whether that day can be compared with
 * those before. Levels are compared on a log scale with the median and the median absolute
 * deviation of the last days that were sound (docs/measures.md has the thresholds). */
#pragma once

#include "sightings/measures/scope.h"

#define HEALTH_STATES(X)                                                                           \
    X(OK, "ok")                                                                                    \
    X(FIRST, "first-day")                                                                          \
    X(MISSING, "missing")                                                                          \
    X(SHRUNK, "shrunk")                                                                            \
    X(GROWN, "grown")                                                                              \
    X(POLICY, "policy-change")                                                                     \
    X(EXPLAINED, "explained")

enum health_state {
#define X(suffix, name) HEALTH_##suffix,
    HEALTH_STATES(X)
#undef X
};
const char *health_state_name(enum health_state state);

struct health_day {
    uint64_t rows, members; /* members: over all families, an address in two of them twice */
    double expected;        /* the median that it was compared with; 0 when there was none */
    str note;               /* the operator's */
    enum health_state state;
    bool present;
};

/* A source, or one family of it that makes up a fair part of the class or of the family. */
struct health_series {
    str source, family; /* family empty: the whole source */
    day first;          /* of DAYS */
    size_t count;
    struct health_day *days;
    bool older; /* the source has days before FIRST */
    bool minor; /* a fair part of its family, but not of everything: matters to the family only */
};

struct health {
    struct health_series *series;
    size_t count, room;
    day last;
    struct names pairs; /* "source\tfamily": which source carries which family */
    day merged;         /* provinces that are asked for got other borders; DAY_NONE */
    day today;          /* of the data: this day and later ones are not over */
    struct arena arena;
};

/* All sources of the scope's class (the request's source, if given) up to TO, with what goes before
 * FROM as far as it is needed. Network filters do not matter here. */
errcode health_load(struct health *ret, const struct scope *scope, day from, day to,
                    struct err *err);
/* The day up to which health is told without an end given: the scope's last one, or later, so that
 * silence since then shows. */
day health_last_day(const struct scope *scope);
void health_clear(struct health *health);
/* Notes that SOURCE carries FAMILY; for a health that is put together from a file. */
void health_pair_add(struct health *health, str source, str family);

enum reason_kind {
    REASON_STATE,       /* SERIES has that state from FROM to TO */
    REASON_UNREPORTED,  /* no source reported the family or source NAME (empty: anything) */
    REASON_UNFINISHED,  /* the day FROM is not over */
    REASON_BORDERS,     /* provinces have other borders from FROM on */
    REASON_FIRST_DAY,   /* nothing before it to compare with */
    REASON_NO_BASELINE, /* nothing was seen in the baseline window */
};
struct reason {
    enum reason_kind kind;
    day from, to;
    const struct health_series *series;
    str name;
};

/* Why days within FROM … TO cannot be compared with each other, one text a break; FAMILY (empty:
 * all) leaves out breaks of other families only. A source's first day and a change of policy count
 * when they are after FROM. A day that is not over and a name that nobody reports are breaks, too.
 */
struct reasons {
    str *items;           /* in English, as commands print them */
    struct reason *facts; /* the same, for other words; live as long as the health */
    size_t count, room;
    struct arena arena;
};
void reasons_clear(struct reasons *reasons);
void reasons_add(struct reasons *reasons, struct reason fact, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void health_reasons(const struct health *health, str source, str family, day from, day to,
                    struct reasons *ret);
/* Puts "comparable" and "reasons" into the table's current row. */
void reasons_put(const struct reasons *reasons, struct table *table);
/* Whether the operator explained why a source of FAMILY (empty: any) has nothing on the day: such
 * days are left out of sums and means. */
bool health_gap(const struct health *health, str family, day at);
/* "no source reported FAMILY", where that is so. */
void health_reported(const struct health *health, str source, str family, struct reasons *ret);
/* Whether SOURCE was sound on every day of FROM … TO. */
bool health_sound(const struct health *health, str source, day from, day to);

/* The states of a series whose days are filled in except for state and expected. OTHERS: other
 * sources' series, to see whether they moved on the same day. */
void health_judge(struct health_series *series, const struct health_series *others,
                  size_t other_count);
