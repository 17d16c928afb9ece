/* SPDX-License-Identifier: Apache-2.0 */
/* A handful of rows, read again each time: what is valid changes with the day. */
#include "portal/hotline.h"

#include "base/catalog.h"
#include "base/tsv.h"

enum column {
    COLUMN_SCOPE,
    COLUMN_NAME_VI,
    COLUMN_NAME_EN,
    COLUMN_PHONE,
    COLUMN_EMAIL,
    COLUMN_URL,
    COLUMN_FROM,
    COLUMN_TO,
    COLUMN_SOURCE,
    COLUMNS
};

static bool
parse_day(str text, day open, day *ret)
{
    if (text.n)
        return day_parse(text, ret);
    *ret = open;
    return true;
}

errcode
hotlines_check(str table, struct err *err)
{
    struct tsv tsv = tsv_open("hotlines", table, COLUMNS);
    str cells[TSV_CELLS_MAX];
    bool more;
    day unused;
    for (;;) {
        errcode code = tsv_next(&tsv, cells, &more, err);
        if (code != OK || !more)
            return code;
        if (!parse_day(cells[COLUMN_FROM], 0, &unused) || !parse_day(cells[COLUMN_TO], 0, &unused))
            return err_set(err, ERR_FORMAT, "hotlines, line %zu: dates are YYYY-MM-DD or -",
                           tsv.line);
    }
}

static struct hotline
hotline_of(const str cells[])
{
    struct hotline hotline = {
        .name = {[LANGUAGE_VI] = cells[COLUMN_NAME_VI], [LANGUAGE_EN] = cells[COLUMN_NAME_EN]},
        .phone = cells[COLUMN_PHONE],
        .email = cells[COLUMN_EMAIL],
        .url = cells[COLUMN_URL],
        .scope = cells[COLUMN_SCOPE],
        .source = cells[COLUMN_SOURCE],
    };
    parse_day(cells[COLUMN_FROM], DAY_NONE, &hotline.from);
    parse_day(cells[COLUMN_TO], DAY_NONE, &hotline.to);
    return hotline;
}

size_t
hotlines_list(str table, const char *scope, struct hotline out[HOTLINES_ALL_MAX])
{
    struct tsv tsv = tsv_open("hotlines", table, COLUMNS);
    str cells[TSV_CELLS_MAX];
    bool more;
    size_t n = 0;
    while (n < HOTLINES_ALL_MAX && tsv_next(&tsv, cells, &more, NULL) == OK && more)
        if (str_eq(cells[COLUMN_SCOPE], str_of(scope)))
            out[n++] = hotline_of(cells);
    return n;
}

bool
hotline_is_valid(const struct hotline *hotline, day today)
{
    return (hotline->from == DAY_NONE || today >= hotline->from) &&
           (hotline->to == DAY_NONE || today <= hotline->to);
}

size_t
hotlines_find(str table, const char *scope, day today, struct hotline out[HOTLINES_MAX])
{
    struct hotline all[HOTLINES_ALL_MAX];
    size_t count = hotlines_list(table, scope, all), n = 0;
    for (size_t i = 0; i < count && n < HOTLINES_MAX; i++)
        if (hotline_is_valid(&all[i], today))
            out[n++] = all[i];
    return n;
}
