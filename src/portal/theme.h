/* SPDX-License-Identifier: Apache-2.0 */
/* An operator's own name, emblem and colour on the pages (inner to the part). */
#pragma once

#include "portal/asset.h"
#include "portal/portal.h"

enum { THEME_ASSETS_MAX = 2, THEME_COLOUR_TEXT = 8 };

struct theme {
    str name[2]; /* by enum language */
    char colour[THEME_COLOUR_TEXT];
    str sheet, emblem; /* paths; empty where the own ones serve */
    struct asset assets[THEME_ASSETS_MAX];
    size_t asset_count;
    char paths[THEME_ASSETS_MAX][64], etags[THEME_ASSETS_MAX][32];
    struct buf sheet_text;
};

/* Refuses, with what is wrong and where: a colour that is none or that white text cannot be read
 * on, an emblem that is neither PNG nor SVG, is too large, or is an SVG with more than shapes. The
 * options' text must outlive the theme. */
errcode theme_init(struct theme *theme, const struct theme_options *options, struct err *err);
void theme_clear(struct theme *theme);
/* How much two colours differ (WCAG 2.1, relative luminance), from 1 to 21. */
double theme_contrast(uint32_t one, uint32_t other);
