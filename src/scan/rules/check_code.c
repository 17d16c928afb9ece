/* SPDX-License-Identifier: Apache-2.0 */
/* Whether conditions' code is safe to run: one pass follows each program forwards and keeps the
 * number of values and loops at every place. Jumps must agree with what their target has. What
 * values are is not followed: operations on values of a wrong kind give undefined. */
#include "base/require.h"
#include "scan/regex/regex.h"
#include "scan/rules/rules.h"

static const struct code_shape operations[] = {
#define OPERATION(name, operands_, takes_, puts_) {operands_, takes_, puts_},
    CODE_OPERATIONS(OPERATION)
#undef OPERATION
};

struct code_shape
code_shape(enum code_operation op)
{
    return operations[op];
}

enum { UNSEEN = 0xffff };
struct state {
    const struct rules *rules;
    uint16_t *depths;                /* values at a place that a jump leads to, or UNSEEN */
    uint8_t *loops;                  /* loops there */
    uint32_t bodies[CODE_LOOPS_MAX]; /* where the loop's body begins, of each open loop */
    uint32_t ends[CODE_LOOPS_MAX];
    unsigned bases[CODE_LOOPS_MAX];  /* values below the loop's own */
    unsigned floors[CODE_LOOPS_MAX]; /* values below its body's, which leaves one more */
    bool of_strings[CODE_LOOPS_MAX];
    uint64_t variables[CODE_LOOPS_MAX]; /* bit set of those it fills */
    unsigned depth, open;
};

static bool
is_ref(const struct rules *rules, uint32_t i)
{
    return i < rules->ref_count;
}

static bool
is_string(const struct state *state, uint32_t i)
{
    if (i != CODE_CURRENT)
        return i < state->rules->string_count && !(state->rules->strings[i].flags & STRING_PIECE);
    for (unsigned k = 0; k < state->open; k++)
        if (state->of_strings[k])
            return true;
    return false;
}

static bool
is_set(const struct state *state, uint32_t first, uint32_t count, bool of_rules)
{
    const struct rules *rules = state->rules;
    if ((uint64_t)first + count > rules->set_count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t member = rules->sets[first + i];
        if (of_rules ? member >= rules->rule_count
                     : member == CODE_CURRENT || !is_string(state, member))
            return false;
    }
    return true;
}

static bool
is_variable(const struct state *state, uint32_t i)
{
    for (unsigned k = 0; k < state->open; k++)
        if (i < 64 && state->variables[k] >> i & 1)
            return true;
    return false;
}

static bool
is_field(const struct rules *rules, uint32_t i)
{
    return is_ref(rules, i) && rules->refs[i].of && !rules->refs[i].overload;
}

static bool
operands_fit(const struct state *state, enum code_operation op, const uint32_t *words)
{
    const struct rules *rules = state->rules;
    switch (op) {
    case CODE_TEXT:
        return (uint64_t)words[0] + words[1] <= rules->image.sections[IMAGE_TEXT].n;
    case CODE_REGEX:
        return regex_check_place(rules->regex, words[0]);
    case CODE_READ:
        return words[0] < 32 && (words[0] & READ_SIZE) <= 4 && (words[0] & READ_SIZE) != 3 &&
               (words[0] & READ_SIZE) != 0;
    case CODE_EXTERNAL:
        return words[0] < rules->external_count;
    case CODE_RULE:
        return words[0] < rules->rule_count;
    case CODE_MODULE:
        return is_ref(rules, words[0]) && !rules->refs[words[0]].of;
    case CODE_FIELD:
        return is_field(rules, words[0]);
    case CODE_CALL:
        return is_ref(rules, words[0]) && rules->refs[words[0]].overload &&
               strlen(rules->refs[words[0]].overload->arguments) == words[1];
    case CODE_VARIABLE:
        return is_variable(state, words[0]);
    case CODE_FOUND:
    case CODE_FOUND_AT:
    case CODE_FOUND_IN:
    case CODE_COUNT:
    case CODE_COUNT_IN:
    case CODE_OFFSET:
    case CODE_LENGTH:
        return is_string(state, words[0]);
    case CODE_OF:
        return is_set(state, words[0], words[1], words[2] & OF_RULES);
    case CODE_OF_IN:
    case CODE_OF_AT:
        return !(words[2] & OF_RULES) && is_set(state, words[0], words[1], false);
    case CODE_LOOP_STRINGS:
        return is_set(state, words[1], words[2], false);
    case CODE_LOOP_RANGE:
    case CODE_LOOP_ARRAY:
        return words[0] < CODE_LOOPS_MAX * 2;
    case CODE_LOOP_VALUES:
        return words[0] < CODE_LOOPS_MAX * 2 && words[2] < CODE_STACK_MAX;
    case CODE_LOOP_DICTIONARY:
        return words[0] < CODE_LOOPS_MAX * 2 - 1;
    default:
        return true;
    }
}

/* A jump from here to PLACE with DEPTH values there. */
static bool
note_jump(struct state *state, uint32_t from, uint32_t to, unsigned depth, unsigned loops)
{
    if (to <= from || to >= state->rules->code_count)
        return false;
    if (state->depths[to] == UNSEEN) {
        state->depths[to] = (uint16_t)depth;
        state->loops[to] = (uint8_t)loops;
    }
    return state->depths[to] == depth && state->loops[to] == loops;
}

/* A jump on the value at the top stays in the innermost loop. */
static bool
jumps_within(struct state *state, uint32_t at, uint32_t to)
{
    unsigned open = state->open;
    if (state->depth == 0 || (open && state->depth == state->floors[open - 1]) ||
        (open && to >= state->ends[open - 1]))
        return false;
    return note_jump(state, at, to, state->depth, open);
}

static bool
begin_loop(struct state *state, enum code_operation op, uint32_t at, const uint32_t *words)
{
    unsigned takes = operations[op].takes + (op == CODE_LOOP_VALUES ? words[2] : 0);
    uint32_t end = op == CODE_LOOP_STRINGS ? words[0] : words[1];
    if (state->depth < takes || state->open == CODE_LOOPS_MAX)
        return false;
    unsigned base = state->depth - takes;
    if (!note_jump(state, at, end, base + 1, state->open))
        return false;
    state->bases[state->open] = base;
    state->floors[state->open] = state->depth;
    state->bodies[state->open] = at + 1 + operations[op].operands;
    state->ends[state->open] = end;
    state->of_strings[state->open] = op == CODE_LOOP_STRINGS;
    uint64_t variables = op == CODE_LOOP_DICTIONARY ? 3 : op == CODE_LOOP_STRINGS ? 0 : 1;
    state->variables[state->open] = variables ? variables << words[0] : 0;
    state->open++;
    return true;
}

static bool
end_loop(struct state *state, uint32_t at, const uint32_t *words)
{
    if (state->open == 0)
        return false;
    state->open--;
    bool fits = words[0] == state->bodies[state->open] && at + 2 == state->ends[state->open] &&
                state->depth == state->floors[state->open] + 1;
    state->depth = state->bases[state->open] + 1;
    return fits;
}

static bool
follow(struct state *state, enum code_operation op, uint32_t at, const uint32_t *words)
{
    unsigned takes = operations[op].takes;
    if (op == CODE_CALL)
        takes = words[1] + 1;
    if (state->depth < takes ||
        (state->open && state->depth - takes < state->floors[state->open - 1]))
        return false;
    if (op >= CODE_LOOP_RANGE && op <= CODE_LOOP_DICTIONARY)
        return begin_loop(state, op, at, words);
    if (op == CODE_LOOP_NEXT)
        return end_loop(state, at, words);
    if (op == CODE_JUMP_FALSE || op == CODE_JUMP_TRUE)
        return jumps_within(state, at, words[0]);
    state->depth += operations[op].puts - takes;
    return state->depth <= CODE_STACK_MAX;
}

/* One program from AT to its END; where the next begins, or NO_INDEX at a fault. */
static uint32_t
check_program(struct state *state, uint32_t at)
{
    const struct rules *rules = state->rules;
    state->depth = state->open = 0;
    while (at < rules->code_count) {
        enum code_operation op = rules->code[at];
        if (op >= CODE_COUNT_OF_OPERATIONS || rules->code_count - at <= operations[op].operands)
            return NO_INDEX;
        if (state->depths[at] != UNSEEN &&
            (state->depths[at] != state->depth || state->loops[at] != state->open))
            return NO_INDEX;
        const uint32_t *words = rules->code + at + 1;
        if (!operands_fit(state, op, words) || !follow(state, op, at, words))
            return NO_INDEX;
        at += 1u + operations[op].operands;
        if (op == CODE_END)
            return state->open == 0 ? at : NO_INDEX;
    }
    return NO_INDEX;
}

/* Jumps that land between instructions are found by this: each noted place must be met. */
static bool
check_all(struct state *state, uint8_t *begins)
{
    const struct rules *rules = state->rules;
    for (uint32_t at = 0; at < rules->code_count;) {
        begins[at] = 1;
        uint32_t next = check_program(state, at);
        if (next == NO_INDEX)
            return false;
        at = next;
    }
    return true;
}

static bool
jumps_land(const struct state *state)
{
    const struct rules *rules = state->rules;
    uint32_t landed = 0, noted = 0;
    for (uint32_t at = 0; at < rules->code_count; at++)
        noted += state->depths[at] != UNSEEN;
    for (uint32_t at = 0; at < rules->code_count; at += 1u + operations[rules->code[at]].operands)
        landed += state->depths[at] != UNSEEN;
    return landed == noted;
}

errcode
rules_check_code(const struct rules *rules, struct err *err)
{
    struct state state = {.rules = rules};
    size_t count = (size_t)rules->code_count + 1;
    state.depths = mem_alloc(count * sizeof *state.depths);
    state.loops = mem_calloc(count, 1);
    uint8_t *begins = mem_calloc(count, 1);
    memset(state.depths, 0xff, count * sizeof *state.depths);
    bool fits = check_all(&state, begins) && jumps_land(&state);
    for (uint32_t i = 0; fits && i < rules->rule_count; i++) {
        const struct rule_record *rule = &rules->rules[i];
        fits = begins[rule->code] && (rule->guard == NO_INDEX || begins[rule->guard]);
    }
    free(state.depths);
    free(state.loops);
    free(begins);
    return fits ? OK : err_set(err, ERR_CORRUPT, "the rules are damaged: code of a condition");
}
