/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that are added to a buffer one by one, and copies of those before them: what all methods
 * after Lempel and Ziv make. */
#pragma once

#include "scan/decompress/decompress.h"

enum { COPIES_STEP = 64 << 10 };

struct copies {
    struct buf *out;
    size_t begin, at, until, room; /* places in OUT; its memory reaches to `room` */
    int32_t fill;                  /* what stands before the beginning; below 0: nothing may */
};

/* SIZE: the bytes to be made, or DECOMPRESS_TO_END. */
static inline void
copies_begin(struct copies *c, struct buf *out, uint64_t size, int32_t fill)
{
    size_t until = size < SIZE_MAX - out->n ? out->n + (size_t)size : SIZE_MAX;
    *c = (struct copies){out, out->n, out->n, until, out->n, fill};
}

/* False when all that were asked for are there, or the cap is met. */
static inline bool
copies_have_room(struct copies *c)
{
    if (c->at < c->room)
        return true;
    size_t most = c->until < c->out->cap ? c->until : c->out->cap;
    size_t more = most - c->room < COPIES_STEP ? most - c->room : COPIES_STEP;
    if (!more)
        return false;
    buf_space(c->out, more);
    c->room += more;
    return true;
}

/* Where there is room. */
static inline void
copies_put(struct copies *c, uint32_t byte)
{
    c->out->p[c->at++] = (char)byte;
}

/* N bytes from DISTANCE before, or as many as there is room for; false when nothing is there. */
static inline bool
copies_copy(struct copies *c, size_t distance, size_t n)
{
    if (!distance || (c->fill < 0 && distance > c->at - c->begin))
        return false;
    for (; n && copies_have_room(c); n--) {
        bool is_before = distance > c->at - c->begin;
        copies_put(c, is_before ? (uint32_t)c->fill : (uint8_t)c->out->p[c->at - distance]);
    }
    return true;
}

/* How it ended where GOOD says that there was no fault. */
static inline enum decompressed
copies_end(struct copies *c, bool good)
{
    c->out->n = c->at;
    if (c->out->p)
        c->out->p[c->at] = 0;
    if (!good)
        return DECOMPRESSED_BROKEN;
    return c->at < c->until && c->at == c->out->cap ? DECOMPRESSED_CUT : DECOMPRESSED;
}
