/* SPDX-License-Identifier: Apache-2.0 */
/* Families ranked by address-days: the sum of each day's distinct addresses. An address seen for
 * thirty days counts thirty times, one seen once counts once, so that churn weighs little. */
#pragma once

#include "sightings/measures/scope.h"

struct ranked {
    str family; /* view into NAMES */
    uint64_t address_days;
    uint32_t days;      /* with any sighting */
    size_t rank;        /* computed, from 1; 0: not seen in the period */
    size_t pinned_rank; /* in the operator's list, from 1; 0: not there */
};

struct ranking {
    struct names names;
    struct ranked *items; /* in the order of the operator's list where there is one, then by rank */
    size_t count, room;
    bool pinned;
};

errcode ranking_compute(struct scope *scope, day from, day to, struct ranking *ret,
                        struct err *err);
/* The same of sums that are known: add to an empty one, then settle. */
void ranking_add(struct ranking *ranking, str family, uint64_t address_days, uint32_t days);
errcode ranking_settle(struct ranking *ranking, struct sightings *sightings, struct err *err);
void ranking_clear(struct ranking *ranking);
/* The first TOP families that were named (pinned where there is a list; 0: all). */
void ranking_largest(const struct ranking *ranking, size_t top, struct names *ret);
