/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, cells and events of small feeds. A record is refused as a whole with its first reason. */
#include "intel/formats/rows.h"

#include "base/limits.h"

#include <inttypes.h>
#include <stdarg.h>

/* ── lines ── */

struct rows
rows_open(str text, const char *markers)
{
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_from(text, 3);
    return (struct rows){.rest = text, .markers = markers};
}

static bool
has_cr(str line)
{
    return line.n && memchr(line.p, '\r', line.n);
}

static const char *
line_fault(str line)
{
    if (line.n > LIMIT_LINE)
        return "longer than 1 MiB";
    if (has_cr(line))
        return "a CR stands within it, as where lines end with CR alone";
    if (str_has_control(line))
        return "it holds a control byte";
    if (!str_is_utf8(line))
        return "it is not UTF-8";
    return NULL;
}

static bool
is_marker(const struct rows *rows, char c)
{
    return c && strchr(rows->markers, c);
}

enum rows_kind
rows_next(struct rows *rows, struct feed_sink *sink, str *ret)
{
    str line;
    while (str_line(&rows->rest, &line)) {
        rows->line++;
        line = str_trim(line);
        if (!line.n)
            continue;
        bool comment = is_marker(rows, line.p[0]) && !has_cr(line);
        const char *fault = line_fault(line);
        if (fault && !comment) {
            feed_row(sink);
            feed_refuse(sink, rows->line, "%s", fault);
        }
        if (fault)
            continue;
        while (comment && line.n && is_marker(rows, line.p[0]))
            line = str_from(line, 1);
        *ret = str_trim(line);
        return comment ? ROWS_COMMENT : ROWS_ROW;
    }
    return ROWS_END;
}

/* "Fri Oct 31 13:37:42 2017 GMT" and "Sat Nov 12 00:15:01 UTC 2016", as date(1) and ctime(3) write
 * a time; the name of the day may be missing. */
static bool
ctime_parse(str s, usec *ret)
{
    str date = {NULL, 0}, month = date, clock = date, year = date, word;
    for (int i = 0; i < 7 && str_cut(&s, ' ', &word); i++) {
        bool digits = word.n && ascii_is_digit(word.p[0]);
        if (digits && str_find(word, STR(":")) != SIZE_MAX)
            clock = word;
        else if (digits && word.n == 4)
            year = word;
        else if (digits)
            date = word;
        else if (word.n == 3 && !clock.n && !date.n)
            month = word; /* the name of the day comes before that of the month */
        else if (word.n && !str_eq(word, STR("UTC")) && !str_eq(word, STR("GMT")))
            return false;
    }
    char text[64];
    int length = snprintf(text, sizeof text, "%.*s %.*s %.*s %.*s GMT", STR_ARG(date),
                          STR_ARG(month), STR_ARG(year), STR_ARG(clock));
    return clock.n && length > 0 && (size_t)length < sizeof text &&
           time_parse_mail((str){text, (size_t)length}, ret);
}

/* "20190326" */
static bool
compact_day_parse(str s, usec *ret)
{
    uint64_t number;
    if (s.n != 8 || !str_to_u64(s, 99991231, &number))
        return false;
    char text[16];
    snprintf(text, sizeof text, "%04d-%02d-%02d", (int)(number / 10000), (int)(number / 100 % 100),
             (int)(number % 100));
    return time_parse(str_of(text), ret);
}

/* TEXT from one of its first words to its end as a time. */
static bool
time_within(str text, usec *ret)
{
    text.n -= str_ends(text, STR(")")); /* "1450193702 (Tue Dec 15 …)" */
    for (int words = 0; words < 4 && text.n; words++) {
        text = str_from(text, text.p[0] == '(');
        if (time_parse(text, ret) || time_parse_mail(text, ret) || ctime_parse(text, ret) ||
            compact_day_parse(text, ret))
            return true;
        size_t blank = str_find(text, STR(" "));
        text = blank == SIZE_MAX ? (str){NULL, 0} : str_trim(str_from(text, blank));
    }
    return false;
}

/* Boxes of '#' are drawn around some headers, and some write "(UTC)". */
static str
without_frame(str comment)
{
    comment = str_trim(comment);
    while (comment.n && comment.p[comment.n - 1] == '#')
        comment.n--;
    comment = str_trim(comment);
    if (str_ends(comment, STR("(UTC)")))
        comment.n -= 5;
    return str_trim(comment);
}

static size_t
find_nocase(str s, str needle)
{
    for (size_t i = 0; i + needle.n <= s.n; i++)
        if (str_eq_nocase((str){s.p + i, needle.n}, needle))
            return i;
    return SIZE_MAX;
}

bool
rows_comment_time(str comment, usec *ret)
{
    static const char *const words[] = {"last update", "last-modified", "updated",
                                        "generated",   "written at",    "file date"};
    if (comment.n > 256)
        return false;
    comment = without_frame(comment);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t at = find_nocase(comment, str_of(words[i]));
        if (at == SIZE_MAX)
            continue;
        str text = str_from(comment, at + strlen(words[i]));
        while (text.n && text.p[0] != ' ' && text.p[0] != ':') /* "updated" */
            text = str_from(text, 1);
        while (text.n && (text.p[0] == ':' || text.p[0] == ' '))
            text = str_from(text, 1);
        if (time_within(text, ret))
            return true;
    }
    return false;
}

/* ── cells ── */

static bool
is_blank(char c, char separator)
{
    return (c == ' ' || c == '\t') && c != separator;
}

/* The quoted cell at *LINE, without its quotes; *LINE goes on behind the closing one. */
static bool
quoted_cell(str *line, struct arena *arena, str *ret)
{
    str s = str_from(*line, 1);
    size_t end = 0, doubled = 0;
    while (end < s.n && (s.p[end] != '"' || (end + 1 < s.n && s.p[end + 1] == '"'))) {
        doubled += s.p[end] == '"';
        end += s.p[end] == '"' ? 2 : 1;
    }
    if (end >= s.n)
        return false;
    *line = str_from(s, end + 1);
    *ret = (str){s.p, end};
    if (!doubled)
        return true;
    char *text = arena_alloc(arena, end);
    size_t n = 0;
    for (size_t i = 0; i < end; i++) {
        text[n++] = s.p[i];
        i += s.p[i] == '"';
    }
    *ret = (str){text, n};
    return true;
}

size_t
rows_cells(str line, char separator, struct arena *arena, str *cells, size_t max)
{
    for (size_t count = 0;;) {
        if (count == max)
            return 0;
        while (line.n && is_blank(line.p[0], separator))
            line = str_from(line, 1);
        str *cell = &cells[count++];
        if (line.n && line.p[0] == '"') {
            if (!quoted_cell(&line, arena, cell))
                return 0;
            while (line.n && is_blank(line.p[0], separator))
                line = str_from(line, 1);
            if (line.n && line.p[0] != separator)
                return 0;
        } else {
            const char *end = line.n ? memchr(line.p, separator, line.n) : NULL;
            size_t n = end ? (size_t)(end - line.p) : line.n;
            *cell = str_trim((str){line.p, n});
            line = str_from(line, n);
        }
        if (!line.n)
            return count;
        line = str_from(line, 1);
        if (!line.n && count < max) { /* the line ends with a separator */
            cells[count++] = (str){NULL, 0};
            return count;
        }
    }
}

bool
rows_header(const str *cells, size_t cell_count, const char *const *names, size_t count,
            size_t minimum, size_t *at)
{
    size_t found = 0;
    for (int store = 0; store < 2; store++) {
        for (size_t i = 0; i < count; i++) {
            size_t cell = 0;
            while (cell < cell_count && !str_eq_nocase(cells[cell], str_of(names[i])))
                cell++;
            found += cell < cell_count;
            if (store)
                at[i] = cell < cell_count ? cell : SIZE_MAX;
        }
        if (found < minimum)
            return false;
    }
    return true;
}

/* ── sniffing ── */

bool
rows_sniff(const struct feed_input *input, const char *text)
{
    str head = input->bytes;
    if (head.n > 8192)
        head.n = 8192;
    return str_contains_nocase(head, str_of(text));
}

static str
head_of(const struct feed_input *input, bool with_row)
{
    str rest = rows_open(input->bytes, "").rest, line;
    if (rest.n > 8192)
        rest.n = 8192;
    str head = {rest.p, 0};
    while (str_line(&rest, &line)) {
        str text = str_trim(line);
        bool comment = !text.n || strchr("#;/", text.p[0]);
        if (comment || (with_row && text.p[0] != '{' && text.p[0] != '['))
            head.n = (size_t)(line.p + line.n - head.p);
        if (!comment)
            break;
    }
    return head;
}

bool
rows_sniff_comments(const struct feed_input *input, const char *text)
{
    return str_contains_nocase(head_of(input, false), str_of(text));
}

bool
rows_sniff_head(const struct feed_input *input, const char *text)
{
    return str_contains_nocase(head_of(input, true), str_of(text));
}

bool
rows_name_has(const struct feed_input *input, const char *text)
{
    return str_contains_nocase(str_of(input->name), str_of(text));
}

char
rows_first(const struct feed_input *input)
{
    str text = rows_open(input->bytes, "").rest;
    for (size_t i = 0; i < text.n && i < 8192; i++)
        if (text.p[i] != ' ' && text.p[i] != '\t' && text.p[i] != '\r' && text.p[i] != '\n')
            return text.p[i];
    return 0;
}

/* ── one record becomes an event ── */

void
row_begin(struct row *row, uint64_t line, str feed, enum event_class class)
{
    feed_row(row->sink);
    event_init(&row->event);
    row->event.text[TEXT_FEED_NAME] = feed;
    row->event.class = class;
    row->line = line;
    row->refused = false;
    row->extra_count = 0;
}

void
row_clear(struct row *row)
{
    arena_clear(&row->arena);
}

void
row_refuse(struct row *row, const char *format, ...)
{
    if (row->refused)
        return;
    row->refused = true;
    char reason[320];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    feed_refuse(row->sink, row->line, "%s", reason);
}

void
row_skip(struct row *row)
{
    row->sink->rows_skipped += !row->refused;
    row->refused = true;
}

bool
row_set(struct row *row, const char *key, str value)
{
    value = str_trim(value);
    if (!value.n || value.n > LIMIT_CELL || str_eq(value, STR("-")) || str_eq(value, STR("N/A")))
        return false;
    const struct event_field *field = event_field_find(str_of(key));
    return field && event_set(&row->event, field, value, &row->arena);
}

/* As much of a value as a message can show. */
static str
shown(str value)
{
    return (str){value.p, value.n > 80 ? 80 : value.n};
}

bool
row_need(struct row *row, const char *key, str value)
{
    if (row_set(row, key, value))
        return true;
    if (value.n)
        row_refuse(row, "'%.*s' is not a %s", STR_ARG(shown(value)), key);
    else
        row_refuse(row, "no %s", key);
    return false;
}

bool
row_need_time(struct row *row, str value)
{
    if (time_parse(value, &row->event.time))
        return true;
    row_refuse(row, "'%.*s' is not a time", STR_ARG(shown(value)));
    return false;
}

void
row_extra(struct row *row, const char *key, str value)
{
    if (!row->sink->want_extra || !value.n || value.n > LIMIT_CELL ||
        row->extra_count == ROW_EXTRAS)
        return;
    for (size_t i = 0; i < row->extra_count; i++)
        if (str_eq(row->extras[i].key, str_of(key)))
            return;
    row->extras[row->extra_count++] =
        (struct event_extra){.key = str_of(key), .value = arena_str(&row->arena, value)};
}

bool
row_set_address_port(struct row *row, str value)
{
    ip address;
    if (ip_parse(value, &address))
        return row_set(row, "source.ip", value);
    size_t colon = value.n;
    while (colon && value.p[colon - 1] != ':')
        colon--;
    if (colon < 2)
        return false;
    str host = {value.p, colon - 1};
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = (str){host.p + 1, host.n - 2};
    uint64_t port;
    if (!str_to_u64(str_from(value, colon), 65535, &port) || !row_set(row, "source.ip", host))
        return false;
    row->event.source_port = (int32_t)port;
    return true;
}

/* "user@[2001:db8::1]:80" → "2001:db8::1" */
static str
host_of_authority(str s)
{
    for (size_t i = s.n; i > 0; i--)
        if (s.p[i - 1] == '@') {
            s = str_from(s, i);
            break;
        }
    if (s.n && s.p[0] == '[') {
        size_t close = str_find(s, STR("]"));
        return close == SIZE_MAX ? (str){NULL, 0} : (str){s.p + 1, close - 1};
    }
    size_t colon = str_find(s, STR(":"));
    return colon == SIZE_MAX ? s : (str){s.p, colon};
}

bool
row_need_url(struct row *row, str url)
{
    if (!row_need(row, "source.url", url))
        return false;
    size_t scheme = str_find(url, STR("://"));
    if (scheme == SIZE_MAX)
        return true;
    str rest = str_from(url, scheme + 3);
    size_t end = 0;
    while (end < rest.n && !strchr("/?#\\", rest.p[end]))
        end++;
    str host = host_of_authority((str){rest.p, end});
    if (!row_set(row, "source.ip", host))
        row_set(row, "source.fqdn", host);
    return true;
}

errcode
row_emit(struct row *row, struct err *err)
{
    errcode code = OK;
    if (!row->refused) {
        row->event.extras = row->extras;
        row->event.extra_count = row->extra_count;
        code = feed_emit(row->sink, &row->event, err);
    }
    arena_reset(&row->arena);
    return code;
}

str
row_json(struct row *row, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    char text[40];
    if (json_is_string(value))
        return json_text(object, key);
    if (json_is_integer(value))
        snprintf(text, sizeof text, "%" PRId64, (int64_t)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, sizeof text, "%.15g", json_real_value(value));
    else if (json_is_boolean(value))
        return json_is_true(value) ? STR("true") : STR("false");
    else
        return (str){NULL, 0};
    return arena_str(&row->arena, str_of(text));
}
