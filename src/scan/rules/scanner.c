/* SPDX-License-Identifier: Apache-2.0 */
/* A scan from its begin to its verdicts. */
#include "scan/rules/scanner.h"

#include "base/clock.h"
#include "base/require.h"
#include "scan/rules/hash.h"

struct scanner *
scanner_new(const struct rules *rules)
{
    struct scanner *scanner = mem_calloc(1, sizeof *scanner);
    scanner->rules = rules;
    scanner->machine = regex_machine_new();
    scanner->states = mem_calloc((size_t)rules->string_count + 1, 1);
    scanner->settled = mem_calloc((size_t)rules->pattern_count + 1, 1);
    scanner->run_ends = mem_calloc((size_t)rules->filter.run_count + 1, sizeof(size_t));
    scanner->matches = mem_calloc((size_t)rules->string_count + 1, sizeof *scanner->matches);
    scanner->touched = mem_calloc((size_t)rules->string_count + 1, sizeof *scanner->touched);
    scanner->verdicts = mem_calloc((size_t)rules->rule_count + 1, 1);
    scanner->candidates = mem_calloc((size_t)rules->rule_count / 64 + 1, sizeof(uint64_t));
    scanner->holding = mem_calloc((size_t)rules->rule_count + 1, sizeof(uint32_t));
    scanner->guards = mem_calloc((size_t)rules->guard_count + 1, 1);
    scanner->runs = mem_calloc((size_t)rules->module_count + 1, sizeof(struct module_run *));
    scanner->externals = mem_calloc((size_t)rules->external_count + 1, sizeof *scanner->externals);
    if (rules->external_count)
        memcpy(scanner->externals, rules->externals,
               rules->external_count * sizeof *scanner->externals);
    scanner->external_texts =
        mem_calloc((size_t)rules->external_count + 1, sizeof *scanner->external_texts);
    for (uint32_t i = 0; i < rules->external_count; i++)
        if (rules->externals[i].kind == EXTERNAL_STRING)
            scanner->external_texts[i] = rules_text(rules, rules->externals[i].text);
    return scanner;
}

void
scanner_free(struct scanner *scanner)
{
    if (!scanner)
        return;
    regex_machine_free(scanner->machine);
    arena_clear(&scanner->arena);
    free(scanner->states);
    free(scanner->settled);
    free(scanner->run_ends);
    free(scanner->matches);
    free(scanner->touched);
    free(scanner->verdicts);
    free(scanner->candidates);
    free(scanner->holding);
    free(scanner->guards);
    free(scanner->runs);
    free(scanner->externals);
    free(scanner->external_texts);
    free(scanner);
}

bool
scanner_may_hold(struct scanner *scanner, uint32_t rule)
{
    enum { ROUNDS_MAX = 10000 }; /* a rule may loop as long as it wants, but not here */
    scanner->pass = PASS_NOTHING;
    scanner->rounds_left = ROUNDS_MAX;
    struct value value = evaluate(scanner, scanner->rules->rules[rule].code);
    return value.kind == VALUE_UNKNOWN || value_is_true(value);
}

void
scanner_begin(struct scanner *scanner)
{
    const struct rules *rules = scanner->rules;
    for (uint32_t i = 0; i < scanner->touched_count; i++)
        scanner->matches[scanner->touched[i]] = (struct matches){0};
    scanner->touched_count = 0;
    memset(scanner->states, 0, rules->string_count);
    memset(scanner->settled, 0, rules->pattern_count);
    memset(scanner->verdicts, 0, rules->rule_count);
    memset(scanner->guards, 0, rules->guard_count);
    memset(scanner->runs, 0, rules->module_count * sizeof(struct module_run *));
    scanner->holding_count = 0;
    scanner->timed_out = scanner->too_many = false;
    scanner->cut_begin = scanner->cut_end = false;
    scanner->entry_state = ENTRY_UNASKED;
    arena_reset(&scanner->arena);
}

bool
scanner_tick(struct scanner *scanner)
{
    if (scanner->timed_out || ++scanner->ticks % 4096 != 0 || scanner->deadline == 0)
        return scanner->timed_out;
    scanner->timed_out = clock_monotonic() >= scanner->deadline;
    return scanner->timed_out;
}

/* ---- finding anchors ---- */

static inline uint32_t
load32(const uint8_t *p)
{
    uint32_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

static void
try_anchor(struct scanner *scanner, const struct anchor_record *anchor, size_t at)
{
    if (anchor->offset <= at && !scanner->settled[anchor->pattern])
        scanner_verify(scanner, anchor->pattern, at - anchor->offset);
}

/* The group's first anchor that has BESIDE, or one behind those that come before. */
static uint32_t
find_beside(const struct anchor_record *anchors, uint32_t count, uint32_t beside)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (anchors[middle].beside < beside)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Those of a group whose other four bytes are there too. */
static void
try_group(struct scanner *scanner, const struct anchor_group *group, size_t at)
{
    const struct anchor_record *anchors = &scanner->rules->anchors[group->first];
    size_t place = at + (size_t)(ptrdiff_t)group->beside_at;
    if (group->beside_at == 0) {
        for (uint32_t i = 0; i < group->count; i++)
            try_anchor(scanner, &anchors[i], at);
        return;
    }
    if (group->beside_at < 0 ? place > at : scanner->data.n - at < (size_t)group->beside_at + 4)
        return;
    uint32_t beside = load32((const uint8_t *)scanner->data.p + place) | 0x20202020;
    for (uint32_t i = find_beside(anchors, group->count, beside);
         i < group->count && anchors[i].beside == beside; i++)
        try_anchor(scanner, &anchors[i], at);
}

static void
try_anchors(struct scanner *scanner, uint32_t key, size_t at)
{
    const struct filter *filter = &scanner->rules->filter;
    uint32_t mask = (uint32_t)(((uint64_t)1 << (32 - filter->slot_shift)) - 1);
    uint32_t i = anchor_hash(key) >> filter->slot_shift;
    while (filter->slots[i].count && filter->slots[i].key != key)
        i = (i + 1) & mask;
    const struct anchor_group *group = &filter->groups[filter->slots[i].first];
    for (uint32_t n = filter->slots[i].count; n > 0; n--)
        try_group(scanner, group++, at);
}

static void
try_short(struct scanner *scanner, const struct short_record *record, const uint8_t *p, size_t at)
{
    size_t left = scanner->data.n - at;
    if (record->count > left || record->offset > at || scanner->settled[record->pattern])
        return;
    for (uint32_t i = 0; i < record->count; i++)
        if ((uint8_t)(record->bytes >> (8 * i)) != (p[i] | 0x20))
            return;
    scanner_verify(scanner, record->pattern, at - record->offset);
}

/* What begins with the two bytes at P, of which the second may be missing at the end. */
static void
try_shorts(struct scanner *scanner, const uint8_t *p, size_t at, uint32_t pair)
{
    const struct filter *filter = &scanner->rules->filter;
    const struct short_record *shorts = scanner->rules->shorts;
    for (uint32_t i = filter->pair_first[pair]; i < filter->pair_first[pair + 1]; i++)
        try_short(scanner, &shorts[filter->pair_list[i]], p, at);
    for (uint32_t i = filter->byte_first[*p]; i < filter->byte_first[*p + 1]; i++)
        try_short(scanner, &shorts[filter->byte_list[i]], p, at);
}

/* False when the time is up. */
static bool
try_place(struct scanner *scanner, bool anchors, bool shorts, size_t at)
{
    const uint8_t *p = (const uint8_t *)scanner->data.p + at;
    uint32_t key = load32(p) | 0x20202020;
    if (anchors)
        try_anchors(scanner, key, at);
    if (shorts)
        try_shorts(scanner, p, at, key & 0xffff);
    return !scanner_tick(scanner);
}

/* The places FROM to TO, behind each of which are three more bytes. */
static void
search(struct scanner *scanner, size_t from, size_t to)
{
    const struct filter *filter = &scanner->rules->filter;
    const uint8_t *data = (const uint8_t *)scanner->data.p;
    const uint8_t *bytes = filter->bytes, *pairs = filter->pairs;
    unsigned shift = filter->shift;
    for (size_t at = from; at < to; at++) {
        uint32_t key = load32(data + at) | 0x20202020, hash = anchor_hash(key);
        unsigned byte = bytes[hash >> shift], shorts = pairs[key & 0xffff];
        unsigned anchors = byte >> anchor_first_bit(hash) & byte >> anchor_second_bit(hash) & 1;
        if (__builtin_expect((anchors | shorts) != 0, 0) &&
            !try_place(scanner, anchors, shorts, at))
            return;
    }
}

/* The last places, where no four bytes are left. Behind the end zeros are read, but no pattern
 * takes them for its own. */
static void
search_end(struct scanner *scanner, size_t from)
{
    const uint8_t *data = (const uint8_t *)scanner->data.p;
    for (size_t at = from; at < scanner->data.n; at++) {
        uint32_t second = at + 1 < scanner->data.n ? data[at + 1] : 0;
        uint32_t pair = (data[at] | second << 8 | 0x2020) & 0xffff;
        if (scanner->rules->filter.pairs[pair])
            try_shorts(scanner, data + at, at, pair);
    }
}

/* Runs and other anchors in turns, so that matches come nearly in the order of the data. */
static void
search_with_runs(struct scanner *scanner, size_t from, size_t to)
{
    enum { TURN = 4 * RUN_MOST };
    for (size_t end; from < to && !scanner->timed_out; from = end) {
        end = to - from > TURN ? from + TURN : to;
        scanner_try_runs(scanner, from, end);
        search(scanner, from, end);
    }
}

enum { WINDOW = 4 << 20 };

void
scanner_block(struct scanner *scanner, str data, uint64_t base)
{
    scanner->data = data;
    scanner->base = base;
    regex_machine_watch(scanner->machine, data);
    bool has_runs = scanner->rules->filter.run_count > 0;
    memset(scanner->run_ends, 0, scanner->rules->filter.run_count * sizeof *scanner->run_ends);
    size_t whole = data.n < 4 ? 0 : data.n - 3;
    for (size_t from = 0; from < whole && !scanner->timed_out; from += WINDOW) {
        size_t to = whole - from > WINDOW ? from + WINDOW : whole;
        if (has_runs)
            search_with_runs(scanner, from, to);
        else
            search(scanner, from, to);
        if (scanner->released)
            scanner->released(scanner->context, to);
        scanner->ticks = 4095; /* a look at the clock */
        scanner_tick(scanner);
    }
    if (!scanner->timed_out)
        search_end(scanner, whole);
}

/* ---- judging ---- */

bool
scanner_guard_holds(struct scanner *scanner, uint32_t rule)
{
    uint32_t guard = scanner->rules->guard_of[rule];
    if (guard == NO_INDEX)
        return true;
    if (!scanner->guards[guard]) {
        enum pass pass = scanner->pass;
        scanner->pass = PASS_NO_MODULES;
        struct value value = evaluate(scanner, scanner->rules->guards[guard]);
        scanner->pass = pass;
        scanner->guards[guard] = value.kind == VALUE_UNKNOWN || value_is_true(value) ? 1 : 2;
    }
    return scanner->guards[guard] == 1;
}

static bool
holds(struct scanner *scanner, uint32_t rule)
{
    const struct rule_record *record = &scanner->rules->rules[rule];
    if (!scanner_guard_holds(scanner, rule))
        return false;
    bool cheap_first = (record->flags & (RULE_MODULES | RULE_SPEAKS)) == RULE_MODULES;
    scanner->pass = cheap_first ? PASS_NO_MODULES : PASS_EXACT;
    struct value value = evaluate(scanner, record->code);
    if (value.kind == VALUE_UNKNOWN) {
        scanner->pass = PASS_EXACT;
        value = evaluate(scanner, record->code);
    }
    return value_is_true(value);
}

/* A global rule that does not hold makes every rule of its name space fail. */
static void
apply_globals(struct scanner *scanner)
{
    const struct rules *rules = scanner->rules;
    bool *failed = arena_alloc(&scanner->arena, rules->space_count);
    for (uint32_t i = 0; i < rules->rule_count; i++)
        if ((rules->rules[i].flags & RULE_GLOBAL) && scanner->verdicts[i] != VERDICT_TRUE)
            failed[rules->rules[i].space] = true;
    for (uint32_t i = 0; i < rules->rule_count; i++)
        if (failed[rules->rules[i].space])
            scanner->verdicts[i] = VERDICT_FALSE;
}

static void
judge_rule(struct scanner *scanner, uint32_t rule)
{
    if (holds(scanner, rule)) {
        scanner->verdicts[rule] = VERDICT_TRUE;
        scanner->holding[scanner->holding_count++] = rule;
    }
}

/* Those that a global rule takes back. */
static void
drop_failed(struct scanner *scanner)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < scanner->holding_count; i++)
        if (scanner->verdicts[scanner->holding[i]] == VERDICT_TRUE)
            scanner->holding[kept++] = scanner->holding[i];
    scanner->holding_count = kept;
}

/* All rules that must be judged: those with a string that was found, and those that need none. */
static void
choose_candidates(struct scanner *scanner)
{
    const struct rules *rules = scanner->rules;
    uint64_t *candidates = scanner->candidates;
    size_t words = rules->rule_count / 64 + 1;
    memcpy(candidates, rules->always, words * sizeof *candidates);
    for (uint32_t i = 0; i < rules->group_count; i++) {
        const struct guard_group *group = &rules->groups[i];
        if (!scanner_guard_holds(scanner, group->rule))
            for (size_t word = 0; word < words; word++)
                candidates[word] &= ~group->members[word];
    }
    for (uint32_t i = 0; i < scanner->touched_count; i++) {
        uint32_t rule = rules->strings[scanner->touched[i]].rule;
        candidates[rule / 64] |= (uint64_t)1 << rule % 64;
    }
}

/* Rules come in their order, so that those that another asks for were judged before it; those that
 * are no candidates cannot hold. */
void
scanner_judge(struct scanner *scanner)
{
    size_t words = scanner->rules->rule_count / 64 + 1;
    choose_candidates(scanner);
    for (size_t word = 0; word < words; word++)
        for (uint64_t bits = scanner->candidates[word]; bits && !scanner->timed_out;
             bits &= bits - 1)
            judge_rule(scanner, (uint32_t)(word * 64 + (size_t)__builtin_ctzll(bits)));
    if (scanner->rules->has_globals) {
        apply_globals(scanner);
        drop_failed(scanner);
    }
}
