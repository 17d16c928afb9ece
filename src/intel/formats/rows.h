/* SPDX-License-Identifier: Apache-2.0 */
/* What small feeds share: reading one record a line with comments between, cells with or without
 * quotes, and making one event of a record's texts. Lines are read in place. */
#pragma once

#include "base/json_in.h"
#include "intel/feed.h"

/* ── lines ── */

struct rows {
    str rest;
    uint64_t line;       /* of the line read last, 1-based */
    const char *markers; /* a line that begins with one of these bytes is a comment */
};
enum rows_kind { ROWS_END, ROWS_COMMENT, ROWS_ROW };

/* A byte order mark is skipped. */
struct rows rows_open(str text, const char *markers);
/* The next line that is not blank, without blanks at its ends; a comment without its markers. A
 * row that is too long, holds a control byte or is not UTF-8 is counted and refused in SINK, and
 * reading goes on; such a comment is passed over. Other rows are the caller's to count. */
enum rows_kind rows_next(struct rows *rows, struct feed_sink *sink, str *ret);

/* The time that a comment states for the file: what follows "Last update", "Last-Modified",
 * "updated", "generated", "written at" or "File Date". False when there is none. */
bool rows_comment_time(str comment, usec *ret);

/* The cells of a line. A cell in double quotes may hold the separator, and doubled quotes for one;
 * blanks around a cell are not its. Returns their number; 0 when a quote never closes, stray bytes
 * follow one, or there are more than MAX. Cells with doubled quotes are copied to ARENA. */
size_t rows_cells(str line, char separator, struct arena *arena, str *cells, size_t max);

/* Where named columns are: AT[i] becomes the cell of NAMES[i], or SIZE_MAX. True when CELLS are a
 * header, that is at least MINIMUM of the names (any case) are in it; else AT is left alone. */
bool rows_header(const str *cells, size_t cell_count, const char *const *names, size_t count,
                 size_t minimum, size_t *at);

/* ── sniffing ── */

/* TEXT within the file's first 8 KiB, or within its name; ASCII case is ignored. */
bool rows_sniff(const struct feed_input *input, const char *text);
/* The same within the comments above the first row, or also within that row; JSON has neither.
 * Marks of text files are looked for here, because cells hold what attackers choose to write. */
bool rows_sniff_comments(const struct feed_input *input, const char *text);
bool rows_sniff_head(const struct feed_input *input, const char *text);
bool rows_name_has(const struct feed_input *input, const char *text);
/* The first byte that is not blank; 0 when there is none. */
char rows_first(const struct feed_input *input);

/* ── one record becomes an event ── */

enum { ROW_EXTRAS = 64 };
struct row {
    struct feed_sink *sink;
    struct arena arena;
    struct event event;
    uint64_t line;
    bool refused;
    size_t extra_count;
    struct event_extra extras[ROW_EXTRAS];
};

/* Counts a record and starts its event. ROW must be zero before the first, and have its sink. */
void row_begin(struct row *row, uint64_t line, str feed, enum event_class class);
void row_clear(struct row *row);
/* Refuses the record once; later reasons are not counted again. */
void row_refuse(struct row *row, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Counts the record as rightly without an event; row_emit then hands out nothing. */
void row_skip(struct row *row);
/* Puts a value under an IntelMQ key; false, and nothing happens, when it is empty or not of the
 * key's kind. */
bool row_set(struct row *row, const char *key, str value);
/* The same, but a value that is not of the key's kind refuses the record: "WHAT 'VALUE' is …". */
bool row_need(struct row *row, const char *key, str value);
/* A time in one of the forms of time_parse; refuses the record when it is none or empty. */
bool row_need_time(struct row *row, str value);
/* Only when the sink wants extras, VALUE is not empty and the row has no such extra yet; KEY is
 * without "extra." and constant, VALUE is copied. */
void row_extra(struct row *row, const char *key, str value);
/* "host:port" or "[address]:port" or a bare address; false when it is none of these. */
bool row_set_address_port(struct row *row, str value);
/* source.url, and source.ip or source.fqdn from its host. Refuses the record when it is no URL. */
bool row_need_url(struct row *row, str url);
/* Hands the event to the sink unless the record was refused, and forgets what the row's arena
 * holds, cells too. */
errcode row_emit(struct row *row, struct err *err);

/* A member of a JSON object as text: strings, and numbers and booleans written out into ARENA;
 * empty when it is absent or anything else. */
str row_json(struct row *row, const json_t *object, const char *key);
