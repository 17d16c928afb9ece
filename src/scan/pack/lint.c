/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/pack/lint.h"

#include "base/require.h"
#include "scan/rules_set.h"
#include "scan/yara/compiler.h"

#include <stdio.h>

/* A literal that begins at one of so few places is common: 256 false anchors in a MiB. */
enum { COMMON_PLACES = 4096, LARGE_JUMP = 64 << 10 };

struct linting {
    const struct rules *rules;
    void (*found)(void *context, const struct lint *lint);
    void *context;
};

const char *
lint_name(enum lint_kind kind)
{
    static const char *const names[LINT_KINDS] = {"no-literal", "common-literal", "large-jump",
                                                  "file-loop",  "every-file",     "duplicate"};
    return names[kind];
}

static void
report(const struct linting *linting, enum lint_kind kind, size_t rule, str string, const char *why)
{
    struct lint lint = {kind, rule, string, why};
    linting->found(linting->context, &lint);
}

/* ---- strings ---- */

/* What a string costs to look for; a piece counts for the string that it is of. */
struct cost {
    double rate;     /* of places that begin like one of its anchors */
    uint8_t lacking; /* bytes that an anchor lacks to four */
};

static void
add_anchors(const struct rules *rules, struct cost *costs)
{
    double *rates = mem_calloc((size_t)rules->pattern_count + 1, sizeof *rates);
    uint8_t *lacking = mem_calloc((size_t)rules->pattern_count + 1, 1);
    for (uint32_t i = 0; i < rules->anchor_count; i++) {
        uint8_t bytes[4];
        memcpy(bytes, &rules->anchors[i].key, sizeof bytes);
        rates[rules->anchors[i].pattern] += literal_rate(bytes, sizeof bytes);
    }
    for (uint32_t i = 0; i < rules->short_count; i++) {
        const struct short_record *record = &rules->shorts[i];
        bool is_run = record->count == 0 && record->offset > 0;
        uint8_t lacks = is_run ? 0 : (uint8_t)(4 - record->count);
        if (lacking[record->pattern] < lacks)
            lacking[record->pattern] = lacks;
    }
    for (uint32_t i = 0; i < rules->link_count; i++) {
        const struct link_record *link = &rules->links[i];
        costs[link->string].rate += rates[link->pattern];
        if (costs[link->string].lacking < lacking[link->pattern])
            costs[link->string].lacking = lacking[link->pattern];
    }
    free(rates);
    free(lacking);
}

/* The string that a piece is of, whose name is shown. */
static const struct string_record *
whole_of(const struct rules *rules, uint32_t string)
{
    while (rules->strings[string].flags & STRING_PIECE)
        string--;
    return &rules->strings[string];
}

static void
lint_cost(const struct linting *linting, uint32_t index, const struct cost *cost)
{
    char why[160];
    const struct string_record *string = whole_of(linting->rules, index);
    str name = rules_text(linting->rules, string->name);
    if (cost->lacking > 0) {
        unsigned has = 4 - cost->lacking;
        if (has > 0)
            snprintf(why, sizeof why, "no four bytes to look for: only %u stand together", has);
        else
            snprintf(why, sizeof why, "no byte stands fast to look for");
        report(linting, LINT_NO_LITERAL, string->rule, name, why);
    } else if (cost->rate * COMMON_PLACES > 1) {
        snprintf(why, sizeof why, "what is looked for begins at about one of %.0f places of files",
                 1 / cost->rate);
        report(linting, LINT_COMMON_LITERAL, string->rule, name, why);
    }
}

static void
lint_jump(const struct linting *linting, uint32_t index)
{
    char why[160];
    const struct string_record *piece = &linting->rules->strings[index];
    const struct string_record *string = whole_of(linting->rules, index);
    if (!(piece->flags & STRING_PIECE) || piece->gap_max - piece->gap_min < LARGE_JUMP)
        return;
    if (piece->gap_max == UINT32_MAX)
        snprintf(why, sizeof why, "a jump without bound: every pair of its pieces is looked at");
    else
        snprintf(why, sizeof why, "a jump over %u to %u bytes", piece->gap_min, piece->gap_max);
    report(linting, LINT_LARGE_JUMP, string->rule, rules_text(linting->rules, string->name), why);
}

/* ---- rules ---- */

static void
lint_conditions(const struct linting *linting)
{
    const struct rules *rules = linting->rules;
    for (uint32_t i = 0; i < rules->rule_count; i++) {
        if (loops_over_file(rules, i))
            report(linting, LINT_FILE_LOOP, i, (str){NULL, 0},
                   "a loop runs as often as the file has bytes");
        /* With a guard it is judged only for files that pass what is cheap to ask. */
        if ((rules->always[i / 64] >> i % 64 & 1) && rules->guard_of[i] == NO_INDEX)
            report(linting, LINT_EVERY_FILE, i, (str){NULL, 0},
                   "it may hold without any of its strings, so every file is judged by it; a first "
                   "condition on the file's size or first bytes would spare most");
    }
}

struct print {
    uint64_t print;
    uint32_t rule;
};

static int
compare_prints(const void *a, const void *b)
{
    const struct print *x = a, *y = b;
    if (x->print != y->print)
        return x->print < y->print ? -1 : 1;
    return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static void
lint_duplicates(const struct linting *linting)
{
    const struct rules *rules = linting->rules;
    uint64_t *prints = mem_calloc((size_t)rules->rule_count + 1, sizeof *prints);
    struct print *sorted = mem_calloc((size_t)rules->rule_count + 1, sizeof *sorted);
    fingerprint_rules(rules, prints);
    for (uint32_t i = 0; i < rules->rule_count; i++)
        sorted[i] = (struct print){prints[i], i};
    qsort(sorted, rules->rule_count, sizeof *sorted, compare_prints);
    for (uint32_t i = 1, first = 0; i < rules->rule_count; i++) {
        char why[400];
        if (sorted[i].print != sorted[first].print) {
            first = i;
            continue;
        }
        const struct rule_record *other = &rules->rules[sorted[first].rule];
        snprintf(why, sizeof why, "the same strings and condition as %.*s of %.*s",
                 STR_ARG(rules_text(rules, other->name)),
                 STR_ARG(rules_text(rules, rules->spaces[other->space])));
        report(linting, LINT_DUPLICATE, sorted[i].rule, (str){NULL, 0}, why);
    }
    free(prints);
    free(sorted);
}

void
lint_rules(const struct scan_rules *set, void (*found)(void *context, const struct lint *lint),
           void *context)
{
    const struct rules *rules = set->rules;
    const struct linting linting = {rules, found, context};
    struct cost *costs = mem_calloc((size_t)rules->string_count + 1, sizeof *costs);
    add_anchors(rules, costs);
    for (uint32_t i = 0; i < rules->string_count; i++) {
        lint_cost(&linting, i, &costs[i]);
        lint_jump(&linting, i);
    }
    free(costs);
    lint_conditions(&linting);
    lint_duplicates(&linting);
}
