/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a message, one by one, with a stack of open multiparts instead of recursion. The
 * outer boundary is looked for first, so an inner part can never reach beyond its container. */
#include "intel/mime.h"

enum { SNIFF_BYTES = 64 << 10 };

bool
mime_is_mail(str text)
{
    static const char *const known[] = {"from",          "received",       "return-path",
                                        "mime-version",  "delivered-to",   "subject",
                                        "date",          "message-id",     "content-type",
                                        "x-original-to", "dkim-signature", "to"};
    if (text.n > SNIFF_BYTES)
        text.n = SNIFF_BYTES;
    unsigned found = 0;
    str line;
    while (str_line(&text, &line) && line.n) {
        if (line.p[0] == ' ' || line.p[0] == '\t')
            continue;
        size_t colon = str_find(line, STR(":"));
        if (colon == SIZE_MAX || colon == 0 || colon > 70)
            return false;
        for (size_t i = 0; i < colon; i++)
            if (line.p[i] <= ' ' || line.p[i] >= 0x7f)
                return false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (str_eq_nocase((str){line.p, colon}, str_of(known[i])))
                found |= 1u << i;
    }
    return __builtin_popcount(found) >= 2;
}

void
mime_init(struct mime *mime, str text)
{
    *mime = (struct mime){.depth = 1};
    mime->levels[0].rest = text;
}

void
mime_clear(struct mime *mime)
{
    arena_clear(&mime->arena);
}

/* The next line that is "--BOUNDARY" with nothing but blanks, or "--", behind it. */
struct delimiter {
    size_t begin; /* of the line end before it, which belongs to it */
    size_t after; /* behind its own line */
    bool last;
};

static bool
delimiter_at(str text, size_t at, str boundary, struct delimiter *ret)
{
    if (at > 0 && text.p[at - 1] != '\n')
        return false;
    str rest = str_from(text, at + 2 + boundary.n), line;
    const char *end = text.p + text.n;
    if (!str_line(&rest, &line))
        line = (str){end, 0};
    ret->last = str_starts(line, STR("--"));
    if (str_trim(ret->last ? str_from(line, 2) : line).n)
        return false;
    ret->after = rest.p ? (size_t)(rest.p - text.p) : text.n;
    ret->begin = at;
    if (at > 0)
        ret->begin -= at > 1 && text.p[at - 2] == '\r' ? 2 : 1;
    return true;
}

static bool
find_delimiter(str text, str boundary, struct delimiter *ret)
{
    char mark[80] = "--";
    memcpy(mark + 2, boundary.p, boundary.n);
    str needle = {mark, boundary.n + 2};
    for (size_t from = 0;;) {
        size_t at = str_find(str_from(text, from), needle);
        if (at == SIZE_MAX)
            return false;
        at += from;
        if (delimiter_at(text, at, boundary, ret))
            return true;
        from = at + 1;
    }
}

/* The next entity of the innermost multipart; *RET_MORE false when that is used up. */
static errcode
next_entity(struct mime_level *level, str *ret, bool *ret_more, struct err *err)
{
    if (!level->boundary.n) {
        *ret = level->rest;
        *ret_more = level->rest.p != NULL;
        level->rest = (str){NULL, 0};
        return OK;
    }
    struct delimiter end;
    *ret_more = level->rest.p != NULL;
    if (!level->rest.p)
        return OK;
    if (!find_delimiter(level->rest, level->boundary, &end))
        return err_set(err, ERR_FORMAT,
                       "the mail ends inside a part (boundary \"%.*s\" is not closed); it was "
                       "cut off",
                       STR_ARG(level->boundary));
    *ret = (str){level->rest.p, end.begin};
    level->rest =
        end.last ? (str){NULL, 0} : (str){level->rest.p + end.after, level->rest.n - end.after};
    return OK;
}

static errcode
push(struct mime *mime, struct mime_level level, struct err *err)
{
    if (mime->depth > LIMIT_MIME_DEPTH)
        return err_set(err, ERR_LIMIT, "the mail is nested deeper than %d levels",
                       LIMIT_MIME_DEPTH);
    mime->levels[mime->depth++] = level;
    return OK;
}

/* A multipart's parts begin behind its first delimiter. */
static errcode
push_multipart(struct mime *mime, const struct mime_header *header, bool digest, struct err *err)
{
    str boundary = mime_parameter(header->type, "boundary", &mime->arena);
    if (boundary.n == 0 || boundary.n > 70)
        return err_set(err, ERR_FORMAT, "a multipart of the mail has no usable boundary");
    struct delimiter first;
    if (!find_delimiter(header->body, boundary, &first))
        return err_set(err, ERR_FORMAT,
                       "the boundary \"%.*s\" that the mail announces does not occur in it",
                       STR_ARG(boundary));
    struct mime_level level = {.boundary = boundary, .digest = digest};
    if (!first.last)
        level.rest = (str){header->body.p + first.after, header->body.n - first.after};
    return push(mime, level, err);
}

static errcode
encoding_of(str text, struct arena *arena, enum mime_encoding *ret, struct err *err)
{
    text = mime_value(text, arena);
    if (text.n == 0 || str_eq(text, STR("7bit")) || str_eq(text, STR("8bit")) ||
        str_eq(text, STR("binary")))
        *ret = MIME_IDENTITY;
    else if (str_eq(text, STR("base64")))
        *ret = MIME_BASE64;
    else if (str_eq(text, STR("quoted-printable")))
        *ret = MIME_QUOTED_PRINTABLE;
    else
        return err_set(err, ERR_UNSUPPORTED, "a part of the mail has the unknown encoding %.*s",
                       STR_ARG(text));
    return OK;
}

static bool
is_identity(const struct mime_header *header, struct arena *arena)
{
    enum mime_encoding encoding;
    return encoding_of(header->encoding, arena, &encoding, NULL) == OK && encoding == MIME_IDENTITY;
}

static errcode
leaf(struct mime *mime, const struct mime_header *header, str type, struct mime_part *ret,
     struct err *err)
{
    struct arena *arena = &mime->arena;
    struct mime_part part = {.type = type, .body = header->body};
    errcode code = encoding_of(header->encoding, arena, &part.encoding, err);
    if (code != OK)
        return code;
    part.attachment = str_eq(mime_value(header->disposition, arena), STR("attachment"));
    part.name = mime_parameter(header->disposition, "filename", arena);
    if (part.name.n == 0)
        part.name = mime_parameter(header->type, "name", arena);
    part.name = mime_words(part.name, arena);
    *ret = part;
    return OK;
}

errcode
mime_next(struct mime *mime, struct mime_part *ret, bool *ret_more, struct err *err)
{
    while (mime->depth > 0) {
        struct mime_level *level = &mime->levels[mime->depth - 1];
        str entity;
        bool more;
        errcode code = next_entity(level, &entity, &more, err);
        if (code != OK)
            return code;
        if (!more) {
            mime->depth--;
            continue;
        }
        struct mime_header header;
        if ((code = mime_header_read(entity, &mime->arena, &header, err)) != OK)
            return code;
        str type = mime_value(header.type, &mime->arena);
        if (type.n == 0)
            type = level->digest ? STR("message/rfc822") : STR("text/plain");
        if (str_starts(type, STR("multipart/")))
            code = push_multipart(mime, &header, str_eq(type, STR("multipart/digest")), err);
        else if (str_eq(type, STR("message/rfc822")) && is_identity(&header, &mime->arena))
            code = push(mime, (struct mime_level){.rest = header.body}, err);
        else {
            *ret_more = true;
            return leaf(mime, &header, type, ret, err);
        }
        if (code != OK)
            return code;
    }
    *ret_more = false;
    return OK;
}

bool
mime_may_be_feed(const struct mime_part *part)
{
    static const char *const never[] = {"image/",
                                        "audio/",
                                        "video/",
                                        "font/",
                                        "text/calendar",
                                        "text/vcard",
                                        "application/pgp-signature",
                                        "application/pgp-keys",
                                        "application/pgp-encrypted",
                                        "application/pkcs7-signature",
                                        "application/x-pkcs7-signature",
                                        "message/delivery-status",
                                        "message/disposition-notification",
                                        "message/external-body",
                                        "message/partial"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (str_starts(part->type, str_of(never[i])))
            return false;
    if (str_eq(part->type, STR("text/plain")) || str_eq(part->type, STR("text/html")))
        return part->attachment || (part->name.n && !str_eq(part->type, STR("text/html")));
    return true;
}

static int
base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static errcode
base64_error(struct err *err)
{
    return err_set(err, ERR_FORMAT, "the base64 text is damaged or was cut off");
}

/* "=" and "==" complete the last four digits; the bits that are left over must be zero. */
static errcode
base64_padding(struct mime_decoder *decoder, char *out, size_t *n, struct err *err)
{
    unsigned needed = 4 - decoder->digits, pads = 0;
    for (size_t i = 0; i < decoder->rest.n; i++) {
        char c = decoder->rest.p[i];
        if (c == '=')
            pads++;
        else if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            return base64_error(err);
    }
    if (decoder->digits < 2 || pads != needed ||
        (decoder->bits & (decoder->digits == 2 ? 15u : 3u)))
        return base64_error(err);
    if (decoder->digits == 2) {
        out[(*n)++] = (char)(decoder->bits >> 4);
    } else {
        out[(*n)++] = (char)(decoder->bits >> 10);
        out[(*n)++] = (char)(decoder->bits >> 2);
    }
    decoder->digits = 0;
    decoder->rest = (str){NULL, 0};
    return OK;
}

static errcode
decode_base64(struct mime_decoder *decoder, char *out, size_t size, size_t *ret_count,
              struct err *err)
{
    size_t n = 0, i = 0;
    for (; i < decoder->rest.n && n + 3 <= size; i++) {
        char c = decoder->rest.p[i];
        if (c == '\n' || c == '\r' || c == ' ' || c == '\t')
            continue;
        int digit = base64_digit(c);
        if (c == '=') {
            decoder->rest = str_from(decoder->rest, i);
            errcode code = base64_padding(decoder, out, &n, err);
            if (code == OK)
                *ret_count = n;
            return code;
        }
        if (digit < 0)
            return base64_error(err);
        decoder->bits = decoder->bits << 6 | (uint32_t)digit;
        if (++decoder->digits == 4) {
            out[n++] = (char)(decoder->bits >> 16);
            out[n++] = (char)(decoder->bits >> 8);
            out[n++] = (char)decoder->bits;
            decoder->bits = decoder->digits = 0;
        }
    }
    decoder->rest = str_from(decoder->rest, i);
    if (n == 0 && decoder->rest.n == 0 && decoder->digits)
        return base64_error(err);
    *ret_count = n;
    return OK;
}

/* What "=" begins: a byte, or a soft line break (0 bytes). Returns how many bytes it took, 0 when
 * it is neither. */
static size_t
quoted_escape(str s, char *out, size_t *n)
{
    size_t i = 1;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\r'))
        i++;
    if (i == s.n || s.p[i] == '\n')
        return i == s.n ? i : i + 1;
    int high = s.n > 2 ? hex_digit(s.p[1]) : -1;
    int low = high >= 0 ? hex_digit(s.p[2]) : -1;
    if (low < 0)
        return 0;
    out[(*n)++] = (char)(high << 4 | low);
    return 3;
}

static errcode
decode_quoted(struct mime_decoder *decoder, char *out, size_t size, size_t *ret_count,
              struct err *err)
{
    size_t n = 0;
    str rest = decoder->rest;
    while (rest.n && n < size) {
        if (rest.p[0] != '=') {
            out[n++] = rest.p[0];
            rest = str_from(rest, 1);
            continue;
        }
        size_t used = quoted_escape(rest, out, &n);
        if (used == 0)
            return err_set(err, ERR_FORMAT, "the quoted-printable text is damaged");
        rest = str_from(rest, used);
    }
    decoder->rest = rest;
    *ret_count = n;
    return OK;
}

errcode
mime_decode(struct mime_decoder *decoder, char *out, size_t size, size_t *ret_count,
            struct err *err)
{
    if (decoder->encoding == MIME_BASE64)
        return decode_base64(decoder, out, size, ret_count, err);
    if (decoder->encoding == MIME_QUOTED_PRINTABLE)
        return decode_quoted(decoder, out, size, ret_count, err);
    size_t n = decoder->rest.n < size ? decoder->rest.n : size;
    if (n)
        memcpy(out, decoder->rest.p, n);
    decoder->rest = str_from(decoder->rest, n);
    *ret_count = n;
    return OK;
}
