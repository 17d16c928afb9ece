/* SPDX-License-Identifier: Apache-2.0 */
/* Repeatable pseudo-random numbers for simulations and tests; never for secrets. The generator is
 * splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014). */
#pragma once

#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t
rng_next(struct rng *rng)
{
    uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Below N, which is not 0; the bias is below 2^-32 for N up to 2^32. */
static inline uint64_t
rng_below(struct rng *rng, uint64_t n)
{
    return (uint64_t)(((unsigned __int128)rng_next(rng) * n) >> 64);
}

/* In [0, 1). */
static inline double
rng_unit(struct rng *rng)
{
    return (double)(rng_next(rng) >> 11) * 0x1.0p-53;
}
