/* SPDX-License-Identifier: Apache-2.0 */
/* Any CSV, read by a map from its columns to IntelMQ keys that the operator writes. Columns are
 * named as in the header line, or numbered ("#1") in files that have none. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/require.h"
#include "intel/formats/csv.h"
#include "intel/formats/rows.h"

enum { COLUMNS_MAX = 128 };

struct column {
    str name;                        /* empty when it is numbered */
    size_t number;                   /* from 0 */
    const struct event_field *field; /* NULL: an extra */
    str key;                         /* of the extra, terminated */
};
struct feed_columns {
    struct arena arena;
    struct column list[COLUMNS_MAX];
    size_t count;
    bool numbered;
    enum event_class class;
    char delimiter;
};

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A word up to '=', a blank or ';', or anything in double quotes. */
static bool
take_word(str *rest, str *ret)
{
    size_t n = 0;
    if (rest->n && rest->p[0] == '"') {
        for (n = 1; n < rest->n && rest->p[n] != '"'; n++)
            continue;
        if (n == rest->n)
            return false;
        *ret = (str){rest->p + 1, n - 1};
        *rest = str_from(*rest, n + 1);
        return true;
    }
    while (n < rest->n && rest->p[n] != '=' && rest->p[n] != ';' && !is_blank(rest->p[n]))
        n++;
    *ret = (str){rest->p, n};
    *rest = str_from(*rest, n);
    return n > 0;
}

/* One byte, also ';' itself; "\t" and "tab" are the tab. */
static errcode
take_delimiter(struct feed_columns *columns, str *rest, struct err *err)
{
    size_t used = 1;
    char c = rest->n ? rest->p[0] : 0;
    if (str_starts(*rest, STR("\\t")) || str_starts(*rest, STR("tab"))) {
        c = '\t';
        used = rest->p[0] == 't' ? 3 : 2;
    }
    if (c == 0 || c == '"' || c == '\n' || c == '\r' || (c & 0x80) || ascii_is_digit(c))
        return err_set(err, ERR_USAGE,
                       "column map: \"delimiter=\" needs one character, such as , ; | or \\t");
    columns->delimiter = c;
    *rest = str_from(*rest, used);
    return OK;
}

static errcode
set_class(struct feed_columns *columns, str value, struct err *err)
{
    columns->class = event_class_find(value);
    if (columns->class == CLASS_NONE)
        return err_set(err, ERR_USAGE, "column map: \"%.*s\" is no incident class of RSIT",
                       STR_ARG(value));
    return OK;
}

static errcode
add_column(struct feed_columns *columns, str name, str key, struct err *err)
{
    struct column column = {.field = event_field_find(key)};
    if (columns->count == COLUMNS_MAX)
        return err_set(err, ERR_LIMIT, "column map: more than %d columns", COLUMNS_MAX);
    if (!column.field && (!str_starts(key, STR("extra.")) || key.n == 6))
        return err_set(err, ERR_USAGE,
                       "column map: \"%.*s\" is neither a key of the IntelMQ Data Format that "
                       "events have nor extra.NAME",
                       STR_ARG(key));
    uint64_t number;
    bool numbered = name.p[0] == '#' && str_to_u64(str_from(name, 1), LIMIT_COLUMNS, &number);
    if (numbered && number == 0)
        return err_set(err, ERR_USAGE, "column map: the first column is #1");
    if (columns->count && numbered != columns->numbered)
        return err_set(err, ERR_USAGE,
                       "column map: name all columns, or number all of them (no header line)");
    columns->numbered = numbered;
    if (numbered)
        column.number = (size_t)number - 1;
    else
        column.name = arena_str(&columns->arena, name);
    if (!column.field)
        column.key = arena_str(&columns->arena, str_from(key, 6));
    columns->list[columns->count++] = column;
    return OK;
}

static errcode
take_pair(struct feed_columns *columns, str *rest, struct err *err)
{
    str name, value;
    if (!take_word(rest, &name) || name.n == 0 || rest->n == 0 || rest->p[0] != '=')
        return err_set(err, ERR_USAGE,
                       "column map: \"%.*s\" is not of the form COLUMN=KEY (put names with blanks "
                       "in double quotes)",
                       (int)(rest->n < 40 ? rest->n : 40), rest->n ? rest->p : "");
    *rest = str_from(*rest, 1);
    if (str_eq(name, STR("delimiter")))
        return take_delimiter(columns, rest, err);
    if (!take_word(rest, &value))
        return err_set(err, ERR_USAGE, "column map: nothing follows \"%.*s=\"", STR_ARG(name));
    return str_eq(name, STR("class")) ? set_class(columns, value, err)
                                      : add_column(columns, name, value, err);
}

static bool
maps_class(const struct feed_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        if (columns->list[i].field &&
            str_eq(str_of(event_field_key(columns->list[i].field)), STR("classification.type")))
            return true;
    return columns->class != CLASS_NONE;
}

static void
cleanup_columns(struct feed_columns **columns)
{
    feed_columns_free(*columns);
}

errcode
feed_columns_parse(str text, struct feed_columns **ret, struct err *err)
{
    cleanup(cleanup_columns) struct feed_columns *columns = mem_calloc(1, sizeof *columns);
    columns->delimiter = ',';
    if (!str_is_utf8(text))
        return err_set(err, ERR_USAGE, "column map: it is not UTF-8");
    for (;;) {
        while (text.n && (is_blank(text.p[0]) || text.p[0] == ';'))
            text = str_from(text, 1);
        if (text.n == 0)
            break;
        errcode code = take_pair(columns, &text, err);
        if (code != OK)
            return code;
    }
    if (columns->count == 0)
        return err_set(err, ERR_USAGE, "column map: it maps no column");
    if (!maps_class(columns))
        return err_set(err, ERR_USAGE,
                       "column map: say what the rows are with class=TYPE (such as "
                       "class=infected-system), or map a column to classification.type");
    *ret = take(columns);
    return OK;
}

void
feed_columns_free(struct feed_columns *columns)
{
    if (!columns)
        return;
    arena_clear(&columns->arena);
    free(columns);
}

/* Where the mapped columns are in this file; the others are extras under their header's name. */
struct layout {
    size_t at[COLUMNS_MAX];
    const char *others[LIMIT_COLUMNS]; /* NULL: mapped, or no name */
    struct arena arena;
    bool known;
};

/* IntelMQ keys are lower-case letters, digits and '_'. */
static const char *
extra_key(struct arena *arena, str name)
{
    char *key = arena_z(arena, name);
    for (size_t i = 0; i < name.n; i++) {
        char c = ascii_lower(key[i]);
        bool good = (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '.';
        key[i] = good ? c : '_';
    }
    return key;
}

/* The header's cell without the '#' that some put before the line. */
static str
header_cell(const struct csv *csv, size_t i)
{
    str cell = str_trim(csv_cell(csv, i));
    while (i == 0 && cell.n && cell.p[0] == '#')
        cell = str_trim(str_from(cell, 1));
    return cell;
}

/* False when a mapped column is missing, which *RET_MISSING names. */
static bool
read_header(const struct feed_columns *columns, const struct csv *csv, struct layout *layout,
            str *ret_missing)
{
    for (size_t i = 0; i < columns->count; i++) {
        size_t cell = 0;
        while (cell < csv->cells && !str_eq_nocase(header_cell(csv, cell), columns->list[i].name))
            cell++;
        layout->at[i] = cell;
        if (cell == csv->cells) {
            *ret_missing = columns->list[i].name;
            return false;
        }
    }
    for (size_t cell = 0; cell < csv->cells; cell++) {
        bool mapped = false;
        for (size_t i = 0; i < columns->count; i++)
            mapped |= layout->at[i] == cell;
        str name = header_cell(csv, cell);
        if (!mapped && name.n)
            layout->others[cell] = extra_key(&layout->arena, name);
    }
    layout->known = true;
    return true;
}

static bool
has_subject(const struct event *event)
{
    static const enum event_text subjects[] = {
        TEXT_SOURCE_FQDN, TEXT_SOURCE_URL, TEXT_SOURCE_ACCOUNT, TEXT_MD5, TEXT_SHA1, TEXT_SHA256};
    bool found = event->source_ip.version || event->source_network.addr.version ||
                 event->destination_ip.version;
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        found |= event->text[subjects[i]].n > 0;
    return found;
}

static void
read_cell(struct row *row, const struct column *column, str cell)
{
    if (!column->field)
        row_extra(row, column->key.p, cell);
    else if (!event_set(&row->event, column->field, cell, &row->arena))
        row_refuse(row, "'%.*s' is not a %s", (int)(cell.n < 80 ? cell.n : 80), cell.p,
                   event_field_key(column->field));
}

static errcode
read_record(struct row *row, const struct feed_columns *columns, const struct layout *layout,
            const struct csv *csv, struct err *err)
{
    for (size_t i = 0; i < columns->count && !row->refused; i++) {
        if (layout->at[i] >= csv->cells)
            row_refuse(row, "there are %zu columns, not %zu", csv->cells, layout->at[i] + 1);
        else if (!str_is_utf8(csv_cell(csv, layout->at[i])))
            row_refuse(row, "it is not UTF-8");
        else
            read_cell(row, &columns->list[i], csv_cell(csv, layout->at[i]));
    }
    if (!has_subject(&row->event))
        row_refuse(row, "no address, name, URL or hash");
    for (size_t i = 0; row->sink->want_extra && i < csv->cells; i++)
        if (layout->others[i])
            row_extra(row, layout->others[i], csv_cell(csv, i));
    return row_emit(row, err);
}

static errcode
parse_all(struct csv *csv, struct layout *layout, struct row *row, const struct feed_input *input,
          struct err *err)
{
    const struct feed_columns *columns = input->columns;
    str missing = {NULL, 0};
    errcode code = OK;
    while (code == OK) {
        struct err why;
        enum csv_result result = csv_next(csv, &why);
        if (result == CSV_END)
            break;
        bool comment = result == CSV_RECORD && str_starts(csv_cell(csv, 0), STR("#"));
        if (!layout->known && result == CSV_RECORD && csv_has_cr(csv))
            return err_set(err, ERR_FORMAT, CSV_CR_TEXT);
        if (!layout->known && result == CSV_RECORD) {
            if (read_header(columns, csv, layout, &missing) || comment)
                continue;
            break;
        }
        if (comment)
            continue;
        if (result == CSV_REFUSED) {
            feed_row(row->sink);
            feed_refuse(row->sink, csv->line, "%s", why.text);
            continue;
        }
        row_begin(row, csv->line, feed_name(input, "generic"), columns->class);
        code = read_record(row, columns, layout, csv, err);
    }
    if (code == OK && !layout->known && missing.p)
        return err_set(err, ERR_FORMAT, "line %zu: the header has no column \"%.*s\"", csv->line,
                       STR_ARG(missing));
    return code;
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    const struct feed_columns *columns = input->columns;
    if (!columns)
        return err_set(err, ERR_USAGE,
                       "the format generic needs a column map in the configuration (columns = "
                       "\"timestamp=time.source ip=source.ip; class=infected-system\")");
    struct layout *layout = mem_calloc(1, sizeof *layout);
    struct csv *csv = mem_calloc(1, sizeof *csv);
    struct row *row = mem_calloc(1, sizeof *row);
    row->sink = sink;
    layout->known = columns->numbered;
    for (size_t i = 0; columns->numbered && i < columns->count; i++)
        layout->at[i] = columns->list[i].number;
    csv_init(csv, input->bytes, columns->delimiter);
    errcode code = parse_all(csv, layout, row, input, err);
    csv_clear(csv);
    row_clear(row);
    arena_clear(&layout->arena);
    free(row);
    free(csv);
    free(layout);
    return code;
}

static int
sniff(const struct feed_input *input)
{
    (void)input;
    return 0;
}

const struct feed_format format_generic = {
    .name = "generic",
    .summary = "any CSV, by a column map in the configuration; only with --feed generic",
    .provider = "anyone",
    .sniff = sniff,
    .parse = parse,
};
