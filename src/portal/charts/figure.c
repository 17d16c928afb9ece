/* SPDX-License-Identifier: Apache-2.0 */
/* Both drawings are in the page and a media query shows one: text then keeps its size on a phone
 * and on a desk, without script. */
#include "portal/charts/figure.h"

#include "base/require.h"

static bool
id_is_sound(const char *id)
{
    if (*id < 'a' || *id > 'z')
        return false;
    for (; *id; id++)
        if (!(*id >= 'a' && *id <= 'z') && !ascii_is_digit(*id) && *id != '-')
            return false;
    return true;
}

struct figure
figure_begin(const struct chart_head *head, const char *kind, struct buf *out)
{
    require(id_is_sound(head->id));
    buf_z(out, "<figure class=\"chart chart-");
    buf_z(out, kind);
    buf_z(out, "\" id=\"");
    buf_z(out, head->id);
    buf_z(out, "\"><figcaption><strong>");
    html_text(out, head->caption);
    buf_z(out, "</strong>");
    if (head->unit.n) {
        buf_z(out, " <span class=\"chart-unit\">");
        html_text(out, head->unit);
        buf_z(out, "</span>");
    }
    buf_z(out, "</figcaption>");
    return (struct figure){.head = head, .language = head->language, .out = out};
}

void
figure_end(const struct figure *figure)
{
    buf_z(figure->out, "</figure>\n");
}

void
figure_svg(struct figure *figure, bool wide, double height, const struct buf *description)
{
    struct buf *out = figure->out;
    const char *id = figure->head->id, *form = wide ? "wide" : "narrow";
    figure->wide = wide;
    figure->width = wide ? 680 : 340;
    figure->font = wide ? 14 : 13.5;
    buf_printf(out,
               "<svg class=\"chart-%s\" role=\"img\" viewBox=\"0 0 %d %d\" font-size=\"%s\" "
               "aria-labelledby=\"%s-%s-t %s-%s-d\"><title id=\"%s-%s-t\">",
               form, (int)figure->width, (int)height, wide ? "14" : "13.5", id, form, id, form, id,
               form);
    html_text(out, figure->head->caption);
    buf_printf(out, "</title><desc id=\"%s-%s-d\">", id, form);
    buf_str(out, buf_view(description));
    buf_z(out, "</desc>");
}

void
figure_svg_end(const struct figure *figure)
{
    buf_z(figure->out, "</svg>");
}

void
figure_patterns(const struct figure *figure)
{
    buf_z(figure->out, "<svg class=\"chart-patterns\" width=\"0\" height=\"0\" "
                       "aria-hidden=\"true\"><defs>");
}

void
figure_patterns_end(const struct figure *figure)
{
    buf_z(figure->out, "</defs></svg>");
}

void
figure_say(struct buf *out, enum language language, const char *message,
           const struct html_argument *arguments, size_t count)
{
    html_message(out, catalog_text(language, message), arguments, count);
}

const char *
figure_word(const struct figure *figure, const char *english)
{
    return catalog_text(figure->language, english);
}

void
figure_n(struct buf *out, double value)
{
    value = fmin(fmax(value, -1e6), 1e6); /* NaN too */
    int64_t tenths = (int64_t)(value * 10 + (value < 0 ? -0.5 : 0.5));
    char digits[24], *end = digits + sizeof digits, *at = end;
    uint64_t size = (uint64_t)(tenths < 0 ? -tenths : tenths);
    if (size % 10) {
        *--at = (char)('0' + size % 10);
        *--at = '.';
    }
    for (size /= 10; size; size /= 10)
        *--at = (char)('0' + size % 10);
    if (at == end)
        *--at = '0';
    if (tenths < 0)
        *--at = '-';
    buf_add(out, at, (size_t)(end - at));
}

void
figure_xy(struct buf *out, char command, double x, double y)
{
    buf_char(out, command);
    figure_n(out, x);
    buf_char(out, ' ');
    figure_n(out, y);
}

static void
attribute(struct buf *out, const char *name, double value)
{
    buf_z(out, name);
    figure_n(out, value);
    buf_char(out, '"');
}

void
figure_text(const struct figure *figure, double x, double y, const char *attributes, str text)
{
    struct buf *out = figure->out;
    attribute(out, "<text x=\"", x);
    attribute(out, " y=\"", y);
    buf_z(out, attributes);
    buf_char(out, '>');
    html_text(out, text);
    buf_z(out, "</text>");
}

void
figure_rect(const struct figure *figure, double x, double y, double width, double height,
            const char *attributes)
{
    struct buf *out = figure->out;
    attribute(out, "<rect x=\"", x);
    attribute(out, " y=\"", y);
    attribute(out, " width=\"", width > 0 ? width : 0);
    attribute(out, " height=\"", height > 0 ? height : 0);
    buf_z(out, attributes);
    buf_z(out, "/>");
}

void
figure_line(const struct figure *figure, double x1, double y1, double x2, double y2,
            const char *attributes)
{
    struct buf *out = figure->out;
    buf_z(out, "<path d=\"");
    figure_xy(out, 'M', x1, y1);
    figure_xy(out, 'L', x2, y2);
    buf_char(out, '"');
    buf_z(out, attributes);
    buf_z(out, "/>");
}

/* Corners of the shapes, as parts of the radius; the disc is drawn as arcs. */
static const struct {
    size_t corners;
    double at[8][2];
} shapes[] = {
    {0, {{0, 0}}},
    {4, {{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}}},
    {3, {{0, -1.2}, {1.1, 0.9}, {-1.1, 0.9}}},
    {4, {{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}}},
    {3, {{0, 1.2}, {1.1, -0.9}, {-1.1, -0.9}}},
    {8, {{-1, -1}, {0, -0.4}, {1, -1}, {0.4, 0}, {1, 1}, {0, 0.4}, {-1, 1}, {-0.4, 0}}},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

void
figure_mark(struct buf *out, size_t number, double x, double y, double radius)
{
    size_t shape = number % SHAPES;
    if (shapes[shape].corners == 0) {
        figure_xy(out, 'M', x - radius, y);
        for (int half = 0; half < 2; half++) {
            figure_xy(out, 'a', radius, radius);
            buf_z(out, " 0 1 0 ");
            figure_n(out, half ? -2 * radius : 2 * radius);
            buf_z(out, " 0");
        }
    }
    for (size_t i = 0; i < shapes[shape].corners; i++)
        figure_xy(out, i ? 'L' : 'M', x + shapes[shape].at[i][0] * radius,
                  y + shapes[shape].at[i][1] * radius);
    buf_char(out, 'z');
}

bool
figure_mark_is_hollow(size_t number)
{
    return number / SHAPES % 2 == 1;
}

void
figure_stroke(struct buf *out, size_t number)
{
    static const char *const dashes[] = {"", "7 3", "2 3", "11 3 2 3", "5 2 5 6", "1.5 1.5"};
    buf_printf(out, " class=\"chart-line chart-s%zu\"", number % CHART_SERIES_MAX + 1);
    const char *dash = dashes[number % (sizeof dashes / sizeof *dashes)];
    if (*dash)
        buf_printf(out, " stroke-dasharray=\"%s\"", dash);
}

static size_t
letters(str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    return n;
}

/* The mean width of a letter, of the font's size: of digits, which are all as wide, and of words.
 */
static const double digit_width = 0.575, letter_width = 0.55;

double
figure_text_width(const struct figure *figure, str text)
{
    return (double)letters(text) * figure->font * digit_width;
}

void
figure_text_cut(const struct figure *figure, double x, double y, const char *attributes, str text,
                double width)
{
    double fits = width / (figure->font * letter_width);
    size_t most = fits < 2 ? 2 : (size_t)fits, seen = 0, cut = text.n;
    if (letters(text) <= most) {
        figure_text(figure, x, y, attributes, text);
        return;
    }
    for (size_t i = 0; i < text.n; i++)
        if (((unsigned char)text.p[i] & 0xc0) != 0x80 && seen++ == most - 1) {
            cut = i;
            break;
        }
    struct buf short_text = BUF(4096);
    buf_str(&short_text, (str){text.p, cut});
    buf_z(&short_text, "…");
    figure_text(figure, x, y, attributes, buf_view(&short_text));
    buf_clear(&short_text);
}
