/* SPDX-License-Identifier: Apache-2.0 */
/* A day without a value is a gap, never a zero: a line that bridged it would show what nobody
 * counted. */
#include "portal/charts/lines.h"

#include <stdio.h>
#include <stdlib.h>

struct lines
lines_of(const struct chart_trend *trend, size_t most_points)
{
    struct lines lines = {.trend = trend,
                          .points = points_for(trend->first, trend->days, most_points)};
    lines.count = trend->series_count < CHART_SERIES_MAX ? trend->series_count : CHART_SERIES_MAX;
    for (size_t i = 0; i < lines.count; i++)
        lines.values[i] = points_values(&lines.points, trend->series[i].values);
    return lines;
}

void
lines_clear(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->values[i]);
}

double
lines_max(const struct lines *lines, size_t series)
{
    double max = CHART_ABSENT;
    for (size_t i = 0; i < lines->points.count; i++)
        if (!(lines->values[series][i] <= max) && number_is_there(lines->values[series][i]))
            max = lines->values[series][i];
    return max;
}

size_t
lines_first(const struct lines *lines, size_t series)
{
    for (size_t i = 0; i < lines->points.count; i++)
        if (number_is_there(lines->values[series][i]))
            return i;
    return SIZE_MAX;
}

size_t
lines_last(const struct lines *lines, size_t series)
{
    for (size_t i = lines->points.count; i-- > 0;)
        if (number_is_there(lines->values[series][i]))
            return i;
    return SIZE_MAX;
}

static double
cell(const struct plot *plot)
{
    const struct points *points = &plot->lines->points;
    return (plot->right - plot->left) / (double)(points->count * (size_t)points->step);
}

double
plot_edge(const struct plot *plot, day d)
{
    double x = plot->left + (double)(d - plot->lines->points.first) * cell(plot);
    return x < plot->left ? plot->left : x > plot->right ? plot->right : x;
}

double
plot_x(const struct plot *plot, size_t point)
{
    return plot->left + ((double)point + 0.5) * cell(plot) * plot->lines->points.step;
}

double
plot_y(const struct plot *plot, double value)
{
    return axis_y(&plot->axis, value, plot->top, plot->bottom);
}

/* The point of today, which is drawn apart; SIZE_MAX when there is none. */
static size_t
unfinished(const struct lines *lines)
{
    if (lines->trend->today == DAY_NONE || lines->points.step > 1)
        return SIZE_MAX;
    return points_find(&lines->points, lines->trend->today);
}

static bool
there(const struct lines *lines, size_t series, size_t point)
{
    return point < lines->points.count && number_is_there(lines->values[series][point]);
}

/* Marks tell series apart in grey: some along the line, its last point, and points alone. */
static bool
has_mark(const struct plot *plot, size_t series, size_t point, size_t last, size_t today)
{
    const struct lines *lines = plot->lines;
    size_t count = lines->points.count, every = count <= 14 ? 1 : count / 5;
    if (point == today)
        return false;
    bool alone = (point == 0 || !there(lines, series, point - 1) || point - 1 == today) &&
                 (!there(lines, series, point + 1) || point + 1 == today);
    if (plot->plain || (lines->count == 1 && count > 31))
        return alone || point == last;
    return alone || point == last || (point + series * every / 7) % every == every / 2;
}

static void
draw_today(const struct plot *plot, size_t series, size_t today, double mark)
{
    const struct lines *lines = plot->lines;
    struct buf *out = plot->figure->out;
    if (!there(lines, series, today))
        return;
    double x = plot_x(plot, today), y = plot_y(plot, lines->values[series][today]);
    if (today > 0 && there(lines, series, today - 1)) {
        buf_printf(out, "<path class=\"chart-until-today chart-s%zu\" d=\"",
                   (plot->plain ? 0 : series) + 1);
        figure_xy(out, 'M', plot_x(plot, today - 1),
                  plot_y(plot, lines->values[series][today - 1]));
        figure_xy(out, 'L', x, y);
        buf_z(out, "\"/>");
    }
    buf_printf(out, "<path class=\"chart-today chart-s%zu\" d=\"", (plot->plain ? 0 : series) + 1);
    figure_mark(out, 0, x, y, mark);
    buf_z(out, "\"/>");
}

void
plot_series(const struct plot *plot, size_t series, double mark)
{
    const struct lines *lines = plot->lines;
    const double *values = lines->values[series];
    struct buf *out = plot->figure->out, marks = BUF(1 << 20);
    size_t today = unfinished(lines), last = lines_last(lines, series);
    size_t look = plot->plain ? 0 : series;
    bool on = false;
    if (last == today && last != SIZE_MAX && last > 0)
        last--;
    buf_z(out, "<path");
    figure_stroke(out, look);
    buf_z(out, " d=\"");
    for (size_t i = 0; i < lines->points.count; i++) {
        bool here = number_is_there(values[i]) && i != today;
        if (here) {
            double x = plot_x(plot, i), y = plot_y(plot, values[i]);
            figure_xy(out, on ? 'L' : 'M', x, y);
            if (has_mark(plot, series, i, last, today))
                figure_mark(&marks, look, x, y, mark);
        }
        on = here;
    }
    buf_z(out, "\"/>");
    if (marks.n) {
        buf_printf(out, "<path class=\"chart-mark chart-s%zu%s\" d=\"", look + 1,
                   figure_mark_is_hollow(look) ? " chart-hollow" : "");
        buf_str(out, buf_view(&marks));
        buf_z(out, "\"/>");
    }
    buf_clear(&marks);
    draw_today(plot, series, today, mark);
}

static bool
stretch_is_seen(const struct lines *lines, const struct chart_stretch *stretch)
{
    return stretch->from <= stretch->to && stretch->to >= lines->points.first &&
           stretch->from < lines->points.first + (day)lines->points.days;
}

void
plot_stretches(const struct plot *plot)
{
    const struct chart_trend *trend = plot->lines->trend;
    char attribute[128];
    snprintf(attribute, sizeof attribute, " class=\"chart-broken\" fill=\"url(#%s-hatch)\"",
             plot->figure->head->id);
    for (size_t i = 0; i < trend->stretch_count && i < CHART_STRETCHES_MAX; i++) {
        const struct chart_stretch *stretch = &trend->stretches[i];
        if (!stretch_is_seen(plot->lines, stretch))
            continue;
        double from = plot_edge(plot, stretch->from), to = plot_edge(plot, stretch->to + 1);
        figure_rect(plot->figure, from, plot->top, to - from, plot->bottom - plot->top, attribute);
    }
}

void
plot_numbers(const struct plot *plot)
{
    enum { LANES = 4, RADIUS = 10 };
    const struct chart_trend *trend = plot->lines->trend;
    const struct figure *figure = plot->figure;
    double taken[LANES] = {-99, -99, -99, -99}; /* up to where, row by row */
    char number[NUMBER_TEXT];
    for (size_t i = 0; i < trend->stretch_count && i < CHART_STRETCHES_MAX; i++) {
        const struct chart_stretch *stretch = &trend->stretches[i];
        if (!stretch_is_seen(plot->lines, stretch))
            continue;
        double x = (plot_edge(plot, stretch->from) + plot_edge(plot, stretch->to + 1)) / 2;
        x = fmin(fmax(x, plot->left + RADIUS), plot->right - RADIUS);
        size_t lane = 0;
        while (lane < LANES - 1 && x - taken[lane] < 2 * RADIUS + 2)
            lane++;
        taken[lane] = x;
        double y = plot->top + RADIUS + 3 + (double)lane * (2 * RADIUS + 2);
        buf_z(figure->out, "<path class=\"chart-number-ground\" d=\"");
        figure_mark(figure->out, 0, x, y, RADIUS);
        buf_z(figure->out, "\"/>");
        figure_text(figure, x, y + 4.5, " class=\"chart-strong\" text-anchor=\"middle\"",
                    number_text(number, figure->language, (double)i + 1, 0));
    }
}

void
lines_patterns(const struct figure *figure)
{
    figure_patterns(figure);
    buf_printf(figure->out,
               "<pattern id=\"%s-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
               "patternTransform=\"rotate(45)\"><path class=\"chart-hatch\" d=\"M0 0v6\"/>"
               "</pattern>",
               figure->head->id);
    figure_patterns_end(figure);
}

void
lines_empty(const struct figure *figure)
{
    buf_z(figure->out, "<p class=\"chart-empty\">");
    SAY(figure->out, figure->language,
        N_("There are no data for this yet. No data does not mean that nothing was found."),
        {"", {NULL, 0}});
    buf_z(figure->out, "</p>");
}
