/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings/statistics/spells.h"

#include "base/require.h"

#include <stdlib.h>

void
spells_clear(struct spells *spells)
{
    free(spells->counts);
    *spells = (struct spells){0};
}

static void
make_room(struct spells *spells, size_t count)
{
    if (count <= spells->count)
        return;
    spells->counts = mem_resize(spells->counts, count, sizeof *spells->counts);
    for (size_t i = spells->count; i < count; i++)
        spells->counts[i] = (struct km_count){0};
    spells->count = count;
}

/* The union of DAYS[from] … DAYS[to - 1]. */
static struct ipset *
union_of(struct ipset *const *days, size_t from, size_t to)
{
    const struct ipset **list = mem_calloc(to - from + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = from; i < to; i++)
        if (days[i])
            list[n++] = days[i];
    struct ipset *all = ipset_or_many(list, n);
    free(list);
    return all;
}

/* Members of DAYS[at] that are in none of DAYS[from] … DAYS[to - 1]. */
static struct ipset *
only_on(struct ipset *const *days, size_t at, size_t from, size_t to)
{
    struct ipset *set = days[at] ? ipset_copy(days[at]) : ipset_new();
    struct ipset *others = union_of(days, from, to);
    ipset_andnot(set, others);
    ipset_free(others);
    return set;
}

/* Takes what ENDED has out of the cohorts FIRST … AT and counts its age. */
static void
cohorts_end(struct spells *spells, struct ipset **cohorts, size_t first, size_t at,
            const struct ipset *ended)
{
    for (size_t start = first; start <= at; start++) {
        uint64_t n = ipset_and_count(cohorts[start], ended);
        if (n == 0)
            continue;
        spells->counts[at - start + 1].ended += n;
        ipset_andnot(cohorts[start], ended);
    }
}

static void
follow_cohorts(struct spells *spells, struct ipset *const *days, size_t count, size_t quiet,
               struct ipset *const *ended)
{
    size_t end = count - quiet; /* days before it have a known fate */
    struct ipset **cohorts = mem_calloc(end, sizeof *cohorts);
    for (size_t at = quiet; at < end; at++) {
        cohorts[at] = only_on(days, at, at - quiet, at);
        spells->subjects += ipset_count(cohorts[at]);
        cohorts_end(spells, cohorts, quiet, at, ended[at]);
    }
    for (size_t start = quiet; start < end; start++) {
        spells->counts[end - start].censored += ipset_count(cohorts[start]);
        ipset_free(cohorts[start]);
    }
    free(cohorts);
}

/* Those that ended on day AT: who was seen again, and how long after they counted as gone. */
static void
follow_gone(struct spells *spells, struct ipset *const *days, size_t count, size_t quiet, size_t at,
            const struct ipset *ended)
{
    size_t gone = at + quiet, watched = count - 1 - gone;
    if (watched < RECUR_SHORT)
        return;
    struct ipset *left = ipset_copy(ended);
    uint64_t all = ipset_count(left);
    size_t last = watched >= RECUR_LONG ? RECUR_LONG : RECUR_SHORT;
    spells->watched_short += all;
    spells->watched_long += watched >= RECUR_LONG ? all : 0;
    for (size_t lag = 1; lag <= last; lag++) {
        const struct ipset *day = days[gone + lag];
        uint64_t n = day ? ipset_and_count(left, day) : 0;
        if (n == 0)
            continue;
        spells->back_short += lag <= RECUR_SHORT ? n : 0;
        spells->back_long += watched >= RECUR_LONG ? n : 0;
        ipset_andnot(left, day);
    }
    ipset_free(left);
}

void
spells_add(struct spells *spells, struct ipset *const *days, size_t count, size_t quiet)
{
    require(quiet > 0);
    struct ipset *unknown = union_of(days, 0, count < quiet ? count : quiet);
    spells->truncated += ipset_count(unknown);
    ipset_free(unknown);
    if (count <= quiet)
        return;
    size_t end = count - quiet;
    make_room(spells, end + 1);
    struct ipset **ended = mem_calloc(end, sizeof *ended);
    for (size_t at = 0; at < end; at++) {
        ended[at] = only_on(days, at, at + 1, at + 1 + quiet);
        follow_gone(spells, days, count, quiet, at, ended[at]);
    }
    if (end > quiet)
        follow_cohorts(spells, days, count, quiet, ended);
    for (size_t at = 0; at < end; at++)
        ipset_free(ended[at]);
    free(ended);
}
