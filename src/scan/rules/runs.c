/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns that begin with many bytes of one set, as /[0-9a-f]{40}/: nearly everywhere one of the
 * set stands, but so many of them in a row cover one in every so many places, and the others need
 * no look. */
#include "scan/rules/scanner.h"

static inline bool
is_of(const uint8_t *set, uint8_t byte)
{
    return set[byte / 8] >> byte % 8 & 1;
}

/* AT is of the run's set. Tries what begins from LOW to AT; what was found of the run's end stays
 * known, so that no byte behind a place is read twice. */
static void
try_run(struct scanner *scanner, uint32_t index, size_t low, size_t at)
{
    const struct run_anchor *run = &scanner->rules->filter.runs[index];
    const uint8_t *data = (const uint8_t *)scanner->data.p;
    size_t begin = at, end = scanner->run_ends[index], most = scanner->data.n;
    while (begin > low && is_of(run->set, data[begin - 1]))
        begin--;
    if (end <= at)
        end = at + 1;
    if (most - at > run->least)
        most = at + run->least;
    while (end < most && is_of(run->set, data[end]))
        end++;
    scanner->run_ends[index] = end;
    for (; begin <= at && end - begin >= run->least; begin++) {
        if (scanner->settled[run->pattern] || scanner_tick(scanner))
            return;
        scanner_verify(scanner, run->pattern, begin);
    }
}

void
scanner_try_runs(struct scanner *scanner, size_t from, size_t to)
{
    const struct filter *filter = &scanner->rules->filter;
    const uint8_t *data = (const uint8_t *)scanner->data.p;
    for (uint32_t i = 0; i < filter->run_count; i++) {
        const struct run_anchor *run = &filter->runs[i];
        if (scanner->settled[run->pattern])
            continue;
        for (size_t low = from; low < to; low += run->stride) {
            size_t at = low + run->stride - 1;
            if (at < scanner->data.n && is_of(run->set, data[at]))
                try_run(scanner, i, low, at);
        }
    }
}
