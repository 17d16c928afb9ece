/* SPDX-License-Identifier: Apache-2.0 */
/* The model of PPMd: contexts and the states of their symbols, as units of 12 bytes in one block of
 * memory, which are named by their place in it; 0 is none.
 *   context: u16 count, u16 sum of frequencies, u32 states, u32 the context that is one shorter;
 *            of one symbol, whose state stands in the place of sum and states
 *   state:   u8 symbol, u8 frequency, u32 successor: a context, or a place in the text
 * From below the text of the last bytes grows, which contexts to come are made of; from above
 * contexts; between them, from LO, states. */
#pragma once

#include "scan/decompress/ppmd.h"

enum { PPMD_UNIT = 12, PPMD_STATE = 6, PPMD_INDEXES = 38, PPMD_BIN_SCALE = 1 << 14 };

/* How often no symbol of a context fits: a mean that moves more slowly the longer it is used. */
struct ppmd_see {
    uint16_t sum;
    uint8_t shift, count;
};
struct ppmd {
    uint8_t *p;
    uint32_t begin, size, order;
    bool is_broken;
    /* the coder */
    str data;
    size_t at;
    enum ppmd_coder coder;
    uint32_t low, code, range;
    /* memory */
    uint32_t text, units, lo, hi;
    uint32_t free_lists[PPMD_INDEXES], glue_count;
    uint8_t units_of[PPMD_INDEXES], index_of[128];
    /* where the next byte is looked for, the longest context there is, and the state last found */
    uint32_t min, max, found;
    uint32_t order_fall, first_escape, was_found, high_bits;
    int32_t run, run_start;
    uint8_t see_of[256];
    struct ppmd_see see[25][16], no_see;
    uint16_t bins[128][64];
    uint8_t marks[256], mark; /* MARK stands for symbols that are known not to come */
};

static inline uint32_t
ppmd_u16(const struct ppmd *z, uint32_t at)
{
    uint16_t value;
    memcpy(&value, z->p + at, sizeof value);
    return value;
}
static inline uint32_t
ppmd_u32(const struct ppmd *z, uint32_t at)
{
    uint32_t value;
    memcpy(&value, z->p + at, sizeof value);
    return value;
}
static inline void
ppmd_set_u16(struct ppmd *z, uint32_t at, uint32_t value)
{
    uint16_t low = (uint16_t)value;
    memcpy(z->p + at, &low, sizeof low);
}

static inline void
ppmd_set_u32(struct ppmd *z, uint32_t at, uint32_t value)
{
    memcpy(z->p + at, &value, sizeof value);
}

static inline uint32_t
ppmd_count(const struct ppmd *z, uint32_t context)
{
    return ppmd_u16(z, context);
}
static inline uint32_t
ppmd_sum(const struct ppmd *z, uint32_t context)
{
    return ppmd_u16(z, context + 2);
}
static inline uint32_t
ppmd_states(const struct ppmd *z, uint32_t context)
{
    return ppmd_u32(z, context + 4);
}
static inline uint32_t
ppmd_suffix(const struct ppmd *z, uint32_t context)
{
    return ppmd_u32(z, context + 8);
}
static inline uint32_t
ppmd_one(uint32_t context)
{
    return context + 2;
}

void ppmd_model_start(struct ppmd *z);
/* The chance, of PPMD_BIN_SCALE, that the one symbol of the context comes. */
uint16_t *ppmd_bin(struct ppmd *z);
/* Of the context, where MASKED symbols are known not to come: what stands for others. */
struct ppmd_see *ppmd_see_of(struct ppmd *z, uint32_t masked, uint32_t *ret_escape);
void ppmd_see_hit(struct ppmd_see *see);
/* The symbol of z->found came: the model learns, and stands behind it. */
void ppmd_found_one(struct ppmd *z);
void ppmd_found_several(struct ppmd *z, bool is_first);
void ppmd_found_rest(struct ppmd *z);
/* None of the context's symbols came. */
void ppmd_escape_one(struct ppmd *z, uint32_t chance);
void ppmd_escape_several(struct ppmd *z);

/* Memory (ppmd_memory.c): 0 when there is none. */
void ppmd_memory_start(struct ppmd *z);
uint32_t ppmd_allocate(struct ppmd *z, uint32_t units);
uint32_t ppmd_allocate_context(struct ppmd *z);
void ppmd_release(struct ppmd *z, uint32_t at, uint32_t units);
/* Moves OLD units to a block of NEW ones, which may be the same. */
uint32_t ppmd_grow(struct ppmd *z, uint32_t at, uint32_t old, uint32_t new);
uint32_t ppmd_shrink(struct ppmd *z, uint32_t at, uint32_t old, uint32_t new);
