/* SPDX-License-Identifier: Apache-2.0 */
/* Where an expression is split for its anchors. The place with the best literals wins; when they
 * are short and an alternative stands in the way, each of its branches is tried as an expression
 * of its own. */
#include "scan/regex/literal.h"
#include "scan/regex/program.h"

enum {
    PARTS_MAX = 32,     /* that branches may make of one expression */
    BRANCHES_MAX = 16,  /* of an alternative that is taken apart */
    PLACES_MAX = 512,   /* items of a sequence at which a split is tried */
    PLANNED_MAX = 4000, /* items of the sequences that alternatives are taken apart into */
    GOOD_LITERALS = 16, /* as many literals of full length are good enough */
};

struct split {
    struct sequence sequence;
    size_t at;
    struct literal_set *literals; /* NULL: none */
    struct literal_run run;       /* instead of them, when there is one */
    struct literal_score score;
};
struct plan {
    struct split *splits;
    size_t count;
    struct literal_score score;
};
struct planner {
    unsigned flags;
    literal_rate *rate;
    struct arena *arena;
    size_t budget;
};

static bool
first_from(const struct sequence *sequence, size_t from, unsigned flags, struct byte_set *ret)
{
    *ret = (struct byte_set){0};
    for (size_t i = from; i < sequence->count; i++)
        if (!node_first(sequence->items[i], flags, ret))
            return false;
    return true;
}

/* A split without literals costs a look at each place with one of the first bytes. */
static struct literal_score
score_of_first(const struct planner *planner, const struct sequence *sequence, size_t at)
{
    struct byte_set first;
    struct literal_score score = {.lacking = 5};
    if (first_from(sequence, at, planner->flags, &first)) {
        score.lacking = 6;
        return score;
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        uint8_t one = (uint8_t)byte;
        if (set_has(&first, one))
            score.rate += planner->rate(&one, 1);
    }
    return score;
}

/* What stands before a split is run at each anchor: the longer, the dearer. */
static double
cost_of_prefix(size_t low, size_t high)
{
    if (high == SIZE_MAX)
        return 2;
    return high != low ? 1.25 + (double)high / 1024 : 1 + (double)high / 1024;
}

static struct split
best_split(const struct planner *planner, const struct sequence *sequence)
{
    struct split best = {.sequence = *sequence};
    struct literal_set *found = arena_alloc(planner->arena, sizeof *found);
    struct literal_run run;
    size_t low = 0, high = 0, kid_low, kid_high;
    for (size_t i = 0; i < sequence->count && i < PLACES_MAX; i++) {
        struct literal_score score;
        bool has = literals_at(sequence, i, planner->flags, planner->rate, found, &score);
        if (!has)
            score = score_of_first(planner, sequence, i);
        bool is_run = run_at(sequence, i, planner->flags, planner->rate, &run, &score);
        has = has && !is_run;
        score.rate *= cost_of_prefix(low, high);
        if (i == 0 || score_is_better(score, best.score)) {
            best.at = i;
            best.score = score;
            best.literals = has ? found : NULL;
            best.run = is_run ? run : (struct literal_run){0};
            if (has)
                found = arena_alloc(planner->arena, sizeof *found);
        }
        node_length(sequence->items[i], &kid_low, &kid_high);
        low += kid_low;
        high = high > SIZE_MAX - kid_high ? SIZE_MAX : high + kid_high;
    }
    return best;
}

static bool
is_good(const struct split *split)
{
    return split->literals && split->score.lacking == 0 && split->literals->count <= GOOD_LITERALS;
}

static struct plan make_plan(struct planner *planner, const struct sequence *sequence, int depth);

/* The plan that takes each branch of the alternative at INDEX apart; no splits when it cannot. */
static struct plan
plan_branches(struct planner *planner, const struct sequence *sequence, size_t index, int depth)
{
    const struct node *choice = sequence->items[index];
    struct plan all = {.splits = arena_alloc(planner->arena, PARTS_MAX * sizeof *all.splits)};
    for (size_t i = 0; i < choice->count; i++) {
        struct sequence branch = sequence_with(sequence, index, choice->kids[i], planner->arena);
        struct plan plan = make_plan(planner, &branch, depth + 1);
        if (all.count + plan.count > PARTS_MAX)
            return (struct plan){0};
        memcpy(all.splits + all.count, plan.splits, plan.count * sizeof *plan.splits);
        all.count += plan.count;
        all.score.rate += plan.score.rate;
        if (plan.score.lacking > all.score.lacking)
            all.score.lacking = plan.score.lacking;
    }
    all.score.rate *= 1.25; /* more parts are more work, so they have to be worth it */
    return all;
}

static struct plan
make_plan(struct planner *planner, const struct sequence *sequence, int depth)
{
    struct plan best = {.splits = arena_alloc(planner->arena, sizeof *best.splits), .count = 1};
    best.splits[0] = best_split(planner, sequence);
    best.score = best.splits[0].score;
    if (is_good(&best.splits[0]) || depth > 2)
        return best;
    for (size_t i = 0; i < sequence->count && i < PLACES_MAX; i++) {
        const struct node *node = sequence->items[i];
        size_t cost = node->count * sequence->count;
        if (node->kind != NODE_ALT || node->count > BRANCHES_MAX || planner->budget < cost)
            continue;
        planner->budget -= cost;
        struct plan plan = plan_branches(planner, sequence, i, depth);
        if (plan.count && score_is_better(plan.score, best.score))
            best = plan;
    }
    return best;
}

static errcode
emit_part(const struct planner *planner, const struct split *split, struct buf *code,
          struct regex_part *part, struct err *err)
{
    struct node **items = split->sequence.items;
    size_t at = split->at, count = split->sequence.count;
    struct byte_set first;
    if (split->literals) {
        part->literals = split->literals->items;
        part->literal_count = split->literals->count;
    }
    part->can_be_empty = first_from(&split->sequence, at, planner->flags, &first);
    part->run = split->run.least;
    if (part->run)
        first = split->run.set;
    for (unsigned byte = 0; byte < 256; byte++)
        if (set_has(&first, (uint8_t)byte))
            part->first[byte / 8] |= (uint8_t)(1u << byte % 8);
    part->has_backward = at > 0;
    errcode code_of =
        program_emit(items + at, count - at, planner->flags, false, code, &part->forward, err);
    if (!code_of && part->has_backward)
        code_of = program_emit(items, at, planner->flags, true, code, &part->backward, err);
    return code_of;
}

errcode
regex_compile(const struct regex *regex, unsigned flags, literal_rate *rate, struct arena *arena,
              struct buf *code, struct regex_part **ret_parts, size_t *ret_count, struct err *err)
{
    struct planner planner = {flags | regex->flags, rate, arena, PLANNED_MAX};
    struct sequence sequence = sequence_of(regex->root, arena);
    struct plan plan = make_plan(&planner, &sequence, 0);
    struct regex_part *parts = arena_alloc(arena, plan.count * sizeof *parts);
    for (size_t i = 0; i < plan.count; i++) {
        errcode result = emit_part(&planner, &plan.splits[i], code, &parts[i], err);
        if (result)
            return result;
    }
    *ret_parts = parts;
    *ret_count = plan.count;
    return OK;
}

errcode
regex_compile_search(const struct regex *regex, unsigned flags, struct buf *code, uint32_t *ret,
                     struct err *err)
{
    return program_emit(&regex->root, 1, flags | regex->flags, false, code, ret, err);
}
