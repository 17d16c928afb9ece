/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of tables as text. */
#include "base/tap.h"
#include "base/tsv.h"

static void
test_tables(void)
{
    struct tsv tsv = tsv_open("t.tsv", STR("# head\na\tb\n\nc\t-\nd\n"), 2);
    str cells[TSV_CELLS_MAX];
    bool more = false;
    struct err err;
    tap_no_err(tsv_next(&tsv, cells, &more, &err), &err, "row 1");
    tap_ok(more && str_eq(cells[0], STR("a")) && str_eq(cells[1], STR("b")), "its cells");
    tap_no_err(tsv_next(&tsv, cells, &more, &err), &err, "row 2");
    tap_ok(more && cells[1].n == 0, "'-' is empty");
    tap_eq_i64(tsv_next(&tsv, cells, &more, &err), ERR_FORMAT, "a short row");
    tap_ok(strstr(err.text, "line 5") != NULL, "is named by its line: %s", err.text);
}

int
main(void)
{
    test_tables();
    return tap_done();
}
