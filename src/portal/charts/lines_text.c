/* SPDX-License-Identifier: Apache-2.0 */
/* The same trend in words and as a table: what a picture says, said. */
#include "portal/charts/lines.h"

static void
describe_series(const struct lines *lines, size_t series, struct buf *out)
{
    enum language language = lines->trend->head.language;
    int decimals = lines->trend->head.decimals;
    const double *values = lines->values[series];
    size_t first = lines_first(lines, series), last = lines_last(lines, series), highest = first;
    str name = lines->trend->series[series].name;
    char a[NUMBER_TEXT], b[NUMBER_TEXT], c[NUMBER_TEXT], d[NUMBER_TEXT], e[NUMBER_TEXT],
        f[NUMBER_TEXT], g[NUMBER_TEXT];
    if (series)
        buf_char(out, ' ');
    if (first == SIZE_MAX) {
        SAY(out, language, N_("{name}: no data."), {"name", name});
        return;
    }
    for (size_t i = first; i <= last; i++)
        if (values[i] > values[highest])
            highest = i;
    double change = values[first] > 0 ? (values[last] / values[first] - 1) * 100 : CHART_ABSENT;
    SAY(out, language,
        first == last ? N_("{name}: {first} on {first_day}, the only day with data.")
                      : N_("{name}: {first} on {first_day}, {last} on {last_day} (change: "
                           "{change}); the highest, {highest}, on {highest_day}."),
        {"name", name}, {"first", number_text(a, language, values[first], decimals)},
        {"first_day", number_day(b, language, points_day(&lines->points, first))},
        {"last", number_text(c, language, values[last], decimals)},
        {"last_day", number_day(d, language, points_day(&lines->points, last))},
        {"change", number_change(e, language, change)},
        {"highest", number_text(f, language, values[highest], decimals)},
        {"highest_day", number_day(g, language, points_day(&lines->points, highest))});
}

void
lines_describe(const struct lines *lines, struct buf *out)
{
    const struct chart_trend *trend = lines->trend;
    for (size_t i = 0; i < lines->count; i++)
        describe_series(lines, i, out);
    health_describe(out, trend->head.language, trend->sources, trend->source_count, trend->days);
}

static void
write_reasons(const struct lines *lines, const struct figure *figure)
{
    const struct chart_trend *trend = lines->trend;
    char from[NUMBER_TEXT], to[NUMBER_TEXT];
    if (trend->stretch_count == 0)
        return;
    buf_printf(figure->out,
               "<p class=\"chart-note\"><svg width=\"26\" height=\"14\" aria-hidden=\"true\">"
               "<rect class=\"chart-broken\" width=\"26\" height=\"14\" fill=\"url(#%s-hatch)\"/>"
               "</svg> ",
               figure->head->id);
    html_text(figure->out, str_of(figure_word(figure, N_("Hatched: days that cannot be compared "
                                                         "with others, because:"))));
    buf_z(figure->out, "</p><ol class=\"chart-reasons\">");
    for (size_t i = 0; i < trend->stretch_count && i < CHART_STRETCHES_MAX; i++) {
        const struct chart_stretch *stretch = &trend->stretches[i];
        buf_z(figure->out, "<li>");
        SAY(figure->out, figure->language,
            stretch->from == stretch->to ? N_("{from}: {reason}") : N_("{from} to {to}: {reason}"),
            {"from", number_day(from, figure->language, stretch->from)},
            {"to", number_day(to, figure->language, stretch->to)}, {"reason", stretch->reason});
        buf_z(figure->out, "</li>");
    }
    buf_z(figure->out, "</ol>");
}

void
lines_notes(const struct lines *lines, const struct figure *figure)
{
    const struct chart_trend *trend = lines->trend;
    char text[NUMBER_TEXT], all[NUMBER_TEXT];
    write_reasons(lines, figure);
    health_legend(figure, trend->sources, trend->source_count, trend->days);
    points_note(&lines->points, figure);
    if (trend->today != DAY_NONE && points_find(&lines->points, trend->today) != SIZE_MAX)
        NOTE(figure,
             lines->points.step > 1
                 ? N_("{day} is not over yet, and its figures still rise.")
                 : N_("Hollow circle: {day} is not over yet, and its figures still rise."),
             {"day", number_day(text, figure->language, trend->today)});
    if (trend->series_count > lines->count)
        NOTE(figure, N_("The picture shows {shown} of {count}; the table has all."),
             {"shown", number_text(text, figure->language, (double)lines->count, 0)},
             {"count", number_text(all, figure->language, (double)trend->series_count, 0)});
    if (trend->source_count > CHART_SOURCES_MAX)
        NOTE(figure,
             N_("The picture shows {shown} of {count} sources; the table of the sources has all."),
             {"shown", number_text(text, figure->language, CHART_SOURCES_MAX, 0)},
             {"count", number_text(all, figure->language, (double)trend->source_count, 0)});
}

/* The numbers of the reasons that concern the days of a point; "today" where it is not over. */
static void
remark_cell(const struct lines *lines, const struct figure *figure, size_t point)
{
    const struct chart_trend *trend = lines->trend;
    day from = points_day(&lines->points, point), to = from + lines->points.step - 1;
    struct buf *out = figure->out;
    bool first = true;
    buf_z(out, "<td>");
    for (size_t i = 0; i < trend->stretch_count && i < CHART_STRETCHES_MAX; i++) {
        if (trend->stretches[i].to < from || trend->stretches[i].from > to)
            continue;
        if (first)
            html_text(out, str_of(figure_word(figure, N_("not comparable:"))));
        buf_printf(out, "%s %zu", first ? "" : ",", i + 1);
        first = false;
    }
    if (trend->today >= from && trend->today <= to) {
        buf_z(out, first ? "" : "; ");
        html_text(out, str_of(figure_word(figure, N_("not over yet"))));
    }
    buf_z(out, "</td>");
}

void
lines_tables(const struct lines *lines, const struct figure *figure)
{
    const struct chart_trend *trend = lines->trend;
    bool remarks = trend->stretch_count || trend->today != DAY_NONE;
    char text[NUMBER_TEXT];
    figure_table(figure);
    figure_column_word(figure, lines->points.step > 1 ? N_("Days from") : N_("Day"));
    for (size_t i = 0; i < trend->series_count; i++)
        figure_column(figure, trend->series[i].name);
    if (remarks)
        figure_column_word(figure, N_("Remark"));
    figure_table_rows(figure);
    for (size_t point = 0; point < lines->points.count; point++) {
        figure_row(figure);
        figure_row_name(figure,
                        number_day(text, figure->language, points_day(&lines->points, point)));
        for (size_t i = 0; i < trend->series_count; i++)
            figure_cell_number(figure,
                               i < lines->count
                                   ? lines->values[i][point]
                                   : points_value(&lines->points, trend->series[i].values, point));
        if (remarks)
            remark_cell(lines, figure, point);
        figure_row_end(figure);
    }
    figure_table_end(figure);
    health_table(figure, trend->sources, trend->source_count, trend->first, trend->days);
}
