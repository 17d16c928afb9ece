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

static void
note_rule(void *context, const struct yara_fault *fault)
{
    struct buf *rules = context;
    buf_printf(rules, "%.*s@%u ", STR_ARG(fault->rule), fault->line);
}

/* A refused rule leaves nothing behind, and the fault behind a good rule is not that rule's. */
static void
test_refused(void)
{
    struct buf refused = BUF(4096);
    struct yara_options options = {.refused = note_rule, .context = &refused};
    struct compiler *compiler = compiler_new(&options);
    struct scan_rules *rules;
    struct err err;
    compiler_read(compiler, "t.yar", (str){NULL, 0},
                  STR("rule a1 { condition: true }\n"
                      "rule bad { condition: any of (a*) and nonsense }\n"
                      "rule a2 { condition: true }\n\"\n"),
                  &err);
    tap_eq_str(buf_view(&refused), STR("bad@2 @4 "), "only what is at fault is refused");
    if (tap_no_err(scan_rules_of_compiler(compiler, &rules, &err), &err, "the rest is ready")) {
        tap_eq_i64(scan_rule_count(rules), 2, "with both good rules");
        scan_rules_free(rules);
    }
    buf_clear(&refused);
}

/* How many rules of SOURCE hold in DATA; -1: it was refused. */
static int
count_holding(str source, str data)
{
    struct scan_rules *rules = rules_of(source);
    struct scan_options options = {0};
    struct err err;
    if (!rules)
        return -1;
    struct scan *scan = scan_new(rules, &options);
    int count = scan_data(scan, data, &err) == OK ? (int)scan_holding_count(scan) : -1;
    scan_free(scan);
    scan_rules_free(rules);
    return count;
}

/* Rules share what they look for, but not what they ask besides. */
static void
test_shared(void)
{
    tap_eq_i64(count_holding(STR("rule h { strings: $h = {(41|4243)} condition: $h }\n"
                                 "rule r { strings: $r = /(41|4243)/s condition: $r }"),
                             STR("xx 41 A")),
               2, "a hex string and an expression with the same text");
    tap_eq_i64(
        count_holding(STR("rule r1 { strings: $r = /([a-z]{1,20}|[0-9]x)?[0-9]?foobarbaz[x-z]+/\n"
                          "  condition: $r }\n"
                          "rule r2 { strings: $r = /([a-z]{1,20}|[0-9]x)?[0-9]?foobarbaz[x-z]+/\n"
                          "  condition: $r and \"abcabcabcx12345hkkkkkkh\" matches\n"
                          "  /(abc|de.|q|r|s|t|u|v|w){2,100}x.{3,900}(de|fg|hh|kk){3,30}h$/ }"),
                      STR("abcdefghij9xfoobarbazxyz")),
        2, "an expression whose rule's guard runs another one");
    tap_eq_i64(count_holding(STR("rule a { strings: $a = \"abc\" fullword condition: $a }\n"
                                 "rule b { strings: $a = \"abc\" condition: #a == 2 }\n"
                                 "rule c { strings: $a = \"abc\" condition: $a at 1 }\n"
                                 "rule d { strings: $a = \"abc\" condition: $a at 0 }"),
                             STR("xabcy abcd")),
               2, "one text, full words, counts and places");
}

/* So many values stand on the stack, or are looked for, at a time. */
static void
test_sizes(void)
{
    struct buf source = BUF(64 << 20);
    buf_z(&source, "rule r { condition: for any i in (0");
    for (unsigned i = 1; i < 4000; i++)
        buf_printf(&source, ",%u", i);
    buf_z(&source, ") : (i == 3999) }");
    tap_eq_i64(count_holding(buf_view(&source), STR("")), 1, "a loop over 4,000 values");
    buf_reset(&source);
    for (unsigned rule = 0; rule < 2; rule++) {
        buf_printf(&source, "rule r%u { strings:\n", rule);
        for (unsigned i = 0; i < 9000; i++)
            buf_printf(&source, "$ = \"%04x\" xor\n", i * 7 + rule);
        buf_z(&source, "condition: any of them }\n");
    }
    tap_eq_i64(count_holding(buf_view(&source), STR("AAA")), 0, "18,000 strings under xor");
    tap_eq_i64(count_holding(STR("import \"math\"\nrule r { condition: "
                                 "math.to_number(\"x\" or false) == 1 }"),
                             STR("")),
               1, "\"or\" gives a truth");
    buf_clear(&source);
}

int
main(void)
{
    test_conditions();
    test_refused();
    test_shared();
    test_sizes();
    test_chains();
    test_too_many();
    test_many_pieces();
    test_time();
    return tap_done();
}
