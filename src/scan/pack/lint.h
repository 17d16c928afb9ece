/* SPDX-License-Identifier: Apache-2.0 */
/* What makes rules slow, and which are there twice. */
#pragma once

#include "base/buf.h"

struct scan_rules;
enum lint_kind {
    LINT_NO_LITERAL,     /* a string without four bytes to look for */
    LINT_COMMON_LITERAL, /* … whose four bytes are common in files */
    LINT_LARGE_JUMP,
    LINT_FILE_LOOP,  /* a loop over as many rounds as the file has bytes */
    LINT_EVERY_FILE, /* judged for every file: it may hold without any string */
    LINT_DUPLICATE,  /* the same strings and condition as another rule's */
    LINT_KINDS,
};
/* In a word, e.g. "no-literal". */
const char *lint_name(enum lint_kind kind);

struct lint {
    enum lint_kind kind;
    size_t rule;
    str string;      /* "$a", or empty */
    const char *why; /* lives until the call returns */
};
void lint_rules(const struct scan_rules *rules,
                void (*found)(void *context, const struct lint *lint), void *context);

/* For lint.c: a number for each rule, the same for rules with equal strings and conditions, and
 * whether the rule loops over the file's size. */
struct rules;
void fingerprint_rules(const struct rules *rules, uint64_t *ret);
bool loops_over_file(const struct rules *rules, uint32_t rule);
