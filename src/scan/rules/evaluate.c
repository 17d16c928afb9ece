/* SPDX-License-Identifier: Apache-2.0 */
/* Running conditions' code. Unknown values go through operations as unknown; `and` and `or` know
 * better where one side decides alone. */
#include "base/require.h"
#include "scan/rules/scanner.h"
#include "scan/rules/sources.h"
#include "scan/rules/strings.h"

static const struct {
    uint8_t operands, takes;
} operations[] = {
#define OPERATION(name, operands, takes, puts) {operands, takes},
    CODE_OPERATIONS(OPERATION)
#undef OPERATION
};

static const struct value unknown = {.kind = VALUE_UNKNOWN};

static struct value
both(struct value a, struct value b)
{
    bool a_open = a.kind == VALUE_UNKNOWN, b_open = b.kind == VALUE_UNKNOWN;
    if ((!a_open && !value_is_true(a)) || (!b_open && !value_is_true(b)))
        return value_integer(0);
    return a_open || b_open ? unknown : value_integer(1);
}

static bool
is_open(struct value value)
{
    return value.kind == VALUE_UNKNOWN || value.kind == VALUE_UNTRUE;
}

static struct value
either(struct value a, struct value b)
{
    if (value_is_true(a) || value_is_true(b))
        return value_integer(1);
    return a.kind == VALUE_UNKNOWN || b.kind == VALUE_UNKNOWN ? unknown : value_integer(0);
}

static struct value
on_two(struct scanner *scanner, enum code_operation op, struct value a, struct value b)
{
    if (op == CODE_AND)
        return both(a, b);
    if (op == CODE_OR)
        return either(a, b);
    if (a.kind == VALUE_UNKNOWN || b.kind == VALUE_UNKNOWN)
        return unknown;
    return evaluate_operation(scanner, op, a, b);
}

static struct value
on_one(enum code_operation op, struct value a)
{
    if (is_open(a))
        return unknown;
    if (op == CODE_DEFINED)
        return value_integer(a.kind != VALUE_UNDEFINED);
    if (a.kind == VALUE_UNDEFINED)
        return a;
    if (op == CODE_NOT)
        return value_integer(!value_is_true(a));
    if (a.kind == VALUE_INTEGER)
        return value_integer(op == CODE_BIT_NOT ? ~a.i : (int64_t)(0 - (uint64_t)a.i));
    return a.kind == VALUE_FLOAT && op == CODE_NEGATE ? value_float(-a.f) : value_undefined();
}

static uint32_t
string_of(const struct scanner *scanner, unsigned open, uint32_t word)
{
    while (word == CODE_CURRENT && open > 0)
        if (scanner->loops[--open].op == CODE_LOOP_STRINGS)
            return scanner->loops[open].string;
    return word;
}

/* What strings and sets say; STACK points behind the operation's values. */
static struct value
on_strings(struct scanner *scanner, enum code_operation op, const uint32_t *words, uint32_t string,
           const struct value *stack)
{
    switch (op) {
    case CODE_FOUND:
        return value_integer(strings_found(scanner, string));
    case CODE_COUNT:
        return value_integer(scanner->matches[string].count);
    case CODE_FOUND_AT:
        return strings_found_at(scanner, string, stack[-1]);
    case CODE_FOUND_IN:
        return strings_found_in(scanner, string, stack[-2], stack[-1]);
    case CODE_COUNT_IN:
        return strings_count_in(scanner, string, stack[-2], stack[-1]);
    case CODE_OFFSET:
        return strings_offset(scanner, string, stack[-1]);
    case CODE_LENGTH:
        return strings_length(scanner, string, stack[-1]);
    case CODE_OF_IN:
        return strings_of(scanner, op, words, stack[-3], stack[-2], stack[-1]);
    case CODE_OF_AT:
        return strings_of(scanner, op, words, stack[-2], stack[-1], unknown);
    default:
        return strings_of(scanner, op, words, stack[-1], unknown, unknown);
    }
}

static bool
any_unknown(const struct value *stack, size_t count)
{
    for (size_t i = 1; i <= count; i++)
        if (stack[-(ptrdiff_t)i].kind == VALUE_UNKNOWN)
            return true;
    return false;
}

/* Values that come from outside of the stack. */
static struct value
from_source(struct scanner *scanner, enum code_operation op, const uint32_t *words)
{
    switch (op) {
    case CODE_INTEGER:
        return value_integer((int64_t)((uint64_t)words[1] << 32 | words[0]));
    case CODE_FLOAT: {
        struct value value = {.kind = VALUE_FLOAT};
        uint64_t bits = (uint64_t)words[1] << 32 | words[0];
        memcpy(&value.f, &bits, sizeof bits);
        return value;
    }
    case CODE_TEXT:
        return value_string((str){scanner->rules->text + words[0], words[1]});
    case CODE_REGEX:
        return (struct value){.kind = VALUE_REGEX, .regex = words[0]};
    case CODE_FILESIZE:
        return source_filesize(scanner);
    case CODE_ENTRYPOINT:
        return source_entrypoint(scanner);
    case CODE_EXTERNAL:
        return source_external(scanner, words[0]);
    case CODE_RULE:
        return source_rule(scanner, words[0]);
    case CODE_MODULE:
        return source_module(scanner, words[0]);
    case CODE_VARIABLE:
        return scanner->variables[words[0]];
    default:
        return value_undefined();
    }
}

/* ---- loops ---- */

/* The next value into the loop's variable; an array's missing items are left out. */
static bool
advance(struct scanner *scanner, struct loop *loop)
{
    struct value *variable = &scanner->variables[loop->variable];
    if (loop->at >= loop->end)
        return false;
    switch (loop->op) {
    case CODE_LOOP_RANGE:
        *variable = value_integer(loop->at);
        break;
    case CODE_LOOP_VALUES:
        *variable = scanner->stack[loop->base + 1 + (size_t)loop->at];
        break;
    case CODE_LOOP_STRINGS:
        loop->string = loop->set[loop->at];
        break;
    case CODE_LOOP_ARRAY:
        *variable = loop->list->items[loop->at];
        break;
    default:
        variable[0] = value_string(loop->list->keys[loop->at]);
        variable[1] = loop->list->items[loop->at];
    }
    loop->at++;
    return true;
}

/* How many trues are wanted of all of them. */
static int64_t
wanted(const struct loop *loop)
{
    return loop->quantifier.kind == VALUE_INTEGER ? loop->quantifier.i : loop->count;
}

/* The loop's answer when no more values come; "none" and 0 want exactly none. Without any value no
 * loop holds. */
static struct value
conclude(const struct loop *loop)
{
    bool all = loop->quantifier.kind != VALUE_INTEGER;
    int64_t most = loop->trues + loop->unknowns, want = wanted(loop);
    if (loop->count == 0)
        return value_integer(0);
    if (!all && want == 0) {
        if (loop->trues > 0)
            return value_integer(0);
        return loop->unknowns ? unknown : value_integer(1);
    }
    if (loop->trues >= want)
        return value_integer(1);
    return most >= want ? unknown : value_integer(0);
}

/* Whether the values to come cannot change the answer. */
static bool
is_decided(const struct loop *loop)
{
    int64_t want = wanted(loop);
    bool all = loop->quantifier.kind != VALUE_INTEGER;
    if (!all && want == 0)
        return loop->trues > 0;
    return loop->trues >= want || loop->trues + loop->unknowns + (loop->count - loop->done) < want;
}

static bool
set_bounds(struct scanner *scanner, struct loop *loop, const uint32_t *words,
           const struct value *stack)
{
    switch (loop->op) {
    case CODE_LOOP_RANGE:
        if (stack[-2].kind != VALUE_INTEGER || stack[-1].kind != VALUE_INTEGER)
            return false;
        loop->at = stack[-2].i;
        loop->end = stack[-1].i == INT64_MAX ? INT64_MAX : stack[-1].i + 1;
        break;
    case CODE_LOOP_VALUES:
        loop->end = words[2];
        break;
    case CODE_LOOP_STRINGS:
        loop->set = scanner->rules->sets + words[1];
        loop->end = words[2];
        break;
    default:
        if (stack[-1].kind != VALUE_ARRAY && stack[-1].kind != VALUE_DICTIONARY)
            return false;
        loop->list = stack[-1].list;
        if (loop->op == CODE_LOOP_DICTIONARY && !loop->list->keys)
            return false;
        loop->end = (int64_t)loop->list->count;
    }
    if (__builtin_sub_overflow(loop->end, loop->at, &loop->count) || loop->count < 0)
        loop->count = loop->end > loop->at ? INT64_MAX : 0;
    return true;
}

/* Begins the loop and returns true, or gives its answer at once in *RET. */
static bool
begin_loop(struct scanner *scanner, struct loop *loop, enum code_operation op,
           const uint32_t *words, unsigned depth, struct value *ret)
{
    static const uint8_t takes[] = {3, 1, 1, 2, 2};
    unsigned values = takes[op - CODE_LOOP_RANGE] + (op == CODE_LOOP_VALUES ? words[2] : 0);
    const struct value *stack = scanner->stack + depth;
    *loop = (struct loop){.op = op, .base = depth - values};
    loop->variable = op == CODE_LOOP_STRINGS ? 0 : words[0];
    loop->quantifier = scanner->stack[loop->base];
    *ret = unknown;
    if (any_unknown(stack, values))
        return false;
    *ret = value_integer(0);
    if (!set_bounds(scanner, loop, words, stack))
        return false;
    *ret = conclude(loop);
    return advance(scanner, loop);
}

/* Counts the body's answer; true when it is to run again. */
static bool
next_round(struct scanner *scanner, struct loop *loop, struct value answer, struct value *ret)
{
    loop->done++;
    if (scanner->pass == PASS_NOTHING && scanner->rounds_left == 0) {
        *ret = unknown;
        return false;
    }
    scanner->rounds_left--;
    if (answer.kind == VALUE_UNKNOWN)
        loop->unknowns++;
    else if (value_is_true(answer))
        loop->trues++;
    if (!is_decided(loop) && !scanner_tick(scanner) && advance(scanner, loop))
        return true;
    *ret = conclude(loop);
    return false;
}

static bool
is_surely(struct value value, bool truth)
{
    return value.kind != VALUE_UNKNOWN && value_is_true(value) == truth;
}

/* What a program under way has: how many values and open loops, and where it goes on. */
struct machine {
    uint32_t place;
    unsigned depth, open;
};

static void
step_jump(struct scanner *scanner, struct machine *machine, enum code_operation op,
          const uint32_t *words)
{
    struct value *top = &scanner->stack[machine->depth - 1];
    if (!is_surely(*top, op == CODE_JUMP_TRUE))
        return;
    *top = value_integer(op == CODE_JUMP_TRUE);
    machine->place = words[0];
}

static void
step_loop(struct scanner *scanner, struct machine *machine, enum code_operation op,
          const uint32_t *words)
{
    struct loop *loop = &scanner->loops[machine->open];
    struct value answer;
    if (begin_loop(scanner, loop, op, words, machine->depth, &answer)) {
        loop->place = machine->place;
        machine->open++;
        return;
    }
    machine->depth = loop->base + 1;
    scanner->stack[loop->base] = answer;
    machine->place = op == CODE_LOOP_STRINGS ? words[0] : words[1];
}

static void
step_round(struct scanner *scanner, struct machine *machine)
{
    struct loop *loop = &scanner->loops[machine->open - 1];
    struct value answer;
    if (next_round(scanner, loop, scanner->stack[--machine->depth], &answer)) {
        machine->place = loop->place;
        return;
    }
    machine->open--;
    machine->depth = loop->base + 1;
    scanner->stack[loop->base] = answer;
}

/* Operations on strings' matches, which take 0 to 3 values. */
static void
step_strings(struct scanner *scanner, struct machine *machine, enum code_operation op,
             const uint32_t *words)
{
    static const uint8_t takes[CODE_LENGTH + 1] = {[CODE_FOUND_AT] = 1,
                                                   [CODE_FOUND_IN] = 2,
                                                   [CODE_COUNT_IN] = 2,
                                                   [CODE_OFFSET] = 1,
                                                   [CODE_LENGTH] = 1};
    unsigned count = op <= CODE_LENGTH ? takes[op] : op == CODE_OF ? 1 : op == CODE_OF_IN ? 3 : 2;
    const struct value *stack = scanner->stack + machine->depth;
    uint32_t string = string_of(scanner, machine->open, words[0]);
    struct value answer = unknown;
    if (!any_unknown(stack, count))
        answer = on_strings(scanner, op, words, string, stack);
    else if ((op == CODE_FOUND_AT || op == CODE_FOUND_IN) && !strings_found(scanner, string))
        answer.kind = VALUE_UNTRUE; /* wherever it is asked for */
    machine->depth -= count;
    scanner->stack[machine->depth++] = answer;
}

/* Operations that replace the values at the top by one. */
static void
step_values(struct scanner *scanner, struct machine *machine, enum code_operation op,
            const uint32_t *words)
{
    machine->depth -= op == CODE_CALL ? words[1] : op == CODE_ITEM ? 1 : 0;
    struct value *top = &scanner->stack[machine->depth - 1];
    switch (op) {
    case CODE_READ:
        *top = source_read(scanner, words[0], *top);
        break;
    case CODE_FIELD:
        *top = source_field(scanner, words[0], *top);
        break;
    case CODE_ITEM:
        *top = source_item(top[0], top[1]);
        break;
    case CODE_CALL:
        *top = source_call(scanner, words[0], top, words[1]);
        break;
    default:
        *top = on_one(op, *top);
    }
}

static void
step(struct scanner *scanner, struct machine *machine, enum code_operation op,
     const uint32_t *words)
{
    struct value *stack = scanner->stack;
    if (op == CODE_JUMP_FALSE || op == CODE_JUMP_TRUE)
        step_jump(scanner, machine, op, words);
    else if (op == CODE_LOOP_NEXT)
        step_round(scanner, machine);
    else if (op >= CODE_LOOP_RANGE)
        step_loop(scanner, machine, op, words);
    else if (op >= CODE_OF || (op >= CODE_FOUND && op <= CODE_LENGTH))
        step_strings(scanner, machine, op, words);
    else if (operations[op].takes == 1 || op == CODE_ITEM || op == CODE_CALL)
        step_values(scanner, machine, op, words);
    else if (operations[op].takes == 0)
        stack[machine->depth++] = from_source(scanner, op, words);
    else {
        machine->depth--;
        stack[machine->depth - 1] =
            on_two(scanner, op, stack[machine->depth - 1], stack[machine->depth]);
    }
}

struct value
evaluate(struct scanner *scanner, uint32_t place)
{
    const uint32_t *code = scanner->rules->code;
    struct machine machine = {.place = place};
    for (;;) {
        enum code_operation op = code[machine.place];
        const uint32_t *words = code + machine.place + 1;
        if (op == CODE_END)
            return scanner->stack[0];
        machine.place += 1u + operations[op].operands;
        step(scanner, &machine, op, words);
        if (scanner->timed_out)
            return value_undefined();
    }
}
