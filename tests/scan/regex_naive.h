/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a matcher over the tree itself, for data of up to 62 bytes. It maps the set of the
 * places where a node may begin (a bit each) to the set of those where it may end: slow, but there
 * is nothing in it to get wrong. */
#pragma once

#include "scan/regex/node.h"

enum { NAIVE_DATA = 62 };

struct naive {
    str data;
    unsigned flags;
    uint64_t steps; /* left, so that fuzzing stays quick */
};

static inline bool
naive_is_word(const struct naive *naive, size_t at)
{
    size_t step = naive->flags & REGEX_WIDE ? 2 : 1;
    if (at > naive->data.n || naive->data.n - at < step)
        return false;
    char c = naive->data.p[at];
    bool word = ascii_is_digit(c) || c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    return word && (step == 1 || naive->data.p[at + 1] == 0);
}

static inline bool
naive_holds(const struct naive *naive, enum assert_kind kind, size_t at)
{
    size_t step = naive->flags & REGEX_WIDE ? 2 : 1;
    if (kind == ASSERT_BEGIN)
        return at == 0;
    if (kind == ASSERT_END)
        return at == naive->data.n;
    bool before = at >= step && naive_is_word(naive, at - step);
    return (before != naive_is_word(naive, at)) == (kind == ASSERT_BOUNDARY);
}

static inline uint64_t naive_ends(struct naive *naive, const struct node *node, uint64_t starts);

static inline uint64_t
naive_set(const struct naive *naive, const struct node *node, uint64_t starts)
{
    struct byte_set set = node_bytes(node, naive->flags);
    size_t step = naive->flags & REGEX_WIDE ? 2 : 1;
    uint64_t ends = 0;
    for (size_t at = 0; at + step <= naive->data.n; at++)
        if (starts >> at & 1 && set_has(&set, (uint8_t)naive->data.p[at]) &&
            (step == 1 || naive->data.p[at + 1] == 0))
            ends |= UINT64_C(1) << (at + step);
    return ends;
}

static inline uint64_t
naive_repeat(struct naive *naive, const struct node *node, uint64_t starts)
{
    uint64_t ends = node->min ? 0 : starts;
    for (uint32_t round = 1; starts && (round <= node->max || node->max >= REPEAT_NO_END);
         round++) {
        uint64_t next = naive_ends(naive, node->kids[0], starts), known = ends;
        if (round >= node->min)
            ends |= next;
        if (next == starts && (round >= node->min || known == ends))
            return ends | next;
        if (round > node->min && known == ends && round > node->min + NAIVE_DATA)
            return ends;
        starts = next;
    }
    return ends;
}

static inline uint64_t
naive_ends(struct naive *naive, const struct node *node, uint64_t starts)
{
    uint64_t ends = 0;
    if (naive->steps == 0)
        return 0;
    naive->steps--;
    switch (node->kind) {
    case NODE_SET:
        return naive_set(naive, node, starts);
    case NODE_CAT:
        for (size_t i = 0; i < node->count && starts; i++)
            starts = naive_ends(naive, node->kids[i], starts);
        return starts;
    case NODE_ALT:
        for (size_t i = 0; i < node->count; i++)
            ends |= naive_ends(naive, node->kids[i], starts);
        return ends;
    case NODE_REPEAT:
        return naive_repeat(naive, node, starts);
    case NODE_ASSERT:
        for (size_t at = 0; at <= naive->data.n; at++)
            if (starts >> at & 1 && naive_holds(naive, node->assertion, at))
                ends |= UINT64_C(1) << at;
        return ends;
    default:
        return starts;
    }
}

/* Where matches that start at AT end. */
static inline uint64_t
naive_at(struct naive *naive, const struct node *root, size_t at)
{
    return naive_ends(naive, root, UINT64_C(1) << at);
}

/* True when END, for SIZE_MAX none, is what a scanner should find of ENDS. Whether there is a match
 * of no byte depends on where an expression is split. */
static inline bool
naive_agrees(uint64_t ends, size_t at, size_t end, bool greedy)
{
    if (ends >> at & 1)
        return true;
    if (!ends)
        return end == SIZE_MAX;
    return end == (size_t)(greedy ? 63 - __builtin_clzll(ends) : __builtin_ctzll(ends));
}
