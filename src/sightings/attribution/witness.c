/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings/attribution/witness.h"

#include "base/require.h"

#include <stdlib.h>

enum { WALK_STEP = 4096 };

/* Networks with a member: registry networks by index, the others by /16 or /32. */
struct covered {
    const struct network_map *map;
    bool *networks;
    bool blocks4[65536];
    uint32_t *blocks6; /* sorted; repeats do no harm */
    size_t count6;
};

static bool *
place4(struct covered *covered, uint32_t addr)
{
    uint32_t index = covered->map ? network_map_find4(covered->map, addr) : 0;
    return index ? &covered->networks[index] : &covered->blocks4[addr >> 16];
}

static uint32_t
network6(const struct covered *covered, uint64_t half)
{
    return covered->map ? network_map_find(covered->map, (ip){.hi = half, .version = 6}) : 0;
}

static void
cover(struct covered *covered, const struct ipset *seen)
{
    uint32_t addrs[WALK_STEP];
    struct ipset_walk *walk = ipset_walk_new(seen);
    for (size_t n; (n = ipset_walk_next4(walk, addrs, WALK_STEP)) > 0;)
        for (size_t i = 0; i < n; i++)
            *place4(covered, addrs[i]) = true;
    ipset_walk_free(walk);
    size_t count;
    const uint64_t *halves = ipset_list6(seen, &count);
    covered->blocks6 = mem_alloc((count + 1) * sizeof *covered->blocks6);
    for (size_t i = 0; i < count; i++) {
        uint32_t index = network6(covered, halves[i]);
        if (index)
            covered->networks[index] = true;
        else
            covered->blocks6[covered->count6++] = (uint32_t)(halves[i] >> 32);
    }
}

static bool
covers6(const struct covered *covered, uint64_t half)
{
    uint32_t index = network6(covered, half), block = (uint32_t)(half >> 32);
    if (index)
        return covered->networks[index];
    size_t low = 0, high = covered->count6;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (covered->blocks6[middle] < block)
            low = middle + 1;
        else
            high = middle;
    }
    return low < covered->count6 && covered->blocks6[low] == block;
}

static void
take_covered(struct covered *covered, const struct ipset *gone, struct ipset *out)
{
    uint32_t addrs[WALK_STEP];
    struct ipset_walk *walk = ipset_walk_new(gone);
    for (size_t n; (n = ipset_walk_next4(walk, addrs, WALK_STEP)) > 0;) {
        size_t kept = 0;
        for (size_t i = 0; i < n; i++)
            if (*place4(covered, addrs[i]))
                addrs[kept++] = addrs[i];
        ipset_add_many4(out, addrs, kept);
    }
    ipset_walk_free(walk);
    size_t count, kept = 0;
    const uint64_t *halves = ipset_list6(gone, &count);
    uint64_t *keep = mem_alloc((count + 1) * sizeof *keep);
    for (size_t i = 0; i < count; i++)
        if (covers6(covered, halves[i]))
            keep[kept++] = halves[i];
    ipset_add_many6(out, keep, kept);
    free(keep);
}

struct ipset *
witness_select(const struct network_map *map, const struct ipset *gone, const struct ipset *seen)
{
    struct covered *covered = mem_calloc(1, sizeof *covered);
    covered->map = map;
    covered->networks = mem_calloc(map ? (size_t)network_map_count(map) + 1 : 1, sizeof(bool));
    struct ipset *selected = ipset_new();
    cover(covered, seen);
    take_covered(covered, gone, selected);
    free(covered->blocks6);
    free(covered->networks);
    free(covered);
    return selected;
}
