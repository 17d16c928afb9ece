/* SPDX-License-Identifier: Apache-2.0 */
/* The incomplete gamma function by series and continued fraction (Abramowitz and Stegun 6.5.29 and
 * 6.5.31); its inverse by bisection, which cannot diverge. */
#include "sightings/statistics/intervals.h"

#include "base/require.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

static const double Z = 1.959963984540054; /* the normal's 97.5 % point */

struct interval
interval_wilson(double x, double n)
{
    if (!(n > 0) || !(x >= 0) || x > n)
        return (struct interval){NAN, NAN};
    double share = x / n, z2 = Z * Z;
    double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
    double half = Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    return (struct interval){x == 0 ? 0 : fmax(0, middle - half),
                             x == n ? 1 : fmin(1, middle + half)};
}

/* The lower regularised incomplete gamma function P(a, x). */
static double
gamma_p(double a, double x)
{
    if (x <= 0)
        return 0;
    double scale = exp(a * log(x) - x - lgamma(a));
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (int i = 1; i < 100000 && term > sum * 1e-15; i++)
            sum += term *= x / (a + i);
        return sum * scale;
    }
    double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (int i = 1; i < 100000; i++) {
        double an = -i * (i - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        h *= d * c;
        if (fabs(d * c - 1) < 1e-15)
            break;
    }
    return 1 - scale * h;
}

/* The x with P(a, x) = P. */
static double
gamma_inverse(double a, double p)
{
    double low = 0, high = a + 20 * sqrt(a + 1) + 20;
    for (int i = 0; i < 200 && high - low > 1e-12 * high; i++) {
        double middle = (low + high) / 2;
        if (gamma_p(a, middle) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

struct interval
interval_poisson(double x)
{
    if (!(x >= 0) || !isfinite(x))
        return (struct interval){NAN, NAN};
    if (x > 1e6) /* the normal approximation differs by less than 1e-5 there */
        return (struct interval){x - Z * sqrt(x), x + Z * sqrt(x)};
    return (struct interval){x > 0 ? gamma_inverse(x, 0.025) : 0, gamma_inverse(x + 1, 0.975)};
}

/* The sum of a resample of COUNT days in blocks of LENGTH. */
static double
resample(const uint64_t *days, size_t count, size_t length, struct rng *rng)
{
    double sum = 0;
    for (size_t taken = 0; taken < count;) {
        size_t start = rng_below(rng, count - length + 1);
        for (size_t i = 0; i < length && taken < count; i++, taken++)
            sum += (double)days[start + i];
    }
    return sum;
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A week where three fit, else the cube root that Künsch's rule asks for. */
static size_t
block_length(size_t days)
{
    return days >= 21 ? 7 : (size_t)ceil(cbrt((double)days));
}

/* By how much percentiles of a block bootstrap fall short on the log scale: blocks vary less than
 * the whole, by 1 - LENGTH / COUNT of the variance, and there are only so many of them, which asks
 * for Student's t (97.5 % points by degrees of freedom) in place of the normal's. */
static double
widening(size_t count)
{
    static const double student[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                                     2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131};
    enum { LAST = sizeof student / sizeof *student };
    double length = (double)block_length(count), n = (double)count;
    double freedom = fmax(1, fmin(LAST, 2 * (n / length - 1)));
    return student[(size_t)freedom - 1] / Z * sqrt(n / (n - length));
}

static double
sum_of(const uint64_t *days, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)days[i];
    return sum;
}

struct interval
interval_ratio(const uint64_t *before, size_t before_count, const uint64_t *after,
               size_t after_count, uint64_t seed)
{
    enum { ROUNDS = 4000, SHORTEST = 4 };
    if (before_count < SHORTEST || after_count < SHORTEST)
        return (struct interval){NAN, NAN};
    struct rng rng = {seed};
    double *ratios = mem_alloc(ROUNDS * sizeof *ratios);
    size_t n = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        double low = resample(before, before_count, block_length(before_count), &rng);
        double high = resample(after, after_count, block_length(after_count), &rng);
        if (low > 0)
            ratios[n++] = high / (double)after_count / (low / (double)before_count);
    }
    struct interval interval = {NAN, NAN};
    if (n >= ROUNDS / 2) {
        qsort(ratios, n, sizeof *ratios, by_value);
        interval = (struct interval){ratios[n * 25 / 1000], ratios[n - 1 - n * 25 / 1000]};
        size_t fewer = before_count < after_count ? before_count : after_count;
        double ratio = sum_of(after, after_count) / (double)after_count /
                       (sum_of(before, before_count) / (double)before_count);
        if (ratio > 0 && isfinite(ratio)) {
            interval.low = ratio * pow(interval.low / ratio, widening(fewer));
            interval.high = ratio * pow(interval.high / ratio, widening(fewer));
        }
    }
    free(ratios);
    return interval;
}
