/* SPDX-License-Identifier: Apache-2.0 */
/* A parsed expression is a tree of few kinds of nodes: whatever reads one byte is a set of bytes,
 * so that hex strings and regular expressions are the same thing from here on. */
#pragma once

#include "scan/regex/regex.h"

enum {
    NODE_DEPTH = 250,          /* nested groups, at most; all recursion over a tree ends there */
    REPEAT_MAX = 32767,        /* the largest number in braces, as libyara has it */
    REPEAT_NO_END = UINT16_MAX /* `*`, `+` and `{n,}` */
};

struct byte_set {
    uint64_t word[4];
};

enum node_kind {
    NODE_EMPTY,
    NODE_SET,    /* one byte of a set */
    NODE_CAT,    /* kids one after the other */
    NODE_ALT,    /* one of the kids */
    NODE_REPEAT, /* kids[0], min to max times */
    NODE_ASSERT, /* no byte, a condition on the place */
};
enum assert_kind {
    ASSERT_BEGIN,
    ASSERT_END,
    ASSERT_BOUNDARY,
    ASSERT_NO_BOUNDARY,
    ASSERT_KINDS,
};
struct node {
    enum node_kind kind;
    enum assert_kind assertion;
    bool dot;     /* NODE_SET: all but a newline, which REGEX_DOTALL adds */
    bool negated; /* NODE_SET: the bytes that are not in SET, after case folding */
    bool jump;    /* NODE_REPEAT: an ungreedy `.{n,m}?` or a hex jump, where a chain may be cut */
    uint32_t min, max;
    struct byte_set set;
    struct node **kids;
    size_t count;
};
struct regex {
    struct node *root;
    unsigned flags;
    bool greedy, ungreedy; /* a quantifier of this kind stands in it */
};

/* Nodes that are made one after the other and then become one. */
struct node_list {
    struct node **items;
    size_t count, room;
};
void node_list_add(struct node_list *list, struct node *node, struct arena *arena);

struct node *node_new(struct arena *arena, enum node_kind kind);
struct node *node_byte(struct arena *arena, uint8_t byte);
/* A sequence or alternative of LIST; its only item when there is one, and NODE_EMPTY of none. */
struct node *node_join(struct arena *arena, enum node_kind kind, struct node_list *list);
/* Simplified where nested repeats of one set are one repeat, or nothing is repeated. */
struct node *node_repeat(struct arena *arena, struct node *kid, uint32_t min, uint32_t max);

/* The bytes that NODE_SET reads under FLAGS. */
struct byte_set node_bytes(const struct node *node, unsigned flags);
/* Adds to RET what can stand first; returns true when NODE can match no byte at all. */
bool node_first(const struct node *node, unsigned flags, struct byte_set *ret);
/* The most bytes that NODE can match, SIZE_MAX when there is no bound, and the fewest. */
void node_length(const struct node *node, size_t *ret_min, size_t *ret_max);

static inline bool
set_has(const struct byte_set *set, uint8_t byte)
{
    return set->word[byte >> 6] >> (byte & 63) & 1;
}
static inline void
set_add(struct byte_set *set, uint8_t byte)
{
    set->word[byte >> 6] |= UINT64_C(1) << (byte & 63);
}
void set_add_range(struct byte_set *set, uint8_t first, uint8_t last);
void set_join(struct byte_set *set, const struct byte_set *other);
void set_invert(struct byte_set *set);
unsigned set_count(const struct byte_set *set);
/* True when SET is all bytes with (byte & mask) == value. */
bool set_as_masked(const struct byte_set *set, uint8_t *ret_value, uint8_t *ret_mask);
