/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table from 64-bit hashes to the numbers of items, which the owner compares itself. It is
 * filled once; items of equal hashes come back in the order in which they were added. */
#pragma once

#include "base/arena.h"

struct pe_index_slot {
    uint64_t hash;
    uint32_t item; /* plus one; 0 is an empty slot */
};
struct pe_index {
    struct pe_index_slot *slots;
    size_t mask;
};

/* For at most COUNT items. */
void pe_index_init(struct arena *arena, struct pe_index *index, size_t count);
void pe_index_add(struct pe_index *index, uint64_t hash, size_t item);
/* The next item of HASH, or SIZE_MAX. *PROBE is 0 at first. */
size_t pe_index_next(const struct pe_index *index, uint64_t hash, size_t *probe);
/* Of S with ASCII letters made small. */
uint64_t pe_index_hash(str s);
