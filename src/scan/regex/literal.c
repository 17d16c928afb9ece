/* SPDX-License-Identifier: Apache-2.0 */
/* Literals grow item by item: a set of a few bytes multiplies them, an alternative adds up those
 * of its branches, and what cannot be listed cuts them. */
#include "scan/regex/literal.h"

enum {
    SET_MEMBERS = 16, /* a set of more bytes is not listed */
    GOOD_LENGTH = 4,  /* what the search for anchors looks at */
    DEPTH = 12,       /* nested alternatives that are followed */
};

static bool extend(struct literal_set *set, const struct node *node, unsigned flags, int depth);

static bool
cut_all(struct literal_set *set)
{
    memset(set->cut, true, set->count);
    return false;
}

static size_t
count_open(const struct literal_set *set)
{
    size_t open = 0;
    for (size_t i = 0; i < set->count; i++)
        open += !set->cut[i];
    return open;
}

/* The bytes of SET, without the capitals where case is ignored; more than SET_MEMBERS are not told
 * apart. */
static size_t
members_of(const struct byte_set *set, unsigned flags, uint8_t *ret)
{
    size_t count = 0;
    if (set_count(set) > 2 * SET_MEMBERS)
        return SET_MEMBERS + 1;
    for (unsigned word = 0; word < 4; word++) {
        for (uint64_t left = set->word[word]; left; left &= left - 1) {
            uint8_t byte = (uint8_t)(word * 64 + (unsigned)__builtin_ctzll(left));
            if (flags & REGEX_NOCASE && byte >= 'A' && byte <= 'Z')
                continue;
            if (count == SET_MEMBERS)
                return SET_MEMBERS + 1;
            ret[count++] = byte;
        }
    }
    return count;
}

static void
add_byte(struct literal_set *set, size_t index, uint8_t byte, unsigned flags)
{
    struct regex_literal *literal = &set->items[index];
    literal->bytes[literal->count++] = byte;
    if (flags & REGEX_WIDE && literal->count < REGEX_LITERAL_MAX)
        literal->bytes[literal->count++] = 0;
    set->cut[index] = literal->count == REGEX_LITERAL_MAX;
}

static bool
extend_by_set(struct literal_set *set, const struct node *node, unsigned flags)
{
    uint8_t members[SET_MEMBERS];
    struct byte_set bytes = node_bytes(node, flags);
    size_t count = members_of(&bytes, flags, members), open = count_open(set), old = set->count;
    if (count == 0 || count > SET_MEMBERS || old - open + open * count > REGEX_PART_LITERALS)
        return cut_all(set);
    for (size_t i = 0; i < old; i++) {
        if (set->cut[i])
            continue;
        for (size_t m = 1; m < count; m++) {
            set->items[set->count] = set->items[i];
            add_byte(set, set->count++, members[m], flags);
        }
        add_byte(set, i, members[0], flags);
    }
    return count_open(set) > 0;
}

static void
add_literals(struct literal_set *set, const struct literal_set *from)
{
    for (size_t i = 0; i < from->count; i++) {
        set->items[set->count] = from->items[i];
        set->cut[set->count++] = from->cut[i];
    }
}

/* NODE's branches; with OR_NOTHING also none of them. */
static bool
extend_by_branches(struct literal_set *set, const struct node *node, unsigned flags, int depth,
                   bool or_nothing)
{
    struct literal_set all = {.count = 0}, open = {.count = 0};
    for (size_t i = 0; i < set->count; i++) {
        struct literal_set *to = set->cut[i] ? &all : &open;
        to->items[to->count] = set->items[i];
        to->cut[to->count++] = set->cut[i];
    }
    if (or_nothing) {
        if (all.count + open.count > REGEX_PART_LITERALS)
            return cut_all(set);
        add_literals(&all, &open);
    }
    for (size_t i = 0; i < node->count; i++) {
        struct literal_set branch = open;
        extend(&branch, node->kids[i], flags, depth + 1);
        if (all.count + branch.count > REGEX_PART_LITERALS)
            return cut_all(set);
        add_literals(&all, &branch);
    }
    *set = all;
    return count_open(set) > 0;
}

static size_t
total_length(const struct literal_set *set)
{
    size_t length = set->count;
    for (size_t i = 0; i < set->count; i++)
        length += set->items[i].count;
    return length;
}

static bool
extend_by_repeat(struct literal_set *set, const struct node *node, unsigned flags, int depth)
{
    if (node->min == 0 && node->max == 1)
        return extend_by_branches(set, node, flags, depth, true);
    for (uint32_t i = 0; i < node->min; i++) {
        size_t before = total_length(set);
        if (!extend(set, node->kids[0], flags, depth + 1))
            return false;
        if (total_length(set) == before)
            break;
    }
    return node->max == node->min || cut_all(set);
}

/* Adds what NODE reads to the literals that are not cut. False when all are cut. */
static bool
extend(struct literal_set *set, const struct node *node, unsigned flags, int depth)
{
    if (depth > DEPTH)
        return cut_all(set);
    switch (node->kind) {
    case NODE_SET:
        return extend_by_set(set, node, flags);
    case NODE_CAT:
        for (size_t i = 0; i < node->count; i++)
            if (!extend(set, node->kids[i], flags, depth + 1))
                return false;
        return true;
    case NODE_ALT:
        return extend_by_branches(set, node, flags, depth, false);
    case NODE_REPEAT:
        return extend_by_repeat(set, node, flags, depth);
    default:
        return true;
    }
}

bool
score_is_better(struct literal_score a, struct literal_score b)
{
    return a.lacking != b.lacking ? a.lacking < b.lacking : a.rate < b.rate;
}

static bool
starts_with(const struct regex_literal *literal, const struct regex_literal *head)
{
    return literal->bytes[0] == head->bytes[0] && literal->count >= head->count &&
           memcmp(literal->bytes, head->bytes, head->count) == 0;
}

static int
compare_literals(const void *a, const void *b)
{
    const struct regex_literal *x = a, *y = b;
    size_t least = x->count < y->count ? x->count : y->count;
    int order = memcmp(x->bytes, y->bytes, least);
    return order ? order : x->count < y->count ? -1 : x->count > y->count;
}

/* Without the literals that begin with another one, which stands before them when they are in
 * order. */
static void
remove_longer(struct literal_set *set)
{
    size_t kept = 0;
    if (set->count < 2)
        return;
    qsort(set->items, set->count, sizeof set->items[0], compare_literals);
    for (size_t i = 0; i < set->count; i++)
        if (kept == 0 || !starts_with(&set->items[i], &set->items[kept - 1]))
            set->items[kept++] = set->items[i];
    set->count = kept;
}

/* Makes LITERALS the result when they are better than it. */
static void
offer(const struct literal_set *literals, literal_rate *rate, struct literal_set *ret,
      struct literal_score *ret_score)
{
    struct literal_set set = *literals;
    struct literal_score score = {0};
    remove_longer(&set);
    for (size_t i = 0; i < set.count; i++) {
        size_t count = set.items[i].count;
        if (count == 0)
            return;
        if (count < GOOD_LENGTH && GOOD_LENGTH - count > score.lacking)
            score.lacking = GOOD_LENGTH - count;
        score.rate += rate(set.items[i].bytes, count);
    }
    if (ret->count == 0 || score_is_better(score, *ret_score)) {
        *ret = set;
        *ret_score = score;
    }
}

static bool
is_one_byte(const struct node *node, unsigned flags)
{
    uint8_t members[SET_MEMBERS];
    if (node->kind != NODE_SET)
        return false;
    struct byte_set bytes = node_bytes(node, flags);
    return members_of(&bytes, flags, members) == 1;
}

bool
literals_at(const struct sequence *sequence, size_t from, unsigned flags, literal_rate *rate,
            struct literal_set *ret, struct literal_score *ret_score)
{
    struct literal_set set = {.count = 1};
    ret->count = 0;
    for (size_t i = from; i < sequence->count; i++) {
        const struct node *node = sequence->items[i];
        if (i > from && node->kind != NODE_ASSERT && !is_one_byte(node, flags))
            offer(&set, rate, ret, ret_score);
        if (!extend(&set, node, flags, 0))
            break;
    }
    offer(&set, rate, ret, ret_score);
    return ret->count > 0;
}

/* ---- runs ---- */

enum {
    RUN_SHORT = 16,    /* a shorter one is met too often */
    RUN_LONG = 64,     /* and none needs to be longer */
    RUN_LACKING = 3,   /* a run serves like one byte that is seldom met */
    RUN_MEMBERS = 160, /* a set of more bytes tells too little */
};

/* Adds what NODE reads at least; false when that is not bytes of one set, or so many that they tell
 * too little. A run that is long enough takes no other bytes. */
static bool
add_to_run(struct literal_run *run, const struct node *node, unsigned flags)
{
    if (node->kind == NODE_ASSERT)
        return true;
    const struct node *kid = node->kind == NODE_REPEAT ? node->kids[0] : node;
    if (kid->kind != NODE_SET)
        return false;
    struct byte_set set = node_bytes(kid, flags);
    set_join(&set, &run->set);
    unsigned most = run->least < RUN_SHORT ? RUN_MEMBERS : set_count(&run->set);
    if (set_count(&set) > most)
        return false;
    run->set = set;
    run->least += node->kind == NODE_REPEAT ? node->min : 1;
    return true;
}

static double
rate_of_run(const struct literal_run *run, literal_rate *rate)
{
    double one = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        uint8_t c = (uint8_t)byte;
        if (set_has(&run->set, c))
            one += rate(&c, 1);
    }
    return one;
}

bool
run_at(const struct sequence *sequence, size_t from, unsigned flags, literal_rate *rate,
       struct literal_run *ret, struct literal_score *score)
{
    struct literal_run run = {.least = 0};
    if (flags & REGEX_WIDE || score->lacking < RUN_LACKING)
        return false;
    for (size_t i = from; i < sequence->count && run.least < RUN_LONG; i++)
        if (!add_to_run(&run, sequence->items[i], flags))
            break;
    struct literal_score of_run = {RUN_LACKING, rate_of_run(&run, rate) / (double)(run.least + 1)};
    if (run.least < RUN_SHORT || !score_is_better(of_run, *score))
        return false;
    *ret = run;
    *score = of_run;
    return true;
}
