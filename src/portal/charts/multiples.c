/* SPDX-License-Identifier: Apache-2.0 */
/* Small multiples: ten lines in one plot are a tangle, ten plots are not. Days are common, heights
 * are not, so that each maximum is written. */
#include "portal/charts/lines.h"

#include <stdio.h>

enum { COLUMNS_WIDE = 3, COLUMNS_NARROW = 2, PANEL = 112, HEADING = 40, PLOT = 56, DATES = 22 };

static void
draw_heading(const struct plot *plot, size_t series, double y)
{
    const struct figure *figure = plot->figure;
    const struct lines *lines = plot->lines;
    char number[NUMBER_TEXT], date[NUMBER_TEXT];
    int decimals = figure->head->decimals;
    size_t last = lines_last(lines, series);
    str value =
        number_text(number, figure->language,
                    last == SIZE_MAX ? CHART_ABSENT : lines->values[series][last], decimals);
    figure_text(figure, plot->right, y + 14, " class=\"chart-strong\" text-anchor=\"end\"", value);
    figure_text_cut(figure, plot->left, y + 14, "", lines->trend->series[series].name,
                    plot->right - plot->left - figure_text_width(figure, value) - 10);
    if (last == SIZE_MAX)
        return;
    size_t highest = lines_first(lines, series);
    for (size_t i = highest; i <= last; i++)
        if (lines->values[series][i] > lines->values[series][highest])
            highest = i;
    struct buf text = BUF(1024);
    SAY(&text, figure->language, N_("max {highest} ({day})"),
        {"highest",
         number_text(number, figure->language, lines->values[series][highest], decimals)},
        {"day", number_day_month(date, figure->language, points_day(&lines->points, highest))});
    figure_text(figure, plot->left, y + 30, " class=\"chart-soft\"", buf_view(&text));
    buf_clear(&text);
}

static void
draw_dates(const struct plot *plot, double y)
{
    const struct figure *figure = plot->figure;
    const struct points *points = &plot->lines->points;
    char text[NUMBER_TEXT];
    figure_text(figure, plot->left, y, " class=\"chart-soft\"",
                number_day_month(text, figure->language, points->first));
    figure_text(figure, plot->right, y, " class=\"chart-soft\" text-anchor=\"end\"",
                number_day_month(text, figure->language, points->first + (day)points->days - 1));
}

static void
draw_panel(struct plot *plot, size_t series, double y, bool dates)
{
    const struct figure *figure = plot->figure;
    double max = lines_max(plot->lines, series);
    plot->axis = (struct axis){.top = max > 0 ? max : 1, .step = max > 0 ? max : 1, .unit = 1};
    plot->top = y + HEADING;
    plot->bottom = plot->top + PLOT;
    draw_heading(plot, series, y);
    plot_stretches(plot);
    figure_line(figure, plot->left, plot->top, plot->right, plot->top, " class=\"chart-grid\"");
    figure_line(figure, plot->left, plot->bottom, plot->right, plot->bottom,
                " class=\"chart-axis\"");
    plot_series(plot, series, 2.6);
    if (dates)
        draw_dates(plot, plot->bottom + 16);
}

static void
draw(struct figure *figure, bool wide, const struct lines *lines, const struct buf *description)
{
    const struct chart_trend *trend = lines->trend;
    struct figure shape = {.wide = wide, .width = wide ? 680 : 340, .font = 14};
    size_t columns = wide ? COLUMNS_WIDE : COLUMNS_NARROW;
    size_t rows = (lines->count + columns - 1) / columns;
    double gap = wide ? 26 : 18, strip = (double)rows * PANEL + DATES + 6;
    double width = (shape.width - gap * (double)(columns - 1) - 8) / (double)columns;
    struct plot plot = {.figure = figure, .lines = lines, .plain = true};
    figure_svg(figure, wide, strip + health_height(&shape, trend->source_count), description);
    for (size_t i = 0; i < lines->count; i++) {
        plot.left = 4 + (double)(i % columns) * (width + gap);
        plot.right = plot.left + width;
        draw_panel(&plot, i, (double)(i / columns) * PANEL, i + columns >= lines->count);
    }
    health_draw(figure, trend->sources, trend->source_count, &lines->points, 4,
                shape.width - (wide ? 180 : 8), strip);
    figure_svg_end(figure);
}

void
chart_multiples(const struct chart_trend *trend, struct buf *out)
{
    struct figure figure = figure_begin(&trend->head, "multiples", out);
    struct lines lines = lines_of(trend, CHART_DAYS_MAX);
    struct buf description = BUF(FIGURE_DESCRIPTION_MAX);
    if (trend->days == 0 || trend->series_count == 0) {
        lines_empty(&figure);
    } else {
        lines_describe(&lines, &description);
        lines_patterns(&figure);
        draw(&figure, true, &lines, &description);
        draw(&figure, false, &lines, &description);
        NOTE(&figure,
             N_("Each plot has its own height: its top is its maximum. The number at the right is "
                "the last one."),
             {"", {NULL, 0}});
        lines_notes(&lines, &figure);
        lines_tables(&lines, &figure);
    }
    buf_clear(&description);
    lines_clear(&lines);
    figure_end(&figure);
}
