/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled rules: flat arrays that refer to each other by index, so that they work where they lie,
 * in memory that the compiler filled or in a mapped pack. Numbers are little-endian. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* Raised with every change of what images hold: the records below, the operations of code.h, the
 * programs of scan/regex. Images of another version are not read. */
enum { IMAGE_FORMAT = 3 };

enum image_section {
    IMAGE_TEXT,      /* bytes: names, literals, values of metas */
    IMAGE_SPACES,    /* text_place: the names of name spaces */
    IMAGE_RULES,     /* rule_record */
    IMAGE_TAGS,      /* text_place */
    IMAGE_METAS,     /* meta_record */
    IMAGE_STRINGS,   /* string_record; pieces of chains follow their string */
    IMAGE_PATTERNS,  /* pattern_record */
    IMAGE_LINKS,     /* link_record, by pattern: which strings it is of */
    IMAGE_ANCHORS,   /* anchor_record, by key, beside_at, beside */
    IMAGE_SHORTS,    /* short_record */
    IMAGE_CODE,      /* uint32_t: conditions, code.h */
    IMAGE_REGEX,     /* bytes: programs of scan/regex */
    IMAGE_SETS,      /* uint32_t: strings or rules of `of` and `for` */
    IMAGE_REFS,      /* ref_record: modules' fields by name */
    IMAGE_EXTERNALS, /* external_record */
    IMAGE_SECTIONS,
};
#define NO_INDEX UINT32_MAX

/* What compiling gives and opening takes. */
struct image {
    str sections[IMAGE_SECTIONS];
};

struct text_place {
    uint32_t at, size;
};

enum {
    RULE_PRIVATE = 1,
    RULE_GLOBAL = 2,
    RULE_SPEAKS = 16, /* its condition writes by console.log: it is evaluated whatever is known */
    RULE_MODULES = 8, /* its condition asks modules: a pass without them comes first */
};
struct rule_record {
    struct text_place name;
    uint32_t space;
    uint32_t flags;
    uint32_t code;  /* of its condition */
    uint32_t guard; /* of a condition without strings or modules that it implies, or NO_INDEX */
    uint32_t first_string, string_count; /* with pieces */
    uint32_t first_tag, tag_count;
    uint32_t first_meta, meta_count;
};

enum meta_kind { META_INTEGER, META_STRING, META_BOOLEAN };
struct meta_record {
    struct text_place name;
    struct text_place text; /* of a string */
    uint32_t kind, unused;
    int64_t integer;
};

enum {
    STRING_PRIVATE = 1,
    STRING_SINGLE = 2, /* the condition asks only whether it occurs */
    STRING_GREEDY = 4, /* a later match at the same offset replaces the earlier */
    STRING_FULLWORD = 8,
    STRING_FIXED = 16, /* only at fixed_offset */
    STRING_PIECE = 32, /* a piece of a chain */
    STRING_LAST = 64,  /* … its last */
    STRING_HEX = 128,  /* shown in hexadecimal */
    STRING_XOR = 256,
};
struct string_record {
    struct text_place name; /* "$a" */
    uint32_t rule;
    uint32_t flags;
    uint32_t pieces;           /* of a chain, which follow this record; else 0 */
    uint32_t gap_min, gap_max; /* of a piece: before it; UINT32_MAX: without bound */
    uint32_t unused;
    int64_t fixed_offset;
};

enum pattern_kind {
    PATTERN_TEXT,   /* the bytes at `data` */
    PATTERN_NOCASE, /* the same in either case; `data` is in lower case */
    PATTERN_XOR,    /* each byte under one key between xor_min and xor_max */
    PATTERN_MASKED, /* `size` values at `data`, as many masks behind */
    PATTERN_REGEX,  /* programs */
    PATTERN_KINDS,
};
enum {
    PATTERN_WIDE = 1,     /* for full words: letters are two bytes apart */
    PATTERN_BACKWARD = 2, /* has a program for what stands before the anchor */
    PATTERN_GREEDY = 4,   /* its matches are as long as can be */
};
/* Equal ones are stored once: many rules look for the same. */
struct pattern_record {
    uint32_t first_link, link_count;
    uint8_t kind, flags, xor_min, xor_max;
    uint32_t data, size; /* in TEXT */
    uint32_t forward, backward;
};

struct link_record {
    uint32_t pattern, string;
};

/* Four bytes (in lower case, as all letters of the file are taken) that stand `offset` bytes behind
 * the pattern's begin, or split. Another four of the pattern, `beside_at` bytes from them, tell
 * most false anchors at once; 0: there are none. */
struct anchor_record {
    uint32_t key, pattern, offset;
    uint32_t beside;
    int32_t beside_at;
};
/* A pattern that has no four bytes: `count` bytes (1–3) at `offset`. With count 0 a set of bytes
 * (32 bytes at `bytes` in TEXT): the pattern begins with one of it, or with `offset` of it one
 * after the other, RUN_LEAST to RUN_MOST. */
enum { RUN_LEAST = 16, RUN_MOST = 64 };
struct short_record {
    uint32_t pattern, offset, count;
    uint32_t bytes; /* lower case, least significant first */
};

/* `pe.sections.name` as names one behind the other with a NUL each; of functions also the argument
 * letters of the overload. */
struct ref_record {
    struct text_place path;
    struct text_place arguments; /* size NO_INDEX: no function */
};

enum external_kind { EXTERNAL_INTEGER, EXTERNAL_FLOAT, EXTERNAL_STRING, EXTERNAL_BOOLEAN };
struct external_record {
    struct text_place name;
    uint32_t kind, unused;
    union {
        int64_t integer;
        double real;
        struct text_place text;
    };
};
