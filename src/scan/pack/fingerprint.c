/* SPDX-License-Identifier: Apache-2.0 */
/* Rules as numbers: names, places and order of the strings do not matter, but for what a condition
 * says of them. Equal patterns are stored once in an image, so their numbers tell them. */
#include "base/hash.h"
#include "base/require.h"
#include "scan/pack/lint.h"
#include "scan/regex/program.h"
#include "scan/rules/rules.h"

struct prints {
    const struct rules *rules;
    uint64_t *strings; /* of each */
};

static uint64_t
mix(uint64_t a, uint64_t b)
{
    uint64_t z = (a ^ b) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 29)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 32);
}

static void
print_strings(struct prints *prints)
{
    const struct rules *rules = prints->rules;
    for (uint32_t i = 0; i < rules->link_count; i++)
        prints->strings[rules->links[i].string] += mix(rules->links[i].pattern, 1);
    for (uint32_t i = 0; i < rules->string_count; i++) {
        const struct string_record *string = &rules->strings[i];
        uint64_t print = mix(prints->strings[i], string->flags);
        print = mix(print, (uint64_t)string->gap_min << 32 | string->gap_max);
        prints->strings[i] = mix(print, (uint64_t)string->fixed_offset);
    }
    /* Pieces stand behind the string that they are of. */
    for (uint32_t i = 0; i < rules->string_count; i++)
        for (uint32_t k = 1; k <= rules->strings[i].pieces; k++)
            prints->strings[i] = mix(prints->strings[i], prints->strings[i + k]);
}

static uint64_t
print_string(const struct prints *prints, uint32_t string)
{
    return string == CODE_CURRENT ? CODE_CURRENT : prints->strings[string];
}

static uint64_t
print_set(const struct prints *prints, uint32_t first, uint32_t count, bool of_rules)
{
    uint64_t print = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t member = prints->rules->sets[first + i];
        print += mix(of_rules ? member : print_string(prints, member), 2);
    }
    return print;
}

static uint64_t
print_program(const struct prints *prints, uint32_t place)
{
    struct program program = program_at(prints->rules->regex, place);
    str bytes = {(const char *)program.head, program_size(program.head)};
    return checksum_of(bytes).low;
}

/* Places are counted from where the condition's code begins. */
static uint64_t
print_operands(const struct prints *prints, enum code_operation op, const uint32_t *words,
               unsigned count, uint32_t begin)
{
    switch (op) {
    case CODE_FOUND:
    case CODE_FOUND_AT:
    case CODE_FOUND_IN:
    case CODE_COUNT:
    case CODE_COUNT_IN:
    case CODE_OFFSET:
    case CODE_LENGTH:
        return print_string(prints, words[0]);
    case CODE_OF:
    case CODE_OF_IN:
    case CODE_OF_AT:
        return mix(print_set(prints, words[0], words[1], words[2] & OF_RULES), words[2]);
    case CODE_LOOP_STRINGS:
        return mix(print_set(prints, words[1], words[2], false), words[0] - begin);
    case CODE_REGEX:
        return print_program(prints, words[0]);
    case CODE_JUMP_FALSE:
    case CODE_JUMP_TRUE:
    case CODE_LOOP_NEXT:
        return words[0] - begin;
    case CODE_LOOP_RANGE:
    case CODE_LOOP_VALUES:
    case CODE_LOOP_ARRAY:
    case CODE_LOOP_DICTIONARY:
        return mix(mix(words[0], words[1] - begin), count > 2 ? words[2] : 0);
    default:
        break;
    }
    uint64_t print = 0;
    for (unsigned i = 0; i < count; i++)
        print = mix(print, words[i]);
    return print;
}

static uint64_t
print_rule(const struct prints *prints, uint32_t index)
{
    const struct rules *rules = prints->rules;
    const struct rule_record *rule = &rules->rules[index];
    uint64_t print = mix(rule->flags & (RULE_PRIVATE | RULE_GLOBAL), rule->string_count), all = 0;
    for (uint32_t i = 0; i < rule->string_count; i++)
        all += mix(prints->strings[rule->first_string + i], 3);
    print = mix(print, all);
    for (uint32_t at = rule->code; rules->code[at] != CODE_END;) {
        enum code_operation op = rules->code[at];
        unsigned operands = code_operands(op);
        print = mix(print, op);
        print = mix(print, print_operands(prints, op, rules->code + at + 1, operands, rule->code));
        at += 1 + operands;
    }
    return print;
}

void
fingerprint_rules(const struct rules *rules, uint64_t *ret)
{
    struct prints prints = {rules, mem_calloc((size_t)rules->string_count + 1, sizeof(uint64_t))};
    print_strings(&prints);
    for (uint32_t i = 0; i < rules->rule_count; i++)
        ret[i] = print_rule(&prints, i);
    free(prints.strings);
}

/* ---- loops ---- */

/* Which values of the stack come of the file's size; one bit each. */
struct sizes {
    bool marks[CODE_STACK_MAX + 2];
    unsigned depth, open;
    unsigned bases[CODE_LOOPS_MAX];
};

static void
follow(struct sizes *sizes, enum code_operation op, const uint32_t *words)
{
    struct code_shape shape = code_shape(op);
    unsigned takes = op == CODE_CALL ? words[1] + 1 : shape.takes;
    bool mark = op == CODE_FILESIZE;
    if (op >= CODE_LOOP_RANGE && op <= CODE_LOOP_DICTIONARY) {
        takes += op == CODE_LOOP_VALUES ? words[2] : 0;
        sizes->bases[sizes->open++] = sizes->depth - takes;
        return;
    }
    if (op == CODE_LOOP_NEXT) {
        sizes->depth = sizes->bases[--sizes->open];
        sizes->marks[sizes->depth++] = false;
        return;
    }
    for (unsigned i = 0; i < takes; i++)
        mark |= sizes->marks[--sizes->depth];
    for (unsigned i = 0; i < shape.puts; i++)
        sizes->marks[sizes->depth++] = mark;
}

bool
loops_over_file(const struct rules *rules, uint32_t rule)
{
    struct sizes sizes = {.depth = 0};
    for (uint32_t at = rules->rules[rule].code; rules->code[at] != CODE_END;) {
        enum code_operation op = rules->code[at];
        if (op == CODE_LOOP_RANGE && sizes.marks[sizes.depth - 1])
            return true;
        follow(&sizes, op, rules->code + at + 1);
        at += 1 + code_operands(op);
    }
    return false;
}
