/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the YARA language. Hex strings have a language of their own: the parser asks for
 * one where it can stand. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,         /* identifier */
    TOKEN_STRING_NAME,  /* $a, $ */
    TOKEN_STRING_NAMES, /* $a* */
    TOKEN_COUNT,        /* #a; text is "$a" for these three */
    TOKEN_OFFSET,       /* @a */
    TOKEN_LENGTH,       /* !a */
    TOKEN_INTEGER,
    TOKEN_FLOAT,
    TOKEN_TEXT,
    TOKEN_REGEX, /* text between the slashes; integer: REGEX_ flags */
    TOKEN_SHIFT_LEFT,
    TOKEN_SHIFT_RIGHT,
    TOKEN_EQUAL,
    TOKEN_UNEQUAL,
    TOKEN_AT_MOST,
    TOKEN_AT_LEAST,
    TOKEN_DOTS,
    TOKEN_SIGN, /* one character, in integer */
    /* Keywords. */
    WORD_ALL,
    WORD_AND,
    WORD_ANY,
    WORD_ASCII,
    WORD_AT,
    WORD_BASE64,
    WORD_BASE64WIDE,
    WORD_CONDITION,
    WORD_CONTAINS,
    WORD_DEFINED,
    WORD_ENDSWITH,
    WORD_ENTRYPOINT,
    WORD_FALSE,
    WORD_FILESIZE,
    WORD_FOR,
    WORD_FULLWORD,
    WORD_GLOBAL,
    WORD_ICONTAINS,
    WORD_IENDSWITH,
    WORD_IEQUALS,
    WORD_IMPORT,
    WORD_IN,
    WORD_INCLUDE,
    WORD_ISTARTSWITH,
    WORD_MATCHES,
    WORD_META,
    WORD_NOCASE,
    WORD_NONE,
    WORD_NOT,
    WORD_OF,
    WORD_OR,
    WORD_PRIVATE,
    WORD_READ, /* int8 … uint32be; integer: READ_ flags */
    WORD_RULE,
    WORD_STARTSWITH,
    WORD_STRINGS,
    WORD_THEM,
    WORD_TRUE,
    WORD_WIDE,
    WORD_XOR,
    TOKEN_KINDS,
};

struct token {
    enum token_kind kind;
    str text; /* of texts: with escapes resolved */
    str raw;  /* as written */
    int64_t integer;
    double real;
    unsigned line, column;
};

struct lexer {
    str source;
    size_t at;
    unsigned line;
    size_t line_begin;
    struct arena *arena; /* of texts */
};

/* ERR_FORMAT without position: it is that of *RET, which is set in any case. */
errcode lexer_next(struct lexer *lexer, struct token *ret, struct err *err);
/* Leaves one byte out, to go on behind a fault; false at the end. */
bool lexer_skip(struct lexer *lexer);
/* What stands between the braces of a hex string, the '{' being the token just read. */
errcode lexer_hex(struct lexer *lexer, str *ret, struct err *err);
