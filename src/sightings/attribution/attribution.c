/* SPDX-License-Identifier: Apache-2.0 */
/* One compiled map at a time: measures go through the days in order, so that each stretch is
 * compiled once. */
#include "sightings/attribution/attribution.h"

#include "base/require.h"

#include <stdlib.h>

enum { WALK_STEP = 4096 };

struct attribution {
    const struct networks *networks;
    struct network_map *map;
    day as_of; /* of the map */
    unsigned stretch;
};

struct attribution *
attribution_new(const struct networks *networks)
{
    struct attribution *attribution = mem_calloc(1, sizeof *attribution);
    attribution->networks = networks;
    return attribution;
}

void
attribution_free(struct attribution *attribution)
{
    if (!attribution)
        return;
    network_map_free(attribution->map);
    free(attribution);
}

/* Whether the registry is the same on both days. */
static bool
same_stretch(const struct attribution *attribution, day a, day b)
{
    day low = a < b ? a : b, high = a < b ? b : a, change;
    return low == high || networks_changes(attribution->networks, low + 1, high, &change, 1) == 0;
}

errcode
attribution_map(struct attribution *attribution, day as_of, const struct network_map **ret,
                struct err *err)
{
    if (!attribution->map || !same_stretch(attribution, attribution->as_of, as_of)) {
        struct network_map *map = NULL;
        errcode code = network_map_new(attribution->networks, as_of, &map, err);
        if (code)
            return code;
        network_map_free(attribution->map);
        attribution->map = map;
        attribution->stretch++;
    }
    attribution->as_of = as_of;
    *ret = attribution->map;
    return OK;
}

unsigned
attribution_stretch(const struct attribution *attribution)
{
    return attribution->stretch;
}

void
attribution_count(const struct network_map *map, const struct ipset *set, uint64_t *counts4,
                  uint64_t *counts6)
{
    struct network_ranges ranges = network_map_ranges(map);
    require(ranges.count == 0 || ranges.starts[0] == 0);
    struct ipset_walk *walk = ipset_walk_new(set);
    uint32_t addrs[WALK_STEP];
    size_t n, range = 0;
    while ((n = ipset_walk_next4(walk, addrs, WALK_STEP)) > 0) {
        for (size_t i = 0; i < n;) {
            while (range + 1 < ranges.count && ranges.starts[range + 1] <= addrs[i])
                range++;
            uint32_t index = ranges.count ? ranges.index[range] : 0;
            uint64_t end = range + 1 < ranges.count ? ranges.starts[range + 1] : UINT64_C(1) << 32;
            size_t first = i;
            while (i < n && addrs[i] < end)
                i++;
            counts4[index] += i - first;
        }
    }
    ipset_walk_free(walk);
    size_t count6;
    const uint64_t *halves = ipset_list6(set, &count6);
    for (size_t i = 0; i < count6; i++)
        counts6[network_map_find(map, (ip){.hi = halves[i], .version = 6})]++;
}

struct ipset *
attribution_mask(const struct network_map *map, const bool *wanted)
{
    struct network_ranges ranges = network_map_ranges(map);
    struct ipset *mask = ipset_new();
    for (size_t i = 0; i < ranges.count; i++) {
        uint32_t last = i + 1 < ranges.count ? ranges.starts[i + 1] - 1 : UINT32_MAX;
        if (wanted[ranges.index[i]])
            ipset_add_range4(mask, ranges.starts[i], last);
    }
    return mask;
}

struct ipset *
attribution_select(const struct network_map *map, const bool *wanted, const struct ipset *mask,
                   const struct ipset *set)
{
    struct ipset *selected = ipset_copy(mask);
    size_t count6, kept = 0;
    const uint64_t *halves = ipset_list6(set, &count6);
    uint64_t *keep = mem_alloc((count6 + 1) * sizeof *keep);
    for (size_t i = 0; i < count6; i++)
        if (wanted[network_map_find(map, (ip){.hi = halves[i], .version = 6})])
            keep[kept++] = halves[i];
    ipset_add_many6(selected, keep, kept);
    free(keep);
    ipset_and(selected, set);
    return selected;
}

void
attribution_sizes(const struct network_map *map, uint64_t *sizes)
{
    struct network_ranges ranges = network_map_ranges(map);
    for (size_t i = 0; i < ranges.count; i++) {
        uint64_t end = i + 1 < ranges.count ? ranges.starts[i + 1] : UINT64_C(1) << 32;
        sizes[ranges.index[i]] += end - ranges.starts[i];
    }
}
