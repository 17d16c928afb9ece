/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the compiled map: arrays that are either owned or lie in a mapped snapshot
 * (docs/format-snapshot.md has the same layout in words). */
#pragma once

#include "base/chunk.h"
#include "intel/networks.h"

/* 32 bytes. Text is a place in the block of text. */
struct network_record {
    uint32_t asn, subscribers;
    uint32_t name, isp, unit;
    uint16_t name_size, isp_size, unit_size;
    char country[2], province[2];
    uint8_t kind, flags;
};
enum { NETWORK_FLAG_DYNAMIC = 1 };

/* IPv4: address a belongs to the last range whose start is not above it. direct4 has 2^bits4
 * entries, one for each value of a's leading bits: with DIRECT_IN_RANGES clear, the network of
 * that whole block; else a place in pairs4 (23 bits) and how many ranges begin after it in the
 * block (8 bits, DIRECT_MORE = that many or more): the answer is among those. pairs4 holds starts4
 * and index4 side by side, so that a search touches one cache line and not two. IPv6 (high halves):
 * front6 has 2^bits6 + 1 entries: how many starts are below the block of these leading bits. */
struct network_pair {
    uint32_t start, index;
};
struct network_map {
    const uint32_t *starts4, *index4, *direct4;
    const struct network_pair *pairs4;
    uint32_t bits4;
    uint32_t count4;
    const uint64_t *starts6;
    const uint32_t *index6, *front6;
    uint32_t bits6;
    uint32_t count6;
    const struct network_record *records; /* records[0] is the empty one of index 0 */
    uint32_t count;                       /* without that one */
    const char *text;
    size_t text_size;
    void *owned[9];
};
#define DIRECT_IN_RANGES UINT32_C(0x80000000)
enum { DIRECT_MORE = 255, DIRECT_PLACE_BITS = 23, DIRECT_BITS_MIN = 8, DIRECT_BITS_MAX = 18 };
enum { FRONT_BITS_MIN = 8, FRONT_BITS_MAX = 16 };

/* The lookup tables over complete ranges; allocated, the caller frees. */
uint32_t *network_direct4_new(const uint32_t *starts, const uint32_t *index, uint32_t count,
                              uint32_t bits);
uint32_t *network_front6_new(const uint64_t *starts, uint32_t count, uint32_t bits);

uint32_t network_map_find6(const struct network_map *map, uint64_t high);

/* network_map_get in place: a copy of the struct would wait for its own single bytes to be
 * written. Text and kind were checked when the map was opened, so that nothing branches here. */
static inline void
network_map_fill(const struct network_map *map, uint32_t index, struct network *ret)
{
    const struct network_record *record = &map->records[index <= map->count ? index : 0];
    ret->asn = record->asn;
    ret->subscribers = record->subscribers;
    ret->name = (str){map->text + record->name, record->name_size};
    ret->isp = (str){map->text + record->isp, record->isp_size};
    ret->unit = (str){map->text + record->unit, record->unit_size};
    memcpy(ret->country, record->country, 2);
    memcpy(ret->province, record->province, 2);
    ret->country[2] = ret->province[2] = 0;
    ret->kind = record->kind;
    ret->dynamic = record->flags & NETWORK_FLAG_DYNAMIC;
}

/* The map as chunks of a snapshot, and back. ..._map_chunks checks every place that lookups trust
 * and with DEEP also the order of the ranges and the tables made from them. */
enum { NETWORK_CHUNKS = 9 };
void network_map_chunks(const struct network_map *map, struct chunk out[NETWORK_CHUNKS]);
errcode network_map_from_chunks(const struct chunk_file *file, bool deep, struct network_map *ret,
                                struct err *err);
