/* SPDX-License-Identifier: Apache-2.0 */
/* 95 % intervals. Each is a pure function of its numbers. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct interval {
    double low, high; /* NaN where there is none */
};

/* Of a share X / N, 0 <= X <= N: Wilson's score interval without continuity correction (Wilson
 * 1927; Newcombe, Statistics in Medicine 17, 1998, method 3). X may be a mean of counts. */
struct interval interval_wilson(double x, double n);
/* Of a Poisson mean when X was counted: exact (Garwood, Biometrika 28, 1936). X may be a mean. */
struct interval interval_poisson(double x);
/* Of SUM(after) / SUM(before): percentiles of a moving block bootstrap over days (Künsch, Annals
 * of Statistics 17, 1989), each window resampled on its own, widened for few blocks as
 * docs/measures.md tells. NaN below four days. */
struct interval interval_ratio(const uint64_t *before, size_t before_count, const uint64_t *after,
                               size_t after_count, uint64_t seed);
