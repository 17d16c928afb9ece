/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of all forms. Loops go over few values, so that they end soon. */
#include "random_case.h"

static void make_truth(struct random_case *random);
static void make_integer(struct random_case *random);

static void
put(struct random_case *random, const char *text)
{
    buf_z(&random->source, text);
}

/* True when nothing that contains others may be made any more. */
static bool
is_deep(const struct random_case *random)
{
    return random->depth >= 5;
}

/* A string of the rule, marked as used; NULL when it has none. */
static struct random_string *
any_string(struct random_case *random)
{
    if (random->rule->string_count == 0)
        return NULL;
    struct random_string *string =
        &random->rule->strings[choose(random->choices, (uint32_t)random->rule->string_count)];
    string->used = true;
    return string;
}

/* ---- integers ---- */

static void
make_small(struct random_case *random)
{
    static const char *const values[] = {"0", "1",  "2",  "3",  "5",        "7",       "10",
                                         "4", "20", "-1", "60", "filesize", "filesize"};
    put(random, ONE_OF(random, values));
}

static void
make_range(struct random_case *random)
{
    put(random, "(");
    if (chance(random->choices, 4)) {
        make_integer(random);
        put(random, " .. ");
        make_integer(random);
    } else {
        uint32_t low = choose(random->choices, 30);
        buf_printf(&random->source, "%u .. %u", low, low + choose(random->choices, 60));
    }
    put(random, ")");
}

static void
make_string_number(struct random_case *random)
{
    const struct random_string *string = NULL;
    const char *name = "";
    if (random->string_loops == 0 || chance(random->choices, 2)) {
        string = any_string(random);
        if (!string) {
            put(random, "filesize");
            return;
        }
        name = string->name;
    }
    uint32_t kind = choose(random->choices, 6);
    bool known = string && !string->vague;
    if (kind < 3 || (kind == 5 && !known)) {
        buf_printf(&random->source, "#%s", name);
        if (kind == 2) {
            put(random, " in ");
            make_range(random);
        }
        return;
    }
    buf_printf(&random->source, "%c%s", kind == 5 ? '!' : '@', name);
    if (chance(random->choices, 2)) {
        put(random, "[");
        make_integer(random);
        put(random, "]");
    }
}

static void
make_constant(struct random_case *random)
{
    static const char *const values[] = {
        "0",  "1",  "2",  "3",   "255",        "0x61", "0x6261",  "1KB", "0x7fffffffffffffff",
        "63", "64", "65", "100", "2147483648", "0o17", "ext_min",
    };
    put(random, ONE_OF(random, values));
}

static void
make_read(struct random_case *random)
{
    static const char *const forms[] = {"uint8",    "uint16", "uint32",  "int8",
                                        "int16",    "int32",  "uint8be", "uint16be",
                                        "uint32be", "int8be", "int16be", "int32be"};
    put(random, ONE_OF(random, forms));
    put(random, "(");
    make_integer(random);
    put(random, ")");
}

static void
make_operation(struct random_case *random)
{
    static const char *const operators[] = {" + ", " - ", " * ", " \\ ", " % ",
                                            " & ", " | ", " ^ ", " << ", " >> "};
    const char *operation = ONE_OF(random, operators);
    bool brackets = chance(random->choices, 2);
    put(random, brackets ? "(" : "");
    make_integer(random);
    put(random, operation);
    /* Whatever is shifted by a constant of 64 or more counts as the constant 0 when libyara
     * compiles, and dividing by it is refused; we find the division undefined in the scan. */
    if (strcmp(operation, " << ") == 0 || strcmp(operation, " >> ") == 0)
        put(random, "31 & ");
    make_integer(random);
    put(random, brackets ? ")" : "");
}

static void
make_call(struct random_case *random)
{
    static const char *const calls[] = {"math.min(", "math.max(", "math.abs("};
    uint32_t which = choose(random->choices, 4);
    if (which == 3) {
        put(random, "math.count(0xff & "); /* 4.2 looks beyond its table for more */
        make_small(random);
    } else {
        put(random, calls[which]);
        make_integer(random);
    }
    if (which != 2) {
        put(random, ", ");
        make_integer(random);
    }
    if (which == 3) {
        put(random, ", ");
        make_integer(random);
    }
    put(random, ")");
}

static void
make_integer(struct random_case *random)
{
    random->depth++;
    uint32_t kind = choose(random->choices, is_deep(random) ? 8 : 16);
    if (kind >= 6 && kind < 8 && random->loops > 0)
        buf_printf(&random->source, "i%u", choose(random->choices, random->loops));
    else if (kind < 3)
        make_small(random);
    else if (kind < 5)
        make_constant(random);
    else if (kind == 5)
        put(random, chance(random->choices, 2) ? "ext_int" : "ext_bool");
    else if (kind < 11)
        make_string_number(random);
    else if (kind == 11)
        make_read(random);
    else if (kind == 12)
        make_call(random);
    else if (kind == 13) {
        put(random, chance(random->choices, 2) ? "-" : "~");
        make_small(random);
    } else
        make_operation(random);
    random->depth--;
}

/* ---- floats and texts ---- */

static void
make_float(struct random_case *random)
{
    static const char *const values[] = {
        "0.0", "1.0", "1.5", "0.1", "3.25", "ext_float", "-2.5", "0.3", "math.MEAN_BYTES",
    };
    random->depth++;
    switch (choose(random->choices, is_deep(random) ? 3 : 7)) {
    case 3:
        put(random, chance(random->choices, 2) ? "math.entropy" : "math.mean");
        put(random, "(0, filesize)");
        break;
    case 4:
        put(random, "math.mean(");
        make_integer(random);
        put(random, ", ");
        make_integer(random);
        put(random, ")");
        break;
    case 5:
        put(random, "(");
        make_float(random);
        put(random, &" + \0 - \0 * \0 \\ "[4 * choose(random->choices, 4)]);
        if (chance(random->choices, 2))
            make_integer(random);
        else
            make_float(random);
        put(random, ")");
        break;
    case 6:
        put(random, "math.percentage(0xff & ");
        make_small(random);
        put(random, ")");
        break;
    default:
        put(random, ONE_OF(random, values));
    }
    random->depth--;
}

static void
make_text_value(struct random_case *random)
{
    static const char *const values[] = {"\"\"",   "\"a\"",          "\"ab\"",         "\"AB\"",
                                         "\"b\"",  "\"abc\"",        "ext_text",       "ext_text",
                                         "\"bC\"", "hash.md5(0, 3)", "hash.md5(\"a\")"};
    put(random, ONE_OF(random, values));
}

/* ---- truths ---- */

static void
make_comparison(struct random_case *random)
{
    static const char *const operators[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
    static const char *const of_texts[] = {
        " contains ", " icontains ", " startswith ", " istartswith ", " endswith ", " iendswith ",
        " iequals ",  " == ",        " != ",         " < ",           " >= ",
    };
    switch (choose(random->choices, 8)) {
    case 5:
        make_float(random);
        put(random, ONE_OF(random, operators));
        if (chance(random->choices, 2))
            make_integer(random);
        else
            make_float(random);
        break;
    case 6:
        make_text_value(random);
        put(random, ONE_OF(random, of_texts));
        make_text_value(random);
        break;
    case 7:
        make_text_value(random);
        put(random, chance(random->choices, 2) ? " matches /a.?b/i" : " matches /^[ab]+$/");
        break;
    default:
        make_integer(random);
        put(random, ONE_OF(random, operators));
        make_integer(random);
    }
}

static void
make_found(struct random_case *random)
{
    struct random_string *string = NULL;
    if (random->string_loops == 0 || chance(random->choices, 2))
        string = any_string(random);
    if (!string && random->string_loops == 0) {
        put(random, "false");
        return;
    }
    buf_printf(&random->source, "$%s", string ? string->name : "");
    switch (choose(random->choices, 4)) {
    case 2:
        put(random, " at "); /* nowhere when it is undefined, but in 4.2 that is false */
        if (string)
            string->placed = true;
        make_small(random);
        break;
    case 3:
        put(random, " in ");
        make_range(random);
        break;
    default:
        break;
    }
}

/* `all`, `any`, `none`, or a number; with all of them as likely. */
static void
make_quantifier(struct random_case *random)
{
    static const char *const words[] = {"any", "all", "none"};
    uint32_t kind = choose(random->choices, 6);
    if (kind < 3)
        put(random, words[kind]);
    else if (kind < 5)
        buf_printf(&random->source, "%u", choose(random->choices, 4));
    else
        make_integer(random);
}

static void
use_all(struct random_case *random)
{
    for (size_t i = 0; i < random->rule->string_count; i++)
        random->rule->strings[i].used = true;
}

static void
use_those(struct random_case *random, char first)
{
    for (size_t i = 0; i < random->rule->string_count; i++)
        random->rule->strings[i].used |= random->rule->strings[i].name[0] == first;
}

static void
make_string_set(struct random_case *random)
{
    const struct random_string *string;
    switch (choose(random->choices, 3)) {
    case 1:
        string = any_string(random);
        use_those(random, string->name[0]);
        buf_printf(&random->source, "($%c*)", string->name[0]);
        break;
    case 2:
        buf_printf(&random->source, "($%s", any_string(random)->name);
        while (chance(random->choices, 2))
            buf_printf(&random->source, ", $%s", any_string(random)->name);
        put(random, ")");
        break;
    default:
        use_all(random);
        put(random, "them");
    }
}

static void
make_rule_set(struct random_case *random)
{
    if (chance(random->choices, 2)) {
        put(random, "(r*)");
        return;
    }
    uint32_t before = (uint32_t)random->rule_count - 1;
    buf_printf(&random->source, "(r%u", choose(random->choices, before));
    while (chance(random->choices, 2))
        buf_printf(&random->source, ", r%u", choose(random->choices, before));
    put(random, ")");
}

static void
make_of(struct random_case *random)
{
    bool rules = random->rule_count > 1 && chance(random->choices, 4);
    if (random->rule->string_count == 0 && !rules) {
        put(random, "true");
        return;
    }
    bool percent = chance(random->choices, 4); /* `N% of … in` is of 4.3 */
    if (percent)
        buf_printf(&random->source, "%u%%", 1 + choose(random->choices, 100));
    else
        make_quantifier(random);
    put(random, " of ");
    if (rules) {
        make_rule_set(random);
        return;
    }
    make_string_set(random);
    if (!percent && chance(random->choices, 3)) {
        put(random, " in ");
        make_range(random);
    }
}

static void
make_body(struct random_case *random)
{
    put(random, " : (");
    make_truth(random);
    put(random, ")");
}

/* `none` and 0 are at least 0 in loops of 4.2, which always holds. */
static void
make_loop_quantifier(struct random_case *random)
{
    uint32_t kind = choose(random->choices, 5);
    if (kind < 2)
        put(random, kind == 0 ? "any" : "all");
    else if (kind < 4)
        buf_printf(&random->source, "%u", 1 + choose(random->choices, 4));
    else {
        put(random, "(1 | ");
        make_integer(random);
        put(random, ")");
    }
}

static void
make_loop(struct random_case *random)
{
    put(random, "for ");
    make_loop_quantifier(random);
    buf_printf(&random->source, " i%u in (", random->loops);
    if (chance(random->choices, 3)) {
        make_small(random);
        for (uint32_t more = choose(random->choices, 4); more > 0; more--) {
            put(random, ", ");
            make_integer(random);
        }
    } else {
        make_small(random);
        put(random, " .. ");
        if (chance(random->choices, 3))
            make_string_number(random);
        else
            make_small(random);
    }
    put(random, ")");
    random->loops++;
    make_body(random);
    random->loops--;
}

static void
make_string_loop(struct random_case *random)
{
    if (random->rule->string_count == 0 || random->string_loops > 0) {
        make_loop(random);
        return;
    }
    put(random, "for ");
    make_loop_quantifier(random);
    put(random, " of ");
    make_string_set(random);
    random->string_loops++;
    make_body(random);
    random->string_loops--;
}

static void
make_connective(struct random_case *random)
{
    bool brackets = chance(random->choices, 2);
    put(random, brackets ? "(" : "");
    make_truth(random);
    do {
        put(random, chance(random->choices, 2) ? " and " : " or ");
        make_truth(random);
    } while (chance(random->choices, 4));
    put(random, brackets ? ")" : "");
}

static void
make_defined(struct random_case *random)
{
    put(random, "defined ");
    if (chance(random->choices, 2)) {
        make_string_number(random);
    } else {
        put(random, "(");
        make_truth(random);
        put(random, ")");
    }
}

/* A number is no truth in loops: there libyara adds it to the count of what held. */
static void
make_truth(struct random_case *random)
{
    random->depth++;
    uint32_t kind = choose(random->choices, is_deep(random) ? 7 : 18);
    if (kind < 3)
        make_found(random);
    else if (kind == 3)
        put(random, chance(random->choices, 2) ? "true" : "ext_bool");
    else if (kind == 4 && random->rule_count > 1)
        buf_printf(&random->source, "r%u",
                   choose(random->choices, (uint32_t)random->rule_count - 1));
    else if (kind < 7)
        make_comparison(random);
    else if (kind < 10)
        make_of(random);
    else if (kind < 13)
        make_connective(random);
    else if (kind == 13) {
        put(random, "not ");
        make_truth(random);
    } else if (kind == 14)
        make_defined(random);
    else if (kind == 15 && random->loops + random->string_loops == 0)
        make_integer(random);
    else if (random->loops + random->string_loops >= VARIABLES_NOW_MAX)
        make_found(random);
    else if (kind == 16)
        make_loop(random);
    else
        make_string_loop(random);
    random->depth--;
}

/* Each string must be spoken of. */
void
random_condition_make(struct random_case *random)
{
    put(random, "    ");
    make_truth(random);
    for (size_t i = 0; i < random->rule->string_count; i++)
        if (!random->rule->strings[i].used)
            buf_printf(&random->source, " or ($%s and false)", random->rule->strings[i].name);
}
