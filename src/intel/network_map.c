/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups in the compiled map. Searches are free of unpredictable branches: on random addresses a
 * branch that is guessed wrong costs more than everything else. */
#include "base/require.h"
#include "intel/network_map_layout.h"

/* The network of the last of COUNT ranges that begins at or below ADDR; the first one does. */
static inline uint32_t
last_pair(const struct network_pair *pairs, uint32_t count, uint32_t addr)
{
    while (count > 1) {
        uint32_t half = count / 2;
        pairs = pairs[half].start <= addr ? pairs + half : pairs;
        count -= half;
    }
    return pairs->index;
}

uint32_t
network_map_find4(const struct network_map *map, uint32_t addr)
{
    uint32_t entry = map->direct4[addr >> (32 - map->bits4)];
    if (!(entry & DIRECT_IN_RANGES))
        return entry;
    uint32_t place = (entry >> 8) & ((1u << DIRECT_PLACE_BITS) - 1);
    uint32_t more = entry & 0xff;
    if (more == DIRECT_MORE) {
        uint32_t most = (UINT32_C(1) << (32 - map->bits4)) - 1, left = map->count4 - place - 1;
        more = most < left ? most : left;
    }
    return last_pair(map->pairs4 + place, more + 1, addr);
}

uint32_t
network_map_find6(const struct network_map *map, uint64_t high)
{
    uint64_t block = high >> (64 - map->bits6);
    uint32_t begin = map->front6[block], count = map->front6[block + 1] - begin + 1;
    /* The range that reaches into the block from before; there is one but in the first block. */
    begin -= begin > 0;
    const uint64_t *base = map->starts6 + begin;
    if (count > map->count6 - begin)
        count = map->count6 - begin;
    while (count > 1) {
        uint32_t half = count / 2;
        base = base[half] <= high ? base + half : base;
        count -= half;
    }
    return map->index6[base - map->starts6];
}

uint32_t
network_map_find(const struct network_map *map, ip addr)
{
    if (addr.version == 4)
        return network_map_find4(map, (uint32_t)addr.lo);
    if (addr.version != 6)
        return 0;
    addr = ip_unmap(addr);
    return addr.version == 4 ? network_map_find4(map, (uint32_t)addr.lo)
                             : network_map_find6(map, addr.hi);
}

uint32_t
network_map_count(const struct network_map *map)
{
    return map->count;
}

struct network
network_map_get(const struct network_map *map, uint32_t index)
{
    /* So that it is built where the caller wants it; zeroing it first would cost a copy. */
    __attribute__((uninitialized)) struct network network;
    network_map_fill(map, index, &network);
    return network;
}

struct network_ranges
network_map_ranges(const struct network_map *map)
{
    return (struct network_ranges){map->starts4, map->index4, map->count4};
}

/* One entry for the block: its ranges are starts[first] (which reaches into it) and MORE after. */
static uint32_t
direct_entry(const uint32_t *index, uint32_t first, uint32_t more)
{
    if (more == 0)
        return index[first];
    return DIRECT_IN_RANGES | first << 8 | (more < DIRECT_MORE ? more : DIRECT_MORE);
}

uint32_t *
network_direct4_new(const uint32_t *starts, const uint32_t *index, uint32_t count, uint32_t bits)
{
    require(count > 0 && starts[0] == 0 && count <= 1u << DIRECT_PLACE_BITS);
    uint32_t blocks = 1u << bits, at = 0;
    uint32_t *direct = mem_alloc(blocks * sizeof *direct);
    for (uint32_t block = 0; block < blocks; block++) {
        uint32_t low = block << (32 - bits), high = low + (UINT32_MAX >> bits);
        while (at + 1 < count && starts[at + 1] <= low)
            at++;
        uint32_t end = at;
        while (end + 1 < count && starts[end + 1] <= high)
            end++;
        direct[block] = direct_entry(index, at, end - at);
        at = end;
    }
    return direct;
}

uint32_t *
network_front6_new(const uint64_t *starts, uint32_t count, uint32_t bits)
{
    uint32_t blocks = 1u << bits, at = 0;
    uint32_t *front = mem_alloc((blocks + 1) * sizeof *front);
    for (uint32_t block = 0; block < blocks; block++) {
        while (at < count && starts[at] < (uint64_t)block << (64 - bits))
            at++;
        front[block] = at;
    }
    front[blocks] = count;
    return front;
}

void
network_map_free(struct network_map *map)
{
    if (!map)
        return;
    for (size_t i = 0; i < sizeof map->owned / sizeof map->owned[0]; i++)
        free(map->owned[i]);
    free(map);
}
