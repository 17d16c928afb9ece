/* SPDX-License-Identifier: Apache-2.0 */
/* Linear probing in a table that is at most half full. */
#include "scan/pe/pe_index.h"

enum { HASHED_AT_ONCE = 64 };

void
pe_index_init(struct arena *arena, struct pe_index *index, size_t count)
{
    size_t size = 8;
    while (size < 2 * count)
        size *= 2;
    index->slots = arena_alloc(arena, size * sizeof *index->slots);
    index->mask = size - 1;
}

void
pe_index_add(struct pe_index *index, uint64_t hash, size_t item)
{
    size_t i = hash & index->mask;
    while (index->slots[i].item)
        i = (i + 1) & index->mask;
    index->slots[i] = (struct pe_index_slot){hash, (uint32_t)item + 1};
}

size_t
pe_index_next(const struct pe_index *index, uint64_t hash, size_t *probe)
{
    for (;;) {
        const struct pe_index_slot *slot = &index->slots[(hash + (*probe)++) & index->mask];
        if (!slot->item)
            return SIZE_MAX;
        if (slot->hash == hash)
            return slot->item - 1;
    }
}

uint64_t
pe_index_hash(str s)
{
    uint64_t hash = s.n;
    while (s.n) {
        char lower[HASHED_AT_ONCE];
        size_t n = s.n < sizeof lower ? s.n : sizeof lower;
        for (size_t i = 0; i < n; i++)
            lower[i] = ascii_lower(s.p[i]);
        hash = (hash ^ str_hash((str){lower, n})) * UINT64_C(0x9e3779b97f4a7c15);
        s = str_from(s, n);
    }
    return hash;
}
