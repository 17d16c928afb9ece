/* SPDX-License-Identifier: Apache-2.0 */
/* An expression's top level as a flat sequence, where it can be cut: groups without a choice are
 * taken apart, and repeats that must happen show their first rounds. */
#pragma once

#include "scan/regex/node.h"

struct sequence {
    struct node **items;
    size_t count;
};

struct sequence sequence_of(struct node *root, struct arena *arena);
/* SEQUENCE with KID, a branch of the alternative at INDEX, in its place. */
struct sequence sequence_with(const struct sequence *sequence, size_t index, struct node *kid,
                              struct arena *arena);
