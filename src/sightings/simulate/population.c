/* SPDX-License-Identifier: Apache-2.0 */
/* Discrete days; one stream of random numbers, so that a seed gives one history. */
#include "sightings/simulate/population.h"

#include "base/require.h"

#include <math.h>
#include <stdlib.h>

static const double ROWS_PER_HOST_DAY = 3, SAME_HOUSEHOLD = 0.15, RELAPSE = 0.1;
enum { RELAPSE_FIRST = 20, RELAPSE_DAYS = 60, BEFORE_MAX = 365 };

const struct simulated_family simulated_families[SIMULATED_FAMILIES] = {
    {"mirai", 0.24, 0.06, 0.80},     {"andromeda", 0.18, 0.02, 0.90},
    {"avalanche", 0.12, 0.02, 0.85}, {"socks5systemz", 0.10, 0.03, 0.85},
    {"mozi", 0.08, 0.05, 0.75},      {"sality", 0.07, 0.02, 0.90},
    {"conficker", 0.06, 0.01, 0.90}, {"android.hummer", 0.05, 0.03, 0.85},
    {"necurs", 0.04, 0.02, 0.90},    {"virut", 0.03, 0.02, 0.90},
    {"ramnit", 0.02, 0.03, 0.90},    {"qsnatch", 0.01, 0.01, 0.95},
};

static bool
chance(struct population *p, double probability)
{
    return rng_unit(&p->rng) < probability;
}

/* A whole number whose mean is MEAN. */
static uint64_t
whole(struct population *p, double mean)
{
    double floor_part = floor(mean);
    return (uint64_t)floor_part + chance(p, mean - floor_part);
}

static uint32_t
new_address(struct population *p, const struct subscriber *s)
{
    const struct pool *pool = &p->pools.items[s->pool];
    uint64_t size = s->shared ? pool->size / 64 + 1 : pool->size;
    return pool_address(pool, rng_below(&p->rng, size));
}

static uint32_t
subscriber_new(struct population *p)
{
    if (p->subscriber_count == p->subscriber_room) {
        p->subscriber_room = p->subscriber_room ? p->subscriber_room * 2 : 1024;
        p->subscribers = mem_resize(p->subscribers, p->subscriber_room, sizeof *p->subscribers);
    }
    /* A random address of the whole country chooses the pool in proportion to its size. */
    uint64_t at = rng_below(&p->rng, p->pools.size);
    uint16_t pool = 0;
    while (at >= p->pools.items[pool].size)
        at -= p->pools.items[pool++].size;
    struct subscriber *s = &p->subscribers[p->subscriber_count];
    *s = (struct subscriber){.pool = pool, .changed_day = -1};
    s->shared = chance(p, p->pools.items[pool].shared);
    s->has6 = chance(p, 0.5);
    s->address = s->last = new_address(p, s);
    s->half6 = p->pools.items[pool].prefix6 + (rng_next(&p->rng) & 0xffffff);
    s->updated_day = -1;
    return (uint32_t)p->subscriber_count++;
}

void
subscriber_update(struct population *p, struct subscriber *s, uint32_t nth)
{
    double lease = p->pools.items[s->pool].lease_days;
    if (s->updated_day == (int16_t)nth || lease == 0)
        return;
    double days = s->updated_day < 0 ? 1 : (double)((int32_t)nth - s->updated_day);
    s->updated_day = (int16_t)nth;
    s->last = s->address;
    if (!chance(p, 1 - pow(1 - fmin(1 / lease, 0.9), days)))
        return;
    s->address = new_address(p, s);
    s->half6 = (s->half6 & ~UINT64_C(0xffffff)) + (rng_next(&p->rng) & 0xffffff);
    s->changed_day = (int16_t)nth;
}

static uint64_t
infected_here(const struct subscriber *s)
{
    uint64_t sum = 0;
    for (int f = 0; f < SIMULATED_FAMILIES; f++)
        sum += s->hosts[f];
    return sum;
}

static void
infect(struct population *p, uint32_t subscriber, uint8_t family, int16_t first)
{
    struct subscriber *s = &p->subscribers[subscriber];
    if (s->hosts[family] == UINT8_MAX)
        return;
    p->any_household += infected_here(s) == 0;
    p->households[family] += s->hosts[family]++ == 0;
    p->infected[family]++;
    p->ever++;
    if (p->host_count == p->host_room) {
        p->host_room = p->host_room ? p->host_room * 2 : 1024;
        p->hosts = mem_resize(p->hosts, p->host_room, sizeof *p->hosts);
    }
    p->hosts[p->host_count++] = (struct host){subscriber, first, family};
}

/* One new infection, in a new household or in one that has another already. */
static void
infect_someone(struct population *p, uint8_t family, int16_t first)
{
    bool same = p->host_count > 0 && chance(p, SAME_HOUSEHOLD);
    uint32_t subscriber =
        same ? p->hosts[rng_below(&p->rng, p->host_count)].subscriber : subscriber_new(p);
    infect(p, subscriber, family, first);
}

static void
relapse_plan(struct population *p, const struct host *host, uint32_t nth)
{
    if (!chance(p, RELAPSE))
        return;
    uint64_t when = nth + RELAPSE_FIRST + rng_below(&p->rng, RELAPSE_DAYS);
    if (when >= p->options->days)
        return;
    struct relapses *list = &p->relapses[when];
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 16;
        list->items = mem_resize(list->items, list->room, sizeof *list->items);
    }
    list->items[list->count++] = (struct relapse){host->subscriber, host->family};
}

static void
clean(struct population *p, size_t at, uint32_t nth)
{
    struct host host = p->hosts[at];
    struct subscriber *s = &p->subscribers[host.subscriber];
    p->households[host.family] -= --s->hosts[host.family] == 0;
    p->any_household -= infected_here(s) == 0;
    p->infected[host.family]--;
    p->hosts[at] = p->hosts[--p->host_count];
    relapse_plan(p, &host, nth);
    if (p->ended)
        p->ended(p->context, &host, nth - 1, false);
}

/* The day's hazard of FAMILY. */
static double
hazard(const struct population *p, uint8_t family, uint32_t nth)
{
    double factor = p->options->campaign_factor > 0 ? p->options->campaign_factor : 4;
    double rate = simulated_families[family].hazard;
    return nth >= p->options->campaign_day ? fmin(rate * factor, 0.9) : rate;
}

void
population_step(struct population *p, uint32_t nth)
{
    double hazards[SIMULATED_FAMILIES];
    for (unsigned f = 0; f < SIMULATED_FAMILIES; f++)
        hazards[f] = hazard(p, f, nth);
    for (size_t i = 0; i < p->host_count;) {
        if (chance(p, hazards[p->hosts[i].family]))
            clean(p, i, nth);
        else
            i++;
    }
    struct relapses *back = &p->relapses[nth];
    for (size_t i = 0; i < back->count; i++)
        infect(p, back->items[i].subscriber, back->items[i].family, (int16_t)nth);
    for (unsigned f = 0; f < SIMULATED_FAMILIES; f++) {
        /* As many as the hazard takes from the level at the start; relapses are among them. */
        double fresh = p->start[f] * simulated_families[f].hazard;
        double returned = (double)back->count * simulated_families[f].weight;
        for (uint64_t n = whole(p, fmax(0, fresh - returned)); n > 0; n--)
            infect_someone(p, f, (int16_t)nth);
    }
}

/* The infections that are there on the first day began a geometric time before. */
static void
begin(struct population *p)
{
    for (unsigned f = 0; f < SIMULATED_FAMILIES; f++) {
        const struct simulated_family *family = &simulated_families[f];
        p->start[f] =
            (double)p->options->daily * family->weight / (ROWS_PER_HOST_DAY * family->seen);
        for (uint64_t n = whole(p, p->start[f]); n > 0; n--) {
            double before = floor(log(1 - rng_unit(&p->rng)) / log(1 - family->hazard));
            infect_someone(p, f, (int16_t)-fmin(before, BEFORE_MAX));
        }
    }
}

errcode
population_make(struct population *ret, const struct simulate_options *options, struct err *err)
{
    *ret = (struct population){.options = options, .rng = {options->seed}};
    errcode code = pools_make(options, &ret->pools, err);
    if (code)
        return code;
    ret->relapses = mem_calloc(options->days, sizeof *ret->relapses);
    begin(ret);
    return OK;
}

void
population_finish(struct population *p)
{
    for (size_t i = 0; i < p->host_count && p->ended; i++)
        p->ended(p->context, &p->hosts[i], p->options->days - 1, true);
}

void
population_clear(struct population *p)
{
    for (uint32_t i = 0; p->relapses && i < p->options->days; i++)
        free(p->relapses[i].items);
    free(p->relapses);
    free(p->subscribers);
    free(p->hosts);
    pools_clear(&p->pools);
    *p = (struct population){0};
}
