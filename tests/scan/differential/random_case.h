/* SPDX-License-Identifier: Apache-2.0 */
/* Random rules, and data in which their strings stand. Not made is what the installed libyara 4.2
 * does otherwise than 4.5, whose language is ours:
 *   ~ in hex strings, `of … at`, texts as values of a loop, with-less negative percentages: 4.3;
 *   rounds of a regular expression that may be empty, \b beside the data's bounds: wrong in 4.2;
 *   what stands in the comments of the makers below. */
#pragma once

#include "base/buf.h"
#include "choices.h"

enum { STRINGS_MAX = 5, RULES_MAX = 3, TEXTS_MAX = 2, VARIABLES_NOW_MAX = 2 };

/* One string of the rule at hand. */
struct random_string {
    char name[8]; /* without the sign */
    bool used;
    bool vague;  /* what it matches at a place depends on libyara's anchors: length unknown */
    bool varies; /* in length, at one place */
    bool placed; /* asked for at one place: libyara may keep matches elsewhere, which none sees */
    bool wide;   /* samples are to be widened at times */
    bool nocase;
    bool fullword;
    uint8_t xor_min, xor_max;
    char sample[512]; /* bytes that match, or nearly */
    size_t sample_size;
};
struct random_rule {
    struct random_string strings[STRINGS_MAX];
    size_t string_count;
    bool is_private;
};
struct random_case {
    struct choices *choices;
    struct buf source;
    struct random_rule rules[RULES_MAX];
    size_t rule_count;
    size_t texts;
    struct buf data[TEXTS_MAX];
    /* While a condition is made. */
    struct random_rule *rule;
    unsigned depth, loops, string_loops;
};

void random_case_clear(struct random_case *random);
/* Makes all of it from CHOICES. */
void random_case_make(struct random_case *random, struct choices *choices);

/* Parts: a string with its modifiers, of the rule at hand; and its condition. */
void random_string_make(struct random_case *random, struct random_string *string);
void random_condition_make(struct random_case *random);

#define ONE_OF(random, array)                                                                      \
    ((array)[choose((random)->choices, (uint32_t)(sizeof(array) / sizeof *(array)))])
