/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": offers every word that would have been right, and keeps the nearest. */
#pragma once

#include "base/str.h"

struct suggestion {
    str word;         /* what was written */
    const char *best; /* NULL while nothing is near enough */
    size_t distance;
};

/* At most a third of the letters may differ, but two in a word of three: swapped letters are two.
 */
static inline struct suggestion
suggestion_for(str word)
{
    return (struct suggestion){.word = word,
                               .distance = (word.n < 3   ? 1
                                            : word.n < 9 ? 2
                                                         : word.n / 3) +
                                           1};
}

static inline void
suggestion_try(struct suggestion *suggestion, const char *candidate)
{
    size_t distance = str_distance(suggestion->word, str_of(candidate));
    if (distance < suggestion->distance) {
        suggestion->best = candidate;
        suggestion->distance = distance;
    }
}
