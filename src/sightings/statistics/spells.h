/* SPDX-License-Identifier: Apache-2.0 */
/* Spells: an address is ill from its first sighting after QUIET days without one, to its last
 * sighting before QUIET days without one. All is done on whole sets: cohorts of one starting day
 * lose those that end, so that the cost is days squared set operations, not one step an address. */
#pragma once

#include "sightings/ipset.h"
#include "sightings/statistics/kaplan_meier.h"

enum { RECUR_SHORT = 30, RECUR_LONG = 90 };

struct spells {
    struct km_count *counts; /* by length in days */
    size_t count;            /* lengths 0 … count - 1 */
    uint64_t subjects;       /* spells whose start was seen */
    uint64_t truncated; /* addresses of the first QUIET days: their start is unknown, they are left
                           out */
    /* Addresses that were gone (QUIET days) and then watched for 30 or 90 days more, and those of
     * them that were seen again in that time. */
    uint64_t watched_short, back_short, watched_long, back_long;
};

/* Adds one stretch of days without a break: DAYS[i] is NULL where nothing was seen. Only ends that
 * QUIET further days confirm are known; spells that go on then are censored there. SPELLS starts
 * as zero; it grows to COUNT lengths. */
void spells_add(struct spells *spells, struct ipset *const *days, size_t count, size_t quiet);
void spells_clear(struct spells *spells);
