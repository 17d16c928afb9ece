/* SPDX-License-Identifier: Apache-2.0 */
/* The strip below a trend: one row a source, a line where it was sound and a mark, each of its own
 * shape, where it was not (inner to the charts). */
#pragma once

#include "portal/charts/axis.h"

/* Units that the strip of COUNT sources takes. */
double health_height(const struct figure *figure, size_t count);
/* Below y = TOP, its days aligned with the plot's. Wide: names to the right of the rows. */
void health_draw(const struct figure *figure, const struct chart_source *sources, size_t count,
                 const struct points *points, double left, double width, double top);
/* What the marks mean (those that occur), and the rows as a table of stretches. */
void health_legend(const struct figure *figure, const struct chart_source *sources, size_t count,
                   size_t days);
void health_table(const struct figure *figure, const struct chart_source *sources, size_t count,
                  day first, size_t days);
/* A sentence for the description: how many sources were not sound on how many days. */
void health_describe(struct buf *out, enum language language, const struct chart_source *sources,
                     size_t count, size_t days);
