/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: random expressions over a small alphabet, and data that they may match. */
#pragma once

#include "base/buf.h"
#include "base/rng.h"

struct random_regex {
    struct rng rng;
    struct buf text;  /* with a cap */
    const char *lazy; /* "?" behind all quantifiers, or "" */
    bool boundaries;  /* `\b` and `\B` may stand in it */
    bool plain;       /* only what libyara gets right too: no round may be empty */
};

static inline uint64_t
random_of(struct random_regex *random, uint64_t n)
{
    return rng_below(&random->rng, n);
}

static inline void random_sequence(struct random_regex *random, int depth);

static inline void
random_atom(struct random_regex *random, int depth)
{
    static const char *const sets[] = {
        "[ab]",  "[^a]",   "[a-c]",     "\\w", "\\d",    "\\s",  "\\W", "\\S",
        "[b-d]", "[^\\n]", "[\\x00-b]", "\\D", "[^abc]", "[c-]", ".",   ".",
    };
    uint64_t kind = random_of(random, depth > 0 ? 8 : 6);
    if (kind < 4) {
        buf_char(&random->text, "abcd"[random_of(random, 4)]);
    } else if (kind < 6) {
        buf_z(&random->text, sets[random_of(random, sizeof sets / sizeof *sets)]);
    } else {
        buf_char(&random->text, '(');
        random_sequence(random, depth - 1);
        while (random_of(random, 3) == 0) {
            buf_char(&random->text, '|');
            random_sequence(random, depth - 1);
        }
        buf_char(&random->text, ')');
    }
}

static inline void
random_quantifier(struct random_regex *random)
{
    unsigned min = 1 + (unsigned)random_of(random, 3);
    switch (random_of(random, 12)) {
    case 0:
        buf_char(&random->text, '*');
        break;
    case 1:
        buf_char(&random->text, '+');
        break;
    case 2:
        buf_char(&random->text, '?');
        break;
    case 3:
        buf_printf(&random->text, "{%u}", min);
        break;
    case 4:
        buf_printf(&random->text, "{%u,%u}", min, min + (unsigned)random_of(random, 4));
        break;
    case 5:
        buf_printf(&random->text, "{%u,}", min);
        break;
    case 6:
        buf_printf(&random->text, "{,%u}", min);
        break;
    default:
        return;
    }
    buf_z(&random->text, random->lazy);
}

static inline void
random_sequence(struct random_regex *random, int depth)
{
    size_t count = 1 + random_of(random, 4);
    for (size_t i = 0; i < count; i++) {
        if (random->boundaries && random_of(random, 8) == 0)
            buf_z(&random->text, random_of(random, 2) ? "\\b" : "\\B");
        if (random_of(random, 40) == 0)
            buf_z(&random->text, random_of(random, 2) ? "^" : "$");
        random_atom(random, depth);
        if (i > 0 || !random->plain)
            random_quantifier(random);
    }
}

/* A sequence with some letters in a row, so that there is an anchor; its text is in TEXT. */
static inline void
random_regex_make(struct random_regex *random, uint64_t seed)
{
    random->rng.state = seed;
    buf_reset(&random->text);
    random->lazy = random_of(random, 2) ? "?" : "";
    random->boundaries = random_of(random, 3) == 0;
    if (random_of(random, 3))
        random_sequence(random, 1 + (int)random_of(random, 2));
    for (size_t letters = 2 + random_of(random, 3); letters; letters--)
        buf_char(&random->text, "abcd"[random_of(random, 4)]);
    if (random_of(random, 4))
        random_sequence(random, 1 + (int)random_of(random, 2));
}

/* Up to SIZE bytes, half of them letters in the order in which the expression has them; with
 * boundaries, letters stand at both ends. */
static inline size_t
random_data(struct random_regex *random, bool wide, char *data, size_t size)
{
    size_t letters = random_of(random, 42), n = 0, from = 0;
    for (size_t i = 0; i < letters && n + 2 <= size; i++) {
        if (random_of(random, 8) == 0)
            from = random_of(random, random->text.n);
        char next = from < random->text.n ? random->text.p[from++] : 0;
        bool copied = next >= 'a' && next <= 'd';
        data[n++] = copied ? next : "aaaabbbbccdd\nA1 \0B"[random_of(random, 18)];
        if (wide && random_of(random, 24))
            data[n++] = 0;
    }
    if (n && random->boundaries) {
        data[0] = 'a';
        data[n - 1] = 'b';
    }
    return n;
}
