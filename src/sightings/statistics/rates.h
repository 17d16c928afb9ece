/* SPDX-License-Identifier: Apache-2.0 */
/* Mean daily addresses of groups of networks as a share of what they announce, ranked by the lower
 * end of the share's interval, so that a large provider is not first for its size, nor a tiny one
 * for two addresses. */
#pragma once

#include "base/str.h"
#include "sightings/statistics/intervals.h"

/* A group's sums over a period; what is above the line is given, what is below it is computed. */
struct rate {
    str key, name;
    uint64_t sum4, sum6; /* of daily distinct addresses */
    uint64_t announced, subscribers, new, gone;
    /* --- */
    struct interval interval; /* of PER_ADDRESS: Wilson; NaN where nothing is announced */
    double per_address;
};

/* Fills in what is computed and sorts: the highest lower end first. DAYS: counted ones. Returns the
 * sum of all sums, of which each group has a share. */
uint64_t rates_rank(struct rate *items, size_t count, double days);
