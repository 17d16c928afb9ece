/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the snapshot: the layout of its chunks (docs/format-snapshot.md says the same in words)
 * and what an opened one holds. */
#pragma once

#include "intel/network_map_layout.h"
#include "intel/snapshot.h"

#include <stdatomic.h>

#define SNAPSHOT_MAGIC "KHSNAP\x01\n"
#define SNAPSHOT_SUFFIX ".snap"

struct snapshot_meta_record {
    int64_t built;
    uint64_t generation, sightings;
    int32_t as_of, epoch; /* days in entries are counted from epoch */
    uint32_t window_days, flags;
    uint64_t zero[3];
};
enum { SNAPSHOT_FLAG_DEMONSTRATION = 1 };

/* The class as text: numbers of the enum may change with the program. */
struct snapshot_family_record {
    uint32_t name, class; /* places in the text */
    uint16_t name_size, class_size;
};

/* What is known of one listed address: one sighting, or with family ENTRY_MORE a place and (in
 * days) a count in the chunk MORE. */
struct snapshot_entry {
    uint16_t family, days, first, last;
};
enum { ENTRY_MORE = 0xffff };

/* IPv4: by /16 the ordinal of its first listed address; then the low half and the entry of each
 * address, in order. A /16 with many of them has a block: for each /24 a map of 256 bits and the
 * ordinal within the /16 where it begins. There a visitor who is not listed, as most are, costs
 * one cache line and no search. One with few has instead in the field block 31 bits, each for a
 * 31st part of the /16 that has any, so that most who are not listed cost no more than the
 * directory. */
struct snapshot_dir4 {
    uint32_t base, block;
};
struct snapshot_bits4 {
    uint64_t words[4];
};
enum { DIR4_COUNT = 65537, BLOCK4_COUNT = 256, BLOCK4_FROM = 512 };
#define BLOCK4_NONE UINT32_C(0x80000000) /* with the 31 bits */
static inline uint32_t
snapshot_part4(uint32_t addr)
{
    return UINT32_C(1) << ((addr & 0xffff) * 31 >> 16);
}

/* IPv6: high halves times an odd number, sorted: so they are spread evenly whatever the prefixes,
 * and a table over their leading bits leaves a handful to search. */
static inline uint64_t
snapshot_key6(uint64_t high)
{
    return high * UINT64_C(0x9e3779b97f4a7c15);
}
enum { DIR6_BITS_MIN = 4, DIR6_BITS_MAX = 24 };

struct snapshot_family {
    str name;
    enum event_class class;
};

struct snapshot {
    struct chunk_file file;
    char *path; /* owned */
    atomic_uint refs;
    struct snapshot_meta meta;
    day epoch;
    uint64_t sighting_count;
    struct network_map networks;
    struct snapshot_family *families; /* owned */
    uint32_t family_count;
    const struct snapshot_dir4 *dir4; /* NULL when nothing is listed */
    const uint16_t *blocks4;
    const struct snapshot_bits4 *bits4;
    const uint16_t *low4;
    const struct snapshot_entry *entries4;
    uint32_t block_count, count4;
    const uint32_t *dir6;
    const uint64_t *keys6;
    const struct snapshot_entry *entries6;
    uint32_t bits6, count6;
    const struct snapshot_entry *more;
    uint32_t more_count;
};

/* Every invariant that lookups do not need for safety: order, completeness, text. */
errcode snapshot_check(const struct snapshot *snapshot, struct err *err);
