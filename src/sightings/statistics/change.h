/* SPDX-License-Identifier: Apache-2.0 */
/* The change between two windows of days, by exact arithmetic: percentages are fractions cut (never
 * rounded) to two decimals. */
#pragma once

#include "sightings/statistics/intervals.h"

#include <stdbool.h>

/* One window's counts, a day each; days that the operator explained as gaps are left out. */
struct change_side {
    uint64_t *days;
    size_t count;
    uint64_t sum;
};
void change_side_add(struct change_side *side, uint64_t count); /* DAYS must have room */

/* (after / days) / (before / days) - 1 in percent, cut to hundredths; NaN without a baseline. */
double change_percent(const struct change_side *before, const struct change_side *after);
/* Whether it is TARGET percent (-50) or less. */
bool change_met(const struct change_side *before, const struct change_side *after, int32_t target);
/* Its 95 % interval in percent (interval_ratio); NaN below four days. */
struct interval change_interval(const struct change_side *before, const struct change_side *after,
                                uint64_t seed);
