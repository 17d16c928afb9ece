/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of PPMd: blocks of 1 to 128 units, by 38 sizes, each with its list of free ones. When
 * it is full depends on where each block lies, and that must be as it was for the packer. A free
 * block: u16 0, u16 units, u32 next, u32 previous while blocks are joined; else u32 next alone. */
#include "base/require.h"
#include "scan/decompress/ppmd_model.h"

enum { JOIN_EACH = 255, LARGEST = 128, SPAN = 0x10000 };

static uint32_t
index_of(const struct ppmd *z, uint32_t units)
{
    require(units >= 1 && units <= LARGEST);
    return z->index_of[units - 1];
}

void
ppmd_memory_start(struct ppmd *z)
{
    for (uint32_t i = 0, units = 0; i < PPMD_INDEXES; i++) {
        uint32_t step = i >= 12 ? 4 : i / 4 + 1;
        for (; step; step--)
            z->index_of[units++] = (uint8_t)i;
        z->units_of[i] = (uint8_t)units;
    }
    memset(z->free_lists, 0, sizeof z->free_lists);
    z->glue_count = 0;
    z->text = z->begin;
    z->hi = z->begin + z->size;
    z->lo = z->units = z->hi - z->size / 8 / PPMD_UNIT * 7 * PPMD_UNIT;
}

static void
push(struct ppmd *z, uint32_t at, uint32_t index)
{
    ppmd_set_u32(z, at, z->free_lists[index]);
    z->free_lists[index] = at;
}

static uint32_t
pop(struct ppmd *z, uint32_t index)
{
    uint32_t at = z->free_lists[index];
    if (at)
        z->free_lists[index] = ppmd_u32(z, at);
    return at;
}

/* N units, whose number may lie between two sizes: then as a larger and a smaller block. */
static void
push_units(struct ppmd *z, uint32_t at, uint32_t n)
{
    uint32_t index = index_of(z, n);
    if (z->units_of[index] != n) {
        uint32_t most = z->units_of[--index];
        push(z, at + most * PPMD_UNIT, n - most - 1);
    }
    push(z, at, index);
}

static void
split(struct ppmd *z, uint32_t at, uint32_t old, uint32_t new)
{
    uint32_t kept = z->units_of[new];
    push_units(z, at + kept * PPMD_UNIT, z->units_of[old] - kept);
}

/* All free blocks in one ring, which begins and ends at HEAD; the lists are empty then. */
static void
gather(struct ppmd *z, uint32_t head)
{
    uint32_t next = head;
    for (uint32_t i = 0; i < PPMD_INDEXES; i++)
        for (uint32_t at = pop(z, i); at; at = pop(z, i)) {
            ppmd_set_u16(z, at, 0);
            ppmd_set_u16(z, at + 2, z->units_of[i]);
            ppmd_set_u32(z, at + 4, next);
            ppmd_set_u32(z, next + 8, at);
            next = at;
        }
    ppmd_set_u16(z, head, 1);
    ppmd_set_u32(z, head + 4, next);
    ppmd_set_u32(z, next + 8, head);
}

/* Blocks that lie side by side become one. */
static void
join(struct ppmd *z, uint32_t head)
{
    for (uint32_t at = ppmd_u32(z, head + 4); at != head; at = ppmd_u32(z, at + 4))
        for (;;) {
            uint32_t units = ppmd_u16(z, at + 2), other = at + units * PPMD_UNIT;
            uint32_t both = units + ppmd_u16(z, other + 2);
            if (ppmd_u16(z, other) || both >= SPAN)
                break;
            uint32_t next = ppmd_u32(z, other + 4), last = ppmd_u32(z, other + 8);
            ppmd_set_u32(z, last + 4, next);
            ppmd_set_u32(z, next + 8, last);
            ppmd_set_u16(z, at + 2, both);
        }
}

static void
glue(struct ppmd *z)
{
    uint32_t head = z->begin + z->size;
    z->glue_count = JOIN_EACH;
    gather(z, head);
    if (z->lo != z->hi)
        ppmd_set_u16(z, z->lo, 1);
    join(z, head);
    for (uint32_t at = ppmd_u32(z, head + 4), next; at != head; at = next) {
        uint32_t units = ppmd_u16(z, at + 2);
        next = ppmd_u32(z, at + 4);
        for (; units > LARGEST; units -= LARGEST, at += LARGEST * PPMD_UNIT)
            push(z, at, PPMD_INDEXES - 1);
        push_units(z, at, units);
    }
}

static uint32_t
allocate_rare(struct ppmd *z, uint32_t index)
{
    if (!z->glue_count) {
        glue(z);
        if (z->free_lists[index])
            return pop(z, index);
    }
    for (uint32_t i = index + 1; i < PPMD_INDEXES; i++)
        if (z->free_lists[i]) {
            uint32_t at = pop(z, i);
            split(z, at, i, index);
            return at;
        }
    uint32_t n = z->units_of[index] * PPMD_UNIT;
    z->glue_count--;
    return z->units - z->text > n ? z->units -= n : 0;
}

uint32_t
ppmd_allocate(struct ppmd *z, uint32_t units)
{
    uint32_t index = index_of(z, units), n = z->units_of[index] * PPMD_UNIT;
    if (z->free_lists[index])
        return pop(z, index);
    if (n > z->hi - z->lo)
        return allocate_rare(z, index);
    z->lo += n;
    return z->lo - n;
}

uint32_t
ppmd_allocate_context(struct ppmd *z)
{
    if (z->hi != z->lo)
        return z->hi -= PPMD_UNIT;
    return z->free_lists[0] ? pop(z, 0) : allocate_rare(z, 0);
}

void
ppmd_release(struct ppmd *z, uint32_t at, uint32_t units)
{
    push(z, at, index_of(z, units));
}

uint32_t
ppmd_grow(struct ppmd *z, uint32_t at, uint32_t old, uint32_t new)
{
    if (index_of(z, old) == index_of(z, new))
        return at;
    uint32_t to = ppmd_allocate(z, new);
    if (to) {
        memcpy(z->p + to, z->p + at, (size_t)old * PPMD_UNIT);
        ppmd_release(z, at, old);
    }
    return to;
}

uint32_t
ppmd_shrink(struct ppmd *z, uint32_t at, uint32_t old, uint32_t new)
{
    uint32_t from = index_of(z, old), to = index_of(z, new);
    if (from == to)
        return at;
    if (!z->free_lists[to]) {
        split(z, at, from, to);
        return at;
    }
    uint32_t moved = pop(z, to);
    memcpy(z->p + moved, z->p + at, (size_t) new *PPMD_UNIT);
    push(z, at, from);
    return moved;
}
