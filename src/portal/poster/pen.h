/* SPDX-License-Identifier: Apache-2.0 */
/* Text in boxes: measured and drawn by the same calls, so that what was measured is what is drawn
 * (inner to poster/). */
#pragma once

#include <pango/pangocairo.h>

#include "base/err.h"
#include "base/str.h"

struct pen {
    cairo_t *cairo;
    PangoFontMap *fonts;
    PangoContext *context;
    double scale; /* of all type */
    bool drawing; /* else nothing is drawn, only measured */
    bool lacking; /* a letter that no font here has was asked for */
};

struct type {
    double size; /* points before scaling */
    bool bold;
    uint32_t colour; /* 0xRRGGBB */
    bool centred;
    bool balanced;   /* lines of about the same length: for a few words in large type */
    const char *tag; /* of a tagged PDF: "H1", "P" */
};

void pen_init(struct pen *pen, cairo_t *cairo, const char *language);
void pen_clear(struct pen *pen);
/* TEXT with its upper left corner at X, Y, in lines of WIDTH; returns the height. */
double pen_text(struct pen *pen, const struct type *type, double x, double y, double width,
                str text);
/* The same in one line, as large as WIDTH allows and TYPE at most. */
double pen_line(struct pen *pen, const struct type *type, double x, double y, double width,
                str text);
void pen_colour(struct pen *pen, uint32_t colour);
/* Filled with COLOUR; RADIUS is that of its corners. */
void pen_box(struct pen *pen, uint32_t colour, double x, double y, double width, double height,
             double radius);
