/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics are not rounded to pixels, so that paper and screen have the same lines. */
#include "portal/poster/pen.h"

#include <math.h>

/* The first of these that the machine has; all have the letters of Vietnamese. */
static const char families[] = "Be Vietnam Pro, Noto Sans, Liberation Sans, DejaVu Sans, sans";

enum { TEXT_MAX = 4096 };

/* Asked by the leak search of a sanitizer's build only: fontconfig keeps patterns in a cache that
 * points to them by relative offsets, which that search cannot follow. FcFini would free them, but
 * aborts while Pango's thread still holds a font cache. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

void
pen_init(struct pen *pen, cairo_t *cairo, const char *language)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    /* A map of its own: Pango's default one would live on in the thread. */
    *pen = (struct pen){.cairo = cairo, .scale = 1, .fonts = pango_cairo_font_map_new()};
    pen->context = pango_font_map_create_context(pen->fonts);
    pango_cairo_context_set_font_options(pen->context, options);
    pango_context_set_language(pen->context, pango_language_from_string(language));
    pango_context_set_round_glyph_positions(pen->context, FALSE);
    cairo_font_options_destroy(options);
}

void
pen_clear(struct pen *pen)
{
    g_object_unref(pen->context);
    g_object_unref(pen->fonts);
}

static PangoLayout *
layout_new(struct pen *pen, const struct type *type, double size, double width, str text)
{
    PangoLayout *layout = pango_layout_new(pen->context);
    PangoFontDescription *font = pango_font_description_from_string(families);
    pango_font_description_set_weight(font, type->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_text(layout, text.p ? text.p : "",
                          (int)(text.n < TEXT_MAX ? text.n : TEXT_MAX));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, 1.0F);
    if (width > 0) {
        pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
        pango_layout_set_alignment(layout, type->centred ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
    }
    pen->lacking |= pango_layout_get_unknown_glyphs_count(layout) > 0;
    return layout;
}

static double
layout_show(struct pen *pen, PangoLayout *layout, const struct type *type, double x, double y)
{
    PangoRectangle box;
    pango_layout_get_extents(layout, NULL, &box);
    if (pen->drawing) {
        cairo_tag_begin(pen->cairo, type->tag, NULL);
        pen_colour(pen, type->colour);
        cairo_move_to(pen->cairo, x, y);
        pango_cairo_show_layout(pen->cairo, layout);
        cairo_tag_end(pen->cairo, type->tag);
    }
    g_object_unref(layout);
    return (double)box.height / PANGO_SCALE;
}

/* The least width that makes no more lines. */
static double
balance(PangoLayout *layout, double width)
{
    enum { ROUNDS = 6 };
    int lines = pango_layout_get_line_count(layout);
    double least = width / 2, most = width;
    for (unsigned i = 0; i < ROUNDS && lines > 1; i++) {
        double middle = (least + most) / 2;
        pango_layout_set_width(layout, (int)(middle * PANGO_SCALE));
        if (pango_layout_get_line_count(layout) > lines)
            least = middle;
        else
            most = middle;
    }
    pango_layout_set_width(layout, (int)(most * PANGO_SCALE));
    return most;
}

double
pen_text(struct pen *pen, const struct type *type, double x, double y, double width, str text)
{
    PangoLayout *layout = layout_new(pen, type, type->size * pen->scale, width, text);
    double taken = type->balanced ? balance(layout, width) : width;
    return layout_show(pen, layout, type, type->centred ? x + (width - taken) / 2 : x, y);
}

double
pen_line(struct pen *pen, const struct type *type, double x, double y, double width, str text)
{
    enum { PROBE = 100 };
    PangoRectangle box;
    PangoLayout *probe = layout_new(pen, type, PROBE, 0, text);
    pango_layout_get_extents(probe, NULL, &box);
    g_object_unref(probe);
    double size = type->size * pen->scale, natural = (double)box.width / PANGO_SCALE * size / PROBE;
    if (natural > width)
        size *= width / natural * 0.995;
    double left = type->centred ? x + (width - fmin(natural, width)) / 2 : x;
    return layout_show(pen, layout_new(pen, type, size, 0, text), type, left, y);
}

void
pen_colour(struct pen *pen, uint32_t colour)
{
    cairo_set_source_rgb(pen->cairo, (colour >> 16 & 0xff) / 255.0, (colour >> 8 & 0xff) / 255.0,
                         (colour & 0xff) / 255.0);
}

void
pen_box(struct pen *pen, uint32_t colour, double x, double y, double width, double height,
        double radius)
{
    if (!pen->drawing)
        return;
    cairo_new_sub_path(pen->cairo);
    cairo_arc(pen->cairo, x + width - radius, y + radius, radius, -M_PI / 2, 0);
    cairo_arc(pen->cairo, x + width - radius, y + height - radius, radius, 0, M_PI / 2);
    cairo_arc(pen->cairo, x + radius, y + height - radius, radius, M_PI / 2, M_PI);
    cairo_arc(pen->cairo, x + radius, y + radius, radius, M_PI, 3 * M_PI / 2);
    cairo_close_path(pen->cairo);
    pen_colour(pen, colour);
    cairo_fill(pen->cairo);
}
