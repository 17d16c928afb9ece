/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a pattern stands where its anchor was found. */
#include "scan/rules/scanner.h"

static bool
same_nocase(const uint8_t *data, const uint8_t *lower, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((uint8_t)ascii_lower((char)data[i]) != lower[i])
            return false;
    return true;
}

static bool
same_masked(const uint8_t *data, const uint8_t *values, size_t n)
{
    const uint8_t *masks = values + n;
    for (size_t i = 0; i < n; i++)
        if ((data[i] & masks[i]) != values[i])
            return false;
    return true;
}

static bool
same_xored(const uint8_t *data, const struct pattern_record *pattern, const uint8_t *text,
           uint8_t *ret_key)
{
    uint8_t key = data[0] ^ text[0];
    if (key < pattern->xor_min || key > pattern->xor_max)
        return false;
    for (size_t i = 1; i < pattern->size; i++)
        if ((data[i] ^ key) != text[i])
            return false;
    *ret_key = key;
    return true;
}

/* A string whose verdict cannot change any more, or whose rule cannot hold in this file, needs no
 * match. */
static bool
wants_match(struct scanner *scanner, uint32_t string)
{
    uint8_t *state = &scanner->states[string];
    if (*state & (STATE_DONE | STATE_ALIVE))
        return !(*state & STATE_DONE);
    bool alive =
        scanner->every || scanner_guard_holds(scanner, scanner->rules->strings[string].rule);
    *state |= alive ? STATE_ALIVE : STATE_DONE;
    return alive;
}

/* Strings that are whole words end where no word goes on, so other ends than those of the others
 * count for them: /(foo|foobar)/ fullword is in "foobar". Pieces of a chain are no words. */
enum { ENDS_ANYWHERE = 1, ENDS_A_WORD = 2 };

static unsigned
end_of(const struct scanner *scanner, uint32_t string)
{
    unsigned flags = scanner->rules->strings[string].flags;
    return flags & STRING_FULLWORD && !(flags & STRING_PIECE) ? ENDS_A_WORD : ENDS_ANYWHERE;
}

/* The kinds of ends that strings of the pattern want. All are asked, so that none is asked first
 * while a program runs: a guard may run another one on the same machine. */
static unsigned
wanted_ends(struct scanner *scanner, const struct pattern_record *pattern)
{
    const struct link_record *links = scanner->rules->links + pattern->first_link;
    unsigned ends = 0;
    for (uint32_t i = 0; i < pattern->link_count; i++)
        if (wants_match(scanner, links[i].string))
            ends |= end_of(scanner, links[i].string);
    return ends;
}

static void
add_match(struct scanner *scanner, const struct pattern_record *pattern, unsigned ends,
          size_t start, size_t length, uint8_t key)
{
    const struct link_record *links = scanner->rules->links + pattern->first_link;
    bool settled = true;
    for (uint32_t i = 0; i < pattern->link_count; i++) {
        uint32_t string = links[i].string;
        if (ends & end_of(scanner, string) && wants_match(scanner, string))
            scanner_add_match(scanner, string, start, length, key, pattern->flags & PATTERN_WIDE);
        settled &= (scanner->states[string] & STATE_DONE) != 0;
    }
    scanner->settled[pattern - scanner->rules->patterns] = settled;
}

struct split {
    struct scanner *scanner;
    const struct pattern_record *pattern;
    unsigned ends;
    size_t end;
};

static bool
found_start(void *context, size_t start)
{
    struct split *split = context;
    add_match(split->scanner, split->pattern, split->ends, start, split->end - start, 0);
    return true;
}

static bool
ends_a_word(void *context, size_t end)
{
    const struct split *split = context;
    return scanner_word_ends(split->scanner->data, end, split->pattern->flags & PATTERN_WIDE);
}

static void
verify_ends(struct scanner *scanner, const struct pattern_record *pattern, unsigned ends, size_t at)
{
    str code = scanner->rules->regex;
    struct split split = {scanner, pattern, ends, 0};
    split.end = regex_forward(scanner->machine, code, pattern->forward, scanner->data, at,
                              pattern->flags & PATTERN_GREEDY,
                              ends == ENDS_A_WORD ? ends_a_word : NULL, &split);
    if (split.end == SIZE_MAX)
        return;
    if (pattern->flags & PATTERN_BACKWARD)
        regex_backward(scanner->machine, code, pattern->backward, scanner->data, at, found_start,
                       &split);
    else
        found_start(&split, at);
}

static void
verify_regex(struct scanner *scanner, const struct pattern_record *pattern, size_t at)
{
    unsigned ends = wanted_ends(scanner, pattern);
    if (!ends)
        scanner->settled[pattern - scanner->rules->patterns] = true;
    if (ends & ENDS_ANYWHERE)
        verify_ends(scanner, pattern, ENDS_ANYWHERE, at);
    if (ends & ENDS_A_WORD)
        verify_ends(scanner, pattern, ENDS_A_WORD, at);
}

static void
verify_bytes(struct scanner *scanner, const struct pattern_record *pattern, size_t at)
{
    const uint8_t *data = (const uint8_t *)scanner->data.p + at;
    const uint8_t *text = (const uint8_t *)scanner->rules->text + pattern->data;
    size_t n = pattern->size;
    uint8_t key = 0;
    bool same;
    if (n > scanner->data.n - at)
        return;
    switch (pattern->kind) {
    case PATTERN_TEXT:
        same = memcmp(data, text, n) == 0;
        break;
    case PATTERN_NOCASE:
        same = same_nocase(data, text, n);
        break;
    case PATTERN_MASKED:
        same = same_masked(data, text, n);
        break;
    default:
        same = same_xored(data, pattern, text, &key);
    }
    if (same)
        add_match(scanner, pattern, ENDS_ANYWHERE | ENDS_A_WORD, at, n, key);
}

void
scanner_verify(struct scanner *scanner, uint32_t index, size_t at)
{
    const struct pattern_record *pattern = &scanner->rules->patterns[index];
    if (pattern->kind == PATTERN_REGEX)
        verify_regex(scanner, pattern, at);
    else
        verify_bytes(scanner, pattern, at);
}
