/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings/statistics/rates.h"

#include <math.h>
#include <stdlib.h>

static int
by_rate(const void *a, const void *b)
{
    const struct rate *x = a, *y = b;
    double left = isfinite(x->interval.low) ? x->interval.low : -1;
    double right = isfinite(y->interval.low) ? y->interval.low : -1;
    if (left != right)
        return left < right ? 1 : -1;
    if (x->sum4 + x->sum6 != y->sum4 + y->sum6)
        return x->sum4 + x->sum6 < y->sum4 + y->sum6 ? 1 : -1;
    return str_compare(x->key, y->key);
}

uint64_t
rates_rank(struct rate *items, size_t count, double days)
{
    uint64_t whole = 0;
    for (size_t i = 0; i < count; i++) {
        struct rate *rate = &items[i];
        bool known = !str_eq(rate->key, STR("unknown")) && rate->announced > 0;
        double mean = (double)rate->sum4 / days;
        whole += rate->sum4 + rate->sum6;
        rate->per_address = known ? mean / (double)rate->announced : NAN;
        rate->interval =
            known ? interval_wilson(mean, (double)rate->announced) : (struct interval){NAN, NAN};
    }
    if (count)
        qsort(items, count, sizeof *items, by_rate);
    return whole;
}
