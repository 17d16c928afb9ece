/* SPDX-License-Identifier: Apache-2.0 */
#include "choices.h"

#include <string.h>

enum { ROUNDS = 6 };

struct reduction {
    struct choices *best, trial;
    bool (*fails)(void *context, struct choices *choices);
    void *context;
};

/* Keeps the trial when it fails as the best one does. */
static bool
keeps(struct reduction *r)
{
    r->trial.again = true;
    r->trial.at = 0;
    if (!r->fails(r->context, &r->trial))
        return false;
    if (r->trial.at < r->trial.count)
        r->trial.count = r->trial.at;
    *r->best = r->trial;
    return true;
}

static bool
take_out(struct reduction *r, size_t at, size_t count)
{
    r->trial = *r->best;
    memmove(r->trial.drawn + at, r->trial.drawn + at + count,
            (r->trial.count - at - count) * sizeof *r->trial.drawn);
    r->trial.count -= count;
    return keeps(r);
}

static bool
lower(struct reduction *r, size_t at, uint32_t value)
{
    if (r->best->drawn[at] <= value)
        return false;
    r->trial = *r->best;
    r->trial.drawn[at] = value;
    return keeps(r);
}

static bool
one_round(struct reduction *r)
{
    bool any = false;
    for (size_t count = 64; count > 0; count /= 2)
        for (size_t at = r->best->count; at-- > 0;)
            if (at + count <= r->best->count)
                any |= take_out(r, at, count);
    for (size_t at = r->best->count; at-- > 0;)
        if (at < r->best->count)
            any |= lower(r, at, 0) || lower(r, at, r->best->drawn[at] / 2) ||
                   (r->best->drawn[at] > 0 && lower(r, at, r->best->drawn[at] - 1));
    return any;
}

void
choices_reduce(struct choices *choices, bool (*fails)(void *context, struct choices *choices),
               void *context)
{
    struct reduction r = {.best = choices, .fails = fails, .context = context};
    for (unsigned round = 0; round < ROUNDS && one_round(&r); round++)
        ;
}
