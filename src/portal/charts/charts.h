/* SPDX-License-Identifier: Apache-2.0 */
/* Charts as HTML: each function appends one complete <figure> to OUT: SVG with title and
 * description for a wide and a narrow screen, caption, notes, and a table with the same figures.
 * Inputs are plain arrays that are only read; every text is escaped here. Colours are classes of
 * assets/charts.css. Nothing fails: what OUT's cap forbids shows in buf_check. */
#pragma once

#include "base/buf.h"
#include "base/catalog.h"
#include "base/clock.h"

#include <math.h>

enum {
    CHART_DAYS_MAX = 1100,  /* more days are grouped: means of 7 (14, …) days, said in a note */
    CHART_SERIES_MAX = 12,  /* further ones stand in the table only, said in a note */
    CHART_SOURCES_MAX = 24, /* the same for rows of the health strip */
    CHART_BARS_MAX = 60,    /* the same for bars */
    CHART_STRETCHES_MAX = 60,
};

/* A value that is not there: a gap in a line, a dash in a table, never a zero. Negative values
 * and those above 1e18 are taken as absent too. */
#define CHART_ABSENT ((double)NAN)

struct chart_head {
    enum language language;
    const char *id; /* begins every id of the chart: [a-z][a-z0-9-]*, another for each on a page */
    str caption;    /* what is shown, of whom: heading and title */
    str unit;       /* what one is, e.g. "addresses a day" */
    int decimals;   /* of values in labels and table */
    str note;       /* a caveat below the chart; may be empty */
};

struct chart_series {
    str name;
    const double *values; /* one a day */
};

/* A stretch of days that must not be compared, and why. */
struct chart_stretch {
    day from, to;
    str reason;
};

struct chart_window {
    day from, to;
};
#define CHART_NO_WINDOW ((struct chart_window){DAY_NONE, DAY_NONE})

/* As `khien stats health` has them; NONE: no statement about the day (before the source began). */
enum chart_health {
    CHART_HEALTH_NONE,
    CHART_HEALTH_OK,
    CHART_HEALTH_FIRST_DAY,
    CHART_HEALTH_EXPLAINED,
    CHART_HEALTH_POLICY_CHANGE,
    CHART_HEALTH_GROWN,
    CHART_HEALTH_SHRUNK,
    CHART_HEALTH_MISSING,
    CHART_HEALTH_COUNT,
};

struct chart_source {
    str name;
    const enum chart_health *states; /* one a day */
};

struct chart_trend {
    struct chart_head head;
    day first;
    size_t days; /* 0: an empty figure that says that there are no data */
    const struct chart_series *series;
    size_t series_count;
    const struct chart_stretch *stretches;
    size_t stretch_count;
    struct chart_window baseline, result;
    double target; /* a level; CHART_ABSENT: none */
    day today;     /* the day that is not over; DAY_NONE: none */
    const struct chart_source *sources;
    size_t source_count;
};

/* One plot with all series from zero, and below it a strip of feed health, one row a source. */
void chart_trend(const struct chart_trend *trend, struct buf *out);
/* The same data as small plots, one a series, with common days and each its own height, whose
 * maximum is written. Target and windows are not drawn. */
void chart_multiples(const struct chart_trend *trend, struct buf *out);

enum chart_verdict { CHART_MET, CHART_NOT_MET, CHART_NOT_COMPARABLE };

/* Means of two windows: sums of daily counts over numbers of days. */
struct chart_gauge {
    struct chart_head head;
    double baseline_sum, now_sum; /* CHART_ABSENT: not known yet */
    size_t baseline_days, now_days;
    struct chart_window baseline, now; /* which days; CHART_NO_WINDOW: not said */
    double target_percent;             /* the wanted change, e.g. -50; CHART_ABSENT: none */
    double low_percent, high_percent;  /* interval of the change; CHART_ABSENT: none */
    enum chart_verdict verdict;
    const str *reasons; /* why it is not comparable */
    size_t reason_count;
};

/* Baseline, now and target on one scale, and the arithmetic of the change, exact. */
void chart_gauge(const struct chart_gauge *gauge, struct buf *out);

struct chart_bar {
    str name;
    double value, low, high; /* CHART_ABSENT: no interval */
};

struct chart_bars {
    struct chart_head head;
    const struct chart_bar *bars;
    size_t count;
    bool in_order; /* the bars are ranked by the caller, by something else than their values */
};

/* Else ranked here: the largest first, absent ones last, equal ones as given. */
void chart_bars(const struct chart_bars *bars, struct buf *out);

struct chart_flows {
    struct chart_head head;
    day first;
    size_t days;
    const double *fresh, *returning, *stayed, *gone; /* one a day: new, back, still there, gone */
};

/* One stacked bar a day; what is gone hangs below the axis. */
void chart_flows(const struct chart_flows *flows, struct buf *out);

struct chart_province {
    str code; /* as data/provinces.tsv has it */
    double value;
};

struct chart_map {
    struct chart_head head;
    day at; /* decides borders and names: 34 provinces, or 63 before 2025-07-01 */
    const struct chart_province *provinces;
    size_t count;         /* codes without a shape on that day stand in the table only */
    const double *limits; /* four rising lower limits of the classes 2 to 5; NULL: quantiles */
};

/* Five classes. Hoàng Sa and Trường Sa are always drawn, in the class of their province. */
void chart_map(const struct chart_map *map, struct buf *out);
