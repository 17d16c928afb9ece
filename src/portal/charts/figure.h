/* SPDX-License-Identifier: Apache-2.0 */
/* The frame that all charts share: figure, two drawings (wide and narrow screen), description,
 * notes, table; and the few marks of SVG that they draw with (inner to the charts). */
#pragma once

#include "portal/charts/charts.h"
#include "portal/charts/number.h"
#include "portal/html.h"

/* One of the two drawings of a chart. Units are those of its viewBox. */
struct figure {
    const struct chart_head *head;
    enum language language;
    struct buf *out;
    bool wide;
    double width, font;
};

enum { FIGURE_DESCRIPTION_MAX = 64 << 10 };

struct figure figure_begin(const struct chart_head *head, const char *kind, struct buf *out);
void figure_end(const struct figure *figure);

/* SVG of HEIGHT with title and the DESCRIPTION, HTML already. */
void figure_svg(struct figure *figure, bool wide, double height, const struct buf *description);
void figure_svg_end(const struct figure *figure);
/* An SVG without size that holds patterns for both drawings and the legend. */
void figure_patterns(const struct figure *figure);
void figure_patterns_end(const struct figure *figure);

/* A message of the catalog, with arguments as html_message has them. */
void figure_say(struct buf *out, enum language language, const char *message,
                const struct html_argument *arguments, size_t count);
#define SAY(out, language, message, ...)                                                           \
    figure_say((out), (language), (message), (const struct html_argument[]){__VA_ARGS__},          \
               sizeof((const struct html_argument[]){__VA_ARGS__}) / sizeof(struct html_argument))
const char *figure_word(const struct figure *figure, const char *english);
/* A message as a paragraph. */
#define NOTE(figure, message, ...)                                                                 \
    do {                                                                                           \
        buf_z((figure)->out, "<p class=\"chart-note\">");                                          \
        SAY((figure)->out, (figure)->language, (message), __VA_ARGS__);                            \
        buf_z((figure)->out, "</p>");                                                              \
    } while (0)

/* Numbers of SVG, rounded to a tenth. */
void figure_n(struct buf *out, double value);
void figure_xy(struct buf *out, char command, double x, double y);
/* ATTRIBUTES with a leading blank, or "". */
void figure_text(const struct figure *figure, double x, double y, const char *attributes, str text);
void figure_rect(const struct figure *figure, double x, double y, double width, double height,
                 const char *attributes);
void figure_line(const struct figure *figure, double x1, double y1, double x2, double y2,
                 const char *attributes);
/* The mark of series NUMBER (from 0) at a place: one of twelve shapes, with a radius. */
void figure_mark(struct buf *out, size_t number, double x, double y, double radius);
bool figure_mark_is_hollow(size_t number);
/* Class and dashes of its line. */
void figure_stroke(struct buf *out, size_t number);
/* How many units TEXT takes about; and TEXT cut to that, with "…". */
double figure_text_width(const struct figure *figure, str text);
void figure_text_cut(const struct figure *figure, double x, double y, const char *attributes,
                     str text, double width);

/* The head's note and <details> with a table: caption, columns, figure_table_rows, rows. */
void figure_table(const struct figure *figure);
/* One more, whose ids end in NAME, with a caption of the catalog. */
void figure_second_table(const struct figure *figure, const char *name, const char *english);
void figure_table_rows(const struct figure *figure);
void figure_table_end(const struct figure *figure);
void figure_row(const struct figure *figure);
void figure_row_end(const struct figure *figure);
void figure_column(const struct figure *figure, str name);
void figure_column_word(const struct figure *figure, const char *english);
void figure_row_name(const struct figure *figure, str name);
void figure_cell(const struct figure *figure, str text);
void figure_cell_number(const struct figure *figure, double value);
