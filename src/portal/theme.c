/* SPDX-License-Identifier: Apache-2.0 */
/* From one colour, the shades that the style sheet has a name for (assets/tokens.css): the ground
 * of the header in both schemes, and marks that stand out on the page. They go into a small sheet
 * after the main one. An emblem is served as it is and shown as an image, in which no script of an
 * SVG runs; opened by itself, a policy forbids it. */
#include "portal/theme.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/limits.h"

#define CONTRAST_TEXT 4.5 /* WCAG 2.1, 1.4.3 */

static const char default_name[] = "Khiên", default_colour[] = "#0b4a72";
static const uint32_t white = 0xffffff, dark_paper = 0x14181b; /* --paper of tokens.css */

static double
linear(uint32_t channel)
{
    double part = channel / 255.0;
    return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static double
luminance(uint32_t colour)
{
    return 0.2126 * linear(colour >> 16 & 255) + 0.7152 * linear(colour >> 8 & 255) +
           0.0722 * linear(colour & 255);
}

double
theme_contrast(uint32_t one, uint32_t other)
{
    double a = luminance(one), b = luminance(other);
    return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

/* PERCENT of OTHER mixed into COLOUR. */
static uint32_t
mixed(uint32_t colour, uint32_t other, unsigned percent)
{
    uint32_t out = 0;
    for (int shift = 16; shift >= 0; shift -= 8)
        out |= ((colour >> shift & 255) * (100 - percent) + (other >> shift & 255) * percent) / 100
               << shift;
    return out;
}

/* Lightened until it can be read on the dark scheme's ground. */
static uint32_t
mark_on_dark(uint32_t colour)
{
    unsigned percent = 0;
    while (percent < 100 &&
           theme_contrast(mixed(colour, white, percent), dark_paper) < CONTRAST_TEXT)
        percent += 5;
    return mixed(colour, white, percent);
}

static bool
parse_colour(str text, uint32_t *ret)
{
    uint64_t value;
    if (text.n != 7 || text.p[0] != '#' || !str_to_hex(str_from(text, 1), &value))
        return false;
    *ret = (uint32_t)value;
    return true;
}

/* CONTENT is served at /assets/STEM-HASH.ENDING from then on. */
static str
add_asset(struct theme *theme, const char *stem, const char *ending, const char *type, str content)
{
    size_t at = theme->asset_count++;
    uint64_t hash = checksum_of(content).low;
    snprintf(theme->paths[at], sizeof theme->paths[at], "/assets/%s-%016" PRIx64 "%s", stem, hash,
             ending);
    snprintf(theme->etags[at], sizeof theme->etags[at], "W/\"%016" PRIx64 "\"", hash);
    theme->assets[at] = (struct asset){.path = str_of(theme->paths[at]),
                                       .content = content,
                                       .type = type,
                                       .etag = theme->etags[at]};
    return theme->assets[at].path;
}

static errcode
add_colour(struct theme *theme, str text, struct err *err)
{
    uint32_t colour;
    if (!parse_colour(text, &colour))
        return err_set(err, ERR_FORMAT,
                       "theme.colour must be a colour such as #0b4a72, not \"%.*s\"",
                       (int)(text.n < 40 ? text.n : 40), text.p);
    double contrast = theme_contrast(colour, white);
    if (contrast < CONTRAST_TEXT)
        return err_set(err, ERR_FORMAT,
                       "theme.colour: white text on %.7s has a contrast of %.2f, %.2f below the "
                       "%.1f that people with weak sight need; take a darker one",
                       text.p, floor(contrast * 100) / 100, CONTRAST_TEXT - contrast,
                       CONTRAST_TEXT);
    snprintf(theme->colour, sizeof theme->colour, "#%06" PRIx32, colour);
    char sheet[256];
    int n = snprintf(sheet, sizeof sheet,
                     "@media screen{:root{--brand:#%06" PRIx32 ";--brand-mark:#%06" PRIx32 "}}"
                     "@media screen and (prefers-color-scheme:dark){"
                     ":root{--brand:#%06" PRIx32 ";--brand-mark:#%06" PRIx32 "}}\n",
                     colour, colour, mixed(colour, 0, 35), mark_on_dark(colour));
    buf_add(&theme->sheet_text, sheet, (size_t)n);
    theme->sheet =
        add_asset(theme, "theme", ".css", "text/css; charset=utf-8", buf_view(&theme->sheet_text));
    return OK;
}

static const char *
refused_in_svg(str content)
{
    static const char *const refused[] = {"<script", "<foreignObject", "<!ENTITY", "javascript:"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (str_contains_nocase(content, str_of(refused[i])))
            return refused[i];
    return NULL;
}

static errcode
add_emblem(struct theme *theme, str content, struct err *err)
{
    if (content.n > LIMIT_EMBLEM_BYTES)
        return err_set(err, ERR_LIMIT, "theme.emblem is larger than the %d bytes allowed",
                       LIMIT_EMBLEM_BYTES);
    if (str_starts(content, STR("\x89PNG\r\n\x1a\n"))) {
        theme->emblem = add_asset(theme, "emblem", ".png", "image/png", content);
        return OK;
    }
    if (!str_is_utf8(content) || str_has_control(content) ||
        str_find(content, STR("<svg")) == SIZE_MAX)
        return err_set(err, ERR_FORMAT, "theme.emblem is neither a PNG nor an SVG picture");
    const char *refused = refused_in_svg(content);
    if (refused)
        return err_set(err, ERR_FORMAT, "theme.emblem holds \"%s\"; an emblem has shapes only",
                       refused);
    theme->emblem = add_asset(theme, "emblem", ".svg", "image/svg+xml", content);
    return OK;
}

errcode
theme_init(struct theme *theme, const struct theme_options *options, struct err *err)
{
    *theme = (struct theme){.sheet_text = BUF(1 << 12)};
    memcpy(theme->colour, default_colour, sizeof default_colour);
    for (int i = 0; i < 2; i++)
        theme->name[i] = options->name[i] && options->name[i][0] ? str_of(options->name[i])
                                                                 : str_of(default_name);
    errcode code = OK;
    if (options->colour && options->colour[0])
        code = add_colour(theme, str_of(options->colour), err);
    if (code == OK && options->emblem.n)
        code = add_emblem(theme, options->emblem, err);
    if (code != OK)
        theme_clear(theme);
    return code;
}

void
theme_clear(struct theme *theme)
{
    buf_clear(&theme->sheet_text);
}
