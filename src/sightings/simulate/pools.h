/* SPDX-License-Identifier: Apache-2.0 */
/* Where simulated subscribers get their addresses: one pool for each provider, with a behaviour. */
#pragma once

#include "sightings/simulate/simulate.h"

struct pool_range {
    uint32_t first;
    uint64_t before; /* addresses in the ranges before this one */
};

struct pool {
    struct pool_range *ranges;
    size_t count, room;
    uint64_t size;
    uint32_t asn;
    double lease_days; /* mean time between changes of address; 0: static */
    double shared;     /* share of subscribers behind carrier-grade NAT */
    uint64_t prefix6;  /* high half that its /64s are made of */
    char row_text[64]; /* what stands in a row between port and destination */
    size_t row_size;
};

struct pools {
    struct pool *items;
    size_t count;
    uint64_t size;
    const char *from; /* in words, for README.txt */
};

errcode pools_make(const struct simulate_options *options, struct pools *ret, struct err *err);
void pools_clear(struct pools *pools);
/* The pool's address number N, below its size. */
uint32_t pool_address(const struct pool *pool, uint64_t n);
