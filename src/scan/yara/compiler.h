/* SPDX-License-Identifier: Apache-2.0 */
/* Rules in, an image out. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "scan/rules/image.h"
#include "scan/yara/symbols.h"
#include "scan/yara/yara.h"

enum { COMPILER_LOADS = 1 << 16 };

struct source {
    const char *name; /* for messages */
    const struct source *includer;
};

/* No rule that is read later may have such a name: the set would not hold it. */
struct wildcard {
    uint32_t space;
    str head;
    struct wildcard *next;
};

struct compiler {
    struct yara_options options;
    struct arena arena; /* until the image is made */
    struct buf sections[IMAGE_SECTIONS];
    struct symbols texts, spaces, rules, externals, refs, guards;
    struct symbols modules;     /* imported, by name space */
    struct wildcard *wildcards; /* sets such as (rule*), the newest first */
    struct symbols strings;     /* of all rules so far, by how many rules were begun */
    uint32_t begun;
    struct symbols patterns; /* what they look for: the first, and how many there are */
    uint32_t *loads;         /* about how many anchors have a key, by its hash */
    struct yara_counts counts;
    unsigned sources_open; /* includes within includes */
};

/* The place of the text, one for all that are equal. */
struct text_place compiler_text(struct compiler *compiler, str text);
/* The same for texts that seldom come twice. */
struct text_place compiler_new_text(struct compiler *compiler, str text);
/* The number of the path (names, each with a NUL) with the arguments' letters; of a field when
 * ARGUMENTS.p is NULL. */
uint32_t compiler_ref(struct compiler *compiler, str path, str arguments);
void compiler_add_wildcard(struct compiler *compiler, uint32_t space, str head);
bool compiler_is_in_wildcard(const struct compiler *compiler, uint32_t space, str name);
/* How many records of SIZE bytes a section has. */
uint32_t compiler_count(const struct compiler *compiler, enum image_section section, size_t size);
void compiler_add(struct compiler *compiler, enum image_section section, const void *record,
                  size_t size);
/* Appends the code of the condition; returns its place. */
struct expr;
uint32_t compiler_emit(struct compiler *compiler, const struct expr *expr);
/* The same of a guard: equal ones are stored once. */
uint32_t compiler_emit_guard(struct compiler *compiler, const struct expr *expr);

/* Patterns of a string and their anchors (patterns.c). */
struct string_modifiers {
    bool ascii, wide, nocase, fullword, is_private, xor, base64, base64wide;
    uint8_t xor_min, xor_max;
    str alphabet, alphabet_wide; /* 64 bytes, or empty for the usual one */
};
errcode patterns_add_text(struct compiler *compiler, uint32_t string, str text,
                          const struct string_modifiers *modifiers, struct err *err);
struct regex;
/* Adds pieces behind the string's record when it is a chain. SOURCE is the expression as it was
 * written, FLAGS: REGEX_. */
errcode patterns_add_regex(struct compiler *compiler, uint32_t string, struct regex *regex,
                           str source, unsigned flags, const struct string_modifiers *modifiers,
                           struct err *err);
/* How common a literal is in files: about its share of all places; never 0. */
double literal_rate(const uint8_t *bytes, size_t count);
