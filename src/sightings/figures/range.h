/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of a range of days: pure functions of the file, by the formulas that the measures use.
 * Days that the operator explained as gaps are left out of sums and means. The work grows with the
 * days of the range: cut what a visitor asks for to the stored days. */
#pragma once

#include "sightings/figures/figures.h"
#include "sightings/statistics/intervals.h"
#include "sightings/statistics/rates.h"

struct figures_mean {
    uint64_t sum4, sum6;
    uint32_t days; /* counted: without explained gaps */
    uint32_t seen; /* of these, with any address */
    uint64_t minimum, maximum;
    double mean; /* NaN without any day */
};
struct figures_mean figures_mean(const struct figures *figures, enum event_class class, str family,
                                 enum figures_dimension dimension, str key, day from, day to);

struct figures_ranked {
    str family;
    uint64_t address_days;
    uint32_t days; /* with any sighting */
};
/* Families by address-days, the largest first; at most MAX are written, how many is returned. */
size_t figures_rank(const struct figures *figures, enum event_class class, day from, day to,
                    struct figures_ranked *out, size_t max);

/* The groups of ISP, PROVINCE or KIND with their rate per address, ranked by the lower end of its
 * interval as `khien stats networks` does; groups without any sighting are left out. Allocates
 * *RET, which the caller frees; returns how many. *RET_DAYS: counted days. */
size_t figures_rates(const struct figures *figures, enum event_class class, str family,
                     enum figures_dimension dimension, day from, day to, struct rate **ret,
                     uint32_t *ret_days);

/* Two windows of equal length, exactly as `khien stats compare`: percentages are cut, not rounded.
 * The interval resamples 4000 times and takes milliseconds; WITH_INTERVAL false leaves it out. */
struct figures_change {
    uint64_t before_sum, after_sum;
    uint32_t before_days, after_days; /* counted */
    double percent;                   /* NaN without a baseline */
    struct interval interval;         /* percent; NaN below four days */
};
errcode figures_change(const struct figures *figures, enum event_class class, str family,
                       enum figures_dimension dimension, str key, struct measure_window before,
                       struct measure_window after, bool with_interval, struct figures_change *ret,
                       struct err *err);
