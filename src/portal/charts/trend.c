/* SPDX-License-Identifier: Apache-2.0 */
/* A trend: lines from zero up, what must not be compared hatched, windows and target marked, and
 * the health of the sources below, day under day. */
#include "portal/charts/lines.h"

#include <stdio.h>

enum { PLOT_WIDE = 250, PLOT_NARROW = 210, LABEL_STEP = 16, WINDOWS = 24 };

static bool
window_is_seen(const struct lines *lines, const struct chart_window *window)
{
    return window->from != DAY_NONE && window->from <= window->to &&
           window->to >= lines->points.first &&
           window->from < lines->points.first + (day)lines->points.days;
}

static bool
has_windows(const struct lines *lines)
{
    return window_is_seen(lines, &lines->trend->baseline) ||
           window_is_seen(lines, &lines->trend->result);
}

static void
draw_window(const struct plot *plot, const struct chart_window *window, const char *word,
            double avoid)
{
    const struct figure *figure = plot->figure;
    double from = plot_edge(plot, window->from), to = plot_edge(plot, window->to + 1);
    double middle = (from + to) / 2, y = plot->top - 4;
    str text = str_of(figure_word(figure, word));
    double half = figure_text_width(figure, text) / 2;
    if (middle + half > plot->right)
        middle = plot->right - half;
    if (middle - half < avoid)
        middle = avoid + half;
    figure_rect(figure, from, plot->top, to - from, plot->bottom - plot->top,
                " class=\"chart-window\"");
    buf_z(figure->out, "<path class=\"chart-bracket\" d=\"");
    figure_xy(figure->out, 'M', from + 1, y + 4);
    buf_z(figure->out, "v-5H");
    figure_n(figure->out, to - 1);
    buf_z(figure->out, "v5\"/>");
    figure_text(figure, middle, y - 6, " text-anchor=\"middle\"", text);
}

static void
draw_windows(const struct plot *plot)
{
    const struct lines *lines = plot->lines;
    const struct chart_trend *trend = lines->trend;
    double avoid = plot->left - 30;
    if (window_is_seen(lines, &trend->baseline)) {
        draw_window(plot, &trend->baseline, N_("Baseline"), avoid);
        double middle =
            (plot_edge(plot, trend->baseline.from) + plot_edge(plot, trend->baseline.to + 1)) / 2;
        str word = str_of(figure_word(plot->figure, N_("Baseline")));
        double half = figure_text_width(plot->figure, word) / 2;
        avoid = (middle - half < avoid ? avoid + half : middle) + half + 6;
    }
    if (window_is_seen(lines, &trend->result))
        draw_window(plot, &trend->result, N_("Result"), avoid);
}

static void
draw_grid(const struct plot *plot)
{
    const struct figure *figure = plot->figure;
    struct buf lines = BUF(4096);
    char text[NUMBER_TEXT];
    for (int i = 0; i <= 12; i++) {
        double value = i * plot->axis.step, y = plot_y(plot, value);
        if (y < plot->top - 0.5)
            break;
        if (i) {
            figure_xy(&lines, 'M', plot->left, y);
            buf_char(&lines, 'H');
            figure_n(&lines, plot->right);
        }
        figure_text(figure, plot->left - 6, y + 4.5, " class=\"chart-soft\" text-anchor=\"end\"",
                    axis_label(text, figure->language, &plot->axis, value));
    }
    buf_z(figure->out, "<path class=\"chart-grid\" d=\"");
    buf_str(figure->out, buf_view(&lines));
    buf_z(figure->out, "\"/>");
    buf_clear(&lines);
    if (*axis_unit(&plot->axis))
        figure_text(figure, 2, 13, " class=\"chart-soft\"",
                    str_of(figure_word(figure, axis_unit(&plot->axis))));
}

static void
draw_target(const struct plot *plot)
{
    const struct figure *figure = plot->figure;
    double target = plot->lines->trend->target, y = plot_y(plot, target);
    char number[NUMBER_TEXT];
    if (!number_is_there(target))
        return;
    struct buf text = BUF(1024);
    buf_z(&text, figure_word(figure, N_("Target")));
    buf_char(&text, ' ');
    buf_str(&text, number_text(number, figure->language, target, figure->head->decimals));
    figure_line(figure, plot->left, y, plot->right, y, " class=\"chart-target\"");
    figure_text(figure, plot->left + 4, y > plot->top + 40 ? y - 5 : y + 16,
                " class=\"chart-target-label\"", buf_view(&text));
    buf_clear(&text);
}

struct label {
    size_t series;
    double x, wanted, y;
};

/* Labels in the order of their places, LABEL_STEP apart, within the plot. */
static size_t
place_labels(const struct plot *plot, struct label labels[CHART_SERIES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < plot->lines->count; i++) {
        size_t last = lines_last(plot->lines, i);
        if (last == SIZE_MAX)
            continue;
        struct label label = {.series = i, .x = plot_x(plot, last)};
        label.wanted = label.y = plot_y(plot, plot->lines->values[i][last]);
        size_t at = count++;
        for (; at > 0 && labels[at - 1].y > label.y; at--)
            labels[at] = labels[at - 1];
        labels[at] = label;
    }
    for (size_t i = 1; i < count; i++)
        if (labels[i].y < labels[i - 1].y + LABEL_STEP)
            labels[i].y = labels[i - 1].y + LABEL_STEP;
    double limit = plot->bottom;
    for (size_t i = count; i-- > 0; limit = labels[i].y - LABEL_STEP)
        if (labels[i].y > limit)
            labels[i].y = limit;
    return count;
}

static void
draw_labels(const struct plot *plot)
{
    struct label labels[CHART_SERIES_MAX];
    const struct figure *figure = plot->figure;
    size_t count = place_labels(plot, labels);
    for (size_t i = 0; i < count; i++) {
        char attributes[80], number[NUMBER_TEXT];
        double x = plot->right + 16;
        size_t series = labels[i].series;
        snprintf(attributes, sizeof attributes, " class=\"chart-leader chart-s%zu\"", series + 1);
        figure_line(figure, labels[i].x + 6, labels[i].wanted, x - 4, labels[i].y, attributes);
        snprintf(attributes, sizeof attributes, " class=\"chart-label chart-s%zu\"", series + 1);
        if (plot->lines->trend->series_count > 1)
            figure_text_cut(figure, x, labels[i].y + 4.5, attributes,
                            plot->lines->trend->series[series].name, figure->width - x);
        else
            figure_text(figure, x, labels[i].y + 4.5, attributes,
                        number_text(number, figure->language,
                                    plot->lines->values[series][lines_last(plot->lines, series)],
                                    figure->head->decimals));
    }
}

/* On a narrow screen names stand below, each with its line and mark. */
static void
write_key(const struct lines *lines, const struct figure *figure)
{
    char number[NUMBER_TEXT];
    if (lines->trend->series_count < 2)
        return;
    buf_z(figure->out, "<ul class=\"chart-key chart-narrow\">");
    for (size_t i = 0; i < lines->count; i++) {
        size_t last = lines_last(lines, i);
        buf_z(figure->out, "<li><svg width=\"34\" height=\"14\" aria-hidden=\"true\"><path");
        figure_stroke(figure->out, i);
        buf_printf(figure->out, " d=\"M0 7h34\"/><path class=\"chart-mark chart-s%zu%s\" d=\"",
                   i + 1, figure_mark_is_hollow(i) ? " chart-hollow" : "");
        figure_mark(figure->out, i, 17, 7, 4);
        buf_z(figure->out, "\"/></svg> ");
        html_text(figure->out, lines->trend->series[i].name);
        buf_z(figure->out, " <b>");
        buf_str(figure->out, number_text(number, figure->language,
                                         last == SIZE_MAX ? CHART_ABSENT : lines->values[i][last],
                                         figure->head->decimals));
        buf_z(figure->out, "</b></li>");
    }
    buf_z(figure->out, "</ul>");
}

static struct axis
axis_of(const struct lines *lines)
{
    double max = number_is_there(lines->trend->target) ? lines->trend->target : 0;
    for (size_t i = 0; i < lines->count; i++)
        if (lines_max(lines, i) > max)
            max = lines_max(lines, i);
    return axis_for(max, lines->trend->head.decimals);
}

/* Room for names, or for the last value of a series that needs no name. */
static double
right_margin(const struct figure *shape, const struct lines *lines)
{
    enum { NAMES = 176, LEADER = 22 };
    char number[NUMBER_TEXT];
    if (lines->trend->series_count > 1)
        return shape->wide ? NAMES : 10;
    size_t last = lines_last(lines, 0);
    double value = last == SIZE_MAX ? CHART_ABSENT : lines->values[0][last];
    double width = figure_text_width(shape, number_text(number, shape->language, value,
                                                        lines->trend->head.decimals));
    return fmax(width + LEADER, shape->wide && lines->trend->source_count ? NAMES : 0);
}

static void
draw(struct figure *figure, bool wide, const struct lines *lines, const struct buf *description)
{
    const struct chart_trend *trend = lines->trend;
    struct figure shape = {.wide = wide,
                           .width = wide ? 680 : 340,
                           .font = wide ? 14 : 13.5,
                           .language = figure->language};
    struct plot plot = {.figure = figure, .lines = lines, .axis = axis_of(lines)};
    plot.left = axis_width(&shape, &plot.axis) + 10;
    plot.right = shape.width - right_margin(&shape, lines);
    plot.top = (*axis_unit(&plot.axis) ? 20 : 6) + (has_windows(lines) ? WINDOWS : 4);
    plot.bottom = plot.top + (wide ? PLOT_WIDE : PLOT_NARROW);
    double strip = plot.bottom + AXIS_DAYS_HEIGHT + 10;
    figure_svg(figure, wide, strip + health_height(&shape, trend->source_count), description);
    draw_windows(&plot);
    plot_stretches(&plot);
    draw_grid(&plot);
    draw_target(&plot);
    axis_days(figure, &lines->points, plot.left, plot.right - plot.left, plot.bottom);
    for (size_t i = 0; i < lines->count; i++)
        plot_series(&plot, i, wide ? 3.6 : 3.4);
    if (wide || trend->series_count == 1)
        draw_labels(&plot);
    plot_numbers(&plot);
    health_draw(figure, trend->sources, trend->source_count, &lines->points, plot.left,
                plot.right - plot.left, strip);
    figure_svg_end(figure);
}

void
chart_trend(const struct chart_trend *trend, struct buf *out)
{
    struct figure figure = figure_begin(&trend->head, "trend", out);
    struct lines lines = lines_of(trend, CHART_DAYS_MAX);
    struct buf description = BUF(FIGURE_DESCRIPTION_MAX);
    if (trend->days == 0 || trend->series_count == 0) {
        lines_empty(&figure);
    } else {
        lines_describe(&lines, &description);
        lines_patterns(&figure);
        draw(&figure, true, &lines, &description);
        draw(&figure, false, &lines, &description);
        write_key(&lines, &figure);
        lines_notes(&lines, &figure);
        lines_tables(&lines, &figure);
    }
    buf_clear(&description);
    lines_clear(&lines);
    figure_end(&figure);
}
