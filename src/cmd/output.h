/* SPDX-License-Identifier: Apache-2.0 */
/* What commands print on standard output. */
#pragma once

#include "base/table.h"
#include "cmd/command.h"

/* Options that commands with output for scripts share. */
#define OPTION_JSON                                                                                \
    {                                                                                              \
        "json", NULL, NULL, "write JSON", 'j'                                                      \
    }
#define OPTION_CSV                                                                                 \
    {                                                                                              \
        "csv", NULL, NULL, "write CSV", 0                                                          \
    }

/* As the call's --json or --csv ask, else as text; the table is not freed. */
errcode output_table(const struct call *call, const struct table *table, struct err *err);
/* A line on standard error, without characters that would do something to a terminal. */
void output_aside(const char *format, ...) PRINTF_LIKE(1, 2);
/* OUT, on a terminal likewise. */
void output_text(struct buf *out);
/* Writes and empties OUT; WHAT names it when it did not fit its cap. */
errcode output_buf(struct buf *out, const char *what, struct err *err);
