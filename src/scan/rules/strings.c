/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/rules/strings.h"

bool
strings_found(const struct scanner *scanner, uint32_t string)
{
    return scanner->matches[string].count > 0;
}

/* How many matches lie before OFFSET. */
static uint32_t
rank(const struct matches *matches, int64_t offset)
{
    uint32_t low = 0, high = matches->count;
    if (offset <= 0)
        return 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (matches->items[middle].offset < (uint64_t)offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t
count_between(const struct matches *matches, int64_t low, int64_t high)
{
    if (high < 0 || low > high)
        return 0;
    uint32_t end = high == INT64_MAX ? matches->count : rank(matches, high + 1);
    uint32_t begin = rank(matches, low);
    return end > begin ? end - begin : 0;
}

struct value
strings_found_at(const struct scanner *scanner, uint32_t string, struct value at)
{
    if (at.kind != VALUE_INTEGER)
        return value_undefined();
    return value_integer(count_between(&scanner->matches[string], at.i, at.i) > 0);
}

struct value
strings_count_in(const struct scanner *scanner, uint32_t string, struct value low,
                 struct value high)
{
    if (low.kind != VALUE_INTEGER || high.kind != VALUE_INTEGER)
        return value_undefined();
    return value_integer(count_between(&scanner->matches[string], low.i, high.i));
}

struct value
strings_found_in(const struct scanner *scanner, uint32_t string, struct value low,
                 struct value high)
{
    struct value count = strings_count_in(scanner, string, low, high);
    return count.kind == VALUE_INTEGER ? value_integer(count.i > 0) : count;
}

static const struct match *
match_at(const struct scanner *scanner, uint32_t string, struct value i)
{
    const struct matches *matches = &scanner->matches[string];
    if (i.kind != VALUE_INTEGER || i.i < 1 || (uint64_t)i.i > matches->count)
        return NULL;
    return &matches->items[i.i - 1];
}

struct value
strings_offset(const struct scanner *scanner, uint32_t string, struct value i)
{
    const struct match *match = match_at(scanner, string, i);
    return match ? value_integer((int64_t)match->offset) : value_undefined();
}

struct value
strings_length(const struct scanner *scanner, uint32_t string, struct value i)
{
    const struct match *match = match_at(scanner, string, i);
    return match ? value_integer(match->length) : value_undefined();
}

static bool
member_found(const struct scanner *scanner, enum code_operation op, bool of_rules, uint32_t member,
             struct value low, struct value high)
{
    if (of_rules)
        return scanner->verdicts[member] == VERDICT_TRUE;
    if (op == CODE_OF)
        return strings_found(scanner, member);
    struct value found = op == CODE_OF_AT ? strings_found_at(scanner, member, low)
                                          : strings_found_in(scanner, member, low, high);
    return value_is_true(found);
}

/* Without a value the quantifier is "all"; 0 is "none". */
struct value
strings_of(const struct scanner *scanner, enum code_operation op, const uint32_t *words,
           struct value quantifier, struct value low, struct value high)
{
    int64_t found = 0, count = words[1];
    bool of_rules = words[2] & OF_RULES;
    if (of_rules && scanner->pass == PASS_NOTHING)
        return (struct value){.kind = VALUE_UNKNOWN};
    if ((op != CODE_OF && low.kind != VALUE_INTEGER) ||
        (op == CODE_OF_IN && high.kind != VALUE_INTEGER))
        return value_undefined();
    for (int64_t i = 0; i < count; i++)
        found += member_found(scanner, op, of_rules, scanner->rules->sets[words[0] + i], low, high);
    if (words[2] & OF_PERCENT) {
        if (quantifier.kind != VALUE_INTEGER)
            return value_undefined();
        return value_integer((double)found / (double)count * 100 >= (double)quantifier.i);
    }
    if (quantifier.kind != VALUE_INTEGER)
        return value_integer(found >= count);
    return value_integer(quantifier.i == 0 ? found == 0 : found >= quantifier.i);
}
