/* SPDX-License-Identifier: Apache-2.0 */
/* Pools from the registry, from a list of prefixes, or from a few large prefixes. */
#include "sightings/simulate/pools.h"

#include "base/ip.h"
#include "base/require.h"

#include <stdio.h>
#include <stdlib.h>

enum { POOLS_MAX = 2000 };

/* Large allocations to Vietnamese providers in APNIC's public delegation files, one pool a line. */
static const char *const fallback[] = {
    "14.160.0.0/11 a\n14.224.0.0/11 a\n113.160.0.0/11 a\n123.16.0.0/12 a\n222.252.0.0/14 a\n",
    "27.64.0.0/12 b\n171.224.0.0/11 b\n115.72.0.0/13 b\n116.96.0.0/12 b\n117.0.0.0/13 b\n",
    "42.112.0.0/13 c\n118.68.0.0/14 c\n1.52.0.0/14 c\n58.186.0.0/15 c\n183.80.0.0/16 c\n",
};

static void
pool_add_range(struct pool *pool, uint32_t first, uint64_t size)
{
    if (pool->count == pool->room) {
        pool->room = pool->room ? pool->room * 2 : 16;
        pool->ranges = mem_resize(pool->ranges, pool->room, sizeof *pool->ranges);
    }
    pool->ranges[pool->count++] = (struct pool_range){first, pool->size};
    pool->size += size;
}

uint32_t
pool_address(const struct pool *pool, uint64_t n)
{
    size_t low = 0, high = pool->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (pool->ranges[middle].before <= n)
            low = middle;
        else
            high = middle;
    }
    return pool->ranges[low].first + (uint32_t)(n - pool->ranges[low].before);
}

void
pools_clear(struct pools *pools)
{
    for (size_t i = 0; i < pools->count; i++)
        free(pools->items[i].ranges);
    free(pools->items);
    *pools = (struct pools){0};
}

/* The pool KEY stands for; keys are remembered in KEYS (POOLS_MAX items). */
static struct pool *
pool_of(struct pools *pools, str *keys, str key)
{
    for (size_t i = 0; i < pools->count; i++)
        if (str_eq(keys[i], key))
            return &pools->items[i];
    if (pools->count == POOLS_MAX)
        return &pools->items[POOLS_MAX - 1];
    keys[pools->count] = key;
    return &pools->items[pools->count++];
}

static void
set_kind(struct pool *pool, enum network_kind kind, uint32_t asn)
{
    pool->asn = asn;
    if (kind == NETWORK_HOSTING || kind == NETWORK_GOVERNMENT)
        pool->lease_days = -1; /* static */
    pool->shared = kind == NETWORK_MOBILE || kind == NETWORK_CGNAT ? 0.9 : 0;
}

static errcode
from_map(const struct simulate_options *options, struct pools *pools, str *keys, struct err *err)
{
    struct network_ranges ranges = network_map_ranges(options->map);
    const char *country = options->country ? options->country : "VN";
    for (size_t i = 0; i < ranges.count; i++) {
        if (!ranges.index[i])
            continue;
        struct network network = network_map_get(options->map, ranges.index[i]);
        if (!str_eq_nocase(str_of(network.country), str_of(country)))
            continue;
        uint64_t end = i + 1 < ranges.count ? ranges.starts[i + 1] : UINT64_C(1) << 32;
        if (ip_is_special(ip_from_v4(ranges.starts[i])))
            continue;
        struct pool *pool = pool_of(pools, keys, network.isp.n ? network.isp : network.name);
        if (pool->count == 0)
            set_kind(pool, network.kind, network.asn);
        pool_add_range(pool, ranges.starts[i], end - ranges.starts[i]);
    }
    pools->from = "the network registry's ranges of the country";
    if (pools->count == 0)
        return err_set(err, ERR_NOT_FOUND,
                       "the registry has no IPv4 range in country %s; import one with `khien "
                       "networks import FILE` or give --prefixes FILE",
                       country);
    return OK;
}

static errcode
from_text(str text, struct pools *pools, str *keys, struct err *err)
{
    str line;
    for (size_t number = 1; str_line(&text, &line); number++) {
        line = str_trim(line);
        if (!line.n || line.p[0] == '#')
            continue;
        str rest = line, word;
        prefix p;
        str_cut(&rest, ' ', &word);
        if (!prefix_parse(word, false, &p) || p.addr.version != 4)
            return err_set(err, ERR_FORMAT, "line %zu: \"%.*s\" is no IPv4 prefix", number,
                           STR_ARG(word));
        struct pool *pool = pool_of(pools, keys, str_trim(rest));
        pool_add_range(pool, (uint32_t)p.addr.lo, UINT64_C(1) << (32 - p.bits));
    }
    if (pools->count == 0)
        return err_set(err, ERR_FORMAT, "the list of prefixes is empty");
    return OK;
}

/* Behaviours that the source does not say: leases of a day, a week, a month in turn. */
static void
behave(struct pools *pools, const char *country)
{
    static const double leases[] = {7, 1, 30};
    static const uint64_t prefixes6[] = {UINT64_C(0x20010ee000000000), UINT64_C(0x2402080000000000),
                                         UINT64_C(0x2405480000000000)};
    for (size_t i = 0; i < pools->count; i++) {
        struct pool *pool = &pools->items[i];
        if (pool->lease_days < 0)
            pool->lease_days = 0;
        else
            pool->lease_days = leases[i % 3];
        if (pool->shared == 0 && pool->lease_days > 0)
            pool->shared = 0.15;
        pool->prefix6 = prefixes6[i % 3] + ((uint64_t)(i & 0xff) << 24);
        int n = snprintf(pool->row_text, sizeof pool->row_text,
                         ",%u,\"%s\",\"SIMULATED\",\"SIMULATED\",,,,,,,",
                         pool->asn ? pool->asn : (uint32_t)(64512 + i % 1000), country);
        pool->row_size = (size_t)n;
        pools->size += pool->size;
    }
}

errcode
pools_make(const struct simulate_options *options, struct pools *ret, struct err *err)
{
    str *keys = mem_calloc(POOLS_MAX, sizeof *keys);
    struct pools pools = {.items = mem_calloc(POOLS_MAX, sizeof *pools.items)};
    errcode code = OK;
    if (options->prefixes.n) {
        pools.from = "the given list of prefixes";
        code = from_text(options->prefixes, &pools, keys, err);
    } else if (options->map) {
        code = from_map(options, &pools, keys, err);
    } else {
        pools.from = "a few large prefixes of the country (no registry was there)";
        for (size_t i = 0; i < sizeof fallback / sizeof *fallback && code == OK; i++)
            code = from_text(str_of(fallback[i]), &pools, keys, err);
    }
    free(keys);
    if (code) {
        pools_clear(&pools);
        return code;
    }
    behave(&pools, options->country && strlen(options->country) == 2 ? options->country : "VN");
    *ret = pools;
    return OK;
}
