/* SPDX-License-Identifier: Apache-2.0 */
/* What commands print on standard output. */
#include "cmd/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define OUTPUT_MAX ((size_t)2 << 30)

void
output_text(struct buf *out)
{
    if (out->n == 0)
        return;
    if (isatty(STDOUT_FILENO))
        str_make_shown(out->p, out->n, "\n\t");
    fwrite(out->p, 1, out->n, stdout);
}

void
output_aside(const char *format, ...)
{
    enum { LINE_MAX_BYTES = 16 << 10 };
    char line[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    str_make_shown(line, strlen(line), "");
    fprintf(stderr, "%s\n", line);
}

errcode
output_buf(struct buf *out, const char *what, struct err *err)
{
    errcode code = buf_check(out, what, err);
    /* A failed write is found by main, once, at the end. */
    if (code == OK)
        output_text(out);
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
