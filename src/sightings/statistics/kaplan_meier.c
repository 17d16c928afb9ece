/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings/statistics/kaplan_meier.h"

#include <math.h>

static const double Z = 1.959963984540054;

/* The limits S^exp(±Z·se), se of log(-log S) by the delta method. */
static void
limits(struct km_point *point, double greenwood)
{
    point->low = point->high = NAN;
    if (point->survival <= 0 || point->survival >= 1)
        return;
    double spread = Z * sqrt(greenwood) / fabs(log(point->survival));
    point->low = pow(point->survival, exp(spread));
    point->high = pow(point->survival, exp(-spread));
}

void
kaplan_meier(const struct km_count *counts, size_t count, struct km_point *out)
{
    uint64_t at_risk = 0;
    for (size_t t = 0; t < count; t++)
        at_risk += counts[t].ended + counts[t].censored;
    double survival = 1, greenwood = 0;
    for (size_t t = 0; t < count; t++) {
        double n = (double)at_risk, d = (double)counts[t].ended;
        if (d > 0) {
            survival *= 1 - d / n;
            greenwood += n > d ? d / (n * (n - d)) : 0;
        }
        out[t] = (struct km_point){.at_risk = at_risk,
                                   .ended = counts[t].ended,
                                   .censored = counts[t].censored,
                                   .survival = survival};
        limits(&out[t], greenwood);
        at_risk -= counts[t].ended + counts[t].censored;
    }
}

double
km_median(const struct km_point *points, size_t count)
{
    for (size_t t = 0; t < count; t++)
        if (points[t].survival <= 0.5)
            return (double)t;
    return NAN;
}

double
km_median_low(const struct km_point *points, size_t count)
{
    for (size_t t = 0; t < count; t++)
        if (points[t].low <= 0.5)
            return (double)t;
    return NAN;
}

double
km_median_high(const struct km_point *points, size_t count)
{
    for (size_t t = 0; t < count; t++)
        if (points[t].high <= 0.5)
            return (double)t;
    return NAN;
}

double
km_restricted_mean(const struct km_point *points, size_t count)
{
    double area = 0;
    for (size_t t = 0; t + 1 < count; t++)
        area += points[t].survival;
    return area;
}
