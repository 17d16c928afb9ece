/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as text: one row a line, cells between tabs, "-" for an empty cell, '#' starts a comment
 * line. The program's own dated data has this form, and the operator may replace it. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { TSV_CELLS_MAX = 32 };

struct tsv {
    str rest;
    const char *name; /* for messages */
    size_t line;
    size_t cells; /* every row must have this many */
};

static inline struct tsv
tsv_open(const char *name, str text, size_t cells)
{
    return (struct tsv){.rest = text, .name = name, .cells = cells};
}

/* The next row's cells into CELLS ("-" as the empty view). Sets *RET_MORE to false at the end. A
 * row with another number of cells is ERR_FORMAT with its line. */
errcode tsv_next(struct tsv *tsv, str cells[TSV_CELLS_MAX], bool *ret_more, struct err *err);
