/* SPDX-License-Identifier: Apache-2.0 */
/* The method of RAR 5: blocks of a length told in bytes and bits, each with new Huffman codes or
 * those of the block before; literals, copies, copies from one of the last four distances, and
 * filters for what comes. */
#include "scan/decompress/huffman.h"
#include "scan/unpack_rar/rar.h"

#include "base/require.h"

enum {
    MAIN = 306,
    DISTANCES = 64,
    LOWS = 16,
    LENGTHS = 44,
    ALL = MAIN + DISTANCES + LOWS + LENGTHS,
    PRE = 20,
    LITERALS = 256,
    FILTER = 256,
    SAME_AGAIN = 257,
    LAST_DISTANCE = 258,
    COPY = 262,
    HAS_CODES = 0x80,
    IS_LAST = 0x40,
    FILTER_MOST = 4 << 20,
};

struct lz50 {
    struct bits bits;
    struct rar_window *window;
    bool has_codes, is_last;
    uint64_t block_end; /* in bits */
    struct huffman main, distance, low, length, pre;
    uint64_t distances[4]; /* the last one first */
    uint32_t last_length;
};

static uint64_t
bit_place(const struct bits *bits)
{
    return (uint64_t)bits->at * 8 - bits->count;
}

/* Of the code of codes: four bits each, 15 is itself or a run of zeros. */
static bool
read_pre(struct lz50 *z)
{
    uint8_t lengths[PRE] = {0};
    for (unsigned i = 0; i < PRE; i++) {
        uint32_t length = bits_take(&z->bits, 4), zeros = 0;
        if (length == 15)
            zeros = bits_take(&z->bits, 4);
        if (zeros)
            i += zeros + 1;
        else
            lengths[i] = (uint8_t)length;
    }
    return huffman_make(&z->pre, lengths, PRE);
}

static bool
read_codes(struct lz50 *z)
{
    uint8_t lengths[ALL];
    if (!read_pre(z))
        return false;
    for (unsigned i = 0; i < ALL;) {
        uint32_t code = huffman_next(&z->pre, &z->bits), run = 1;
        if (code > 19 || z->bits.ended)
            return false;
        if (code >= 16)
            run = code & 1 ? 11 + bits_take(&z->bits, 7) : 3 + bits_take(&z->bits, 3);
        if ((code == 16 || code == 17) && !i)
            return false;
        uint8_t length = code < 16 ? (uint8_t)code : code < 18 ? lengths[i - 1] : 0;
        for (; run && i < ALL; run--)
            lengths[i++] = length;
    }
    const uint8_t *at = lengths;
    return huffman_make(&z->main, at, MAIN) && huffman_make(&z->distance, at += MAIN, DISTANCES) &&
           huffman_make(&z->low, at += DISTANCES, LOWS) &&
           huffman_make(&z->length, at + LOWS, LENGTHS);
}

/* Of a block, which begins at a whole byte. */
static bool
begin_block(struct lz50 *z)
{
    bits_drop(&z->bits, z->bits.count % 8);
    z->window->is_done |= !unpack_is_on(z->window->walk); /* blocks may be many and make nothing */
    uint32_t flags = bits_take(&z->bits, 8), sum = bits_take(&z->bits, 8) ^ flags ^ 0x5a;
    uint32_t bytes = (flags >> 3 & 3) + 1, size = 0;
    if (bytes > 3)
        return false;
    for (unsigned i = 0; i < bytes; i++) {
        uint32_t byte = bits_take(&z->bits, 8);
        size |= byte << 8 * i;
        sum ^= byte;
    }
    if (sum || !size || z->bits.ended)
        return false;
    z->block_end = bit_place(&z->bits) + ((uint64_t)size - 1) * 8 + (flags & 7) + 1;
    z->is_last = flags & IS_LAST;
    if (flags & HAS_CODES)
        z->has_codes = read_codes(z);
    return z->has_codes;
}

static uint32_t
take_length(struct lz50 *z, uint32_t slot)
{
    if (slot < 8)
        return slot + 2;
    uint32_t extra = slot / 4 - 1;
    return ((4 | (slot & 3)) << extra) + bits_take(&z->bits, extra) + 2;
}

/* 0 for a code that is none. */
static uint64_t
take_distance(struct lz50 *z)
{
    uint32_t slot = huffman_next(&z->distance, &z->bits);
    if (slot < 4)
        return slot + 1;
    if (slot >= DISTANCES)
        return 0;
    uint32_t extra = slot / 2 - 1;
    uint64_t distance = (uint64_t)(2 | (slot & 1)) << extra;
    if (extra < 4)
        return distance + bits_take(&z->bits, extra) + 1;
    distance += (uint64_t)bits_take(&z->bits, extra - 4) << 4;
    uint32_t low = huffman_next(&z->low, &z->bits);
    return low < LOWS ? distance + low + 1 : 0;
}

static bool
read_copy(struct lz50 *z, uint32_t slot)
{
    uint32_t length = take_length(z, slot);
    uint64_t distance = take_distance(z);
    length += (distance > 0x100) + (distance > 0x2000) + (distance > 0x40000);
    memmove(z->distances + 1, z->distances, 3 * sizeof *z->distances);
    z->distances[0] = distance;
    z->last_length = length;
    return rar_window_copy(z->window, distance, length);
}

static bool
read_last_distance(struct lz50 *z, uint32_t which)
{
    uint64_t distance = z->distances[which];
    memmove(z->distances + 1, z->distances, which * sizeof *z->distances);
    z->distances[0] = distance;
    uint32_t slot = huffman_next(&z->length, &z->bits);
    if (slot >= LENGTHS)
        return false;
    z->last_length = take_length(z, slot);
    return rar_window_copy(z->window, distance, z->last_length);
}

static uint32_t
take_number(struct lz50 *z)
{
    uint32_t bytes = bits_take(&z->bits, 2) + 1, value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= bits_take(&z->bits, 8) << 8 * i;
    return value;
}

/* One that does not fit is told at the end: what is not filtered is scanned all the same. */
static void
read_filter(struct lz50 *z)
{
    static const enum rar_filter_kind kinds[] = {RAR_DELTA, RAR_CALLS, RAR_JUMPS, RAR_ARM};
    struct rar_filter filter = {.start = z->window->at + take_number(z), .wraps = true};
    filter.length = take_number(z);
    uint32_t kind = bits_take(&z->bits, 3);
    if (kind == 0)
        filter.channels = bits_take(&z->bits, 5) + 1;
    if (kind >= sizeof kinds / sizeof *kinds || filter.length > FILTER_MOST) {
        z->window->is_broken = true;
        return;
    }
    filter.kind = kinds[kind];
    rar_window_add_filter(z->window, &filter);
}

static bool
read_symbol(struct lz50 *z, uint32_t symbol)
{
    if (symbol >= MAIN)
        return false;
    if (symbol >= COPY)
        return read_copy(z, symbol - COPY);
    if (symbol >= LAST_DISTANCE)
        return read_last_distance(z, symbol - LAST_DISTANCE);
    if (symbol == FILTER)
        read_filter(z);
    else if (z->last_length)
        return rar_window_copy(z->window, z->distances[0], z->last_length);
    return true;
}

static bool
read_block(struct lz50 *z)
{
    struct rar_window *window = z->window;
    while (bit_place(&z->bits) < z->block_end && !window->is_done) {
        uint32_t symbol = huffman_next(&z->main, &z->bits);
        if (z->bits.ended)
            return false;
        if (symbol < LITERALS)
            rar_window_put(window, (uint8_t)symbol);
        else if (!read_symbol(z, symbol) || z->bits.ended)
            return false;
    }
    return true;
}

enum decompressed
lz50_read(struct lz50 **ret, struct rar_window *window, str packed, bool is_solid)
{
    if (!*ret)
        *ret = mem_calloc(1, sizeof **ret);
    struct lz50 *z = *ret;
    if (!is_solid) {
        memset(z->distances, 0, sizeof z->distances);
        z->last_length = 0;
        z->has_codes = false;
    }
    z->bits = (struct bits){.data = packed};
    z->window = window;
    do {
        if (!begin_block(z) || !read_block(z))
            return DECOMPRESSED_BROKEN;
    } while (!z->is_last && !window->is_done);
    return DECOMPRESSED;
}

void
lz50_free(struct lz50 *z)
{
    free(z);
}
