/* SPDX-License-Identifier: Apache-2.0 */
/* What the plot of a trend and its small multiples share: points, stretches, sentences, table
 * (inner to the charts). */
#pragma once

#include "portal/charts/health.h"

struct lines {
    const struct chart_trend *trend;
    struct points points;
    size_t count; /* of series that are drawn */
    double *values[CHART_SERIES_MAX];
};

struct lines lines_of(const struct chart_trend *trend, size_t most_points);
void lines_clear(struct lines *lines);
double lines_max(const struct lines *lines, size_t series);
/* The first and last point with a value; SIZE_MAX when there is none. */
size_t lines_first(const struct lines *lines, size_t series);
size_t lines_last(const struct lines *lines, size_t series);

/* Where points lie on the screen. */
struct plot {
    const struct figure *figure;
    const struct lines *lines;
    struct axis axis;
    double left, right, top, bottom;
    bool plain; /* one look for all series, since each has its own plot */
};
double plot_x(const struct plot *plot, size_t point);
/* The left edge of a day's cell; the right edge is that of the next day. */
double plot_edge(const struct plot *plot, day d);
double plot_y(const struct plot *plot, double value);
/* Line with gaps, marks, and the day that is not over as a dotted end. */
void plot_series(const struct plot *plot, size_t series, double mark);
/* What is not comparable, hatched; and, above all else, the numbers of the reasons. */
void plot_stretches(const struct plot *plot);
void plot_numbers(const struct plot *plot);

/* First, last, highest, change of each series, as sentences. */
void lines_describe(const struct lines *lines, struct buf *out);
/* Reasons, what is grouped or not over or left out, the health legend. */
void lines_notes(const struct lines *lines, const struct figure *figure);
void lines_tables(const struct lines *lines, const struct figure *figure);
/* "There are no data …" instead of a drawing. */
void lines_empty(const struct figure *figure);
void lines_patterns(const struct figure *figure);
