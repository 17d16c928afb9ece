/* SPDX-License-Identifier: Apache-2.0 */
/* Mail with attachments: RFC 5322 fields, RFC 2045 and 2046 bodies, names after RFC 2183, 2231 and
 * 2047. Lines end with CRLF or LF. Strict: what is malformed is an error, never a guess. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"

enum mime_encoding { MIME_IDENTITY, MIME_BASE64, MIME_QUOTED_PRINTABLE };

/* One leaf of the message: not multipart, not a message. */
struct mime_part {
    str type; /* "text/csv", lower case, without parameters */
    str name; /* the file's name, UTF-8; empty when there is none */
    bool attachment;
    enum mime_encoding encoding;
    str body; /* still encoded */
};

struct mime_level {
    str boundary; /* of a multipart; empty for a message, which is one entity */
    str rest;     /* what is not yet read of it */
    bool digest;  /* parts are messages when they do not say what they are */
};
struct mime {
    struct mime_level levels[LIMIT_MIME_DEPTH + 1];
    size_t depth;
    struct arena arena;
};

/* True when the text begins with a message's header. */
bool mime_is_mail(str text);
/* TEXT must outlive it. */
void mime_init(struct mime *mime, str text);
void mime_clear(struct mime *mime);
/* The next leaf; *RET_MORE is false at the end. Nesting beyond LIMIT_MIME_DEPTH is ERR_LIMIT. */
errcode mime_next(struct mime *mime, struct mime_part *ret, bool *ret_more, struct err *err);
/* False for the covering text, pictures, signatures and the like. */
bool mime_may_be_feed(const struct mime_part *part);

struct mime_decoder {
    str rest;
    enum mime_encoding encoding;
    uint32_t bits; /* base64: what is collected of four digits */
    unsigned digits;
};
static inline struct mime_decoder
mime_decoder_of(const struct mime_part *part)
{
    return (struct mime_decoder){.rest = part->body, .encoding = part->encoding};
}
/* Decodes into OUT (SIZE bytes, at least 64); *RET_COUNT is 0 at the end. Bytes that the encoding
 * does not have are ERR_FORMAT. */
errcode mime_decode(struct mime_decoder *decoder, char *out, size_t size, size_t *ret_count,
                    struct err *err);

/* For mime.c: the fields of one entity's header that matter, and their parameters (mime_field.c).
 */
struct mime_header {
    str type, encoding, disposition; /* unfolded; empty when absent */
    str body;
};
errcode mime_header_read(str entity, struct arena *arena, struct mime_header *ret, struct err *err);
/* The value before the first ';', lower case. */
str mime_value(str field, struct arena *arena);
/* A parameter's value by its lower-case name, also in RFC 2231 pieces; empty when absent. */
str mime_parameter(str field, const char *name, struct arena *arena);
/* RFC 2047 words in TEXT as UTF-8. */
str mime_words(str text, struct arena *arena);
