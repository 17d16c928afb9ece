/* SPDX-License-Identifier: Apache-2.0 */
/* Two bytes (flags, the length of the text), an expression, data: what is taken must be compiled,
 * pass the check, and find what a matcher over the tree finds. */
#include "../scan/regex_matches.h"
#include "../scan/regex_naive.h"

#include "base/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEX = 8, NAIVE_STEPS = 20000 };

static void
check_search(struct regex_machine *machine, const struct regex *regex, unsigned flags, str data,
             bool expected)
{
    struct buf code = BUF(16 << 20);
    uint32_t place;
    if (regex_compile_search(regex, flags, &code, &place, NULL) == OK) {
        require(regex_check_place(buf_view(&code), place));
        require(regex_search(machine, buf_view(&code), place, data) == expected);
    }
    buf_clear(&code);
}

static void
check_matches(struct regex_machine *machine, const struct regex *regex, unsigned flags, str data)
{
    static struct matches matches;
    struct err err;
    errcode code = matches_of(machine, regex, flags, data, &matches, &err);
    bool found = false;
    require(code == OK || code == ERR_LIMIT);
    if (code)
        return;
    for (size_t at = 0; at <= data.n; at++) {
        struct naive naive = {data, flags | regex->flags, NAIVE_STEPS};
        uint64_t ends = naive_at(&naive, regex->root, at);
        if (naive.steps == 0)
            return;
        require(naive_agrees(ends, at, matches.end[at], regex_is_greedy(regex)));
        found |= ends != 0;
    }
    check_search(machine, regex, flags, data, found);
}

static void
check_masked(const struct regex *regex, unsigned flags, str data, struct arena *arena)
{
    struct regex_masked masked;
    if (!regex_as_masked(regex, flags, arena, &masked) || masked.count > data.n)
        return;
    struct naive naive = {data, flags | regex->flags, NAIVE_STEPS};
    bool matches = true;
    for (size_t i = 0; i < masked.count; i++)
        matches &= ((uint8_t)data.p[i] & masked.mask[i]) == masked.value[i];
    uint64_t ends = naive_at(&naive, regex->root, 0);
    require(naive.steps == 0 || matches == (ends == UINT64_C(1) << masked.count));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct regex_machine *machine;
    if (!machine)
        machine = regex_machine_new();
    if (size < 2 || data[1] > size - 2)
        return 0;
    unsigned flags = data[0] & (REGEX_NOCASE | REGEX_DOTALL | REGEX_WIDE);
    str text = {(const char *)data + 2, data[1]}, rest = {text.p + text.n, size - 2 - text.n};
    if (rest.n > NAIVE_DATA)
        rest.n = NAIVE_DATA;
    struct arena arena = ARENA;
    struct regex *regex;
    struct regex_piece *pieces;
    size_t count;
    if (data[0] & HEX)
        flags &= REGEX_WIDE;
    errcode code = data[0] & HEX ? regex_parse_hex(text, &arena, &regex, NULL)
                                 : regex_parse(text, flags, &arena, &regex, NULL);
    if (code == OK) {
        regex_split(regex, &arena, &pieces, &count);
        for (size_t i = 0; i < count; i++)
            check_matches(machine, pieces[i].regex, flags, rest);
        check_masked(regex, flags, rest, &arena);
    }
    arena_clear(&arena);
    return 0;
}
