/* SPDX-License-Identifier: Apache-2.0 */
/* Flat sequences, and the two questions that need nothing else: where a chain of pieces is cut, and
 * whether a pattern is only bytes under masks. */
#include "scan/regex/sequence.h"

enum {
    ITEMS_MAX = 4096, /* a repeat that would lead past it is left whole */
    SET_ROUNDS = 16,  /* first rounds that are shown of one set */
    CHAIN_JUMP = 200, /* a longer jump cuts the chain (libyara: YR_STRING_CHAINING_THRESHOLD) */
};

static void
add_flat(struct node_list *list, struct node *node, struct arena *arena)
{
    if (node->kind == NODE_CAT) {
        for (size_t i = 0; i < node->count; i++)
            add_flat(list, node->kids[i], arena);
        return;
    }
    if (node->kind == NODE_EMPTY)
        return;
    if (node->kind != NODE_REPEAT || node->min == 0 || list->count > ITEMS_MAX || node->jump) {
        node_list_add(list, node, arena);
        return;
    }
    /* With a choice left, one round comes last, so that it meets what follows. */
    struct node *kid = node->kids[0];
    uint32_t most = kid->kind == NODE_SET ? SET_ROUNDS : 1;
    bool last = node->max != node->min && node->min > 2;
    uint32_t rounds = node->min - last < most ? node->min - last : most, shown = rounds + last;
    for (uint32_t i = 0; i < rounds; i++)
        add_flat(list, kid, arena);
    uint32_t rest = node->max == REPEAT_NO_END ? REPEAT_NO_END : node->max - shown;
    struct node *more = node_repeat(arena, kid, node->min - shown, rest);
    if (more->kind != NODE_EMPTY)
        node_list_add(list, more, arena);
    if (last)
        add_flat(list, kid, arena);
}

struct sequence
sequence_of(struct node *root, struct arena *arena)
{
    struct node_list list = {0};
    add_flat(&list, root, arena);
    return (struct sequence){list.items, list.count};
}

struct sequence
sequence_with(const struct sequence *sequence, size_t index, struct node *kid, struct arena *arena)
{
    struct node_list list = {0};
    for (size_t i = 0; i < sequence->count; i++) {
        if (i == index)
            add_flat(&list, kid, arena);
        else
            node_list_add(&list, sequence->items[i], arena);
    }
    return (struct sequence){list.items, list.count};
}

static bool
cuts_chain(const struct node *node)
{
    return node->kind == NODE_REPEAT && node->jump &&
           (node->min > CHAIN_JUMP || node->max > CHAIN_JUMP);
}

static struct regex *
piece_of(const struct regex *regex, struct node **kids, size_t count, struct arena *arena)
{
    struct regex *piece = arena_alloc(arena, sizeof *piece);
    struct node_list list = {.items = kids, .count = count};
    *piece = *regex;
    piece->root = node_join(arena, NODE_CAT, &list);
    return piece;
}

void
regex_split(struct regex *regex, struct arena *arena, struct regex_piece **ret_pieces,
            size_t *ret_count)
{
    struct node *root = regex->root;
    size_t kids = root->kind == NODE_CAT ? root->count : 0, count = 1, begin = 0;
    struct regex_piece *pieces = arena_alloc(arena, (kids / 2 + 1) * sizeof *pieces);
    pieces[0].regex = regex;
    for (size_t i = 0; i + 1 < kids; i++) {
        const struct node *gap = root->kids[i];
        if (i == begin || !cuts_chain(gap))
            continue;
        pieces[count - 1].regex = piece_of(regex, root->kids + begin, i - begin, arena);
        pieces[count].gap_min = gap->min;
        pieces[count].gap_max = gap->max == REPEAT_NO_END ? REPEAT_MAX : gap->max;
        count++;
        begin = i + 1;
    }
    if (begin)
        pieces[count - 1].regex = piece_of(regex, root->kids + begin, kids - begin, arena);
    *ret_pieces = pieces;
    *ret_count = count;
}

/* The value and mask of the byte that NODE reads; false when it is not one. */
static bool
masked_byte(const struct node *node, unsigned flags, uint8_t *ret_value, uint8_t *ret_mask)
{
    if (node->kind != NODE_SET)
        return false;
    struct byte_set set = node_bytes(node, flags);
    return set_count(&set) && set_as_masked(&set, ret_value, ret_mask);
}

static size_t
rounds_of(const struct node *node)
{
    return node->kind == NODE_REPEAT ? (node->min == node->max ? node->min : SIZE_MAX) : 1;
}

bool
regex_as_masked(const struct regex *regex, unsigned flags, struct arena *arena,
                struct regex_masked *ret)
{
    struct sequence sequence = sequence_of(regex->root, arena);
    size_t step = flags & REGEX_WIDE ? 2 : 1, count = 0, at = 0;
    flags |= regex->flags;
    for (size_t i = 0; i < sequence.count; i++) {
        uint8_t value, mask;
        const struct node *node = sequence.items[i];
        size_t rounds = rounds_of(node);
        if (rounds > REGEX_REACH || (count += rounds * step) > REGEX_REACH ||
            !masked_byte(node->kind == NODE_REPEAT ? node->kids[0] : node, flags, &value, &mask))
            return false;
    }
    if (!count)
        return false;
    struct regex_masked masked = {arena_alloc(arena, count), arena_alloc(arena, count), count};
    for (size_t i = 0; i < sequence.count; i++) {
        const struct node *node = sequence.items[i];
        for (size_t rounds = rounds_of(node); rounds; rounds--) {
            masked_byte(node->kind == NODE_REPEAT ? node->kids[0] : node, flags, &masked.value[at],
                        &masked.mask[at]);
            for (size_t zero = 1; zero < step; zero++)
                masked.mask[at + zero] = 0xff;
            at += step;
        }
    }
    *ret = masked;
    return true;
}
