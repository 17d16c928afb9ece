/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: all matches of an expression, found as a scanner does it, but looking for the literals
 * at each place of the data. */
#pragma once

#include "scan/regex/regex.h"

enum { MATCHES_DATA = 8192 };

/* Where the match that starts at a place ends; SIZE_MAX: none starts there. */
struct matches {
    size_t end[MATCHES_DATA + 1];
};
struct match_context {
    struct matches *matches;
    size_t end;
    bool greedy;
};

static inline double
test_rate(const uint8_t *bytes, size_t count)
{
    double rate = 1;
    for (size_t i = 0; i < count && i < 4; i++)
        rate *= bytes[i] == 0 || bytes[i] == 0xff ? 0.1 : bytes[i] == ' ' ? 0.02 : 0.01;
    return rate;
}

static inline bool
match_found(void *data, size_t start)
{
    struct match_context *context = data;
    size_t *end = &context->matches->end[start];
    if (*end == SIZE_MAX || (context->greedy ? context->end > *end : context->end < *end))
        *end = context->end;
    return true;
}

static inline bool
literal_stands(const struct regex_literal *literal, str data, size_t at, unsigned flags)
{
    if (data.n - at < literal->count)
        return false;
    for (size_t i = 0; i < literal->count; i++) {
        char c = flags & REGEX_NOCASE ? ascii_lower(data.p[at + i]) : data.p[at + i];
        if ((uint8_t)c != literal->bytes[i])
            return false;
    }
    return true;
}

static inline bool
is_anchor(const struct regex_part *part, str data, size_t at, unsigned flags)
{
    if (part->literal_count == 0) {
        uint8_t byte = at < data.n ? (uint8_t)data.p[at] : 0;
        return part->can_be_empty || (at < data.n && part->first[byte / 8] >> byte % 8 & 1);
    }
    for (size_t i = 0; i < part->literal_count; i++)
        if (literal_stands(&part->literals[i], data, at, flags))
            return true;
    return false;
}

static inline void
matches_of_part(struct regex_machine *machine, str code, const struct regex_part *part,
                unsigned flags, bool greedy, str data, struct matches *matches)
{
    struct match_context context = {matches, 0, greedy};
    for (size_t at = 0; at <= data.n; at++) {
        if (!is_anchor(part, data, at, flags))
            continue;
        context.end = regex_forward(machine, code, part->forward, data, at, greedy, NULL, NULL);
        if (context.end == SIZE_MAX || (!part->has_backward && context.end == at))
            continue;
        if (part->has_backward)
            regex_backward(machine, code, part->backward, data, at, match_found, &context);
        else
            match_found(&context, at);
    }
}

/* All matches of REGEX, which is one piece; what is not WATCHED is run without what the machine
 * learns on its way. */
static inline errcode
matches_of_watched(struct regex_machine *machine, const struct regex *regex, unsigned flags,
                   str data, bool watched, struct matches *matches, struct err *err)
{
    struct arena arena = ARENA;
    struct buf code = BUF(16 << 20);
    struct regex_part *parts;
    size_t count;
    memset(matches->end, 0xff, (data.n + 1) * sizeof *matches->end);
    errcode result = regex_compile(regex, flags, test_rate, &arena, &code, &parts, &count, err);
    if (!result)
        result = regex_check(buf_view(&code), err);
    regex_machine_watch(machine, watched ? data : (str){0});
    for (size_t i = 0; !result && i < count; i++)
        matches_of_part(machine, buf_view(&code), &parts[i], flags, regex_is_greedy(regex), data,
                        matches);
    buf_clear(&code);
    arena_clear(&arena);
    return result;
}

static inline errcode
matches_of(struct regex_machine *machine, const struct regex *regex, unsigned flags, str data,
           struct matches *matches, struct err *err)
{
    return matches_of_watched(machine, regex, flags, data, true, matches, err);
}
