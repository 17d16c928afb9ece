/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of words, so that anyone can see with `cat` that there is nothing else in it; the last line
 * is a checksum of those before. */
#include "portal/counter_file.h"

#include <inttypes.h>

#include "base/hash.h"

enum { SUM_TEXT = 33 };

static const char head[] = "khien-counters 1\n";
static const char *const names[COUNTER_COUNT] = {
#define X(suffix, name) name,
    COUNTERS(X)
#undef X
};

const char *
counter_name(enum counter what)
{
    return names[what];
}

bool
counter_name_is_fine(str name)
{
    if (name.n == 0 || name.n >= COUNTER_NAME)
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!(name.p[i] >= 'a' && name.p[i] <= 'z') && !ascii_is_digit(name.p[i]) &&
            !(i && (name.p[i] == '-' || name.p[i] == '.')))
            return false;
    return true;
}

void
counter_file_begin(struct buf *out)
{
    buf_z(out, head);
}

void
counter_file_row(struct buf *out, const struct counter_row *row)
{
    char since[DAY_TEXT];
    buf_printf(out, "%s %.*s %s %" PRIu64 "\n", names[row->what],
               (int)(row->name.n ? row->name.n : 1), row->name.n ? row->name.p : "-",
               day_format(row->since, since), row->total);
}

static void
sum_of(str text, char out[SUM_TEXT])
{
    struct checksum sum = checksum_of(text);
    snprintf(out, SUM_TEXT, "%016" PRIx64 "%016" PRIx64, sum.high, sum.low);
}

void
counter_file_end(struct buf *out)
{
    char sum[SUM_TEXT];
    sum_of(buf_view(out), sum);
    buf_printf(out, "sum %s\n", sum);
}

static bool
parse_row(str line, struct counter_row *ret)
{
    struct counter_row row = {.what = COUNTER_COUNT};
    str rest = line, what, since;
    if (!str_cut(&rest, ' ', &what) || !str_cut(&rest, ' ', &row.name) ||
        !str_cut(&rest, ' ', &since) || !day_parse(since, &row.since) ||
        !str_to_u64(rest, INT64_MAX, &row.total))
        return false;
    for (unsigned i = 0; i < COUNTER_COUNT; i++)
        if (str_eq(what, str_of(names[i])))
            row.what = (enum counter)i;
    if (str_eq(row.name, STR("-")))
        row.name = (str){NULL, 0};
    else if (!counter_name_is_fine(row.name))
        return false;
    *ret = row;
    return row.what != COUNTER_COUNT;
}

/* The rows' text, without the first and the last line. */
static bool
is_whole(str text, str *ret_rows)
{
    const size_t tail = strlen("sum \n") + SUM_TEXT - 1;
    char sum[SUM_TEXT];
    if (!str_starts(text, str_of(head)) || text.n < sizeof head - 1 + tail)
        return false;
    str body = {text.p, text.n - tail}, last = str_from(text, body.n);
    sum_of(body, sum);
    if (!str_starts(last, STR("sum ")) || !str_starts(str_from(last, 4), str_of(sum)) ||
        !str_ends(last, STR("\n")))
        return false;
    *ret_rows = str_from(body, sizeof head - 1);
    return true;
}

errcode
counter_file_read(str text, counter_take *take, void *context, struct err *err)
{
    str rows, line;
    struct counter_row row;
    if (!is_whole(text, &rows))
        return err_set(err, ERR_CORRUPT, "its checksum does not agree with its content");
    for (str rest = rows; str_line(&rest, &line);)
        if (!parse_row(line, &row))
            return err_set(err, ERR_CORRUPT, "a line is not of the form \"WHAT NAME DAY NUMBER\"");
    for (str rest = rows; str_line(&rest, &line);)
        if (parse_row(line, &row))
            take(context, &row);
    return OK;
}
