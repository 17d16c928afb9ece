/* SPDX-License-Identifier: Apache-2.0 */
/* A gauge: a bar from zero to the mean of now, the baseline as a post, the range that meets the
 * target as a zone; below it the division with the numbers that anyone can repeat. */
#include "portal/charts/lines.h"

#include <stdio.h>

enum { BAR_TOP = 50, BAR_HEIGHT = 22, HEIGHT = 136 };

struct scale {
    const struct chart_gauge *gauge;
    double baseline, now, target, low, high; /* means a day */
    double change;                           /* percent */
    struct axis axis;
    double left, right;
};

static double
mean(double sum, size_t days)
{
    return number_is_there(sum) && days ? sum / (double)days : CHART_ABSENT;
}

/* now / baseline - 1 in percent, cut (never rounded) to hundredths as the measure does it; sums and
 * days are whole numbers. */
static double
change_of(const struct chart_gauge *gauge)
{
    __int128 before = (__int128)gauge->baseline_sum * (__int128)gauge->now_days;
    __int128 after = (__int128)gauge->now_sum * (__int128)gauge->baseline_days;
    return (double)((after - before) * 10000 / before) / 100;
}

static struct scale
scale_of(const struct chart_gauge *gauge)
{
    struct scale scale = {.gauge = gauge};
    scale.baseline = mean(gauge->baseline_sum, gauge->baseline_days);
    scale.now = mean(gauge->now_sum, gauge->now_days);
    scale.target = scale.baseline * (1 + gauge->target_percent / 100);
    scale.low = scale.baseline * (1 + gauge->low_percent / 100);
    scale.high = scale.baseline * (1 + gauge->high_percent / 100);
    scale.change =
        scale.baseline > 0 && number_is_there(scale.now) ? change_of(gauge) : CHART_ABSENT;
    double max = fmax(fmax(scale.baseline, scale.now), fmax(scale.target, scale.high));
    scale.axis = axis_for(max, gauge->head.decimals);
    return scale;
}

static double
x_of(const struct scale *scale, double value)
{
    return scale->left + fmax(value, 0) / scale->axis.top * (scale->right - scale->left);
}

/* WORD and the value at a place of the scale, within the drawing. */
static void
draw_label(const struct figure *figure, const struct scale *scale, const char *word, double value,
           double y, const char *attributes)
{
    char number[NUMBER_TEXT];
    struct buf text = BUF(1024);
    buf_z(&text, figure_word(figure, word));
    buf_char(&text, ' ');
    buf_str(&text, number_text(number, figure->language, value, figure->head->decimals));
    double half = figure_text_width(figure, buf_view(&text)) / 2, x = x_of(scale, value);
    x = fmax(fmin(x, figure->width - half - 2), half + 2);
    figure_text(figure, x, y, attributes, buf_view(&text));
    buf_clear(&text);
}

static void
draw_ticks(const struct figure *figure, const struct scale *scale)
{
    char text[NUMBER_TEXT];
    double y = BAR_TOP + BAR_HEIGHT + 6;
    double apart = x_of(scale, scale->axis.step) - x_of(scale, 0);
    int every = 1; /* labels that touch cannot be read */
    while (every < 4 && every * apart < axis_width(figure, &scale->axis) + 10)
        every++;
    figure_line(figure, scale->left, y, scale->right, y, " class=\"chart-axis\"");
    for (int i = 0; i <= 12 && i * scale->axis.step <= scale->axis.top * 1.001; i++) {
        double value = i * scale->axis.step, x = x_of(scale, value);
        figure_line(figure, x, y, x, y + 5, " class=\"chart-axis\"");
        if (i % every == 0)
            figure_text(figure, x, y + 19, " class=\"chart-soft\" text-anchor=\"middle\"",
                        axis_label(text, figure->language, &scale->axis, value));
    }
    if (*axis_unit(&scale->axis))
        figure_text(figure, figure->width - 2, 13, " class=\"chart-soft\" text-anchor=\"end\"",
                    str_of(figure_word(figure, axis_unit(&scale->axis))));
}

static void
draw_interval(const struct figure *figure, const struct scale *scale)
{
    double y = BAR_TOP + BAR_HEIGHT / 2.0;
    if (!isfinite(scale->low) || !isfinite(scale->high))
        return;
    double from = x_of(scale, scale->low), to = x_of(scale, scale->high);
    figure_line(figure, from, y, to, y, " class=\"chart-whisker\"");
    figure_line(figure, from, y - 5, from, y + 5, " class=\"chart-whisker\"");
    figure_line(figure, to, y - 5, to, y + 5, " class=\"chart-whisker\"");
}

static void
draw(struct figure *figure, bool wide, struct scale *scale, const struct buf *description)
{
    double bottom = BAR_TOP + BAR_HEIGHT + 6;
    char broken[128];
    bool comparable = scale->gauge->verdict != CHART_NOT_COMPARABLE;
    figure_svg(figure, wide, HEIGHT, description);
    scale->left = 14;
    scale->right = figure->width - axis_width(figure, &scale->axis) / 2 - 8;
    if (isfinite(scale->target))
        figure_rect(figure, scale->left, BAR_TOP - 8, x_of(scale, scale->target) - scale->left,
                    BAR_HEIGHT + 14, " class=\"chart-zone\"");
    draw_ticks(figure, scale);
    figure_rect(figure, scale->left, BAR_TOP, x_of(scale, scale->now) - scale->left, BAR_HEIGHT,
                comparable ? " class=\"chart-bar\"" : " class=\"chart-bar chart-pale\"");
    if (!comparable) {
        snprintf(broken, sizeof broken, " class=\"chart-broken\" fill=\"url(#%s-hatch)\"",
                 figure->head->id);
        figure_rect(figure, scale->left, BAR_TOP, x_of(scale, scale->now) - scale->left, BAR_HEIGHT,
                    broken);
    }
    draw_interval(figure, scale);
    if (isfinite(scale->target)) {
        double x = x_of(scale, scale->target);
        figure_line(figure, x, 19, x, bottom, " class=\"chart-target\"");
        draw_label(figure, scale, N_("Target"), scale->target, 14,
                   " class=\"chart-target-label\" text-anchor=\"middle\"");
    }
    double x = x_of(scale, scale->baseline);
    figure_line(figure, x, 38, x, bottom, " class=\"chart-post\"");
    draw_label(figure, scale, N_("Baseline"), scale->baseline, 34,
               " class=\"chart-halo\" text-anchor=\"middle\"");
    draw_label(figure, scale, N_("Now"), scale->now, bottom + 40,
               " class=\"chart-strong\" text-anchor=\"middle\"");
    figure_svg_end(figure);
}

static void
describe(const struct figure *figure, const struct scale *scale, struct buf *out)
{
    enum language language = figure->language;
    int decimals = figure->head->decimals;
    char a[NUMBER_TEXT], b[NUMBER_TEXT], c[NUMBER_TEXT], d[NUMBER_TEXT], e[NUMBER_TEXT];
    SAY(out, language,
        N_("A mean of {baseline} a day in the baseline, {now} now: a change of {change}."),
        {"baseline", number_text(a, language, scale->baseline, decimals)},
        {"now", number_text(b, language, scale->now, decimals)},
        {"change", number_change(c, language, scale->change)});
    buf_char(out, ' ');
    if (isfinite(scale->target))
        SAY(out, language, N_("The target is {target} ({percent})."),
            {"target", number_text(d, language, scale->target, decimals)},
            {"percent", number_percent(e, language, scale->gauge->target_percent)});
}

/* Brackets round what is divided first: (46.611 / 14) ÷ (45.863 / 14) − 1 = +1,63 % */
static void
write_arithmetic(const struct figure *figure, const struct scale *scale)
{
    const struct chart_gauge *gauge = scale->gauge;
    enum language language = figure->language;
    char a[NUMBER_TEXT], b[NUMBER_TEXT], c[NUMBER_TEXT], d[NUMBER_TEXT], e[NUMBER_TEXT];
    buf_z(figure->out, "<p class=\"chart-arithmetic\">");
    SAY(figure->out, language,
        "({now_sum}/{now_days}) ÷ ({baseline_sum}/{baseline_days}) − 1 = {change}",
        {"now_sum", number_text(a, language, gauge->now_sum, 0)},
        {"now_days", number_text(b, language, (double)gauge->now_days, 0)},
        {"baseline_sum", number_text(c, language, gauge->baseline_sum, 0)},
        {"baseline_days", number_text(d, language, (double)gauge->baseline_days, 0)},
        {"change", number_change(e, language, scale->change)});
    buf_z(figure->out, "</p>");
    if (isfinite(gauge->low_percent) && isfinite(gauge->high_percent))
        NOTE(figure, N_("Within its uncertainty, the change is between {low} and {high}."),
             {"low", number_change(a, language, gauge->low_percent)},
             {"high", number_change(b, language, gauge->high_percent)});
}

static void
write_verdict(const struct figure *figure, const struct chart_gauge *gauge)
{
    static const struct {
        const char *class, *sign, *text;
    } verdicts[] = {
        [CHART_MET] = {"met", "✓", N_("The target is met")},
        [CHART_NOT_MET] = {"not-met", "✕", N_("The target is not met")},
        [CHART_NOT_COMPARABLE] = {"not-comparable", "?",
                                  N_("Not comparable: nothing can be said about the target")},
    };
    size_t verdict = gauge->verdict <= CHART_NOT_COMPARABLE ? gauge->verdict : CHART_NOT_COMPARABLE;
    buf_printf(figure->out,
               "<p class=\"chart-verdict chart-%s\"><span aria-hidden=\"true\">%s</span> ",
               verdicts[verdict].class, verdicts[verdict].sign);
    html_text(figure->out, str_of(figure_word(figure, verdicts[verdict].text)));
    buf_z(figure->out, "</p>");
}

static void
write_reasons(const struct figure *figure, const struct chart_gauge *gauge)
{
    if (gauge->reason_count == 0)
        return;
    buf_z(figure->out, "<ul class=\"chart-reasons\">");
    for (size_t i = 0; i < gauge->reason_count; i++) {
        buf_z(figure->out, "<li>");
        html_text(figure->out, gauge->reasons[i]);
        buf_z(figure->out, "</li>");
    }
    buf_z(figure->out, "</ul>");
}

static void
table_row(const struct figure *figure, const char *word, const struct chart_window *window,
          double sum, size_t days, double value)
{
    char text[NUMBER_TEXT];
    figure_row(figure);
    figure_row_name(figure, str_of(figure_word(figure, word)));
    figure_cell(figure, number_day(text, figure->language, window->from));
    figure_cell(figure, number_day(text, figure->language, window->to));
    figure_cell(figure, number_text(text, figure->language, sum, 0));
    figure_cell(figure, number_text(text, figure->language, days ? (double)days : CHART_ABSENT, 0));
    figure_cell_number(figure, value);
    figure_row_end(figure);
}

static void
write_table(const struct figure *figure, const struct scale *scale)
{
    const struct chart_gauge *gauge = scale->gauge;
    struct chart_window none = CHART_NO_WINDOW;
    figure_table(figure);
    figure_column(figure, (str){NULL, 0});
    figure_column_word(figure, N_("From"));
    figure_column_word(figure, N_("To"));
    figure_column_word(figure, N_("Sum"));
    figure_column_word(figure, N_("Days"));
    figure_column_word(figure, N_("Mean a day"));
    figure_table_rows(figure);
    table_row(figure, N_("Baseline"), &gauge->baseline, gauge->baseline_sum, gauge->baseline_days,
              scale->baseline);
    table_row(figure, N_("Now"), &gauge->now, gauge->now_sum, gauge->now_days, scale->now);
    if (isfinite(scale->target))
        table_row(figure, N_("Target"), &none, CHART_ABSENT, 0, scale->target);
    figure_table_end(figure);
}

void
chart_gauge(const struct chart_gauge *gauge, struct buf *out)
{
    struct figure figure = figure_begin(&gauge->head, "gauge", out);
    struct scale scale = scale_of(gauge);
    struct buf description = BUF(FIGURE_DESCRIPTION_MAX);
    if (isfinite(scale.baseline) && isfinite(scale.now)) {
        describe(&figure, &scale, &description);
        lines_patterns(&figure);
        draw(&figure, true, &scale, &description);
        draw(&figure, false, &scale, &description);
        write_verdict(&figure, gauge);
        write_reasons(&figure, gauge);
        write_arithmetic(&figure, &scale);
        write_table(&figure, &scale);
    } else {
        lines_empty(&figure);
        write_reasons(&figure, gauge);
    }
    buf_clear(&description);
    figure_end(&figure);
}
