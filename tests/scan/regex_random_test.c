/* SPDX-License-Identifier: Apache-2.0 */
/* Random expressions and data: what the parts find is what a matcher over the tree finds. */
#include "regex_matches.h"
#include "regex_naive.h"
#include "regex_random.h"

#include "base/tap.h"

enum { EXPRESSIONS = 3000, TEXTS = 6 };

static unsigned long compared, found, missing, same;

static bool
check_text(struct regex_machine *machine, const struct regex *regex, unsigned flags, str data)
{
    static struct matches matches;
    struct err err;
    errcode code = matches_of(machine, regex, flags, data, &matches, &err);
    if (code)
        return code == ERR_LIMIT;
    for (size_t at = 0; at <= data.n; at++) {
        struct naive naive = {data, flags | regex->flags, UINT64_MAX};
        uint64_t ends = naive_at(&naive, regex->root, at);
        if (!naive_agrees(ends, at, matches.end[at], regex_is_greedy(regex))) {
            tap_note("at %zu the match ends at %zd, but it may end at the places 0x%llx", at,
                     (ssize_t)matches.end[at], (unsigned long long)ends);
            return false;
        }
        compared += ends != 0;
    }
    return true;
}

/* In a long text a program runs often enough for an automaton; it finds what the lists find. */
static bool
check_automaton(struct regex_machine *machine, struct random_regex *random,
                const struct regex *regex, unsigned flags)
{
    static struct matches by_automaton, by_lists;
    static char text[24 * NAIVE_DATA];
    struct err err;
    size_t n = 0;
    while (n < sizeof text - NAIVE_DATA)
        n += random_data(random, flags & REGEX_WIDE, text + n, NAIVE_DATA);
    str data = {text, n};
    errcode code = matches_of(machine, regex, flags, data, &by_automaton, &err);
    if (code || matches_of_watched(machine, regex, flags, data, false, &by_lists, &err))
        return code == ERR_LIMIT;
    for (size_t at = 0; at < n; at++) {
        if (by_automaton.end[at] != by_lists.end[at]) {
            tap_note("at %zu the automaton ends at %zd, the lists at %zd", at,
                     (ssize_t)by_automaton.end[at], (ssize_t)by_lists.end[at]);
            return false;
        }
        same += by_lists.end[at] != SIZE_MAX;
    }
    return true;
}

/* A search in a long text, where most searches use another machine, finds what the parts find. */
static bool
check_search(struct regex_machine *machine, struct random_regex *random, const struct regex *regex,
             unsigned flags)
{
    static struct matches matches;
    static char text[3000];
    struct buf code = BUF(16 << 20);
    struct err err;
    size_t low, high, at = random_of(random, sizeof text - NAIVE_DATA);
    uint32_t place;
    memset(text, 'z', sizeof text);
    random_data(random, flags & REGEX_WIDE, text + (random_of(random, 4) ? at : 0), NAIVE_DATA);
    random_data(random, flags & REGEX_WIDE, text + sizeof text - NAIVE_DATA, NAIVE_DATA);
    str data = {text, sizeof text - random_of(random, NAIVE_DATA)};
    bool right = true, expected = false;
    node_length(regex->root, &low, &high);
    if (low > 0 && matches_of(machine, regex, flags, data, &matches, &err) == OK &&
        regex_compile_search(regex, flags, &code, &place, &err) == OK) {
        for (size_t i = 0; i < data.n; i++)
            expected |= matches.end[i] != SIZE_MAX;
        right = regex_search(machine, buf_view(&code), place, data) == expected;
        found += expected;
        missing += !expected;
    }
    buf_clear(&code);
    return right;
}

static bool
check_expression(struct regex_machine *machine, struct random_regex *random, uint64_t seed)
{
    struct arena arena = ARENA;
    struct regex *regex;
    struct err err = {0};
    char data[NAIVE_DATA];
    random->plain = false;
    random_regex_make(random, seed);
    unsigned flags = (unsigned)random_of(random, 8);
    bool right = regex_parse(buf_view(&random->text), flags, &arena, &regex, &err) == OK;
    if (!right)
        tap_note("%s", err.text);
    for (size_t i = 0; i < TEXTS && right; i++) {
        size_t n = random_data(random, flags & REGEX_WIDE, data, sizeof data);
        right = check_text(machine, regex, flags, (str){data, n});
    }
    for (size_t i = 0; i < TEXTS / 2 && right; i++)
        right = check_search(machine, random, regex, flags);
    right = right && check_automaton(machine, random, regex, flags);
    if (!right)
        tap_note("seed %llu: /%s/, flags %u", (unsigned long long)seed, random->text.p, flags);
    arena_clear(&arena);
    return right;
}

int
main(void)
{
    struct random_regex random = {.text = BUF(1 << 16)};
    struct regex_machine *machine = regex_machine_new();
    size_t wrong = 0;
    for (uint64_t seed = 1; seed <= EXPRESSIONS && wrong < 5; seed++)
        wrong += !check_expression(machine, &random, seed);
    tap_eq_i64(wrong, 0, "%d random expressions match where they should", EXPRESSIONS);
    tap_ok(compared > EXPRESSIONS, "%lu matches were compared", compared);
    tap_ok(same > EXPRESSIONS, "%lu matches are the same with an automaton", same);
    tap_ok(found > EXPRESSIONS / 4 && missing > EXPRESSIONS / 4, "%lu searches found, %lu did not",
           found, missing);
    regex_machine_free(machine);
    buf_clear(&random.text);
    return tap_done();
}
