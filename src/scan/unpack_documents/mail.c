/* SPDX-License-Identifier: Apache-2.0 */
/* Mail (RFC 5322, MIME: RFC 2045 to 2047, 2183), mailboxes of it and uuencoded files. Multiparts
 * are a stack of what is left of each; a part never reaches beyond the one that it is in. What is
 * not as the documents have it is read as far as mail readers would. */
#include "scan/unpack_documents/text_code.h"

enum { LEVELS = 16, SNIFFED = 16 << 10, BOUNDARY_MAX = 256 };

struct header {
    str type, encoding, disposition, body;
};
struct multipart {
    str rest;
    char mark[BOUNDARY_MAX + 2]; /* "--" and the boundary */
    size_t mark_n;
};

/* ── headers ── */

static bool
is_field(str line, str name)
{
    return line.n > name.n && line.p[name.n] == ':' && str_eq_nocase((str){line.p, name.n}, name);
}

static bool
matches(str data, const char *name)
{
    static const char *const known[] = {"from",         "received",     "return-path",
                                        "mime-version", "delivered-to", "subject",
                                        "date",         "message-id",   "content-type",
                                        "to",           "reply-to",     "sender",
                                        "x-mailer",     "organization", "dkim-signature"};
    str text = unpack_slice(data, 0, SNIFFED), line;
    unsigned found = unpack_name_ends(name, ".eml");
    while (str_line(&text, &line) && line.n) {
        if (line.p[0] == ' ' || line.p[0] == '\t')
            continue;
        const char *colon = memchr(line.p, ':', line.n < 80 ? line.n : 80);
        if (!colon || colon == line.p)
            return false;
        for (const char *c = line.p; c < colon; c++)
            if (*c <= ' ' || *c >= 0x7f)
                return false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            found += is_field(line, str_of(known[i]));
        if (found >= 2)
            return true;
    }
    return false;
}

static void
read_field(str field, struct header *header)
{
    const struct {
        str name;
        str *value;
    } fields[] = {{STR("Content-Type"), &header->type},
                  {STR("Content-Transfer-Encoding"), &header->encoding},
                  {STR("Content-Disposition"), &header->disposition}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (is_field(field, fields[i].name))
            *fields[i].value = str_trim(str_from(field, fields[i].name.n + 1));
}

static struct header
read_header(str entity)
{
    struct header header = {0};
    str rest = entity, line, field = {0};
    while (str_line(&rest, &line) && line.n) {
        if (field.n && (line.p[0] == ' ' || line.p[0] == '\t')) {
            field.n = (size_t)(line.p - field.p) + line.n;
            continue;
        }
        read_field(field, &header);
        field = line;
    }
    read_field(field, &header);
    header.body = rest;
    return header;
}

/* The value of `name=value` or `name="value"`; of RFC 2231 the text behind charset and language. */
static str
parameter(str field, const char *name)
{
    str key = str_of(name);
    for (size_t at = 0; at + key.n < field.n; at++) {
        if (!str_eq_nocase(unpack_slice(field, at, key.n), key) || at == 0 ||
            !strchr("; \t\r\n", field.p[at - 1]))
            continue;
        str rest = str_from(field, at + key.n), value = {0};
        while (rest.n && (rest.p[0] == '*' || rest.p[0] == '0' || rest.p[0] == ' '))
            rest = str_from(rest, 1);
        if (!str_starts(rest, STR("=")))
            continue;
        rest = str_trim(str_from(rest, 1));
        if (str_starts(rest, STR("\""))) {
            rest = str_from(rest, 1);
            str_cut(&rest, '"', &value);
            return value;
        }
        size_t n = 0;
        while (n < rest.n && !strchr("; \t\r\n", rest.p[n]))
            n++;
        return (str){rest.p, n};
    }
    return (str){0};
}

static enum text_code
code_of(str encoding)
{
    if (str_contains_nocase(encoding, STR("base64")))
        return CODE_BASE64;
    if (str_contains_nocase(encoding, STR("quoted-printable")))
        return CODE_QUOTED;
    return CODE_PLAIN;
}

/* ── uuencoded files in text ── */

static bool
is_begin(str line)
{
    if (!str_starts(line, STR("begin ")) || line.n < 11)
        return false;
    for (size_t i = 6; i < 9; i++)
        if (line.p[i] < '0' || line.p[i] > '7')
            return false;
    return line.p[9] == ' ';
}

static bool
give_uu(struct unpack *walk, str text)
{
    bool on = true;
    for (size_t at; on && (at = str_find(text, STR("begin "))) != SIZE_MAX;) {
        bool is_first = at == 0 || text.p[at - 1] == '\n';
        text = str_from(text, at);
        str rest = text, line;
        str_line(&rest, &line);
        if (is_first && is_begin(line)) {
            unpack_begin(walk);
            text_decode(walk, rest, CODE_UU);
            on = unpack_give_made(walk, str_trim(str_from(line, 10)), false);
        }
        text = str_from(text, 6);
    }
    return on;
}

static bool
matches_uu(str data, const char *name)
{
    (void)name;
    str line;
    return str_starts(data, STR("begin ")) && str_line(&data, &line) && is_begin(line);
}

static void
read_uu(struct unpack *walk, str data)
{
    give_uu(walk, data);
}

const struct unpack_kind unpack_uu = {"uuencode", matches_uu, read_uu};

/* ── parts ── */

/* The next line that begins with the mark; false when there is none. */
static bool
find_mark(const struct multipart *level, str text, size_t *ret_begin, size_t *ret_after)
{
    str mark = {level->mark, level->mark_n};
    for (size_t from = 0, at; (at = str_find(str_from(text, from), mark)) != SIZE_MAX;) {
        at += from;
        if (at == 0 || text.p[at - 1] == '\n') {
            str rest = str_from(text, at), line;
            str_line(&rest, &line);
            *ret_begin = at;
            *ret_after = rest.p ? (size_t)(rest.p - text.p) : text.n;
            return true;
        }
        from = at + mark.n;
    }
    return false;
}

static bool
open_multipart(struct multipart *level, const struct header *header)
{
    str boundary = parameter(header->type, "boundary");
    if (!boundary.n || boundary.n > BOUNDARY_MAX)
        return false;
    memcpy(level->mark, "--", 2);
    memcpy(level->mark + 2, boundary.p, boundary.n);
    level->mark_n = boundary.n + 2;
    size_t begin, after;
    if (!find_mark(level, header->body, &begin, &after))
        return false;
    level->rest = str_from(header->body, after);
    return true;
}

static bool
next_part(struct multipart *level, str *ret)
{
    size_t begin, after;
    if (!level->rest.n)
        return false;
    if (!find_mark(level, level->rest, &begin, &after)) {
        *ret = level->rest; /* cut off: the rest */
        level->rest = (str){0};
        return true;
    }
    *ret = (str){level->rest.p, begin};
    level->rest = str_from(level->rest, after);
    return true;
}

static bool
give_part(struct unpack *walk, const struct header *header)
{
    str name = parameter(header->disposition, "filename");
    if (!name.n)
        name = parameter(header->type, "name");
    bool is_message = str_contains_nocase(header->type, STR("message/rfc822"));
    bool is_html = str_contains_nocase(header->type, STR("text/html"));
    if (!name.n && is_message)
        name = STR("message.eml");
    else if (!name.n && is_html)
        name = STR("text.html");
    enum text_code code = code_of(header->encoding);
    if (code == CODE_PLAIN)
        return unpack_give(walk, name, header->body, false) &&
               (is_html || is_message || give_uu(walk, header->body));
    unpack_begin(walk);
    text_decode(walk, header->body, code);
    return unpack_give_made(walk, name, false);
}

static void
read_mail(struct unpack *walk, str data)
{
    struct multipart levels[LEVELS];
    size_t depth = 0;
    str entity = data;
    for (;;) {
        struct header header = read_header(entity);
        bool is_multipart =
            str_contains_nocase(unpack_slice(header.type, 0, 10), STR("multipart/"));
        if (is_multipart && depth < LEVELS && open_multipart(&levels[depth], &header))
            depth++;
        else if (header.body.n && !give_part(walk, &header))
            return;
        while (depth && !next_part(&levels[depth - 1], &entity))
            depth--;
        if (!depth)
            return;
    }
}

const struct unpack_kind unpack_mail = {"mail", matches, read_mail};

/* ── mailboxes ── */

static bool
matches_mbox(str data, const char *name)
{
    str line;
    return str_starts(data, STR("From ")) && str_line(&data, &line) && matches(data, name);
}

static void
read_mbox(struct unpack *walk, str data)
{
    bool on = true;
    for (str line; on && data.n;) {
        str_line(&data, &line);
        size_t n = 0;
        do {
            size_t at = str_find(str_from(data, n), STR("\nFrom "));
            n = at == SIZE_MAX ? data.n : n + at + 1;
        } while (n < data.n && n > 1 && data.p[n - 2] != '\n' &&
                 !(data.p[n - 2] == '\r' && n > 2 && data.p[n - 3] == '\n'));
        on = unpack_give(walk, STR(""), (str){data.p, n}, false);
        data = str_from(data, n);
    }
}

const struct unpack_kind unpack_mbox = {"mbox", matches_mbox, read_mbox};
