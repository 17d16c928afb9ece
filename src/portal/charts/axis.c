/* SPDX-License-Identifier: Apache-2.0 */
/* Steps are 1, 2 or 5 times a power of ten. Dates are labelled as densely as they fit: some days,
 * Mondays, first days of months or of years. */
#include "portal/charts/axis.h"

#include "base/require.h"

#include <stdio.h>

struct axis
axis_for(double max, int decimals)
{
    struct axis axis = {.unit = 1};
    if (!number_is_there(max) || max < 1e-6)
        max = decimals ? 1e-6 : 1;
    double raw = max / 6, size = pow(10, floor(log10(raw)));
    double times = raw / size;
    axis.step = size * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
    if (decimals == 0 && axis.step < 1)
        axis.step = 1;
    axis.top = ceil(max / axis.step - 1e-9) * axis.step;
    if (axis.step >= 1e8)
        axis.unit = 1e9;
    else if (axis.step >= 1e5 && axis.top >= 1e6)
        axis.unit = 1e6;
    double step = axis.step / axis.unit;
    while (axis.decimals < 6 && step < 0.999) {
        step *= 10;
        axis.decimals++;
    }
    return axis;
}

const char *
axis_unit(const struct axis *axis)
{
    return axis->unit >= 1e9 ? N_("billions") : axis->unit >= 1e6 ? N_("millions") : "";
}

str
axis_label(char out[NUMBER_TEXT], enum language language, const struct axis *axis, double value)
{
    return number_text(out, language, value / axis->unit, value > 0 ? axis->decimals : 0);
}

double
axis_width(const struct figure *figure, const struct axis *axis)
{
    char text[NUMBER_TEXT];
    double last = axis_label(text, figure->language, axis, axis->top).n;
    double below = axis_label(text, figure->language, axis, axis->step).n;
    return (last > below ? last : below) * figure->font * 0.575;
}

double
axis_y(const struct axis *axis, double value, double top, double bottom)
{
    return bottom - value / axis->top * (bottom - top);
}

struct points
points_for(day first, size_t days, size_t most)
{
    struct points points = {.first = first, .days = days, .count = days, .step = 1};
    if (days > most) {
        size_t weeks = (days + 6) / 7;
        size_t each = (weeks + most - 1) / most;
        points.step = (int)(7 * each);
        points.count = (days + (size_t)points.step - 1) / (size_t)points.step;
    }
    return points;
}

day
points_day(const struct points *points, size_t point)
{
    return points->first + (day)point * points->step;
}

double
points_value(const struct points *points, const double *values, size_t point)
{
    if (points->step == 1)
        return number_is_there(values[point]) ? values[point] : CHART_ABSENT;
    double sum = 0;
    size_t from = point * (size_t)points->step, to = from + (size_t)points->step, n = 0;
    for (size_t i = from; i < to && i < points->days; i++)
        if (number_is_there(values[i])) {
            sum += values[i];
            n++;
        }
    return n ? sum / (double)n : CHART_ABSENT;
}

double *
points_values(const struct points *points, const double *values)
{
    double *all = mem_calloc(points->count + 1, sizeof *all);
    for (size_t i = 0; i < points->count; i++)
        all[i] = points_value(points, values, i);
    return all;
}

size_t
points_find(const struct points *points, day d)
{
    if (d < points->first || d >= points->first + (day)points->days)
        return SIZE_MAX;
    return (size_t)(d - points->first) / (size_t)points->step;
}

void
points_note(const struct points *points, const struct figure *figure)
{
    char days[NUMBER_TEXT];
    if (points->step > 1)
        NOTE(figure,
             N_("These are many days: each point and each row of the table is the mean of the "
                "{days} days from its date on."),
             {"days", number_text(days, figure->language, points->step, 0)});
}

/* What a tick stands for, and every how many of them has a label. */
struct ticks {
    enum { TICK_DAY, TICK_WEEK, TICK_MONTH } kind;
    int every;
};

static struct ticks
ticks_for(double per_day, double room)
{
    static const struct ticks choices[] = {
        {TICK_DAY, 1},   {TICK_DAY, 2},   {TICK_WEEK, 1},  {TICK_WEEK, 2},  {TICK_WEEK, 3},
        {TICK_MONTH, 1}, {TICK_MONTH, 2}, {TICK_MONTH, 3}, {TICK_MONTH, 6},
    };
    static const double days[] = {1, 7, 29};
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (days[choices[i].kind] * choices[i].every * per_day >=
            room * (choices[i].kind == TICK_MONTH ? 1.3 : 1))
            return choices[i];
    int years = (int)ceil(room / (365 * per_day));
    return (struct ticks){TICK_MONTH, 12 * (years < 1 ? 1 : years)};
}

static bool
tick_at(const struct ticks *ticks, day first, day d)
{
    int year, month, date;
    if (ticks->kind == TICK_DAY)
        return (d - first) % ticks->every == 0;
    if (ticks->kind == TICK_WEEK)
        return day_weekday(d) == 0 && (d - first) / 7 % ticks->every == 0;
    day_to_civil(d, &year, &month, &date);
    return date == 1 && (year * 12 + month - 1) % ticks->every == 0;
}

static void
date_label(const struct figure *figure, const struct ticks *ticks, day d, double x, double y,
           int *shown_year)
{
    char text[NUMBER_TEXT], number[NUMBER_TEXT];
    int year, month, date;
    bool months = ticks->kind == TICK_MONTH;
    day_to_civil(d, &year, &month, &date);
    size_t year_length = (size_t)snprintf(number, sizeof number, "%d", year);
    figure_text(figure, x, y, " class=\"chart-soft\" text-anchor=\"middle\"",
                ticks->every >= 12 ? (str){number, year_length}
                : months           ? number_month(text, figure->language, d)
                                   : number_day_month(text, figure->language, d));
    if (!months && year != *shown_year)
        figure_text(figure, x, y + 15, " class=\"chart-soft\" text-anchor=\"middle\"",
                    (str){number, year_length});
    *shown_year = year;
}

void
axis_days(const struct figure *figure, const struct points *points, double left, double width,
          double bottom)
{
    if (points->count == 0)
        return;
    double per_day = width / (double)(points->count * (size_t)points->step);
    struct ticks ticks = ticks_for(per_day, figure->font * 3.5);
    struct buf lines = BUF(64 << 10);
    double last = -1e9,
           half = figure->font * (ticks.kind == TICK_MONTH && ticks.every < 12 ? 2.2 : 1.55);
    int year = 0;
    for (size_t i = 0; i < points->days; i++) {
        day d = points->first + (day)i;
        if (!tick_at(&ticks, points->first, d))
            continue;
        double x = left + ((double)i + (points->step == 1 ? 0.5 : 0)) * per_day;
        figure_xy(&lines, 'M', x, bottom);
        buf_z(&lines, "v5");
        if (x - last >= 2 * half + 4 && x + half <= figure->width && x - half >= 0) {
            date_label(figure, &ticks, d, x, bottom + 19, &year);
            last = x;
        }
    }
    buf_printf(figure->out, "<path class=\"chart-axis\" d=\"");
    figure_xy(figure->out, 'M', left, bottom);
    buf_char(figure->out, 'h');
    figure_n(figure->out, width);
    buf_str(figure->out, buf_view(&lines));
    buf_z(figure->out, "\"/>");
    buf_clear(&lines);
}
