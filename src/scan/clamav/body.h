/* SPDX-License-Identifier: Apache-2.0 */
/* The content of a body signature: bytes in hexadecimal digits with wildcards. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/* Tokens in the order of the text. Alternatives are a flat sequence between OPEN and CLOSE. */
enum token_kind {
    TOKEN_BYTE,  /* (byte & mask) == value; mask 0: any byte */
    TOKEN_GAP,   /* min to max bytes; max GAP_ENDLESS: any number above min */
    TOKEN_CLASS, /* one byte of a character class */
    TOKEN_NOT,   /* bytes that are none of MEMBERS, which are equally long */
    TOKEN_OPEN,
    TOKEN_OR,
    TOKEN_CLOSE,
};
#define GAP_ENDLESS UINT32_MAX
/* (B), (L), (W) of the format; what they mean depends on where they stand. */
enum class {
    CLASS_NONE,
    CLASS_WORD_MIDDLE, /* (B) between other bytes */
    CLASS_WORD_LEFT,   /* (B) at the beginning */
    CLASS_WORD_RIGHT,
    CLASS_LINE,  /* (L) */
    CLASS_OTHER, /* (W): neither letter nor digit */
};
struct token {
    enum token_kind kind;
    uint8_t value, mask;
    enum class class;
    uint32_t min, max;
    uint8_t *members; /* COUNT times LENGTH bytes */
    size_t count, length;
};
struct body {
    struct token *tokens;
    size_t count;
    enum class left, right; /* what must stand beside it; the file's ends will do as well */
    bool is_plain;          /* whole bytes only */
};
/* Modifiers of a sub-signature. */
struct body_flags {
    bool nocase, wide, ascii, fullword;
};

errcode body_parse(str hex, struct arena *arena, struct body *ret, struct err *err);

/* What the string that body_write made needs. */
struct body_strings {
    bool has_second; /* "$NAMEw": the wide form beside the other */
    bool is_shifted; /* a match begins one byte before the body, unless the file begins there */
};
/* Appends YARA's definition of "$NAME" to OUT. AT_START: the body stands at the file's first byte,
 * so what it asks of its left side is fulfilled. ERR_UNSUPPORTED for combinations that strings
 * cannot say. */
errcode body_write(const struct body *body, const struct body_flags *flags, bool at_start,
                   const char *name, struct buf *out, struct body_strings *ret, struct err *err);

/* The bytes of a class, one bit each. */
void class_bytes(enum class class, uint8_t set[32]);
