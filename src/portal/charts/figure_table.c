/* SPDX-License-Identifier: Apache-2.0 */
/* The table beside each chart: the same figures for those who cannot see it, want to copy them or
 * doubt it. */
#include "portal/charts/figure.h"

static void
begin(const struct figure *figure, const char *name, str caption, str unit)
{
    struct buf *out = figure->out;
    const char *id = figure->head->id;
    buf_z(out, "<details class=\"chart-figures\"><summary>");
    SAY(out, figure->language, N_("The figures of “{caption}” as a table"), {"caption", caption});
    /* A region that scrolls must be reachable by keyboard and have a name. */
    buf_printf(out,
               "</summary><div class=\"chart-scroll\" tabindex=\"0\" role=\"region\" "
               "aria-labelledby=\"%s-%s\"><table><caption id=\"%s-%s\">",
               id, name, id, name);
    html_text(out, caption);
    if (unit.n) {
        buf_z(out, " (");
        html_text(out, unit);
        buf_char(out, ')');
    }
    buf_z(out, "</caption><thead><tr>");
}

void
figure_table(const struct figure *figure)
{
    if (figure->head->note.n) {
        buf_z(figure->out, "<p class=\"chart-note\">");
        html_text(figure->out, figure->head->note);
        buf_z(figure->out, "</p>");
    }
    begin(figure, "table", figure->head->caption, figure->head->unit);
}

void
figure_second_table(const struct figure *figure, const char *name, const char *english)
{
    begin(figure, name, str_of(figure_word(figure, english)), (str){NULL, 0});
}

void
figure_table_rows(const struct figure *figure)
{
    buf_z(figure->out, "</tr></thead><tbody>");
}

void
figure_table_end(const struct figure *figure)
{
    buf_z(figure->out, "</tbody></table></div></details>");
}

void
figure_row(const struct figure *figure)
{
    buf_z(figure->out, "<tr>");
}

void
figure_row_end(const struct figure *figure)
{
    buf_z(figure->out, "</tr>");
}

void
figure_column(const struct figure *figure, str name)
{
    buf_z(figure->out, "<th scope=\"col\">");
    html_text(figure->out, name);
    buf_z(figure->out, "</th>");
}

void
figure_column_word(const struct figure *figure, const char *english)
{
    figure_column(figure, str_of(figure_word(figure, english)));
}

void
figure_row_name(const struct figure *figure, str name)
{
    buf_z(figure->out, "<th scope=\"row\">");
    html_text(figure->out, name);
    buf_z(figure->out, "</th>");
}

void
figure_cell(const struct figure *figure, str text)
{
    buf_z(figure->out, "<td>");
    html_text(figure->out, text);
    buf_z(figure->out, "</td>");
}

void
figure_cell_number(const struct figure *figure, double value)
{
    char text[NUMBER_TEXT];
    buf_z(figure->out, "<td class=\"chart-number\">");
    buf_str(figure->out,
            number_text(text, figure->language, number_is_there(value) ? value : CHART_ABSENT,
                        figure->head->decimals));
    buf_z(figure->out, "</td>");
}
