/* SPDX-License-Identifier: Apache-2.0 */
/* Where a cell would be too small to see, neighbours share one and the gravest state is shown: the
 * states are in that order. Marks of one state are one path, whatever their number. */
#include "portal/charts/health.h"

static const struct state {
    const char *name, *mark; /* the mark of a path, around its place */
} states[CHART_HEALTH_COUNT] = {
    [CHART_HEALTH_NONE] = {N_("no statement"), ""},
    [CHART_HEALTH_OK] = {N_("sound"), "m-6-2h12v4h-12z"},
    [CHART_HEALTH_FIRST_DAY] = {N_("first day of the source"), "m-3-5v10l7-5z"},
    [CHART_HEALTH_EXPLAINED] = {N_("unusual, explained"),
                                "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0m2.2 0a1.8 1.8 0 1 1 3.6 0a1.8 "
                                "1.8 0 1 1-3.6 0"},
    [CHART_HEALTH_POLICY_CHANGE] = {N_("counts differently from this day on"),
                                    "m0-5l4.5 5-4.5 5-4.5-5z"},
    [CHART_HEALTH_GROWN] = {N_("suddenly grown"), "m0-5l4.8 9h-9.6z"},
    [CHART_HEALTH_SHRUNK] = {N_("suddenly shrunk"), "m0 5l-4.8-9h9.6z"},
    [CHART_HEALTH_MISSING] =
        {N_("nothing delivered"),
         "m-4.6-3l1.6-1.6 3 3 3-3 1.6 1.6-3 3 3 3-1.6 1.6-3-3-3 3-1.6-1.6 3-3z"},
};

enum { ROW_WIDE = 18, ROW_NARROW = 33, HEADING = 24 };

static enum chart_health
state_of(enum chart_health state)
{
    return (unsigned)state < CHART_HEALTH_COUNT ? state : CHART_HEALTH_NONE;
}

static size_t
shown(size_t count)
{
    return count < CHART_SOURCES_MAX ? count : CHART_SOURCES_MAX;
}

double
health_height(const struct figure *figure, size_t count)
{
    if (count == 0)
        return 0;
    return HEADING + (double)shown(count) * (figure->wide ? ROW_WIDE : ROW_NARROW) + 4;
}

/* The gravest state of the days from FROM to before TO. */
static enum chart_health
gravest(const struct chart_source *source, size_t from, size_t to)
{
    enum chart_health worst = CHART_HEALTH_NONE;
    for (size_t i = from; i < to; i++)
        if (state_of(source->states[i]) > worst)
            worst = state_of(source->states[i]);
    return worst;
}

struct strip {
    const struct figure *figure;
    size_t days, cell; /* days that share one cell */
    double left, day_width;
    struct buf marks[CHART_HEALTH_COUNT];
};

static void
add_row(struct strip *strip, const struct chart_source *source, double y)
{
    for (size_t from = 0, to; from < strip->days; from = to) {
        to = from + strip->cell < strip->days ? from + strip->cell : strip->days;
        enum chart_health state = gravest(source, from, to);
        if (state == CHART_HEALTH_NONE)
            continue;
        struct buf *marks = &strip->marks[state];
        double x = strip->left + (double)from * strip->day_width;
        if (state != CHART_HEALTH_OK) {
            figure_xy(marks, 'M', x + (double)(to - from) * strip->day_width / 2, y);
            buf_z(marks, states[state].mark);
            continue;
        }
        while (to < strip->days) { /* one line for a run of sound days */
            size_t end = to + strip->cell < strip->days ? to + strip->cell : strip->days;
            if (gravest(source, to, end) != CHART_HEALTH_OK)
                break;
            to = end;
        }
        figure_xy(marks, 'M', x, y - 2);
        buf_char(marks, 'h');
        figure_n(marks, (double)(to - from) * strip->day_width);
        buf_z(marks, "v4H");
        figure_n(marks, x);
        buf_char(marks, 'z');
    }
}

void
health_draw(const struct figure *figure, const struct chart_source *sources, size_t count,
            const struct points *points, double left, double width, double top)
{
    if (count == 0 || points->days == 0)
        return;
    struct strip strip = {.figure = figure, .days = points->days, .left = left};
    /* The last group of a grouped chart may be short, and its point is drawn full. */
    strip.day_width = width / (double)(points->count * (size_t)points->step);
    strip.cell = (size_t)ceil(4.6 / strip.day_width);
    for (size_t i = 0; i < CHART_HEALTH_COUNT; i++)
        strip.marks[i] = BUF(1 << 20);
    figure_text(figure, figure->wide ? left : 2, top + 12, " class=\"chart-strong\"",
                str_of(figure_word(figure, N_("Were the sources sound?"))));
    for (size_t i = 0; i < shown(count); i++) {
        double y = top + HEADING + (double)i * (figure->wide ? ROW_WIDE : ROW_NARROW);
        if (figure->wide)
            figure_text_cut(figure, left + width + 10, y + 13, "", sources[i].name,
                            figure->width - left - width - 12);
        else
            figure_text_cut(figure, 2, y + 12, "", sources[i].name, figure->width - 4);
        add_row(&strip, &sources[i], y + (figure->wide ? 8 : 23));
    }
    for (size_t i = 0; i < CHART_HEALTH_COUNT; i++) {
        if (strip.marks[i].n) {
            buf_printf(figure->out, "<path class=\"chart-health-%zu\" d=\"", i);
            buf_str(figure->out, buf_view(&strip.marks[i]));
            buf_z(figure->out, "\"/>");
        }
        buf_clear(&strip.marks[i]);
    }
}

void
health_legend(const struct figure *figure, const struct chart_source *sources, size_t count,
              size_t days)
{
    bool used[CHART_HEALTH_COUNT] = {false};
    for (size_t i = 0; i < count; i++)
        for (size_t d = 0; d < days; d++)
            used[state_of(sources[i].states[d])] = true;
    if (count == 0 || days == 0)
        return;
    buf_z(figure->out, "<ul class=\"chart-key\">");
    for (size_t i = CHART_HEALTH_OK; i < CHART_HEALTH_COUNT; i++) {
        if (!used[i])
            continue;
        buf_printf(figure->out,
                   "<li><svg width=\"16\" height=\"14\" viewBox=\"-8 -7 16 14\" "
                   "aria-hidden=\"true\"><path class=\"chart-health-%zu\" d=\"M0 0%s\"/></svg> ",
                   i, states[i].mark);
        html_text(figure->out, str_of(figure_word(figure, states[i].name)));
        buf_z(figure->out, "</li>");
    }
    buf_z(figure->out, "</ul>");
}

void
health_table(const struct figure *figure, const struct chart_source *sources, size_t count,
             day first, size_t days)
{
    char text[NUMBER_TEXT];
    if (count == 0 || days == 0)
        return;
    figure_second_table(figure, "health", N_("Health of the sources"));
    figure_column_word(figure, N_("Source"));
    figure_column_word(figure, N_("From"));
    figure_column_word(figure, N_("To"));
    figure_column_word(figure, N_("State"));
    figure_table_rows(figure);
    for (size_t i = 0; i < count; i++)
        for (size_t from = 0, to; from < days; from = to) {
            enum chart_health state = state_of(sources[i].states[from]);
            for (to = from + 1; to < days && state_of(sources[i].states[to]) == state; to++)
                ;
            if (state == CHART_HEALTH_NONE)
                continue;
            figure_row(figure);
            figure_row_name(figure, sources[i].name);
            figure_cell(figure, number_day(text, figure->language, first + (day)from));
            figure_cell(figure, number_day(text, figure->language, first + (day)to - 1));
            figure_cell(figure, str_of(figure_word(figure, states[state].name)));
            figure_row_end(figure);
        }
    figure_table_end(figure);
}

void
health_describe(struct buf *out, enum language language, const struct chart_source *sources,
                size_t count, size_t days)
{
    size_t broken = 0, broken_days = 0;
    char number[NUMBER_TEXT], all[NUMBER_TEXT], on[NUMBER_TEXT];
    for (size_t i = 0; i < count; i++) {
        size_t here = 0;
        for (size_t d = 0; d < days; d++)
            here += state_of(sources[i].states[d]) >= CHART_HEALTH_POLICY_CHANGE;
        broken += here > 0;
        broken_days += here;
    }
    if (count == 0 || days == 0)
        return;
    buf_char(out, ' ');
    SAY(out, language,
        broken ? N_("Below it, whether the sources were sound: {broken} of {count} were not, on "
                    "{days} days altogether.")
               : N_("Below it, whether the sources were sound: all {count} were on all days."),
        {"broken", number_text(number, language, (double)broken, 0)},
        {"count", number_text(all, language, (double)count, 0)},
        {"days", number_text(on, language, (double)broken_days, 0)});
}
