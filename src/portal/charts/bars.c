/* SPDX-License-Identifier: Apache-2.0 */
/* Ranked bars with intervals: where two intervals overlap, the rank says little, and one sees it.
 */
#include "portal/charts/lines.h"

#include "base/require.h"

#include <stdlib.h>

enum { ROW_WIDE = 28, ROW_NARROW = 44, NAME = 216, VALUE = 160, BAR = 14 };

struct ranks {
    const struct chart_bars *bars;
    size_t *order;
    size_t shown;
    double max;
};

static double
rank_key(const struct chart_bar *bar)
{
    return number_is_there(bar->value) ? bar->value : -1;
}

static int
compare_ranks(const void *a, const void *b, void *context)
{
    const struct chart_bar *bars = context;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    double x = rank_key(&bars[i]), y = rank_key(&bars[j]);
    return x != y ? (x < y ? 1 : -1) : (i > j) - (i < j);
}

static bool
has_interval(const struct chart_bar *bar)
{
    return number_is_there(bar->value) && number_is_there(bar->low) && number_is_there(bar->high);
}

static struct ranks
ranks_of(const struct chart_bars *bars)
{
    struct ranks ranks = {.bars = bars, .order = mem_calloc(bars->count + 1, sizeof(size_t))};
    ranks.shown = bars->count < CHART_BARS_MAX ? bars->count : CHART_BARS_MAX;
    for (size_t i = 0; i < bars->count; i++)
        ranks.order[i] = i;
    if (!bars->in_order)
        qsort_r(ranks.order, bars->count, sizeof *ranks.order, compare_ranks,
                (void *)(uintptr_t)bars->bars);
    for (size_t i = 0; i < ranks.shown; i++) {
        const struct chart_bar *bar = &bars->bars[ranks.order[i]];
        ranks.max = fmax(ranks.max, rank_key(bar));
        if (has_interval(bar))
            ranks.max = fmax(ranks.max, bar->high);
    }
    if (ranks.max <= 0)
        ranks.max = 1;
    return ranks;
}

static void
value_text(const struct figure *figure, const struct chart_bar *bar, struct buf *out)
{
    char text[NUMBER_TEXT];
    int decimals = figure->head->decimals;
    double value = number_is_there(bar->value) ? bar->value : CHART_ABSENT;
    buf_str(out, number_text(text, figure->language, value, decimals));
    if (!has_interval(bar))
        return;
    buf_z(out, " (");
    buf_str(out, number_text(text, figure->language, bar->low, decimals));
    buf_z(out, "–");
    buf_str(out, number_text(text, figure->language, bar->high, decimals));
    buf_z(out, ")");
}

static void
draw_bar(const struct figure *figure, const struct ranks *ranks, const struct chart_bar *bar,
         double y)
{
    bool wide = figure->wide;
    double left = wide ? NAME : 2, right = wide ? figure->width - VALUE : figure->width - 6;
    double unit = (right - left) / ranks->max, top = wide ? y + 5 : y + 21;
    double middle = top + BAR / 2.0;
    struct buf text = BUF(4096);
    value_text(figure, bar, &text);
    double value_width = figure_text_width(figure, buf_view(&text));
    if (wide) {
        figure_text_cut(figure, left - 8, middle + 5, " text-anchor=\"end\"", bar->name, left - 10);
        figure_text(figure, right + 10, middle + 5, " class=\"chart-strong\"", buf_view(&text));
    } else {
        figure_text_cut(figure, 2, y + 15, "", bar->name, figure->width - value_width - 10);
        figure_text(figure, figure->width - 2, y + 15,
                    " class=\"chart-strong\" text-anchor=\"end\"", buf_view(&text));
    }
    buf_clear(&text);
    if (number_is_there(bar->value))
        figure_rect(figure, left, top, bar->value * unit, BAR, " class=\"chart-bar\"");
    if (has_interval(bar)) {
        double from = left + bar->low * unit, to = left + bar->high * unit;
        figure_line(figure, from, middle, to, middle, " class=\"chart-whisker\"");
        figure_line(figure, from, middle - 4, from, middle + 4, " class=\"chart-whisker\"");
        figure_line(figure, to, middle - 4, to, middle + 4, " class=\"chart-whisker\"");
    }
}

static void
draw(struct figure *figure, bool wide, const struct ranks *ranks, const struct buf *description)
{
    double row = wide ? ROW_WIDE : ROW_NARROW, left = wide ? NAME : 2;
    figure_svg(figure, wide, (double)ranks->shown * row + 4, description);
    for (size_t i = 0; i < ranks->shown; i++)
        draw_bar(figure, ranks, &ranks->bars->bars[ranks->order[i]], (double)i * row);
    if (wide)
        figure_line(figure, left, 0, left, (double)ranks->shown * row, " class=\"chart-axis\"");
    figure_svg_end(figure);
}

static void
describe(const struct ranks *ranks, struct buf *out)
{
    const struct chart_head *head = &ranks->bars->head;
    const struct chart_bar *bars = ranks->bars->bars;
    char count[NUMBER_TEXT], most[NUMBER_TEXT], least[NUMBER_TEXT];
    size_t there = 0;
    while (there < ranks->bars->count && number_is_there(bars[ranks->order[there]].value))
        there++;
    if (there == 0)
        return;
    const struct chart_bar *first = &bars[ranks->order[0]], *last = &bars[ranks->order[there - 1]];
    SAY(out, head->language,
        there == 1 ? N_("One bar: {first}, {most}.")
                   : N_("{count} bars by size: the largest is {first} with {most}, the smallest "
                        "{last} with {least}."),
        {"count", number_text(count, head->language, (double)there, 0)}, {"first", first->name},
        {"most", number_text(most, head->language, first->value, head->decimals)},
        {"last", last->name},
        {"least", number_text(least, head->language, last->value, head->decimals)});
}

static void
write_table(const struct figure *figure, const struct ranks *ranks)
{
    figure_table(figure);
    figure_column_word(figure, N_("Name"));
    figure_column_word(figure, N_("Value"));
    figure_column_word(figure, N_("At least"));
    figure_column_word(figure, N_("At most"));
    figure_table_rows(figure);
    for (size_t i = 0; i < ranks->bars->count; i++) {
        const struct chart_bar *bar = &ranks->bars->bars[ranks->order[i]];
        figure_row(figure);
        figure_row_name(figure, bar->name);
        figure_cell_number(figure, bar->value);
        figure_cell_number(figure, bar->low);
        figure_cell_number(figure, bar->high);
        figure_row_end(figure);
    }
    figure_table_end(figure);
}

void
chart_bars(const struct chart_bars *bars, struct buf *out)
{
    struct figure figure = figure_begin(&bars->head, "bars", out);
    struct ranks ranks = ranks_of(bars);
    struct buf description = BUF(FIGURE_DESCRIPTION_MAX);
    char shown[NUMBER_TEXT], all[NUMBER_TEXT];
    bool intervals = false;
    for (size_t i = 0; i < bars->count; i++)
        intervals = intervals || has_interval(&bars->bars[i]);
    if (bars->count == 0) {
        lines_empty(&figure);
    } else {
        describe(&ranks, &description);
        draw(&figure, true, &ranks, &description);
        draw(&figure, false, &ranks, &description);
        if (intervals)
            NOTE(&figure,
                 N_("The thin line is the uncertainty of each value. Where two of them overlap, "
                    "the order of the two is not certain."),
                 {"", {NULL, 0}});
        if (bars->count > ranks.shown)
            NOTE(&figure, N_("The picture shows {shown} of {count}; the table has all."),
                 {"shown", number_text(shown, figure.language, (double)ranks.shown, 0)},
                 {"count", number_text(all, figure.language, (double)bars->count, 0)});
        write_table(&figure, &ranks);
    }
    buf_clear(&description);
    free(ranks.order);
    figure_end(&figure);
}
