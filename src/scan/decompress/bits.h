/* SPDX-License-Identifier: Apache-2.0 */
/* Bits of a stream, the greatest of a unit first: units are bytes, or words of two bytes with the
 * least byte first. Where a byte's least bit comes first bytes are turned round as they are read,
 * so that codes are read alike; numbers are then bits_take_low's. Zeros, or ones where all bits are
 * inverted, follow the end, which is told. */
#pragma once

#include "base/str.h"

struct bits {
    str data;
    size_t at;
    uint64_t kept; /* the next bits, the next one at the top */
    uint32_t count;
    bool by_words, low_first, inverted, ended; /* ended: bits were taken that are not there */
};

static inline uint32_t
bits_turn(uint32_t value)
{
    value = value >> 16 | value << 16;
    value = (value & 0xff00ff00) >> 8 | (value & 0x00ff00ff) << 8;
    value = (value & 0xf0f0f0f0) >> 4 | (value & 0x0f0f0f0f) << 4;
    value = (value & 0xcccccccc) >> 2 | (value & 0x33333333) << 2;
    return (value & 0xaaaaaaaa) >> 1 | (value & 0x55555555) << 1;
}

/* Afterwards at least 32 bits are kept. */
static inline void
bits_fill(struct bits *bits)
{
    while (bits->count <= 48) {
        uint64_t unit = 0;
        for (size_t i = 0; i < 2; i++) {
            size_t at = bits->at + (bits->by_words ? 1 - i : i);
            unit = unit << 8 | (at < bits->data.n ? (uint8_t)bits->data.p[at] : 0);
        }
        if (bits->low_first)
            unit = bits_turn((uint32_t)(unit & 0xff) << 8 | (uint32_t)unit >> 8) >> 16;
        if (bits->inverted)
            unit ^= 0xffff;
        bits->at += 2;
        bits->kept |= unit << (48 - bits->count);
        bits->count += 16;
    }
}

/* The next N bits, 1 to 32, which stay. */
static inline uint32_t
bits_peek(struct bits *bits, uint32_t n)
{
    if (bits->count < 32)
        bits_fill(bits);
    return (uint32_t)(bits->kept >> (64 - n));
}

/* What is left when all before it was taken, in bytes; may be beyond the end. */
static inline size_t
bits_place(const struct bits *bits)
{
    return bits->at - bits->count / 8;
}

static inline void
bits_drop(struct bits *bits, uint32_t n)
{
    bits->kept <<= n;
    bits->count -= n;
    bits->ended |= bits_place(bits) > bits->data.n;
}

/* N: 0 to 32. */
static inline uint32_t
bits_take(struct bits *bits, uint32_t n)
{
    if (!n)
        return 0;
    uint32_t value = bits_peek(bits, n);
    bits_drop(bits, n);
    return value;
}

/* The same where a byte's least bit comes first: a number whose least bit does. */
static inline uint32_t
bits_take_low(struct bits *bits, uint32_t n)
{
    return n ? bits_turn(bits_take(bits, n)) >> (32 - n) : 0;
}
