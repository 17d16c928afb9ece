/* SPDX-License-Identifier: Apache-2.0 */
/* Scans: what conditions say where libyara 4.2 and 4.5 differ, limits, files that change. */
#include <stdlib.h>

#include "base/require.h"
#include "base/tap.h"
#include "rules_of.h"

/* Whether a rule with the string "abc" and this condition holds in DATA; -1: no such rule. */
static int
holds(const char *condition, str data)
{
    char source[1024];
    snprintf(source, sizeof source,
             "rule r { strings: $a = \"abc\" $b = \"xyz\" condition: ($a or $b or true) and (%s) }",
             condition);
    struct scan_rules *rules = rules_of(str_of(source));
    struct scan_options options = {0};
    struct err err;
    if (!rules)
        return -1;
    struct scan *scan = scan_new(rules, &options);
    int verdict = scan_data(scan, data, &err) == OK ? scan_holds(scan, 0) : -1;
    scan_free(scan);
    scan_rules_free(rules);
    return verdict;
}

/* As libyara 4.5 has them. */
static const struct {
    const char *condition;
    int verdict; /* of "abc" */
} conditions[] = {
    {"for none of them : (# > 1)", 1},
    {"for none of them : (# > 0)", 0},
    {"for 0 i in (1..3) : (i > 3)", 1},
    {"for 0 i in (1..#b) : (true)", 0}, /* no loop holds without any value */
    {"for none i in (1..#b) : (false)", 0},
    {"for all i in (1..#b) : (true)", 0},
    {"not (for any i in (1..@b) : (true))", 1}, /* nor over what is undefined, which is no fault */
    {"not (for any i in (0..@a) : (false))", 1},
    {"not (@b or @b)", 1}, /* what is undefined is false to "or" */
    {"defined (@b and true)", 1},
    {"not ($a at @b)", 0}, /* and a place undefined */
    {"not (any of them at @b)", 0},
    {"not r", 1}, /* a rule does not hold yet while it is judged */
    {"none of (r*)", 1},
    {"all of (r)", 0},
    {"not (1.0 < 1.0 * @b)", 1}, /* undefined, but "less" of floats says false */
    {"not (1.0 > 1.0 * @b)", 0},
    {"0.1 + 0.2 == 0.3", 1}, /* as near as that is equal, but still larger */
    {"0.1 + 0.2 > 0.3", 1},
    {"0.1 + 0.2 != 0.3", 0},
    {"0.1 + 0.2 <= 0.3", 0},
};

/* Pieces of a chain that is bounded, where later first pieces stand behind the start of the next.
 */
static void
test_chains(void)
{
    struct scan_rules *rules =
        rules_of(STR("rule r { strings: $a = { 61 [0-201] 61 61 61 61 61 62 } condition: $a }"));
    struct scan_options options = {.every_match = true};
    struct scan *scan = scan_new(rules, &options);
    struct scan_cursor cursor = {0};
    struct scan_match match = {0};
    struct err err;
    tap_no_err(scan_data(scan, STR("aaaaaab"), &err), &err, "a chain is looked for");
    tap_ok(scan_next_match(scan, 0, &cursor, &match), "and found");
    tap_eq_i64(match.offset, 0, "at its begin");
    tap_eq_i64(match.length, 7, "whole");
    tap_ok(!scan_next_match(scan, 0, &cursor, &match), "once");
    scan_free(scan);
    scan_rules_free(rules);
}

static void
test_conditions(void)
{
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        tap_eq_i64(holds(conditions[i].condition, STR("abc")), conditions[i].verdict, "%s",
                   conditions[i].condition);
}

/* More matches than are kept: the first million counts, and it is told. */
static void
test_too_many(void)
{
    enum { SIZE = 1200000 };
    struct scan_rules *rules = rules_of(
        STR("rule r { strings: $a = \"a\" condition: #a == 1000000 and @a[1000000] == 999999 }"));
    struct scan_options options = {0};
    struct scan *scan = scan_new(rules, &options);
    struct err err;
    char *data = mem_calloc(SIZE, 1);
    memset(data, 'a', SIZE);
    tap_no_err(scan_data(scan, (str){data, SIZE}, &err), &err, "1,200,000 matches are looked for");
    tap_ok(scan_holds(scan, 0), "a million is kept");
    tap_ok(scan_has_too_many(scan), "and it is told");
    tap_no_err(scan_data(scan, STR("a"), &err), &err, "the next scan");
    tap_ok(!scan_holds(scan, 0) && !scan_has_too_many(scan), "begins anew");
    free(data);
    scan_free(scan);
    scan_rules_free(rules);
}

/* Pieces of a chain that stand everywhere: what is compared and kept grows with the file only. The
 * test's own limit of time would end it otherwise. */
static void
test_many_pieces(void)
{
    enum { SIZE = 1000000 };
    struct scan_rules *rules =
        rules_of(STR("rule r { strings: $a = { 61 61 [-] 61 61 [-] 61 61 }\n"
                     "$b = { 61 61 [300-] 61 61 [9000-9100] 61 61 [-] 61 62 }\n"
                     "$c = /x(((a*)*)*b|(a|aa)+$)/ condition: #a > 9 and not $b and not $c }"));
    struct scan_options options = {0};
    struct scan *scan = scan_new(rules, &options);
    struct err err;
    char *data = mem_calloc(SIZE, 1);
    memset(data, 'a', SIZE);
    tap_no_err(scan_data(scan, (str){data, SIZE}, &err), &err, "pieces everywhere");
    tap_ok(scan_holds(scan, 0), "are joined");
    free(data);
    scan_free(scan);
    scan_rules_free(rules);
}

/* Too slow a rule is an error of its scan, no verdict. */
static void
test_time(void)
{
    struct scan_rules *rules = rules_of(
        STR("rule quick { condition: true }\nrule slow { condition: for all i in (0..1000000000) "
            ": (for all k in (0..1000000000) : (uint8(0) == 97)) }"));
    struct scan_options options = {.timeout_seconds = 1};
    struct scan *scan = scan_new(rules, &options);
    struct err err;
    tap_eq_i64(scan_data(scan, STR("a"), &err), ERR_LIMIT,
               "a scan is given up when its time is over");
    tap_ok(!scan_holds(scan, 1), "what was not judged does not hold");
    scan_free(scan);
    scan_rules_free(rules);
}

int
main(void)
{
    test_conditions();
    test_chains();
    test_too_many();
    test_many_pieces();
    test_time();
    return tap_done();
}
