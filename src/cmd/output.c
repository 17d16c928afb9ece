/* SPDX-License-Identifier: Apache-2.0 */
/* What commands print on standard output. */
#include "cmd/output.h"

#include <stdio.h>

#define OUTPUT_MAX ((size_t)2 << 30)

errcode
output_buf(struct buf *out, const char *what, struct err *err)
{
    errcode code = buf_check(out, what, err);
    /* A failed write is found by main, once, at the end. */
    if (code == OK && out->n)
        fwrite(out->p, 1, out->n, stdout);
    buf_clear(out);
    return code;
}

errcode
output_table(const struct call *call, const struct table *table, struct err *err)
{
    struct buf out = BUF(OUTPUT_MAX);
    if (call_given(call, "json"))
        table_write_json(table, &out);
    else if (call_given(call, "csv"))
        table_write_csv(table, &out);
    else
        table_write_text(table, &out);
    return output_buf(&out, "the table", err);
}
