/* SPDX-License-Identifier: Apache-2.0 */
/* Random rules over random data: libyara and our engine take the same ones, and say the same of
 * each rule and of each match. A case that differs is made smaller and shown. With FIRST COUNT as
 * arguments other seeds are tried; with KHIEN_FUZZ_SECONDS=N as many as twice a fuzz target's time
 * has room for. */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <yara.h>

#include "base/clock.h"
#include "base/tap.h"
#include "differential/random_case.h"
#include "scan/scan.h"

enum { CASES = 1500, MATCHES_KEPT = 4096, REASON = 512 };

/* What one engine says of one text. */
struct found {
    int32_t string;
    uint32_t offset, length;
};
struct verdicts {
    bool holds[RULES_MAX];
    struct found found[MATCHES_KEPT];
    size_t count;
};
struct comparison {
    struct random_case random;
    struct verdicts ours, theirs, quick;
    char reason[REASON];
    bool tries_again; /* to make the case smaller */
    unsigned long refused, held, matched, cases;
};

static const struct {
    const char *name, *text;
} externals[] = {
    {"ext_int", "7"},
    {"ext_bool", "true"},
    {"ext_text", "abCd"},
    {"ext_float", "1.5"},
    {"ext_min", "-9223372036854775808"},
};

/* ---- libyara ---- */

static sigjmp_buf divided;

static void
jump_out(int number)
{
    (void)number;
    siglongjmp(divided, 1);
}

static void
note_complaint(int level, const char *file, int line, const YR_RULE *rule, const char *message,
               void *user)
{
    (void)file;
    (void)rule;
    if (level == YARA_ERROR_LEVEL_ERROR)
        snprintf(user, REASON, "line %d: %s", line, message);
}

static YR_RULES *
compile_theirs(const char *source, char reason[REASON])
{
    YR_COMPILER *compiler;
    YR_RULES *rules = NULL;
    if (yr_compiler_create(&compiler) != ERROR_SUCCESS)
        return NULL;
    yr_compiler_set_callback(compiler, note_complaint, reason);
    yr_compiler_define_integer_variable(compiler, "ext_int", 7);
    yr_compiler_define_integer_variable(compiler, "ext_min", INT64_MIN);
    yr_compiler_define_boolean_variable(compiler, "ext_bool", 1);
    yr_compiler_define_string_variable(compiler, "ext_text", "abCd");
    yr_compiler_define_float_variable(compiler, "ext_float", 1.5);
    if (yr_compiler_add_string(compiler, source, NULL) == 0)
        yr_compiler_get_rules(compiler, &rules);
    yr_compiler_destroy(compiler);
    return rules;
}

static void
add_found(const struct random_case *random, struct verdicts *verdicts, int rule, const char *string,
          uint64_t offset, size_t length)
{
    int number = string[2] - '0';
    if (verdicts->count == MATCHES_KEPT || random->rules[rule].strings[number].placed)
        return;
    verdicts->found[verdicts->count++] =
        (struct found){rule * STRINGS_MAX + number, (uint32_t)offset, (uint32_t)length};
}

/* libyara does not align its matches. */
__attribute__((no_sanitize("alignment"))) static int
note_rule(YR_SCAN_CONTEXT *context, int message, void *data, void *user)
{
    struct comparison *c = user;
    YR_RULE *rule = data;
    YR_STRING *string;
    YR_MATCH *match;
    if (message != CALLBACK_MSG_RULE_MATCHING && message != CALLBACK_MSG_RULE_NOT_MATCHING)
        return CALLBACK_CONTINUE;
    int number = rule->identifier[1] - '0';
    c->theirs.holds[number] = message == CALLBACK_MSG_RULE_MATCHING;
    yr_rule_strings_foreach(rule, string)
    {
        yr_string_matches_foreach(context, string, match)
        {
            add_found(&c->random, &c->theirs, number, string->identifier, (uint64_t)match->offset,
                      (size_t)match->match_length);
        }
    }
    return CALLBACK_CONTINUE;
}

/* ---- ours ---- */

static void
note_fault(void *context, const struct yara_fault *fault)
{
    char *reason = context;
    if (!reason[0])
        snprintf(reason, REASON, "line %u, column %u: %s", fault->line, fault->column,
                 fault->reason);
}

static struct scan_rules *
compile_ours(str source, char reason[REASON])
{
    struct yara_options options = {.refused = note_fault, .context = reason};
    struct compiler *compiler = compiler_new(&options);
    struct scan_rules *rules = NULL;
    struct err err;
    for (size_t i = 0; i < sizeof externals / sizeof *externals; i++)
        compiler_define(compiler, str_of(externals[i].name), str_of(externals[i].text), &err);
    if (compiler_read(compiler, "random", (str){NULL, 0}, source, &err) == OK)
        scan_rules_of_compiler(compiler, &rules, &err);
    else
        compiler_free(compiler);
    return rules;
}

static void
note_scan(const struct scan *scan, const struct random_case *random, struct verdicts *verdicts)
{
    struct scan_match match;
    verdicts->count = 0;
    for (size_t i = 0; i < random->rule_count; i++) {
        struct scan_cursor cursor = {0};
        verdicts->holds[i] = scan_holds(scan, i);
        while (scan_next_match(scan, i, &cursor, &match))
            if (!match.is_private && !random->rules[i].is_private)
                add_found(random, verdicts, (int)i, match.string.p, match.offset, match.length);
    }
}

/* ---- comparing ---- */

static int
compare_found(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->string != y->string)
        return x->string < y->string ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static bool
is_vague(const struct random_case *random, const struct found *found)
{
    return random->rules[found->string / STRINGS_MAX].strings[found->string % STRINGS_MAX].vague;
}

static const char *
found_text(const struct verdicts *verdicts, size_t i, char out[80])
{
    const struct found *found = &verdicts->found[i];
    snprintf(out, 80, "nothing");
    if (i < verdicts->count)
        snprintf(out, 80, "string %d of rule %d at %u, %u bytes", found->string % STRINGS_MAX,
                 found->string / STRINGS_MAX, found->offset, found->length);
    return out;
}

static bool
same_matches(struct comparison *c)
{
    char ours[80], theirs[80];
    qsort(c->ours.found, c->ours.count, sizeof *c->ours.found, compare_found);
    qsort(c->theirs.found, c->theirs.count, sizeof *c->theirs.found, compare_found);
    for (size_t i = 0; i < c->ours.count || i < c->theirs.count; i++) {
        const struct found *x = &c->ours.found[i], *y = &c->theirs.found[i];
        if (i < c->ours.count && i < c->theirs.count && compare_found(x, y) == 0 &&
            (x->length == y->length || is_vague(&c->random, x)))
            continue;
        snprintf(c->reason, REASON, "we have %s, libyara %s", found_text(&c->ours, i, ours),
                 found_text(&c->theirs, i, theirs));
        return false;
    }
    return true;
}

static bool
same_verdicts(struct comparison *c)
{
    for (size_t i = 0; i < c->random.rule_count; i++) {
        bool told = !c->random.rules[i].is_private; /* libyara says nothing of private rules */
        if (c->ours.holds[i] == c->quick.holds[i] &&
            (c->ours.holds[i] == c->theirs.holds[i] || !told))
            continue;
        snprintf(c->reason, REASON, "rule %zu: with all matches we say %d, without %d, libyara %d",
                 i, c->ours.holds[i], c->quick.holds[i], c->theirs.holds[i]);
        return false;
    }
    return same_matches(c);
}

/* libyara 4.2 divides the smallest integer by -1, which ends the program: nothing to compare. */
static bool
same_scans(struct comparison *c, YR_RULES *theirs, struct scan *all, struct scan *quick, str data)
{
    struct err err;
    memset(c->theirs.holds, 0, sizeof c->theirs.holds);
    c->theirs.count = 0;
    if (sigsetjmp(divided, 1) ||
        yr_rules_scan_mem(theirs, (const uint8_t *)data.p, data.n, 0, note_rule, c, 10))
        return true;
    if (scan_data(all, data, &err) || scan_data(quick, data, &err)) {
        snprintf(c->reason, REASON, "our scan: %s", err.text);
        return false;
    }
    note_scan(all, &c->random, &c->ours);
    note_scan(quick, &c->random, &c->quick);
    for (size_t i = 0; i < c->random.rule_count; i++)
        c->held += c->ours.holds[i] && !c->tries_again;
    c->matched += c->tries_again ? 0 : c->ours.count;
    return same_verdicts(c);
}

static bool
same_everywhere(struct comparison *c, YR_RULES *theirs, struct scan_rules *ours)
{
    struct scan_options options = {.every_match = true}, quick_options = {0};
    struct scan *all = scan_new(ours, &options), *quick = scan_new(ours, &quick_options);
    bool same = true;
    for (size_t i = 0; i < c->random.texts && same; i++)
        same = same_scans(c, theirs, all, quick, buf_view(&c->random.data[i]));
    scan_free(all);
    scan_free(quick);
    return same;
}

/* What 4.5 refuses, as we do, and 4.2 does not: ranges of constants that are below 0 or empty,
 * negative quantifiers. */
static bool
is_known_difference(const char *why_not_ours)
{
    return strstr(why_not_ours, "a range ends before it begins") ||
           strstr(why_not_ours, "a range begins below 0") ||
           strstr(why_not_ours, "how many is below 0");
}

/* libyara computes some more constants than we do, such as what is shifted by 64 or more, and
 * refuses to divide by one that is 0; we find the division undefined in the scan. */
static bool
is_folded_further(const char *why_not_theirs)
{
    return strstr(why_not_theirs, "division by zero");
}

static bool
differs(void *context, struct choices *choices)
{
    struct comparison *c = context;
    char why_not_ours[REASON] = "", why_not_theirs[REASON] = "";
    random_case_make(&c->random, choices);
    c->reason[0] = 0;
    struct scan_rules *ours = compile_ours(buf_view(&c->random.source), why_not_ours);
    YR_RULES *theirs = NULL;
    if (sigsetjmp(divided, 1) == 0)
        theirs = compile_theirs(c->random.source.p, why_not_theirs);
    bool same = !ours == !theirs || (!theirs && why_not_theirs[0] == 0) ||
                is_known_difference(why_not_ours) || is_folded_further(why_not_theirs);
    if (!same)
        snprintf(c->reason, REASON, "%s refuses: %.400s", ours ? "libyara" : "we",
                 ours ? why_not_theirs : why_not_ours);
    c->refused += !ours && !c->tries_again;
    if (ours && theirs)
        same = same_everywhere(c, theirs, ours);
    scan_rules_free(ours);
    if (theirs)
        yr_rules_destroy(theirs);
    return !same;
}

static void
show(struct comparison *c, uint64_t seed)
{
    str rest = buf_view(&c->random.source), line;
    tap_note("seed %llu: %s", (unsigned long long)seed, c->reason);
    while (str_line(&rest, &line))
        tap_note("%.*s", STR_ARG(line));
    for (size_t i = 0; i < c->random.texts; i++) {
        char hex[1025] = "";
        str data = buf_view(&c->random.data[i]);
        for (size_t k = 0; k < data.n && k < 512; k++)
            snprintf(hex + 2 * k, 3, "%02x", (uint8_t)data.p[k]);
        tap_note("data (hex): %s", hex);
    }
}

static bool
check_case(struct comparison *c, uint64_t seed)
{
    static struct choices choices;
    memset(&choices, 0, sizeof choices);
    choices.rng.state = seed;
    c->cases++;
    c->tries_again = false;
    if (!differs(c, &choices))
        return true;
    c->tries_again = true;
    choices_reduce(&choices, differs, c);
    choices.again = true;
    choices.at = 0;
    differs(c, &choices);
    show(c, seed);
    return false;
}

/* How many seeds, and from where; or until when. */
struct extent {
    uint64_t first, count;
    int64_t end;
};

static bool
read_extent(int argc, char **argv, struct extent *ret)
{
    const char *seconds = getenv("KHIEN_FUZZ_SECONDS");
    uint64_t n = 0;
    *ret = (struct extent){1, CASES, 0};
    if (argc == 3)
        return str_to_u64(str_of(argv[1]), UINT32_MAX, &ret->first) &&
               str_to_u64(str_of(argv[2]), UINT32_MAX, &ret->count);
    if (argc == 1 && seconds && str_to_u64(str_of(seconds), 86400, &n) && n > 0)
        *ret = (struct extent){1, UINT32_MAX, clock_monotonic() + (int64_t)n * 2000000000};
    return argc == 1;
}

int
main(int argc, char **argv)
{
    static struct comparison c;
    struct extent extent;
    size_t wrong = 0;
    if (!read_extent(argc, argv, &extent))
        return 2;
    signal(SIGFPE, jump_out);
    yr_initialize();
    for (uint64_t i = 0; i < extent.count && wrong < 5; i++) {
        wrong += !check_case(&c, extent.first + i);
        if (extent.end && clock_monotonic() >= extent.end)
            break;
    }
    tap_eq_i64(wrong, 0, "%lu random cases are judged as by libyara", c.cases);
    tap_ok(c.refused < c.cases / 2, "at most half of them are refused (%lu)", c.refused);
    tap_ok(c.held > c.cases / 4, "%lu rules held", c.held);
    tap_ok(c.matched > c.cases, "%lu matches were compared", c.matched);
    yr_finalize();
    random_case_clear(&c.random);
    return tap_done();
}
