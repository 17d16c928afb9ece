/* SPDX-License-Identifier: Apache-2.0 */
/* One table in its three written forms. */
#include "base/table.h"
#include "base/tap.h"

#include <math.h>

static const struct table_column columns[] = {
    {"day", TABLE_DAY, 0},     {"name", TABLE_TEXT, 0},       {"count", TABLE_COUNT, 0},
    {"rate", TABLE_NUMBER, 2}, {"comparable", TABLE_FLAG, 0}, {"reasons", TABLE_LIST, 0},
    {"empty", TABLE_TEXT, 0},
};

static struct table *
example(void)
{
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    table_row(table);
    table_put_day(table, "day", day_from_civil(2026, 9, 1));
    table_put_z(table, "name", "Đà Nẵng, \"x\"");
    table_put_u64(table, "count", 12);
    table_put_double(table, "rate", -50.004);
    table_put_bool(table, "comparable", false);
    table_put_list(table, "reasons");
    table_add(table, "reasons", STR("a: missing"));
    table_add(table, "reasons", STR("b: shrunk"));
    table_row(table);
    table_put_z(table, "name", "=1+1");
    table_put_u64(table, "count", 1234);
    table_put_double(table, "rate", NAN);
    table_put_bool(table, "comparable", true);
    table_put_list(table, "reasons");
    table_note(table, "%d rows", 2);
    return table;
}

static void
written_as(void (*write)(const struct table *table, struct buf *out), const struct table *table,
           const char *want, const char *what)
{
    struct buf out = BUF(1 << 16);
    write(table, &out);
    tap_eq_str(buf_view(&out), str_of(want), "%s", what);
    buf_clear(&out);
}

static void
forms(void)
{
    struct table *table = example();
    written_as(table_write_text, table,
               "day         name          count    rate  comparable  reasons\n"
               "2026-09-01  Đà Nẵng, \"x\"     12  -50.00  no          a: missing; b: shrunk\n"
               "            =1+1           1234          yes\n"
               "note: 2 rows\n",
               "text is aligned by characters, without columns that are empty");
    written_as(table_write_json, table,
               "[{\"day\":\"2026-09-01\",\"name\":\"Đà Nẵng, \\\"x\\\"\",\"count\":12,\"rate\":-50,"
               "\"comparable\":false,\"reasons\":[\"a: missing\",\"b: shrunk\"],\"empty\":null},"
               "{\"day\":null,\"name\":\"=1+1\",\"count\":1234,\"rate\":null,\"comparable\":true,"
               "\"reasons\":[],\"empty\":null}]\n",
               "JSON is a list of objects");
    written_as(table_write_csv, table,
               "day,name,count,rate,comparable,reasons,empty\r\n"
               "2026-09-01,\"Đà Nẵng, \"\"x\"\"\",12,-50.00,no,a: missing; b: shrunk,\r\n"
               ",\"'=1+1\",1234,,yes,,\r\n",
               "CSV as RFC 4180 has it; a formula is disarmed, a negative number is not");
    table_free(table);
}

static void
object(void)
{
    struct table *table = example();
    struct buf out = BUF(1 << 16);
    table_as_object(table, "others");
    table_write_json(table, &out);
    tap_ok(str_starts(buf_view(&out), STR("{\"day\":\"2026-09-01\"")),
           "the first row is the object");
    tap_ok(str_ends(buf_view(&out), STR("\"empty\":null}],\"notes\":[\"2 rows\"]}\n")),
           "the other rows and the notes are in it");
    buf_clear(&out);
    table_free(table);
}

static void
cells(void)
{
    struct table *table = example();
    struct arena arena = ARENA;
    tap_eq_i64(table_rows(table), 2, "two rows");
    tap_ok(table_value(table, 1, "count") == 1234, "a count's value");
    tap_ok(isnan(table_value(table, 1, "rate")), "an absent number is NaN");
    tap_eq_str(table_text(table, 0, "reasons", &arena), STR("a: missing; b: shrunk"), "a list");
    tap_eq_str(table_note_at(table, 0), STR("2 rows"), "a note");
    arena_clear(&arena);
    table_free(table);

    struct table *none = table_new(columns, 1);
    written_as(table_write_text, none, "no data\n", "an empty table says so");
    written_as(table_write_json, none, "[]\n", "an empty list");
    written_as(table_write_csv, none, "day\r\n", "a heading alone");
    table_as_object(none, NULL);
    written_as(table_write_json, none, "{\"notes\":[]}\n", "an object without a row");
    table_free(none);
}

/* Wider than a terminal: what is common is said once, lists go below, else rows become blocks. */
static void
wide(void)
{
    static const struct table_column two[] = {
        {"class", TABLE_TEXT, 0}, {"name", TABLE_TEXT, 0}, {"reasons", TABLE_LIST, 0}};
    static const char reason[] = "a source that delivered nothing at all from the second of "
                                 "September to the tenth, which was a Tuesday";
    struct table *table = table_new(two, 3);
    for (int i = 0; i < 3; i++) {
        table_row(table);
        table_put_z(table, "class", "infected-system");
        table_put_z(table, "name", i ? "mirai" : "mozi");
        table_put_list(table, "reasons");
        if (i)
            table_add(table, "reasons", str_of(reason));
    }
    written_as(table_write_text, table,
               "class: infected-system\n\n"
               "name   reasons\n"
               "mozi\n"
               "mirai  [1]\n"
               "mirai  [1]\n\n"
               "[1] a source that delivered nothing at all from the second of September to the "
               "tenth, which was a\n    Tuesday\n",
               "common cells above, lists below");
    table_free(table);

    table = table_new(two, 3);
    table_row(table);
    table_put_z(table, "name", "mirai");
    table_put_list(table, "reasons");
    table_add(table, "reasons", str_of(reason));
    written_as(table_write_text, table,
               "name     mirai\n"
               "reasons  a source that delivered nothing at all from the second of September to "
               "the tenth, which was\n         a Tuesday\n",
               "a wide row as a block");
    table_text_form(table, STR("said otherwise\n"));
    written_as(table_write_text, table, "said otherwise\n", "a form of its own");
    table_free(table);
}

int
main(void)
{
    forms();
    wide();
    object();
    cells();
    return tap_done();
}
