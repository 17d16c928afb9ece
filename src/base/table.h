/* SPDX-License-Identifier: Apache-2.0 */
/* A result as a table: typed columns, rows, notes. One table is written as aligned text, as JSON
 * and as CSV, so that every figure and every warning beside it is in all three forms. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

enum table_type {
    TABLE_TEXT,
    TABLE_DAY,
    TABLE_COUNT,  /* uint64_t */
    TABLE_NUMBER, /* double, with the column's decimals */
    TABLE_FLAG,   /* true or false; yes or no in text */
    TABLE_LIST,   /* texts: an array in JSON, joined with "; " elsewhere */
};

struct table_column {
    const char *name; /* JSON key and CSV heading; not copied */
    enum table_type type;
    int decimals;
};

struct table;
enum { TABLE_COLUMNS_MAX = 48, TABLE_TEXT_WIDTH = 100 };

/* COLUMNS is copied. */
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table);
static inline void
cleanup_table(struct table **table)
{
    table_free(*table);
}
/* In JSON the table is then one object: the first row, with the other rows as an array under
 * OTHERS_KEY (NULL: none) and the notes under "notes". Otherwise it is an array of objects. */
void table_as_object(struct table *table, const char *others_key);

/* Begins a row whose cells are all absent (null in JSON, empty elsewhere). */
void table_row(struct table *table);
/* The current row's cell; the column is found by name and must have the fitting type. */
void table_put_str(struct table *table, const char *column, str value);
void table_put_z(struct table *table, const char *column, const char *value);
void table_put_day(struct table *table, const char *column, day value); /* DAY_NONE: absent */
void table_put_u64(struct table *table, const char *column, uint64_t value);
void table_put_double(struct table *table, const char *column, double value); /* NaN: absent */
void table_put_bool(struct table *table, const char *column, bool value);
/* Appends one text to a list cell; an empty list is put by table_put_list. */
void table_put_list(struct table *table, const char *column);
void table_add(struct table *table, const char *column, str value);
/* Text to be written instead of the columns, for results that read badly in rows. */
void table_text_form(struct table *table, str text);
/* A sentence about the whole table: below the text, "notes" of an object. */
void table_note(struct table *table, const char *format, ...) PRINTF_LIKE(2, 3);

size_t table_rows(const struct table *table);
/* For pages and tests: a cell's text as the text form shows it (empty when absent), made in ARENA;
 * the number of a count or number cell (NaN when absent or of another type). */
str table_text(const struct table *table, size_t row, const char *column, struct arena *arena);
double table_value(const struct table *table, size_t row, const char *column);
/* The texts of a list cell. */
size_t table_list_count(const struct table *table, size_t row, const char *column);
str table_list_at(const struct table *table, size_t row, const char *column, size_t index);
size_t table_notes(const struct table *table);
str table_note_at(const struct table *table, size_t index);

/* Columns aligned with blanks (those without any value are left out), a heading, the notes; without
 * rows one line that says so. A table wider than TABLE_TEXT_WIDTH says once, above, what all rows
 * share, and each long list once, below; if it is still too wide, each row is a block of lines. */
void table_write_text(const struct table *table, struct buf *out);
void table_write_json(const struct table *table, struct buf *out); /* ends with a newline */
/* RFC 4180, with a heading; text that a spreadsheet would take for a formula gets a quote before
 * it. */
void table_write_csv(const struct table *table, struct buf *out);
