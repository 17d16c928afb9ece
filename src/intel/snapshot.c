/* SPDX-License-Identifier: Apache-2.0 */
/* One check against the mapped file. Every place read from the file is compared with the bounds
 * here, so that opening need not read the listed addresses at all. */
#include "base/require.h"
#include "intel/snapshot_layout.h"

uint32_t
snapshot_network(const struct snapshot *snapshot, ip addr)
{
    return network_map_find(&snapshot->networks, addr);
}

/* The ordinal of ADDR in its /16 by the bit map of its /24, or UINT32_MAX. */
static uint32_t
find_bit(const struct snapshot *s, uint32_t block, uint32_t addr)
{
    size_t run = (size_t)block * BLOCK4_COUNT + (addr >> 8 & 0xff);
    const uint64_t *words = s->bits4[run].words;
    uint32_t word = addr >> 6 & 3;
    uint64_t bit = UINT64_C(1) << (addr & 63);
    if (!(words[word] & bit))
        return UINT32_MAX;
    int before = __builtin_popcountll(words[word] & (bit - 1));
    while (word-- > 0)
        before += __builtin_popcountll(words[word]);
    return s->blocks4[run] + (uint32_t)before;
}

/* The ordinal of the low half of ADDR among COUNT sorted ones, or UINT32_MAX. */
static uint32_t
find_low(const uint16_t *low, uint32_t count, uint32_t addr)
{
    const uint16_t *at = low;
    while (count > 1) {
        uint32_t half = count / 2;
        at = at[half] <= (addr & 0xffff) ? at + half : at;
        count -= half;
    }
    return *at == (addr & 0xffff) ? (uint32_t)(at - low) : UINT32_MAX;
}

static const struct snapshot_entry *
find4(const struct snapshot *s, uint32_t addr)
{
    if (!s->dir4)
        return NULL;
    const struct snapshot_dir4 *dir = &s->dir4[addr >> 16];
    uint32_t base = dir[0].base, next = dir[1].base;
    if (base >= next || next > s->count4)
        return NULL;
    uint32_t place = UINT32_MAX;
    if (dir->block < s->block_count)
        place = find_bit(s, dir->block, addr);
    else if (dir->block & snapshot_part4(addr))
        place = find_low(s->low4 + base, next - base, addr);
    return place < next - base ? &s->entries4[base + place] : NULL;
}

static const struct snapshot_entry *
find6(const struct snapshot *s, uint64_t high)
{
    if (s->count6 == 0)
        return NULL;
    uint64_t key = snapshot_key6(high), block = key >> (64 - s->bits6);
    uint32_t begin = s->dir6[block], end = s->dir6[block + 1];
    if (begin >= end || end > s->count6)
        return NULL;
    while (end - begin > 1) {
        uint32_t middle = begin + (end - begin) / 2;
        if (s->keys6[middle] <= key)
            begin = middle;
        else
            end = middle;
    }
    return s->keys6[begin] == key ? &s->entries6[begin] : NULL;
}

static void
give(const struct snapshot *s, const struct snapshot_entry *entry, struct snapshot_answer *ret)
{
    if (entry->family >= s->family_count)
        return;
    const struct snapshot_family *family = &s->families[entry->family];
    ret->sightings[ret->count++] = (struct snapshot_sighting){
        .family = family->name,
        .class = family->class,
        .first = s->epoch + entry->first,
        .last = s->epoch + entry->last,
        .days = entry->days,
    };
}

static void
give_more(const struct snapshot *s, const struct snapshot_entry *entry, struct snapshot_answer *ret)
{
    uint32_t place = entry->first | (uint32_t)entry->last << 16, count = entry->days;
    if (place > s->more_count || count > s->more_count - place)
        return;
    if (count > SNAPSHOT_SIGHTINGS_MAX)
        count = SNAPSHOT_SIGHTINGS_MAX;
    for (uint32_t i = 0; i < count; i++)
        give(s, &s->more[place + i], ret);
}

void
snapshot_lookup(const struct snapshot *snapshot, ip addr, struct snapshot_answer *ret)
{
    if (addr.version == 6)
        addr = ip_unmap(addr);
    const struct snapshot_entry *entry = NULL;
    uint32_t network = 0;
    /* The list first: it misses the cache more often, and the network's search runs meanwhile. */
    if (addr.version == 4) {
        entry = find4(snapshot, (uint32_t)addr.lo);
        network = network_map_find4(&snapshot->networks, (uint32_t)addr.lo);
    } else if (addr.version == 6) {
        entry = find6(snapshot, addr.hi);
        network = network_map_find6(&snapshot->networks, addr.hi);
    }
    network_map_fill(&snapshot->networks, network, &ret->network);
    ret->has_network = network != 0;
    ret->count = 0;
    if (!entry)
        return;
    if (entry->family == ENTRY_MORE)
        give_more(snapshot, entry, ret);
    else
        give(snapshot, entry, ret);
}

const struct snapshot_meta *
snapshot_meta(const struct snapshot *snapshot)
{
    return &snapshot->meta;
}

const struct network_map *
snapshot_network_map(const struct snapshot *snapshot)
{
    return &snapshot->networks;
}

struct snapshot_counts
snapshot_counts(const struct snapshot *s)
{
    return (struct snapshot_counts){
        .addresses4 = s->count4,
        .prefixes6 = s->count6,
        .sightings = s->sighting_count,
        .families = s->family_count,
        .networks = s->networks.count,
        .ranges4 = s->networks.count4,
        .ranges6 = s->networks.count6,
        .bytes = s->file.map.bytes.n,
    };
}

struct snapshot *
snapshot_ref(struct snapshot *snapshot)
{
    unsigned before = atomic_fetch_add_explicit(&snapshot->refs, 1, memory_order_relaxed);
    require(before > 0 && before < UINT32_MAX);
    return snapshot;
}

const char *
snapshot_path(const struct snapshot *snapshot)
{
    return snapshot->path;
}

struct snapshot *
snapshot_unref(struct snapshot *snapshot)
{
    if (!snapshot || atomic_fetch_sub_explicit(&snapshot->refs, 1, memory_order_acq_rel) != 1)
        return NULL;
    chunk_file_close(&snapshot->file);
    free(snapshot->families);
    free(snapshot->path);
    free(snapshot);
    return NULL;
}
