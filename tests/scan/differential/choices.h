/* SPDX-License-Identifier: Apache-2.0 */
/* A random case is a function of the numbers that were drawn for it. They are kept, so that a case
 * that fails can be made smaller without knowing what it is: fewer and lower numbers are drawn
 * again, and 0 always stands for the simplest of what is possible. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/rng.h"

enum { CHOICES_MAX = 4096 };

struct choices {
    struct rng rng;
    uint32_t drawn[CHOICES_MAX];
    size_t count, at;
    bool again; /* DRAWN is played again, with zeros behind its end */
};

/* Below N, which is at least 1. */
static inline uint32_t
choose(struct choices *choices, uint32_t n)
{
    uint32_t value = 0;
    if (choices->again) {
        if (choices->at < choices->count)
            value = choices->drawn[choices->at] % n;
    } else if (choices->count < CHOICES_MAX) {
        value = (uint32_t)rng_below(&choices->rng, n);
        choices->drawn[choices->count++] = value;
    }
    choices->at++;
    return value;
}

/* True once in N times. */
static inline bool
chance(struct choices *choices, uint32_t n)
{
    return choose(choices, n) == n - 1;
}

/* Draws SMALLER's numbers again and again with some taken out or lowered, as long as FAILS says
 * that the case still fails. */
void choices_reduce(struct choices *choices, bool (*fails)(void *context, struct choices *choices),
                    void *context);
