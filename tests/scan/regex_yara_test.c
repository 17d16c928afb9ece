/* SPDX-License-Identifier: Apache-2.0 */
/* Random expressions and data: offsets and lengths of all matches are libyara's. Left out is what
 * the installed 4.2 gets wrong or 4.5 does differently: rounds that may be empty, `\b` beside the
 * data's bounds, chains. */
#include "regex_matches.h"
#include "regex_random.h"

#include "base/tap.h"

#include <yara.h>

enum { EXPRESSIONS = 700, TEXTS = 6 };

static struct matches ours, theirs;
static unsigned long compared;

/* libyara does not align its matches. */
__attribute__((no_sanitize("alignment"))) static int
note_matches(YR_SCAN_CONTEXT *context, int message, void *data, void *user)
{
    YR_RULE *rule = data;
    YR_STRING *string;
    YR_MATCH *match;
    struct matches *ret = user;
    if (message != CALLBACK_MSG_RULE_MATCHING)
        return CALLBACK_CONTINUE;
    yr_rule_strings_foreach(rule, string)
    {
        yr_string_matches_foreach(context, string, match)
        {
            ret->end[match->offset] = (size_t)(match->offset + match->match_length);
        }
    }
    return CALLBACK_CONTINUE;
}

static YR_RULES *
yara_rules(str text, unsigned flags)
{
    YR_COMPILER *compiler;
    YR_RULES *rules = NULL;
    struct buf rule = BUF(1 << 20);
    buf_printf(&rule, "rule r { strings: $a = /%.*s/%s%s%s condition: $a }", STR_ARG(text),
               flags & REGEX_NOCASE ? "i" : "", flags & REGEX_DOTALL ? "s" : "",
               flags & REGEX_WIDE ? " wide" : "");
    if (yr_compiler_create(&compiler) == ERROR_SUCCESS) {
        if (yr_compiler_add_string(compiler, rule.p, NULL) == 0)
            yr_compiler_get_rules(compiler, &rules);
        yr_compiler_destroy(compiler);
    }
    buf_clear(&rule);
    return rules;
}

static bool
check_text(struct regex_machine *machine, const struct regex *regex, unsigned flags,
           YR_RULES *rules, str data)
{
    struct err err;
    if (matches_of(machine, regex, flags, data, &ours, &err))
        return false;
    memset(theirs.end, 0xff, sizeof theirs.end);
    if (yr_rules_scan_mem(rules, (const uint8_t *)data.p, data.n, 0, note_matches, &theirs, 10))
        return true;
    for (size_t at = 0; at <= data.n; at++) {
        compared += theirs.end[at] != SIZE_MAX;
        if (ours.end[at] != theirs.end[at]) {
            tap_note("at %zu the match ends at %zd, libyara's at %zd", at, (ssize_t)ours.end[at],
                     (ssize_t)theirs.end[at]);
            return false;
        }
    }
    return true;
}

/* Which of several alternatives that match at one place is taken depends on libyara's anchors. */
static bool
is_comparable(struct regex *regex, str text, struct arena *arena)
{
    struct regex_piece *pieces;
    size_t count;
    regex_split(regex, arena, &pieces, &count);
    return count == 1 && str_find(text, STR("|")) == SIZE_MAX;
}

static bool
check_expression(struct regex_machine *machine, struct random_regex *random, uint64_t seed)
{
    struct arena arena = ARENA;
    struct regex *regex;
    struct err err = {0};
    char data[128];
    random->plain = true;
    random_regex_make(random, seed);
    str text = buf_view(&random->text);
    unsigned flags = (unsigned)random_of(random, random->boundaries ? 4 : 8);
    YR_RULES *rules = yara_rules(text, flags);
    bool right = regex_parse(text, flags, &arena, &regex, &err) == OK;
    if (right && rules && is_comparable(regex, text, &arena)) {
        for (size_t i = 0; i < TEXTS && right; i++) {
            size_t n = random_data(random, flags & REGEX_WIDE, data, sizeof data);
            right = check_text(machine, regex, flags, rules, (str){data, n});
        }
    }
    if (!right)
        tap_note("seed %llu: /%s/, flags %u %s", (unsigned long long)seed, text.p, flags, err.text);
    if (rules)
        yr_rules_destroy(rules);
    arena_clear(&arena);
    return right;
}

int
main(int argc, char **argv)
{
    /* FIRST COUNT on the command line: other seeds, for a longer comparison. */
    uint64_t first = 1, count = EXPRESSIONS;
    if (argc == 3 && (!str_to_u64(str_of(argv[1]), UINT32_MAX, &first) ||
                      !str_to_u64(str_of(argv[2]), UINT32_MAX, &count)))
        return 1;
    struct random_regex random = {.text = BUF(1 << 16)};
    struct regex_machine *machine = regex_machine_new();
    size_t wrong = 0;
    yr_initialize();
    for (uint64_t seed = first; seed < first + count && wrong < 5; seed++)
        wrong += !check_expression(machine, &random, seed);
    tap_eq_i64(wrong, 0, "%llu random expressions match as in libyara", (unsigned long long)count);
    tap_ok(compared > count / 2, "%lu matches were compared", compared);
    yr_finalize();
    regex_machine_free(machine);
    buf_clear(&random.text);
    return tap_done();
}
