/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a message's header and their parameters, where names of attachments hide in three
 * ways: plain or quoted (RFC 2045), in numbered and percent-coded pieces (RFC 2231), and as
 * encoded words (RFC 2047), which should not be there but are. */
#include "intel/mime.h"

#include "base/buf.h"

#include <stdio.h>

enum { HEADER_BYTES = LIMIT_LINE, FIELD_BYTES = LIMIT_CELL, NAME_BYTES = 1024, PARAMETERS = 100 };

/* The field's lines as one, without CR and LF. */
static str
unfold(str raw, struct arena *arena)
{
    char *p = arena_alloc(arena, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++)
        if (raw.p[i] != '\r' && raw.p[i] != '\n')
            p[n++] = raw.p[i] == '\t' ? ' ' : raw.p[i];
    return str_trim((str){p, n});
}

/* Field names are printable ASCII without the colon. */
static bool
field_name(str line, str *ret)
{
    size_t i = 0;
    while (i < line.n && line.p[i] > ' ' && line.p[i] < 0x7f && line.p[i] != ':')
        i++;
    *ret = (str){line.p, i};
    return i > 0 && i < line.n && line.p[i] == ':';
}

static str *
wanted(struct mime_header *header, str name)
{
    if (str_eq_nocase(name, STR("content-type")))
        return &header->type;
    if (str_eq_nocase(name, STR("content-transfer-encoding")))
        return &header->encoding;
    if (str_eq_nocase(name, STR("content-disposition")))
        return &header->disposition;
    return NULL;
}

enum next { NEXT_FIELD, NEXT_BODY, NEXT_NOTHING };

/* One field with its continuation lines, or the empty line that ends the header. */
static enum next
next_field(str *rest, str *ret)
{
    str after = *rest, line;
    if (!str_line(&after, &line))
        return NEXT_NOTHING;
    bool ends = line.n == 0;
    while (!ends && after.n && (after.p[0] == ' ' || after.p[0] == '\t'))
        str_line(&after, &line);
    *ret = (str){rest->p, after.p ? (size_t)(after.p - rest->p) : rest->n};
    *rest = after;
    return ends ? NEXT_BODY : NEXT_FIELD;
}

errcode
mime_header_read(str entity, struct arena *arena, struct mime_header *ret, struct err *err)
{
    struct mime_header header = {0};
    str rest = entity, field, name;
    enum next next;
    while ((next = next_field(&rest, &field)) == NEXT_FIELD) {
        if (rest.p && (size_t)(rest.p - entity.p) > HEADER_BYTES)
            return err_set(err, ERR_LIMIT, "a mail header is longer than the %d bytes allowed",
                           HEADER_BYTES);
        if (!field_name(field, &name))
            return err_set(err, ERR_FORMAT, "a line of the mail header is no field: \"%.*s\"",
                           (int)(field.n < 40 ? field.n : 40), field.p);
        str *value = wanted(&header, name);
        if (!value)
            continue;
        if (value->n)
            return err_set(err, ERR_FORMAT, "the mail header has %.*s twice", STR_ARG(name));
        if (field.n > FIELD_BYTES)
            return err_set(err, ERR_LIMIT, "%.*s of the mail is longer than the %d bytes allowed",
                           STR_ARG(name), FIELD_BYTES);
        *value = unfold(str_from(field, name.n + 1), arena);
    }
    if (next == NEXT_NOTHING && entity.n)
        return err_set(err, ERR_FORMAT, "the mail ends inside a header; it was cut off");
    header.body = rest.p ? rest : (str){entity.p + entity.n, 0};
    *ret = header;
    return OK;
}

str
mime_value(str field, struct arena *arena)
{
    str value;
    if (!str_cut(&field, ';', &value))
        return (str){NULL, 0};
    return arena_lower(arena, str_trim(value));
}

/* A cursor over "; name=value; name="value"". */
struct parameters {
    str rest;
    unsigned count;
};

/* Skips blanks and comments in parentheses. */
static void
skip_blank(str *s)
{
    size_t depth = 0, i = 0;
    for (; i < s->n; i++) {
        char c = s->p[i];
        if (c == '(')
            depth++;
        else if (c == ')' && depth)
            depth--;
        else if (c == '\\' && depth)
            i++;
        else if (!depth && c != ' ')
            break;
    }
    *s = str_from(*s, i);
}

static str
quoted_value(str *rest, struct arena *arena)
{
    size_t n = 0, i = 1, end = 1;
    while (end < rest->n && rest->p[end] != '"')
        end += rest->p[end] == '\\' ? 2 : 1;
    char *p = arena_alloc(arena, end);
    for (; i < rest->n && rest->p[i] != '"'; i++) {
        if (rest->p[i] == '\\' && i + 1 < rest->n)
            i++;
        p[n++] = rest->p[i];
    }
    *rest = str_from(*rest, i + 1);
    return (str){p, n};
}

static bool
next_parameter(struct parameters *it, struct arena *arena, str *ret_name, str *ret_value)
{
    size_t semicolon = str_find(it->rest, STR(";"));
    if (semicolon == SIZE_MAX || it->count++ == PARAMETERS)
        return false;
    str rest = str_from(it->rest, semicolon + 1);
    skip_blank(&rest);
    size_t i = 0;
    while (i < rest.n && rest.p[i] != '=' && rest.p[i] != ';')
        i++;
    *ret_name = arena_lower(arena, str_trim((str){rest.p, i}));
    *ret_value = (str){NULL, 0};
    rest = str_from(rest, i);
    if (rest.n && rest.p[0] == '=') {
        rest = str_from(rest, 1);
        skip_blank(&rest);
        if (rest.n && rest.p[0] == '"') {
            *ret_value = quoted_value(&rest, arena);
        } else {
            for (i = 0; i < rest.n && rest.p[i] != ';'; i++)
                continue;
            *ret_value = str_trim((str){rest.p, i});
            rest = str_from(rest, i);
        }
    }
    it->rest = rest;
    return true;
}

/* BYTES in CHARSET as UTF-8. Charsets other than UTF-8, ASCII and Latin-1 stay as they are where
 * they are UTF-8 by chance; otherwise their non-ASCII bytes become '_'. */
static void
add_charset(struct buf *out, str charset, str bytes)
{
    bool latin =
        str_eq_nocase(charset, STR("iso-8859-1")) || str_eq_nocase(charset, STR("windows-1252"));
    if (!latin && str_is_utf8(bytes)) {
        buf_str(out, bytes);
        return;
    }
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        if (c < 0x80) {
            buf_char(out, (char)c);
        } else if (latin && c >= 0xa0) {
            buf_char(out, (char)(0xc0 | c >> 6));
            buf_char(out, (char)(0x80 | (c & 0x3f)));
        } else {
            buf_char(out, '_');
        }
    }
}

static void
add_percent(struct buf *out, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        int high = i + 2 < s.n && s.p[i] == '%' ? hex_digit(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
        if (low >= 0) {
            buf_char(out, (char)(high << 4 | low));
            i += 2;
        } else {
            buf_char(out, s.p[i]);
        }
    }
}

/* The end of "name*2*" → piece 2, coded; "name*" → piece 0, coded. */
static bool
piece_of(str tail, uint64_t *ret_piece, bool *ret_coded)
{
    *ret_piece = 0;
    *ret_coded = tail.n && tail.p[tail.n - 1] == '*';
    tail.n -= *ret_coded;
    return tail.n == 0 ? *ret_coded
                       : tail.p[0] == '*' && str_to_u64(str_from(tail, 1), 99, ret_piece);
}

/* Appends piece WANTED of the parameter; false when there is none. The first coded piece begins
 * with charset'language'. */
static bool
add_piece(str field, str name, uint64_t wanted_piece, str *charset, struct buf *out,
          struct arena *arena)
{
    struct parameters it = {.rest = field};
    str key, value;
    uint64_t piece;
    bool coded;
    while (next_parameter(&it, arena, &key, &value)) {
        if (!str_starts(key, name) || key.n == name.n ||
            !piece_of(str_from(key, name.n), &piece, &coded) || piece != wanted_piece)
            continue;
        str part;
        if (coded && piece == 0 && str_find(value, STR("'")) != SIZE_MAX) {
            str_cut(&value, '\'', charset);
            str_cut(&value, '\'', &part);
        }
        if (coded)
            add_percent(out, value);
        else
            buf_str(out, value);
        return true;
    }
    return false;
}

str
mime_parameter(str field, const char *name, struct arena *arena)
{
    struct parameters it = {.rest = field};
    str key, value, plain = {NULL, 0}, charset = {NULL, 0};
    while (next_parameter(&it, arena, &key, &value))
        if (!plain.n && str_eq(key, str_of(name)))
            plain = value;
    struct buf coded = BUF(NAME_BYTES), text = BUF(2 * NAME_BYTES);
    for (uint64_t piece = 0; piece < 20; piece++)
        if (!add_piece(field, str_of(name), piece, &charset, &coded, arena))
            break;
    if (coded.n) {
        add_charset(&text, charset, buf_view(&coded));
        plain = arena_str(arena, buf_view(&text));
    }
    buf_clear(&coded);
    buf_clear(&text);
    return plain;
}

/* The text of one encoded word's third part. */
static bool
word_text(char how, str text, struct buf *out)
{
    if (how == 'q') {
        for (size_t i = 0; i < text.n; i++) {
            int high = text.p[i] == '=' && i + 2 < text.n ? hex_digit(text.p[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text.p[i + 2]) : -1;
            buf_char(out, low >= 0 ? (char)(high << 4 | low) : text.p[i] == '_' ? ' ' : text.p[i]);
            i += low >= 0 ? 2 : 0;
        }
        return true;
    }
    struct mime_part part = {.encoding = MIME_BASE64, .body = text};
    struct mime_decoder decoder = mime_decoder_of(&part);
    char bytes[NAME_BYTES];
    size_t n;
    if (how != 'b' || mime_decode(&decoder, bytes, sizeof bytes, &n, NULL) != OK)
        return false;
    buf_add(out, bytes, n);
    return true;
}

/* "=?charset?Q?text?=" at the start of S. */
static bool
take_word(str *s, struct buf *out)
{
    str rest = str_from(*s, 2), charset, how, text;
    if (!str_starts(*s, STR("=?")) || !str_cut(&rest, '?', &charset) ||
        !str_cut(&rest, '?', &how) || how.n != 1 || !str_cut(&rest, '?', &text) ||
        !str_starts(rest, STR("=")))
        return false;
    struct buf bytes = BUF(NAME_BYTES);
    bool good = word_text(ascii_lower(how.p[0]), text, &bytes);
    if (good) {
        add_charset(out, charset, buf_view(&bytes));
        *s = str_from(rest, 1);
    }
    buf_clear(&bytes);
    return good;
}

str
mime_words(str text, struct arena *arena)
{
    if (str_find(text, STR("=?")) == SIZE_MAX)
        return text;
    struct buf out = BUF(4 * NAME_BYTES);
    while (text.n) {
        if (take_word(&text, &out)) {
            str next = str_trim(text); /* blanks between two words are not text */
            text = str_starts(next, STR("=?")) ? next : text;
        } else {
            buf_char(&out, text.p[0]);
            text = str_from(text, 1);
        }
    }
    str copy = arena_str(arena, buf_view(&out));
    buf_clear(&out);
    return copy;
}
