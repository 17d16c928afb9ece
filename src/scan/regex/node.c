/* SPDX-License-Identifier: Apache-2.0 */
/* Making trees, and the questions about them that need no program. */
#include "scan/regex/node.h"

void
node_list_add(struct node_list *list, struct node *node, struct arena *arena)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 4;
        struct node **items = arena_alloc(arena, room * sizeof *items);
        if (list->count)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = node;
}

struct node *
node_new(struct arena *arena, enum node_kind kind)
{
    struct node *node = arena_alloc(arena, sizeof *node);
    node->kind = kind;
    return node;
}

struct node *
node_byte(struct arena *arena, uint8_t byte)
{
    struct node *node = node_new(arena, NODE_SET);
    set_add(&node->set, byte);
    return node;
}

struct node *
node_join(struct arena *arena, enum node_kind kind, struct node_list *list)
{
    if (list->count == 0)
        return node_new(arena, NODE_EMPTY);
    if (list->count == 1)
        return list->items[0];
    struct node *node = node_new(arena, kind);
    node->kids = list->items;
    node->count = list->count;
    return node;
}

static uint64_t
times(uint32_t a, uint32_t b)
{
    if ((a == REPEAT_NO_END && b > 0) || (b == REPEAT_NO_END && a > 0))
        return REPEAT_NO_END;
    return (uint64_t)a * b;
}

/* X{a,b}{min,max} is X{a*min,b*max} when the counts of each round touch those of the next. */
static bool
fold_repeat(const struct node *inner, uint32_t *min, uint32_t *max)
{
    if (inner->kids[0]->kind != NODE_SET)
        return false;
    uint64_t low = times(inner->min, *min), high = times(inner->max, *max);
    bool no_end = high == REPEAT_NO_END && (inner->max == REPEAT_NO_END || *max == REPEAT_NO_END);
    if (low > REPEAT_MAX || (high > REPEAT_MAX && !no_end))
        return false;
    uint64_t rounds = *min ? *min : 1; /* the fewest rounds that are followed by one more */
    bool touch = inner->max == REPEAT_NO_END ||
                 (rounds + 1) * inner->min <= rounds * (uint64_t)inner->max + 1;
    if (*min == 0 && inner->min > 1)
        return false;
    if (*min != *max && !touch)
        return false;
    *min = (uint32_t)low;
    *max = (uint32_t)high;
    return true;
}

struct node *
node_repeat(struct arena *arena, struct node *kid, uint32_t min, uint32_t max)
{
    if (max == 0 || kid->kind == NODE_EMPTY)
        return node_new(arena, NODE_EMPTY);
    if (kid->kind == NODE_REPEAT && !kid->jump && fold_repeat(kid, &min, &max))
        kid = kid->kids[0];
    if (min == 1 && max == 1)
        return kid;
    struct node *node = node_new(arena, NODE_REPEAT);
    node->kids = arena_alloc(arena, sizeof *node->kids);
    node->kids[0] = kid;
    node->count = 1;
    node->min = min;
    node->max = max;
    return node;
}

struct byte_set
node_bytes(const struct node *node, unsigned flags)
{
    struct byte_set set = node->set;
    if (node->dot) {
        set = (struct byte_set){{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
        if (!(flags & REGEX_DOTALL))
            set.word[0] &= ~(UINT64_C(1) << '\n');
        return set;
    }
    if (flags & REGEX_NOCASE) {
        uint64_t letters = UINT64_C(0x07fffffe); /* A to Z in the second word; a to z 32 above */
        uint64_t either = (set.word[1] | set.word[1] >> 32) & letters;
        set.word[1] |= either | either << 32;
    }
    if (node->negated)
        set_invert(&set);
    return set;
}

bool
node_first(const struct node *node, unsigned flags, struct byte_set *ret)
{
    bool empty;
    switch (node->kind) {
    case NODE_SET: {
        struct byte_set set = node_bytes(node, flags);
        set_join(ret, &set);
        return false;
    }
    case NODE_CAT:
        for (size_t i = 0; i < node->count; i++)
            if (!node_first(node->kids[i], flags, ret))
                return false;
        return true;
    case NODE_ALT:
        empty = false;
        for (size_t i = 0; i < node->count; i++)
            empty |= node_first(node->kids[i], flags, ret);
        return empty;
    case NODE_REPEAT:
        empty = node_first(node->kids[0], flags, ret);
        return empty || node->min == 0;
    default:
        return true;
    }
}

static size_t
sum(size_t a, size_t b)
{
    return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

static size_t
product(size_t a, size_t b)
{
    return a && b > SIZE_MAX / a ? SIZE_MAX : a * b;
}

void
node_length(const struct node *node, size_t *ret_min, size_t *ret_max)
{
    size_t low = 0, high = 0, kid_low, kid_high;
    switch (node->kind) {
    case NODE_SET:
        low = high = 1;
        break;
    case NODE_CAT:
        for (size_t i = 0; i < node->count; i++) {
            node_length(node->kids[i], &kid_low, &kid_high);
            low = sum(low, kid_low);
            high = sum(high, kid_high);
        }
        break;
    case NODE_ALT:
        low = SIZE_MAX;
        for (size_t i = 0; i < node->count; i++) {
            node_length(node->kids[i], &kid_low, &kid_high);
            low = low < kid_low ? low : kid_low;
            high = high > kid_high ? high : kid_high;
        }
        break;
    case NODE_REPEAT:
        node_length(node->kids[0], &kid_low, &kid_high);
        low = product(kid_low, node->min);
        high = product(kid_high, node->max == REPEAT_NO_END ? SIZE_MAX : node->max);
        break;
    default:
        break;
    }
    *ret_min = low;
    *ret_max = high;
}

bool
regex_is_greedy(const struct regex *regex)
{
    return regex->greedy;
}

bool
regex_is_mixed(const struct regex *regex)
{
    return regex->greedy && regex->ungreedy;
}

static bool
is_unbounded(const struct node *node)
{
    if (node->kind == NODE_REPEAT && node->max == REPEAT_NO_END && node->kids[0]->dot)
        return true;
    for (size_t i = 0; node->kind != NODE_SET && i < node->count; i++)
        if (is_unbounded(node->kids[i]))
            return true;
    return false;
}

bool
regex_is_unbounded(const struct regex *regex)
{
    return is_unbounded(regex->root);
}

void
set_add_range(struct byte_set *set, uint8_t first, uint8_t last)
{
    unsigned low = first / 64, high = last / 64;
    if (first > last)
        return;
    for (unsigned i = low; i <= high; i++) {
        uint64_t from = i == low ? UINT64_MAX << first % 64 : UINT64_MAX;
        uint64_t to = i == high ? UINT64_MAX >> (63 - last % 64) : UINT64_MAX;
        set->word[i] |= from & to;
    }
}

void
set_join(struct byte_set *set, const struct byte_set *other)
{
    for (size_t i = 0; i < 4; i++)
        set->word[i] |= other->word[i];
}

void
set_invert(struct byte_set *set)
{
    for (size_t i = 0; i < 4; i++)
        set->word[i] = ~set->word[i];
}

/* The compiler's own is a call where it may not use the processor's instruction. */
static unsigned
bit_count(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(bits * UINT64_C(0x0101010101010101) >> 56);
}

unsigned
set_count(const struct byte_set *set)
{
    return bit_count(set->word[0]) + bit_count(set->word[1]) + bit_count(set->word[2]) +
           bit_count(set->word[3]);
}

bool
set_as_masked(const struct byte_set *set, uint8_t *ret_value, uint8_t *ret_mask)
{
    uint8_t all = 0xff, any = 0;
    unsigned count = set_count(set);
    if (count & (count - 1))
        return false;
    if (count == 256) {
        *ret_mask = *ret_value = 0;
        return true;
    }
    for (unsigned word = 0; word < 4; word++) {
        for (uint64_t left = set->word[word]; left; left &= left - 1) {
            unsigned byte = word * 64 + (unsigned)__builtin_ctzll(left);
            all &= (uint8_t)byte;
            any |= (uint8_t)byte;
        }
    }
    uint8_t free_bits = (uint8_t)(any & ~all);
    if (count != 1u << __builtin_popcount(free_bits))
        return false;
    *ret_mask = (uint8_t)~free_bits;
    *ret_value = (uint8_t)(all & ~free_bits);
    return true;
}
