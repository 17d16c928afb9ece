/* SPDX-License-Identifier: Apache-2.0 */
/* Reading CSV in place (RFC 4180 and what Python's csv module makes of files that break it): a
 * record's cells are views into the document. Nothing is copied unless a cell has doubled or stray
 * quotes. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"

enum csv_result {
    CSV_END,
    CSV_RECORD,
    CSV_REFUSED, /* the record is not usable: the reason is in ERR, reading can go on */
};

struct csv {
    /* The record that csv_next read last. */
    size_t line; /* where it begins, 1-based, in lines of the file */
    size_t cells;

    /* Only csv_cell and csv.c look below. */
    const char *record;
    uint32_t ends[LIMIT_COLUMNS + 64]; /* where each cell's separator is, from RECORD */
    str *odd;                          /* cells that had to be copied, or NULL */
    struct arena arena;                /* of the odd ones */
    const char *next, *end;
    size_t next_line;
    size_t columns; /* what every record must have; 0 = any number */
    size_t vain;    /* bytes read for records that did not end */
    char separator;
    bool fast;
};

/* TEXT must outlive CSV. A byte order mark is skipped. Release with csv_clear. */
void csv_init(struct csv *csv, str text, char separator);
void csv_clear(struct csv *csv);

/* From now on each record must have COLUMNS cells; empty ones beyond that are cut off. */
void csv_expect(struct csv *csv, size_t columns);

/* The next record that is not an empty line. Refused are: a number of cells that is not expected,
 * more than LIMIT_COLUMNS cells or LIMIT_LINE bytes, a quote that never closes, control bytes
 * (NUL first of all) other than tab, CR and LF. After a refusal reading goes on with the next line
 * of the file, so that one open quote cannot swallow the records behind it. */
enum csv_result csv_next(struct csv *csv, struct err *err);

/* True when a CR stands within a cell. In a header that means that lines end with CR alone, and
 * that what seems to be the header is the whole file. */
bool csv_has_cr(const struct csv *csv);
#define CSV_CR_TEXT                                                                                \
    "a CR stands within the header, as where lines end with CR alone; use CRLF or LF"

/* Cell I of the record: without its quotes, doubled quotes made single, otherwise byte for byte.
 * Valid until the next csv_next. */
static inline str
csv_cell(const struct csv *csv, size_t i)
{
    if (__builtin_expect(csv->odd != NULL, 0))
        return csv->odd[i];
    uint32_t from = i ? csv->ends[i - 1] + 1 : 0;
    uint32_t quoted = csv->ends[i] > from + 1 && csv->record[from] == '"';
    return (str){csv->record + from + quoted, csv->ends[i] - from - 2 * quoted};
}
