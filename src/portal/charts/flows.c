/* SPDX-License-Identifier: Apache-2.0 */
/* Flows: what stayed, came back and is new stands above the axis, what is gone hangs below it, so
 * that a falling stock shows as more below than new above. */
#include "portal/charts/lines.h"

#include <stdlib.h>

enum kind { STAYED, RETURNING, FRESH, GONE, KINDS };
enum { BARS_MAX = 110, PLOT_WIDE = 250, PLOT_NARROW = 210 };

static const struct {
    const char *class, *name, *texture; /* the pattern's lines, in a tile of 6 by 6 */
} kinds[KINDS] = {
    [STAYED] = {"stayed", N_("stayed"), ""},
    [RETURNING] = {"returning", N_("came back"), "M0 6L6 0M-1.5 1.5L1.5-1.5M4.5 7.5L7.5 4.5"},
    [FRESH] = {"fresh", N_("new"), ""},
    [GONE] = {"gone", N_("gone"), "M1.5 1.5h1.6v1.6h-1.6zM4.5 4.5h1.6v1.6h-1.6z"},
};

struct stacks {
    const struct chart_flows *flows;
    struct points points; /* of the picture; the table may have more */
    double *values[KINDS];
    struct axis axis;
    double above, below; /* heights in steps of the axis */
};

static const double *
input(const struct chart_flows *flows, enum kind kind)
{
    const double *all[KINDS] = {flows->stayed, flows->returning, flows->fresh, flows->gone};
    return all[kind];
}

static double
at(const struct stacks *stacks, enum kind kind, size_t point)
{
    double value = stacks->values[kind][point];
    return number_is_there(value) ? value : 0;
}

static struct stacks
stacks_of(const struct chart_flows *flows)
{
    struct stacks stacks = {.flows = flows,
                            .points = points_for(flows->first, flows->days, BARS_MAX)};
    double above = 0, below = 0;
    for (enum kind kind = STAYED; kind < KINDS; kind++)
        stacks.values[kind] = points_values(&stacks.points, input(flows, kind));
    for (size_t i = 0; i < stacks.points.count; i++) {
        above =
            fmax(above, at(&stacks, STAYED, i) + at(&stacks, RETURNING, i) + at(&stacks, FRESH, i));
        below = fmax(below, at(&stacks, GONE, i));
    }
    stacks.axis = axis_for(fmax(above, below), flows->head.decimals);
    stacks.above = fmax(1, ceil(above / stacks.axis.step - 1e-9));
    stacks.below = ceil(below / stacks.axis.step - 1e-9);
    return stacks;
}

static void
fill_of(const struct figure *figure, enum kind kind, char *out, size_t size)
{
    if (*kinds[kind].texture)
        snprintf(out, size, " fill=\"url(#%s-%s)\"", figure->head->id, kinds[kind].class);
    else
        *out = '\0';
}

static void
write_patterns(const struct figure *figure)
{
    figure_patterns(figure);
    for (enum kind kind = STAYED; kind < KINDS; kind++)
        if (*kinds[kind].texture)
            buf_printf(figure->out,
                       "<pattern id=\"%s-%s\" width=\"6\" height=\"6\" "
                       "patternUnits=\"userSpaceOnUse\"><path class=\"chart-flow-%s\" "
                       "d=\"M0 0h6v6h-6z\"/><path class=\"chart-texture-%s\" d=\"%s\"/></pattern>",
                       figure->head->id, kinds[kind].class, kinds[kind].class, kinds[kind].class,
                       kinds[kind].texture);
    figure_patterns_end(figure);
}

struct field {
    double left, width, zero, step; /* step: units of one step of the axis */
};

static void
draw_kind(const struct figure *figure, const struct stacks *stacks, const struct field *field,
          enum kind kind)
{
    struct buf *out = figure->out;
    char fill[128];
    double cell = field->width / (double)stacks->points.count;
    double gap = cell > 4 ? fmin(cell * 0.22, 6) : cell * 0.12, unit = field->step;
    fill_of(figure, kind, fill, sizeof fill);
    buf_printf(out, "<path class=\"chart-flow-%s\"%s d=\"", kinds[kind].class, fill);
    for (size_t i = 0; i < stacks->points.count; i++) {
        double height = at(stacks, kind, i) / stacks->axis.step * unit, base = field->zero;
        if (height <= 0)
            continue;
        if (kind == GONE)
            base += height;
        for (enum kind under = STAYED; kind != GONE && under < kind; under++)
            base -= at(stacks, under, i) / stacks->axis.step * unit;
        figure_xy(out, 'M', field->left + (double)i * cell + gap / 2, base);
        buf_char(out, 'v');
        figure_n(out, -height);
        buf_char(out, 'h');
        figure_n(out, cell - gap);
        buf_char(out, 'v');
        figure_n(out, height);
        buf_char(out, 'z');
    }
    buf_z(out, "\"/>");
}

static void
draw_scale(const struct figure *figure, const struct stacks *stacks, const struct field *field)
{
    char text[NUMBER_TEXT];
    for (int i = -(int)stacks->below; i <= (int)stacks->above; i++) {
        double y = field->zero - i * field->step;
        if (i)
            figure_line(figure, field->left, y, field->left + field->width, y,
                        " class=\"chart-grid\"");
        figure_text(figure, field->left - 6, y + 4.5, " class=\"chart-soft\" text-anchor=\"end\"",
                    axis_label(text, figure->language, &stacks->axis, abs(i) * stacks->axis.step));
    }
    if (*axis_unit(&stacks->axis))
        figure_text(figure, 2, 13, " class=\"chart-soft\"",
                    str_of(figure_word(figure, axis_unit(&stacks->axis))));
}

static void
draw(struct figure *figure, bool wide, const struct stacks *stacks, const struct buf *description)
{
    struct figure shape = {.font = 14, .language = figure->language};
    double height = wide ? PLOT_WIDE : PLOT_NARROW, top = *axis_unit(&stacks->axis) ? 26 : 10;
    struct field field = {.left = axis_width(&shape, &stacks->axis) + 10};
    figure_svg(figure, wide, top + height + AXIS_DAYS_HEIGHT, description);
    field.width = figure->width - field.left - 6;
    field.step = height / (stacks->above + stacks->below);
    field.zero = top + stacks->above * field.step;
    draw_scale(figure, stacks, &field);
    for (enum kind kind = STAYED; kind < KINDS; kind++)
        draw_kind(figure, stacks, &field, kind);
    figure_line(figure, field.left, field.zero, field.left + field.width, field.zero,
                " class=\"chart-axis\"");
    axis_days(figure, &stacks->points, field.left, field.width, top + height);
    figure_svg_end(figure);
}

static void
describe(const struct stacks *stacks, struct buf *out)
{
    const struct chart_head *head = &stacks->flows->head;
    char texts[6][NUMBER_TEXT];
    size_t last = stacks->points.count, most = 0;
    for (size_t i = 0; i < stacks->points.count; i++) {
        if (at(stacks, FRESH, i) > at(stacks, FRESH, most))
            most = i;
        for (enum kind kind = STAYED; kind < KINDS; kind++)
            if (number_is_there(stacks->values[kind][i]))
                last = i;
    }
    if (last == stacks->points.count) {
        SAY(out, head->language, N_("No data."), {"", {NULL, 0}});
        return;
    }
    SAY(out, head->language,
        N_("On {day}, the last with data: {stayed} stayed, {returning} came back, {fresh} were "
           "new and {gone} were gone."),
        {"day", number_day(texts[0], head->language, points_day(&stacks->points, last))},
        {"stayed",
         number_text(texts[1], head->language, stacks->values[STAYED][last], head->decimals)},
        {"returning",
         number_text(texts[2], head->language, stacks->values[RETURNING][last], head->decimals)},
        {"fresh",
         number_text(texts[3], head->language, stacks->values[FRESH][last], head->decimals)},
        {"gone",
         number_text(texts[4], head->language, stacks->values[GONE][last], head->decimals)});
    buf_char(out, ' ');
    SAY(out, head->language, N_("Most were new on {day}: {fresh}."),
        {"day", number_day(texts[0], head->language, points_day(&stacks->points, most))},
        {"fresh", number_text(texts[1], head->language, at(stacks, FRESH, most), head->decimals)});
}

static void
write_key(const struct figure *figure)
{
    static const enum kind order[KINDS] = {FRESH, RETURNING, STAYED, GONE};
    char fill[128];
    buf_z(figure->out, "<ul class=\"chart-key\">");
    for (size_t i = 0; i < KINDS; i++) {
        enum kind kind = order[i];
        fill_of(figure, kind, fill, sizeof fill);
        buf_printf(figure->out,
                   "<li><svg width=\"22\" height=\"14\" aria-hidden=\"true\"><path "
                   "class=\"chart-flow-%s\"%s d=\"M1 1h20v12h-20z\"/></svg> ",
                   kinds[kind].class, fill);
        html_text(figure->out, str_of(figure_word(figure, kinds[kind].name)));
        buf_z(figure->out, "</li>");
    }
    buf_z(figure->out, "</ul>");
}

static void
write_table(const struct figure *figure, const struct chart_flows *flows)
{
    struct points points = points_for(flows->first, flows->days, CHART_DAYS_MAX);
    char text[NUMBER_TEXT];
    figure_table(figure);
    figure_column_word(figure, points.step > 1 ? N_("Days from") : N_("Day"));
    for (enum kind kind = STAYED; kind < KINDS; kind++)
        figure_column_word(figure, kinds[kind].name);
    figure_table_rows(figure);
    for (size_t i = 0; i < points.count; i++) {
        figure_row(figure);
        figure_row_name(figure, number_day(text, figure->language, points_day(&points, i)));
        for (enum kind kind = STAYED; kind < KINDS; kind++)
            figure_cell_number(figure, points_value(&points, input(flows, kind), i));
        figure_row_end(figure);
    }
    figure_table_end(figure);
}

void
chart_flows(const struct chart_flows *flows, struct buf *out)
{
    struct figure figure = figure_begin(&flows->head, "flows", out);
    struct stacks stacks = stacks_of(flows);
    struct buf description = BUF(FIGURE_DESCRIPTION_MAX);
    char days[NUMBER_TEXT];
    if (flows->days == 0) {
        lines_empty(&figure);
    } else {
        describe(&stacks, &description);
        write_patterns(&figure);
        draw(&figure, true, &stacks, &description);
        draw(&figure, false, &stacks, &description);
        write_key(&figure);
        if (stacks.points.step > 1 && flows->days <= CHART_DAYS_MAX)
            NOTE(&figure,
                 N_("Each bar is the mean of {days} days from its date on; the table has each "
                    "day."),
                 {"days", number_text(days, figure.language, stacks.points.step, 0)});
        else
            points_note(&stacks.points, &figure);
        write_table(&figure, flows);
    }
    for (enum kind kind = STAYED; kind < KINDS; kind++)
        free(stacks.values[kind]);
    buf_clear(&description);
    figure_end(&figure);
}
