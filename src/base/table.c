/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in memory: rows of cells in one arena, and what is common to their written forms. */
#include "base/table.h"

#include "base/json_out.h"
#include "base/require.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct cell {
    bool present;
    uint64_t count;
    double number;
    str *texts; /* a text cell has one */
    size_t text_count, text_room;
};

struct table {
    struct table_column columns[TABLE_COLUMNS_MAX];
    size_t column_count;
    struct cell **rows;
    size_t row_count, row_room;
    str *notes;
    size_t note_count, note_room;
    bool object;
    const char *others_key;
    str text; /* written instead of the columns */
    struct arena arena;
};

enum { CELL_BYTES_MAX = 1 << 20 };

struct table *
table_new(const struct table_column *columns, size_t count)
{
    require(count > 0 && count <= TABLE_COLUMNS_MAX);
    struct table *table = mem_calloc(1, sizeof *table);
    memcpy(table->columns, columns, count * sizeof *columns);
    table->column_count = count;
    return table;
}

void
table_free(struct table *table)
{
    if (!table)
        return;
    arena_clear(&table->arena);
    free(table->rows);
    free(table->notes);
    free(table);
}

void
table_as_object(struct table *table, const char *others_key)
{
    table->object = true;
    table->others_key = others_key;
}

void
table_row(struct table *table)
{
    if (table->row_count == table->row_room) {
        table->row_room = table->row_room ? table->row_room * 2 : 64;
        table->rows = mem_resize(table->rows, table->row_room, sizeof *table->rows);
    }
    table->rows[table->row_count++] =
        arena_alloc(&table->arena, table->column_count * sizeof(struct cell));
}

/* The index of the column, or SIZE_MAX. */
static size_t
column_find(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

static struct cell *
current(struct table *table, const char *column, enum table_type type)
{
    size_t at = column_find(table, column);
    require(table->row_count > 0 && at != SIZE_MAX && table->columns[at].type == type);
    struct cell *cell = &table->rows[table->row_count - 1][at];
    cell->present = true;
    return cell;
}

static void
cell_add(struct table *table, struct cell *cell, str value)
{
    if (cell->text_count == cell->text_room) {
        size_t room = cell->text_room ? cell->text_room * 2 : 1;
        str *texts = arena_alloc(&table->arena, room * sizeof *texts);
        if (cell->text_count)
            memcpy(texts, cell->texts, cell->text_count * sizeof *texts);
        cell->texts = texts;
        cell->text_room = room;
    }
    cell->texts[cell->text_count++] = arena_str(&table->arena, value);
}

void
table_put_str(struct table *table, const char *column, str value)
{
    struct cell *cell = current(table, column, TABLE_TEXT);
    cell->text_count = 0;
    cell_add(table, cell, value);
}

void
table_put_z(struct table *table, const char *column, const char *value)
{
    table_put_str(table, column, str_of(value));
}

void
table_put_day(struct table *table, const char *column, day value)
{
    struct cell *cell = current(table, column, TABLE_DAY);
    cell->present = value != DAY_NONE;
    cell->number = value;
}

void
table_put_u64(struct table *table, const char *column, uint64_t value)
{
    current(table, column, TABLE_COUNT)->count = value;
}

void
table_put_double(struct table *table, const char *column, double value)
{
    struct cell *cell = current(table, column, TABLE_NUMBER);
    cell->present = isfinite(value);
    cell->number = value;
}

void
table_put_bool(struct table *table, const char *column, bool value)
{
    current(table, column, TABLE_FLAG)->count = value;
}

void
table_put_list(struct table *table, const char *column)
{
    current(table, column, TABLE_LIST)->text_count = 0;
}

void
table_add(struct table *table, const char *column, str value)
{
    cell_add(table, current(table, column, TABLE_LIST), value);
}

void
table_text_form(struct table *table, str text)
{
    table->text = arena_str(&table->arena, text);
}

void
table_note(struct table *table, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (table->note_count == table->note_room) {
        table->note_room = table->note_room ? table->note_room * 2 : 8;
        table->notes = mem_resize(table->notes, table->note_room, sizeof *table->notes);
    }
    table->notes[table->note_count++] = arena_str(&table->arena, str_of(text));
}

size_t
table_rows(const struct table *table)
{
    return table->row_count;
}

size_t
table_notes(const struct table *table)
{
    return table->note_count;
}

str
table_note_at(const struct table *table, size_t index)
{
    return table->notes[index];
}

static void
cell_write(const struct table_column *column, const struct cell *cell, struct buf *out)
{
    char text[DAY_TEXT];
    if (!cell->present)
        return;
    switch (column->type) {
    case TABLE_TEXT:
    case TABLE_LIST:
        for (size_t i = 0; i < cell->text_count; i++) {
            buf_z(out, i ? "; " : "");
            buf_str(out, cell->texts[i]);
        }
        break;
    case TABLE_DAY:
        buf_z(out, day_format((day)cell->number, text));
        break;
    case TABLE_COUNT:
        buf_u64(out, cell->count);
        break;
    case TABLE_NUMBER:
        buf_printf(out, "%.*f", column->decimals, cell->number);
        break;
    case TABLE_FLAG:
        buf_z(out, cell->count ? "yes" : "no");
        break;
    }
}

str
table_text(const struct table *table, size_t row, const char *column, struct arena *arena)
{
    size_t at = column_find(table, column);
    require(row < table->row_count && at != SIZE_MAX);
    struct buf text = BUF(CELL_BYTES_MAX);
    cell_write(&table->columns[at], &table->rows[row][at], &text);
    str kept = arena_str(arena, buf_view(&text));
    buf_clear(&text);
    return kept;
}

static const struct cell *
list_cell(const struct table *table, size_t row, const char *column)
{
    size_t at = column_find(table, column);
    require(row < table->row_count && at != SIZE_MAX && table->columns[at].type == TABLE_LIST);
    return &table->rows[row][at];
}

size_t
table_list_count(const struct table *table, size_t row, const char *column)
{
    return list_cell(table, row, column)->text_count;
}

str
table_list_at(const struct table *table, size_t row, const char *column, size_t index)
{
    const struct cell *cell = list_cell(table, row, column);
    require(index < cell->text_count);
    return cell->texts[index];
}

double
table_value(const struct table *table, size_t row, const char *column)
{
    size_t at = column_find(table, column);
    require(row < table->row_count && at != SIZE_MAX);
    const struct cell *cell = &table->rows[row][at];
    enum table_type type = table->columns[at].type;
    if (!cell->present || (type != TABLE_COUNT && type != TABLE_NUMBER))
        return NAN;
    return type == TABLE_COUNT ? (double)cell->count : cell->number;
}

/* Characters, not bytes, so that Vietnamese text lines up. */
static size_t
text_width(str s)
{
    size_t width = 0;
    for (size_t i = 0; i < s.n; i++)
        width += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return width;
}

static void
pad(struct buf *out, size_t count)
{
    while (count-- > 0)
        buf_char(out, ' ');
}

static bool
right_aligned(enum table_type type)
{
    return type == TABLE_COUNT || type == TABLE_NUMBER;
}

/* One line of cells; columns of width 0 are left out, and no line ends with blanks. */
static void
text_line(const struct table *table, const size_t *widths, const str *cells, struct buf *out)
{
    size_t blanks = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        if (widths[i] == 0)
            continue;
        size_t room = widths[i] - text_width(cells[i]);
        bool right = right_aligned(table->columns[i].type);
        if (cells[i].n > 0) {
            pad(out, blanks + (right ? room : 0));
            buf_str(out, cells[i]);
            blanks = right ? 0 : room;
        } else {
            blanks += widths[i];
        }
        blanks += 2;
    }
    buf_char(out, '\n');
}

/* The column's cells, and the widest of them and its heading; 0 when all cells are empty. */
static size_t
column_texts(const struct table *table, size_t column, str *cells, struct arena *arena)
{
    const char *name = table->columns[column].name;
    size_t widest = 0;
    for (size_t r = 0; r < table->row_count; r++) {
        str *cell = &cells[r * table->column_count + column];
        *cell = table_text(table, r, name, arena);
        widest = text_width(*cell) > widest ? text_width(*cell) : widest;
    }
    size_t heading = strlen(name);
    return widest == 0 ? 0 : widest > heading ? widest : heading;
}

/* TEXT after HEAD, broken at blanks, each further line as far in as HEAD is wide. */
static void
text_wrapped(str head, str text, struct buf *out)
{
    size_t indent = text_width(head), at = indent;
    buf_str(out, head);
    for (str word; str_cut(&text, ' ', &word);) {
        size_t width = text_width(word);
        if (at > indent && at + 1 + width > TABLE_TEXT_WIDTH) {
            buf_char(out, '\n');
            pad(out, indent);
            at = indent;
        } else if (at > indent) {
            buf_char(out, ' ');
            at++;
        }
        buf_str(out, word);
        at += width;
    }
    buf_char(out, '\n');
}

/* A table's cells as they are about to be written. */
struct layout {
    const struct table *table;
    str *cells; /* [row][column] */
    str headings[TABLE_COLUMNS_MAX];
    size_t widths[TABLE_COLUMNS_MAX]; /* 0: not written */
    struct buf before, after;
    struct arena arena;
};

static str *
layout_cell(const struct layout *layout, size_t row, size_t column)
{
    return &layout->cells[row * layout->table->column_count + column];
}

static bool
too_wide(const struct layout *layout)
{
    size_t width = 0;
    for (size_t i = 0; i < layout->table->column_count; i++)
        width += layout->widths[i] ? layout->widths[i] + 2 : 0;
    return width > TABLE_TEXT_WIDTH + 2;
}

/* Columns that say the same in every row are said once. */
static void
lift_common(struct layout *layout)
{
    struct buf common = BUF(CELL_BYTES_MAX);
    size_t rows = layout->table->row_count;
    for (size_t c = 0; c < layout->table->column_count && rows > 1; c++) {
        bool same = layout->widths[c] > 0;
        for (size_t r = 1; r < rows && same; r++)
            same = str_eq(*layout_cell(layout, r, c), *layout_cell(layout, 0, c));
        if (!same)
            continue;
        buf_printf(&common, "%s%.*s: %.*s", common.n ? ", " : "", STR_ARG(layout->headings[c]),
                   STR_ARG(*layout_cell(layout, 0, c)));
        layout->widths[c] = 0;
    }
    if (common.n)
        text_wrapped((str){NULL, 0}, buf_view(&common), &layout->before);
    buf_clear(&common);
}

/* Lists become marks, each different one told once below. */
static void
lists_below(struct layout *layout, size_t column)
{
    size_t rows = layout->table->row_count, told = 0;
    str *lists = mem_calloc(rows, sizeof *lists);
    for (size_t r = 0; r < rows; r++) {
        str *cell = layout_cell(layout, r, column);
        size_t at = 0;
        char mark[24];
        if (!cell->n)
            continue;
        while (at < told && !str_eq(lists[at], *cell))
            at++;
        snprintf(mark, sizeof mark, "[%zu]", at + 1);
        if (at == told) {
            char head[32];
            lists[told++] = *cell;
            snprintf(head, sizeof head, "%s ", mark);
            text_wrapped(str_of(head), *cell, &layout->after);
        }
        *cell = arena_str(&layout->arena, str_of(mark));
    }
    size_t heading = layout->headings[column].n;
    layout->widths[column] = heading > 8 ? heading : 8;
    free(lists);
}

static void
write_blocks(const struct layout *layout, struct buf *out)
{
    size_t widest = 0;
    for (size_t c = 0; c < layout->table->column_count; c++)
        if (layout->widths[c] && layout->headings[c].n > widest)
            widest = layout->headings[c].n;
    for (size_t r = 0; r < layout->table->row_count; r++) {
        buf_z(out, r ? "\n" : "");
        for (size_t c = 0; c < layout->table->column_count; c++) {
            char head[128];
            str cell = *layout_cell(layout, r, c);
            if (!layout->widths[c] || !cell.n)
                continue;
            snprintf(head, sizeof head, "%-*.*s  ", (int)widest, STR_ARG(layout->headings[c]));
            text_wrapped(str_of(head), cell, out);
        }
    }
}

static void
write_columns(struct layout *layout, struct buf *out)
{
    const struct table *table = layout->table;
    bool blocks = false;
    for (size_t i = 0; i < table->column_count; i++) {
        layout->headings[i] = str_of(table->columns[i].name);
        layout->widths[i] = column_texts(table, i, layout->cells, &layout->arena);
    }
    if (too_wide(layout)) {
        lift_common(layout);
        for (size_t i = 0; i < table->column_count && table->row_count > 1; i++)
            if (table->columns[i].type == TABLE_LIST && layout->widths[i] > 0 && too_wide(layout))
                lists_below(layout, i);
        blocks = too_wide(layout);
    }
    if (layout->before.n) {
        buf_str(out, buf_view(&layout->before));
        buf_char(out, '\n');
    }
    if (blocks) {
        write_blocks(layout, out);
    } else {
        text_line(table, layout->widths, layout->headings, out);
        for (size_t r = 0; r < table->row_count; r++)
            text_line(table, layout->widths, layout_cell(layout, r, 0), out);
    }
    if (layout->after.n)
        buf_char(out, '\n');
    buf_str(out, buf_view(&layout->after));
}

void
table_write_text(const struct table *table, struct buf *out)
{
    struct layout layout = {.table = table,
                            .before = BUF(CELL_BYTES_MAX),
                            .after = BUF(16 * CELL_BYTES_MAX),
                            .arena = ARENA};
    layout.cells = mem_calloc(table->row_count * table->column_count + 1, sizeof *layout.cells);
    if (table->text.n)
        buf_str(out, table->text);
    else if (table->row_count)
        write_columns(&layout, out);
    else
        buf_z(out, "no data\n");
    for (size_t i = 0; i < table->note_count; i++)
        text_wrapped(STR("note: "), table->notes[i], out);
    free(layout.cells);
    buf_clear(&layout.before);
    buf_clear(&layout.after);
    arena_clear(&layout.arena);
}

static void
json_cell(struct json_out *json, const struct table_column *column, const struct cell *cell)
{
    if (!cell->present) {
        json_out_null(json);
        return;
    }
    switch (column->type) {
    case TABLE_TEXT:
        json_out_str(json, cell->texts[0]);
        break;
    case TABLE_DAY:
        json_out_day(json, (day)cell->number);
        break;
    case TABLE_COUNT:
        json_out_u64(json, cell->count);
        break;
    case TABLE_NUMBER:
        json_out_double(json, cell->number, column->decimals);
        break;
    case TABLE_FLAG:
        json_out_bool(json, cell->count != 0);
        break;
    case TABLE_LIST:
        json_out_array_begin(json);
        for (size_t i = 0; i < cell->text_count; i++)
            json_out_str(json, cell->texts[i]);
        json_out_array_end(json);
        break;
    }
}

static void
json_cells(const struct table *table, size_t row, struct json_out *json)
{
    for (size_t i = 0; i < table->column_count; i++) {
        json_out_key(json, table->columns[i].name);
        json_cell(json, &table->columns[i], &table->rows[row][i]);
    }
}

static void
json_rows(const struct table *table, size_t first, struct json_out *json)
{
    json_out_array_begin(json);
    for (size_t r = first; r < table->row_count; r++) {
        json_out_object_begin(json);
        json_cells(table, r, json);
        json_out_object_end(json);
    }
    json_out_array_end(json);
}

void
table_write_json(const struct table *table, struct buf *out)
{
    struct json_out json = json_out_to(out);
    if (!table->object) {
        json_rows(table, 0, &json);
        buf_char(out, '\n');
        return;
    }
    json_out_object_begin(&json);
    if (table->row_count)
        json_cells(table, 0, &json);
    if (table->others_key) {
        json_out_key(&json, table->others_key);
        json_rows(table, 1, &json);
    }
    json_out_key(&json, "notes");
    json_out_array_begin(&json);
    for (size_t i = 0; i < table->note_count; i++)
        json_out_str(&json, table->notes[i]);
    json_out_array_end(&json);
    json_out_object_end(&json);
    buf_char(out, '\n');
}

static void
csv_cell(str text, bool formula_guard, struct buf *out)
{
    bool guard = formula_guard && text.n > 0 && strchr("=+-@\t\r", text.p[0]);
    bool quote = guard;
    for (size_t i = 0; i < text.n && !quote; i++)
        quote = strchr(",\"\r\n", text.p[i]) && text.p[i];
    if (quote)
        buf_char(out, '"');
    if (guard)
        buf_char(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (quote && text.p[i] == '"')
            buf_char(out, '"');
        buf_char(out, text.p[i]);
    }
    if (quote)
        buf_char(out, '"');
}

void
table_write_csv(const struct table *table, struct buf *out)
{
    struct arena arena = ARENA;
    for (size_t i = 0; i < table->column_count; i++) {
        buf_z(out, i ? "," : "");
        csv_cell(str_of(table->columns[i].name), false, out);
    }
    buf_z(out, "\r\n");
    for (size_t r = 0; r < table->row_count; r++) {
        for (size_t i = 0; i < table->column_count; i++) {
            enum table_type type = table->columns[i].type;
            buf_z(out, i ? "," : "");
            csv_cell(table_text(table, r, table->columns[i].name, &arena),
                     type == TABLE_TEXT || type == TABLE_LIST, out);
        }
        buf_z(out, "\r\n");
    }
    arena_clear(&arena);
}
