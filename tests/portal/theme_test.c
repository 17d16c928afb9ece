/* SPDX-License-Identifier: Apache-2.0 */
/* An operator's theme: what it makes, and what is refused. */
#include "portal/theme.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/require.h"
#include "base/tap.h"

static void
check_refused(const char *what, const struct theme_options *options, errcode want, const char *said)
{
    struct theme theme;
    struct err err;
    tap_eq_i64(theme_init(&theme, options, &err), want, "%s is refused", what);
    tap_ok(strstr(err.text, said) != NULL, "%s: \"%s\"", what, err.text);
}

static void
check_colours(void)
{
    static const char *const none[] = {"red",    "#fff",     "#12345g", "0b4a72",    "#0b4a72;",
                                       "#0b4a7", "#0b4a722", "#0b4a7}", "url(//a.b)"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        check_refused(none[i], &(struct theme_options){.colour = none[i]}, ERR_FORMAT,
                      "such as #0b4a72");
    /* 4.48, as published for this grey: https://www.w3.org/TR/WCAG21/#contrast-minimum */
    check_refused("#777777", &(struct theme_options){.colour = "#777777"}, ERR_FORMAT,
                  "contrast of 4.47");
    check_refused("#ffdd00", &(struct theme_options){.colour = "#ffdd00"}, ERR_FORMAT, "below");
    tap_ok(theme_contrast(0, 0xffffff) == 21 && theme_contrast(0xffffff, 0) == 21 &&
               theme_contrast(0x336699, 0x336699) == 1,
           "black and white are 21 apart, a colour and itself 1");
    tap_ok(theme_contrast(0x767676, 0xffffff) > 4.5 && theme_contrast(0x777777, 0xffffff) < 4.5,
           "#767676 is the lightest grey that passes");
}

/* The colour after NAME in the AT-th :root of the sheet. */
static uint32_t
shade(str sheet, const char *name, int at)
{
    for (; at >= 0; at--)
        sheet = str_from(sheet, str_find(sheet, STR(":root{")) + 6);
    size_t found = str_find(sheet, str_of(name));
    return found == SIZE_MAX
               ? 0
               : (uint32_t)strtoul(sheet.p + found + strlen(name) + strlen(":#"), NULL, 16);
}

static void
check_shades(void)
{
    static const char *const colours[] = {"#7A1F1F", "#000000", "#0b4a72", "#767676", "#0000ff"};
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        struct theme theme;
        struct err err;
        if (!tap_no_err(theme_init(&theme, &(struct theme_options){.colour = colours[i]}, &err),
                        &err, "%s is taken", colours[i]))
            continue;
        str sheet = theme.assets[0].content;
        tap_eq_i64(shade(sheet, "--brand", 0), (int64_t)strtoul(colours[i] + 1, NULL, 16),
                   "%s is the ground", colours[i]);
        tap_ok(theme_contrast(shade(sheet, "--brand", 1), 0xffffff) >= 4.5,
               "%s: white can be read on the dark scheme's ground", colours[i]);
        tap_ok(theme_contrast(shade(sheet, "--brand-mark", 1), 0x14181b) >= 4.5,
               "%s: marks can be seen on the dark page", colours[i]);
        tap_ok(asset_at(theme.assets, theme.asset_count, theme.sheet) == &theme.assets[0],
               "its sheet is found");
        theme_clear(&theme);
    }
}

static void
check_emblem(const char *what, str content, const char *ending, const char *type)
{
    struct theme theme;
    struct err err;
    if (!tap_no_err(theme_init(&theme, &(struct theme_options){.emblem = content}, &err), &err,
                    "%s is taken", what))
        return;
    tap_ok(str_starts(theme.emblem, STR("/assets/emblem-")) &&
               str_ends(theme.emblem, str_of(ending)) && theme.sheet.n == 0,
           "%s: its name", what);
    tap_eq_z(theme.assets[0].type, type, "%s: its type", what);
    theme_clear(&theme);
}

static void
check_emblems(void)
{
    static const struct {
        const char *what, *content;
    } refused[] = {
        {"text", "an emblem"},
        {"HTML", "<html><body>"},
        {"a script", "<svg><SCRIPT>alert(1)</SCRIPT></svg>"},
        {"a page within", "<svg><foreignobject></svg>"},
        {"entities", "<!DOCTYPE svg [<!ENTITY a \"aaaa\">]><svg/>"},
        {"a script's address", "<svg><a href=\"JavaScript:alert(1)\"/></svg>"},
        {"bytes", "<svg>\x01</svg>"},
        {"not UTF-8", "<svg>\xff</svg>"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        check_refused(refused[i].what,
                      &(struct theme_options){.emblem = str_of(refused[i].content)}, ERR_FORMAT,
                      "theme.emblem");
    cleanup(cleanup_free) char *large = mem_calloc(1, LIMIT_EMBLEM_BYTES + 1);
    memcpy(large, "\x89PNG\r\n\x1a\n", 8);
    check_refused("a large one", &(struct theme_options){.emblem = {large, LIMIT_EMBLEM_BYTES + 1}},
                  ERR_LIMIT, "65536 bytes");
    check_emblem("a PNG", (str){large, LIMIT_EMBLEM_BYTES}, ".png", "image/png");
    check_emblem("an SVG", STR("<?xml version=\"1.0\"?>\n<svg><path d=\"M0 0h9\"/></svg>\n"),
                 ".svg", "image/svg+xml");
}

static void
check_names(void)
{
    struct theme theme;
    struct err err;
    theme_init(&theme, &(struct theme_options){.name = {"Tỉnh", ""}}, &err);
    tap_eq_str(theme.name[0], STR("Tỉnh"), "the operator's name");
    tap_eq_str(theme.name[1], STR("Khiên"), "the program's own where there is none");
    tap_ok(theme.asset_count == 0 && theme.sheet.n == 0 && theme.emblem.n == 0,
           "no colour and no emblem make no assets");
    theme_clear(&theme);
}

int
main(void)
{
    check_colours();
    check_shades();
    check_emblems();
    check_names();
    return tap_done();
}
