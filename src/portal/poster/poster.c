/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks from top to bottom. The largest type by which all of them fit is found by measuring; what
 * then is left over goes between them. Black on white but for one dark band, so that any office
 * printer makes a good copy. */
#include "portal/poster/poster.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>

#include "base/require.h"
#include "portal/poster/pdf_catalog.h"
#include "portal/poster/pen.h"
#include "portal/poster/qr.h"
#include "portal/poster/surface.h"

#define INK 0x111111U
#define WHITE 0xffffffU

enum {
    PNG_WIDTH = 1080,
    PNG_HEIGHT = 1350,
    BLOCKS_MAX = 8,
    STEPS = 3,
    LINE_TEXT = 512,
    FIT_ROUNDS = 12,
};

/* Points; printers leave 5 mm and pins take their place, so the margin is 14 mm. */
static const double paper_width = 595.28, paper_height = 841.89, margin = 39.7;
static const double scale_least = 0.3, scale_most = 1.3;

struct sheet {
    const struct poster *poster;
    struct pen pen;
    struct qr qr;
    double height, width; /* within the margins */
};

static str
words(const struct sheet *sheet, const char *english)
{
    return str_of(catalog_text(sheet->poster->language, english));
}

/* Shields stand for protection in every language; the same as on the pages, 30 units wide. */
static void
draw_shield(struct pen *pen, double x, double y, double height)
{
    if (!pen->drawing)
        return;
    cairo_t *cairo = pen->cairo;
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    cairo_scale(cairo, height / 36, height / 36);
    cairo_move_to(cairo, 15, 0);
    cairo_line_to(cairo, 0, 5);
    cairo_rel_line_to(cairo, 0, 12);
    cairo_rel_curve_to(cairo, 0, 9, 6, 16, 15, 19);
    cairo_rel_curve_to(cairo, 9, -3, 15, -10, 15, -19);
    cairo_rel_line_to(cairo, 0, -12);
    cairo_close_path(cairo);
    pen_colour(pen, WHITE);
    cairo_fill(cairo);
    cairo_move_to(cairo, 8, 18);
    cairo_line_to(cairo, 13.5, 23.5);
    cairo_line_to(cairo, 23, 12.5);
    cairo_set_line_width(cairo, 3.6);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    pen_colour(pen, INK);
    cairo_stroke(cairo);
    cairo_restore(cairo);
}

static double
band(struct sheet *sheet, double y)
{
    const struct poster *poster = sheet->poster;
    const struct type name = {25, true, WHITE, false, true, "P"},
                      owner = {15, false, WHITE, false, false, "P"};
    double pad = 13 * sheet->pen.scale, shield = 46 * sheet->pen.scale;
    double left = margin + shield + 2 * pad, width = sheet->width - shield - 3 * pad;
    bool drawing = sheet->pen.drawing;
    sheet->pen.drawing = false;
    double text = pen_text(&sheet->pen, &name, left, 0, width, poster->campaign);
    if (poster->owner.n)
        text += pen_text(&sheet->pen, &owner, left, 0, width, poster->owner);
    sheet->pen.drawing = drawing;
    double height = fmax(text, shield) + 2 * pad, at = y + (height - text) / 2;
    pen_box(&sheet->pen, poster->colour, margin, y, sheet->width, height, 6);
    draw_shield(&sheet->pen, margin + pad * 1.2, y + (height - shield) / 2, shield);
    if (poster->owner.n)
        at += pen_text(&sheet->pen, &owner, left, at, width, poster->owner);
    pen_text(&sheet->pen, &name, left, at, width, poster->campaign);
    return height;
}

static double
demonstration(struct sheet *sheet, double y)
{
    const struct type type = {14, true, INK, true, true, "P"};
    char line[LINE_TEXT];
    if (!sheet->poster->demonstration)
        return 0;
    str name = words(sheet, N_("Demonstration"));
    str what = words(sheet, N_("Simulated data, not about any real connection."));
    snprintf(line, sizeof line, "%.*s: %.*s", STR_ARG(name), STR_ARG(what));
    return pen_text(&sheet->pen, &type, margin, y, sheet->width, str_of(line));
}

static double
headline(struct sheet *sheet, double y)
{
    const struct type title = {45, true, INK, false, true, "H1"},
                      lead = {20, false, INK, false, true, "P"};
    double height = pen_text(&sheet->pen, &title, margin, y, sheet->width,
                             words(sheet, N_("Are criminals controlling your devices?")));
    height += 6 * sheet->pen.scale;
    return height + pen_text(&sheet->pen, &lead, margin, y + height, sheet->width,
                             words(sheet, N_("Malware hides in computers, phones, cameras and "
                                             "Wi-Fi routers without anyone noticing.")));
}

static double
step(struct sheet *sheet, unsigned number, double y, double width)
{
    static const char *const texts[STEPS][2] = {
        {N_("Check"), N_("Scan the code or type the address, then press “Check now”. It is free, "
                         "without registration.")},
        {N_("Scan and remove"), N_("Scan computers and phones with up-to-date anti-virus software, "
                                   "your own or a free tool. Update cameras and the router.")},
        {N_("Share"), N_("Ask relatives, neighbours and colleagues to do the same.")},
    };
    const struct type digit = {30, true, WHITE, true, false, "P"},
                      title = {26, true, INK, false, false, "H2"},
                      text = {16.5, false, INK, false, false, "P"};
    struct pen *pen = &sheet->pen;
    double side = 42 * pen->scale, left = margin + side + 12 * pen->scale;
    char shown[2] = {(char)('1' + number), 0};
    pen_box(pen, sheet->poster->colour, margin, y, side, side, side / 2);
    bool drawing = pen->drawing;
    pen->drawing = false;
    double line = pen_text(pen, &digit, margin, y, side, str_of(shown));
    pen->drawing = drawing;
    pen_text(pen, &digit, margin, y + (side - line) / 2, side, str_of(shown));
    double height = pen_text(pen, &title, left, y + 2 * pen->scale, width - left + margin,
                             words(sheet, texts[number][0]));
    height += 2 * pen->scale;
    height += pen_text(pen, &text, left, y + height, width - left + margin,
                       words(sheet, texts[number][1]));
    return fmax(height, side);
}

static double
steps_and_code(struct sheet *sheet, double y)
{
    const struct type caption = {16.5, true, INK, true, true, "P"};
    double code = sheet->width * 0.4, width = sheet->width - code - 16, left = 0, right = 0;
    double gap = 12 * sheet->pen.scale;
    for (unsigned i = 0; i < STEPS; i++)
        left += step(sheet, i, y + left, width) + (i + 1 < STEPS ? gap : 0);
    double x = margin + sheet->width - code;
    if (sheet->pen.drawing) {
        pen_box(&sheet->pen, INK, x, y, code, code, 6);
        pen_box(&sheet->pen, WHITE, x + 3, y + 3, code - 6, code - 6, 4);
        qr_draw(&sheet->qr, sheet->pen.cairo, x + 4, y + 4, code - 8);
    }
    right = code + 5 +
            pen_text(&sheet->pen, &caption, x, y + code + 5, code,
                     words(sheet, N_("Open your phone's camera and point it here")));
    return fmax(left, right);
}

/* People type it: without the scheme that every browser adds by itself, and the slash at its end.
 */
static str
typed(str address)
{
    str text = str_starts(address, STR("https://")) ? str_from(address, 8) : address;
    if (str_ends(text, STR("/")))
        text.n--;
    return text;
}

static double
address(struct sheet *sheet, double y)
{
    const struct type type = {46, true, INK, true, false, "P"};
    double pad = 9 * sheet->pen.scale, border = 3;
    bool drawing = sheet->pen.drawing;
    sheet->pen.drawing = false;
    double text = pen_line(&sheet->pen, &type, margin + 2 * pad, y, sheet->width - 4 * pad,
                           typed(sheet->poster->address));
    sheet->pen.drawing = drawing;
    double height = text + 2 * pad;
    pen_box(&sheet->pen, INK, margin, y, sheet->width, height, 6);
    pen_box(&sheet->pen, WHITE, margin + border, y + border, sheet->width - 2 * border,
            height - 2 * border, 4);
    pen_line(&sheet->pen, &type, margin + 2 * pad, y + pad, sheet->width - 4 * pad,
             typed(sheet->poster->address));
    return height;
}

static double
promise(struct sheet *sheet, double y)
{
    const struct type type = {16.5, true, INK, true, true, "P"};
    return pen_text(&sheet->pen, &type, margin, y, sheet->width,
                    words(sheet, N_("We never ask for passwords, money or remote control of your "
                                    "device.")));
}

/* Text that was cut to fit may end within a letter. */
static const char *
whole_letters(char *text)
{
    for (size_t n = strlen(text); n && !str_is_utf8((str){text, n}); n--)
        text[n - 1] = 0;
    return text;
}

static void
hotline_line(const struct poster_hotline *hotline, char out[LINE_TEXT])
{
    bool reach = hotline->phone.n || hotline->email.n;
    snprintf(out, LINE_TEXT, "%.*s%s%.*s%s%.*s", STR_ARG(hotline->name), reach ? ": " : "",
             (int)hotline->phone.n, hotline->phone.p ? hotline->phone.p : "",
             hotline->phone.n && hotline->email.n ? " – " : "", (int)hotline->email.n,
             hotline->email.p ? hotline->email.p : "");
    whole_letters(out);
}

static double
hotlines(struct sheet *sheet, double y)
{
    const struct type title = {14, true, INK, false, false, "P"},
                      text = {14, false, INK, false, false, "P"};
    const struct poster *poster = sheet->poster;
    struct pen *pen = &sheet->pen;
    char line[LINE_TEXT], today[DAY_TEXT];
    double height = 7 * pen->scale;
    if (!poster->hotline_count)
        return 0;
    pen_box(pen, INK, margin, y, sheet->width, 1.5, 0);
    str rest = words(sheet, N_("Who can help (as of {day})")), before;
    str_cut(&rest, '{', &before);
    snprintf(line, sizeof line, "%.*s%s%s", STR_ARG(before),
             poster->language == LANGUAGE_VI ? day_format_vi(poster->today, today)
                                             : day_format(poster->today, today),
             strchr(rest.p, '}') + 1);
    height += pen_text(pen, &title, margin, y + height, sheet->width, str_of(line));
    for (size_t i = 0; i < poster->hotline_count; i++) {
        hotline_line(&poster->hotlines[i], line);
        height += pen_text(pen, &text, margin, y + height, sheet->width, str_of(line));
    }
    return height;
}

typedef double block(struct sheet *sheet, double y);
static block *const blocks[] = {demonstration, band,    headline, steps_and_code,
                                address,       promise, hotlines};
enum { BLOCKS = sizeof blocks / sizeof *blocks };

/* Draws or measures; LEFT_OVER is spread between the blocks. Returns the height without it. */
static double
flow(struct sheet *sheet, double left_over)
{
    double sum = 0, y = margin, gap = 14 * sheet->pen.scale;
    for (size_t i = 0; i < BLOCKS; i++) {
        double height = blocks[i](sheet, y);
        if (height == 0)
            continue;
        sum += height + gap;
        y += height + gap + left_over;
    }
    return sum - gap;
}

static size_t
gaps(const struct sheet *sheet)
{
    size_t shown = BLOCKS - !sheet->poster->demonstration - !sheet->poster->hotline_count;
    return shown - 1;
}

static void
fit(struct sheet *sheet)
{
    double low = scale_least, high = scale_most, room = sheet->height - 2 * margin;
    for (unsigned i = 0; i < FIT_ROUNDS; i++) {
        sheet->pen.scale = (low + high) / 2;
        if (flow(sheet, 0) <= room)
            low = sheet->pen.scale;
        else
            high = sheet->pen.scale;
    }
    sheet->pen.scale = low;
}

static errcode
draw(const struct poster *poster, cairo_t *cairo, double height, struct err *err)
{
    struct sheet *sheet = mem_calloc(1, sizeof *sheet);
    sheet->poster = poster;
    sheet->height = height;
    sheet->width = paper_width - 2 * margin;
    errcode code = qr_make(poster->address, &sheet->qr, err);
    if (code == OK) {
        pen_init(&sheet->pen, cairo, language_code(poster->language));
        fit(sheet);
        double left = height - 2 * margin - flow(sheet, 0);
        sheet->pen.drawing = true;
        cairo_set_source_rgb(cairo, 1, 1, 1);
        cairo_paint(cairo);
        cairo_tag_begin(cairo, "Document", NULL);
        flow(sheet, fmax(left, 0) / (double)gaps(sheet));
        cairo_tag_end(cairo, "Document");
        if (sheet->pen.lacking)
            code = err_set(err, ERR_UNSUPPORTED,
                           "no font here has all letters of the poster: install fonts-dejavu-core "
                           "or fonts-liberation");
        pen_clear(&sheet->pen);
    }
    free(sheet);
    return code;
}

static void
describe(const struct poster *poster, cairo_surface_t *surface)
{
    char title[LINE_TEXT], created[DAY_TEXT + 16], today[DAY_TEXT];
    snprintf(title, sizeof title, "%.*s", STR_ARG(poster->campaign));
    snprintf(created, sizeof created, "%sT00:00:00Z", day_format(poster->today, today));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, whole_letters(title));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, created);
    if (poster->owner.n) {
        snprintf(title, sizeof title, "%.*s", STR_ARG(poster->owner));
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, whole_letters(title));
    }
}

static errcode
write_paper(const struct poster *poster, cairo_surface_t *surface, struct buf *out, struct err *err)
{
    cairo_t *cairo = cairo_create(surface);
    struct err late;
    errcode code = draw(poster, cairo, paper_height, err);
    cairo_show_page(cairo);
    cairo_destroy(cairo);
    errcode ended = surface_finish(surface, out, code == OK ? err : &late);
    return code == OK ? ended : code;
}

static errcode
write_pdf(const struct poster *poster, struct buf *out, struct err *err)
{
    struct buf drawn = BUF(POSTER_BYTES_MAX);
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(surface_write, &drawn, paper_width, paper_height);
    describe(poster, surface);
    errcode code = write_paper(poster, surface, &drawn, err);
    if (code == OK)
        code = pdf_add_catalog(buf_view(&drawn), language_code(poster->language), out, err);
    buf_clear(&drawn);
    return code;
}

static errcode
write_svg(const struct poster *poster, struct buf *out, struct err *err)
{
    return write_paper(
        poster, cairo_svg_surface_create_for_stream(surface_write, out, paper_width, paper_height),
        out, err);
}

static errcode
write_png(const struct poster *poster, struct buf *out, struct err *err)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, PNG_WIDTH, PNG_HEIGHT);
    cairo_t *cairo = cairo_create(surface);
    cairo_scale(cairo, PNG_WIDTH / paper_width, PNG_WIDTH / paper_width);
    errcode code = draw(poster, cairo, PNG_HEIGHT * paper_width / PNG_WIDTH, err);
    cairo_destroy(cairo);
    if (code == OK)
        return surface_finish_png(surface, out, err);
    cairo_surface_destroy(surface);
    return code;
}

errcode
poster_write(const struct poster *poster, enum poster_format format, struct buf *out,
             struct err *err)
{
    switch (format) {
    case POSTER_PDF:
        return write_pdf(poster, out, err);
    case POSTER_SVG:
        return write_svg(poster, out, err);
    case POSTER_PNG:
    case POSTER_FORMAT_COUNT:
        break;
    }
    return write_png(poster, out, err);
}
