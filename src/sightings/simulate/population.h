/* SPDX-License-Identifier: Apache-2.0 */
/* Subscribers and their infected hosts, a day at a time. Infections end with a constant daily
 * hazard of the family (so their length is geometric and the true survival curve is known), more
 * quickly once the campaign has begun; some come back later. */
#pragma once

#include "base/rng.h"
#include "sightings/simulate/pools.h"

enum { SIMULATED_FAMILIES = 12 };

struct simulated_family {
    const char *name;
    double weight; /* share of the infected hosts at the start */
    double hazard; /* clean-ups a day without a campaign */
    double seen;   /* chance that an infected host shows itself on a day */
};
extern const struct simulated_family simulated_families[SIMULATED_FAMILIES];

struct subscriber {
    uint64_t half6;         /* /64 */
    uint32_t address, last; /* LAST: the address before today's change */
    uint16_t pool;
    int16_t changed_day; /* of the newest change of address */
    int16_t updated_day; /* the address is valid for this day */
    bool shared, has6;
    uint8_t hosts[SIMULATED_FAMILIES]; /* infected now, by family */
};

struct host {
    uint32_t subscriber;
    int16_t first; /* day of the infection; below 0: before the simulation */
    uint8_t family;
};

/* A cleaned subscriber's next infection. */
struct relapse {
    uint32_t subscriber;
    uint8_t family;
};

struct relapses {
    struct relapse *items;
    size_t count, room;
};

struct population {
    const struct simulate_options *options;
    struct pools pools;
    struct rng rng;
    struct subscriber *subscribers;
    size_t subscriber_count, subscriber_room;
    struct host *hosts;
    size_t host_count, host_room;
    struct relapses *relapses;        /* one for each day */
    double start[SIMULATED_FAMILIES]; /* hosts at the start */
    uint64_t infected[SIMULATED_FAMILIES], households[SIMULATED_FAMILIES];
    uint64_t any_household; /* subscribers with any infected host */
    uint64_t ever;          /* infections so far */
    /* Each infection that ended, or is still there at the end (LAST then is the last day). */
    void (*ended)(void *context, const struct host *host, uint32_t last, bool alive);
    void *context;
};

errcode population_make(struct population *ret, const struct simulate_options *options,
                        struct err *err);
void population_clear(struct population *population);
/* What happens between day NTH - 1 and NTH (from 0): clean-ups, new and returning infections. */
void population_step(struct population *population, uint32_t nth);
/* Tells ENDED about those that are left. */
void population_finish(struct population *population);
/* Brings the subscriber's address up to day NTH. */
void subscriber_update(struct population *population, struct subscriber *subscriber, uint32_t nth);
