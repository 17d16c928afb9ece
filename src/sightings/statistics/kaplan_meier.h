/* SPDX-License-Identifier: Apache-2.0 */
/* The product-limit estimator (Kaplan and Meier, JASA 53, 1958) on whole days, with Greenwood's
 * variance and 95 % limits on the log(-log) scale (Kalbfleisch and Prentice, 1980). Who is censored
 * on a day was at risk on that day. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct km_count {
    uint64_t ended, censored; /* after exactly this many days */
};
struct km_point {
    uint64_t at_risk, ended, censored;
    double survival, low, high; /* after the day; limits are NaN before the first end */
};

/* COUNTS[t] and OUT[t] are for t = 0 … COUNT - 1 days. */
void kaplan_meier(const struct km_count *counts, size_t count, struct km_point *out);
/* The first day on which the value falls to one half or less; NaN when none does. */
double km_median(const struct km_point *points, size_t count);
double km_median_low(const struct km_point *points, size_t count);
double km_median_high(const struct km_point *points, size_t count);
/* The mean of the time up to day COUNT - 1: the area under the curve. */
double km_restricted_mean(const struct km_point *points, size_t count);
