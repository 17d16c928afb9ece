/* SPDX-License-Identifier: Apache-2.0 */
/* LZX ([MS-PATCH], "Microsoft LZX Data Compression Format"), of cabinets and help files: blocks of
 * literals and copies in Huffman codes, whose lengths are told as differences to the block before.
 * Every 32 KiB that come out the input begins at a whole word. Targets of x86 calls were made
 * absolute, which is undone last: copies copy what was there before. */
#include "scan/decompress/huffman.h"

#include "base/require.h"
#include "scan/decompress/decompress.h"

enum {
    FRAME = 32768,
    VERBATIM = 1,
    ALIGNED = 2,
    STORED = 3,
    LITERALS = 256,
    SLOTS_MOST = 50,
    MAIN = LITERALS + 8 * SLOTS_MOST,
    LENGTHS = 249,
    PRE = 20,
    WINDOW_LEAST = 15,
    WINDOW_MOST = 21,
    CALLS_FRAMES = 32768,
};

struct lzx {
    struct bits bits;
    uint32_t slots;
    uint32_t distance[3];
    uint32_t block, block_left, block_size;
    uint8_t main_lengths[MAIN], length_lengths[LENGTHS];
    struct huffman main, length, aligned, pre;
    uint32_t base[SLOTS_MOST];
    uint8_t extra[SLOTS_MOST];
    struct buf *out;
    size_t begin, until;
    uint32_t calls_size; /* 0: calls are as they were */
};

static void
begin_anew(struct lzx *z)
{
    for (unsigned i = 0; i < 3; i++)
        z->distance[i] = 1;
    memset(z->main_lengths, 0, sizeof z->main_lengths);
    memset(z->length_lengths, 0, sizeof z->length_lengths);
    z->block_left = 0;
    if (bits_take(&z->bits, 1))
        z->calls_size = bits_take(&z->bits, 32);
}

static void
make_slots(struct lzx *z, uint32_t window_bits)
{
    static const uint8_t slots[] = {30, 32, 34, 36, 38, 42, 50};
    z->slots = slots[window_bits - WINDOW_LEAST];
    for (uint32_t i = 0, base = 0; i < SLOTS_MOST; i++) {
        z->extra[i] = (uint8_t)(i < 4 ? 0 : i < 36 ? i / 2 - 1 : 17);
        z->base[i] = base;
        base += 1u << z->extra[i];
    }
}

/* Lengths of FROM to TO: how each differs from the one before, or runs. */
static bool
read_lengths(struct lzx *z, uint8_t *lengths, uint32_t from, uint32_t to)
{
    uint8_t pre[PRE];
    for (unsigned i = 0; i < PRE; i++)
        pre[i] = (uint8_t)bits_take(&z->bits, 4);
    if (!huffman_make(&z->pre, pre, PRE))
        return false;
    while (from < to) {
        uint32_t code = huffman_next(&z->pre, &z->bits), run = 1, length = 0;
        if (code == 17)
            run = 4 + bits_take(&z->bits, 4);
        else if (code == 18)
            run = 20 + bits_take(&z->bits, 5);
        else if (code == 19)
            run = 4 + bits_take(&z->bits, 1);
        if (code == 19)
            code = huffman_next(&z->pre, &z->bits);
        if (code <= 16)
            length = (lengths[from] + 17 - code) % 17;
        else if (code > 18 || z->bits.ended)
            return false;
        for (; run && from < to; run--)
            lengths[from++] = (uint8_t)length;
        if (run)
            return false;
    }
    return !z->bits.ended;
}

static bool
read_trees(struct lzx *z)
{
    uint8_t aligned[8];
    for (unsigned i = 0; z->block == ALIGNED && i < 8; i++)
        aligned[i] = (uint8_t)bits_take(&z->bits, 3);
    if (z->block == ALIGNED && !huffman_make(&z->aligned, aligned, 8))
        return false;
    uint32_t count = LITERALS + 8 * z->slots;
    return read_lengths(z, z->main_lengths, 0, LITERALS) &&
           read_lengths(z, z->main_lengths, LITERALS, count) &&
           huffman_make(&z->main, z->main_lengths, count) &&
           read_lengths(z, z->length_lengths, 0, LENGTHS) &&
           huffman_make(&z->length, z->length_lengths, LENGTHS);
}

/* Goes on at the byte AT of the input. */
static void
move_to(struct lzx *z, size_t at)
{
    z->bits.at = at;
    z->bits.kept = 0;
    z->bits.count = 0;
}

static void
align(struct lzx *z)
{
    bits_drop(&z->bits, z->bits.count % 16);
}

static bool
begin_stored(struct lzx *z)
{
    /* One bit at least is passed over. */
    if (z->bits.count % 16)
        align(z);
    else
        bits_take(&z->bits, 16);
    size_t at = bits_place(&z->bits);
    str data = z->bits.data;
    if (at > data.n || data.n - at < 12)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t value = 0;
        for (unsigned k = 4; k--;)
            value = value << 8 | (uint8_t)data.p[at + 4 * i + k];
        z->distance[i] = value;
    }
    move_to(z, at + 12);
    return true;
}

static bool
begin_block(struct lzx *z)
{
    if (z->block == STORED && z->block_size & 1)
        move_to(z, bits_place(&z->bits) + 1);
    z->block = bits_take(&z->bits, 3);
    z->block_size = z->block_left = bits_take(&z->bits, 24);
    if (!z->block_size || z->bits.ended)
        return false;
    if (z->block == STORED)
        return begin_stored(z);
    return (z->block == VERBATIM || z->block == ALIGNED) && read_trees(z);
}

static uint32_t
next_distance(struct lzx *z, uint32_t slot)
{
    uint32_t *d = z->distance;
    if (slot < 3) {
        uint32_t distance = d[slot];
        d[slot] = d[0];
        return d[0] = distance;
    }
    uint32_t extra = z->extra[slot], distance = z->base[slot] - 2;
    if (z->block == ALIGNED && extra >= 3) {
        distance += bits_take(&z->bits, extra - 3) << 3;
        distance += huffman_next(&z->aligned, &z->bits);
    } else {
        distance += bits_take(&z->bits, extra);
    }
    d[2] = d[1];
    d[1] = d[0];
    return d[0] = distance;
}

/* Until OUT holds END bytes, where a copy must end too. */
static bool
read_items(struct lzx *z, size_t at, size_t end)
{
    char *p = z->out->p;
    while (at < end) {
        uint32_t symbol = huffman_next(&z->main, &z->bits);
        if (symbol < LITERALS) {
            p[at++] = (char)symbol;
            continue;
        }
        if (symbol == UINT32_MAX || z->bits.ended)
            return false;
        uint32_t length = symbol & 7, more = 0;
        if (length == 7 && (more = huffman_next(&z->length, &z->bits)) == UINT32_MAX)
            return false;
        length += more + 2;
        size_t distance = next_distance(z, (symbol - LITERALS) >> 3);
        if (length > end - at && end == z->until) /* packers of help files fill up the last frame */
            length = (uint32_t)(end - at);
        if (!distance || distance > at - z->begin || length > end - at)
            return false;
        for (; length; length--, at++)
            p[at] = p[at - distance];
    }
    return !z->bits.ended;
}

static bool
read_stored(struct lzx *z, size_t at, size_t n)
{
    size_t place = bits_place(&z->bits);
    str data = z->bits.data;
    if (place > data.n || n > data.n - place)
        return false;
    memcpy(z->out->p + at, data.p + place, n);
    move_to(z, place + n);
    return true;
}

/* One frame of N bytes, in pieces of blocks. */
static bool
read_frame(struct lzx *z, size_t n)
{
    size_t at = z->out->n;
    buf_space(z->out, n);
    for (size_t left = n; left;) {
        if (!z->block_left && !begin_block(z))
            break;
        size_t piece = left < z->block_left ? left : z->block_left;
        bool good = z->block == STORED ? read_stored(z, at, piece) : read_items(z, at, at + piece);
        if (!good)
            break;
        at += piece;
        left -= piece;
        z->block_left -= (uint32_t)piece;
        if (left == 0) {
            if (z->block != STORED || !z->block_left)
                align(z);
            return true;
        }
    }
    z->out->n = at;
    return false;
}

static void
restore_calls(char *p, size_t n, uint32_t place, uint32_t size)
{
    for (size_t i = 0; i + 10 < n; i++) {
        if (p[i] != '\xe8')
            continue;
        int32_t target, here = (int32_t)(place + i);
        memcpy(&target, p + i + 1, 4);
        if (target >= -here && target < (int32_t)size) {
            target = target >= 0 ? target - here : target + (int32_t)size;
            memcpy(p + i + 1, &target, 4);
        }
        i += 4;
    }
}

enum decompressed
lzx_decompress(str data, uint32_t window_bits, uint64_t size, uint64_t anew_each, struct buf *out)
{
    if (window_bits < WINDOW_LEAST || window_bits > WINDOW_MOST || anew_each % FRAME)
        return DECOMPRESSED_BROKEN;
    struct lzx *z = mem_calloc(1, sizeof *z);
    *z = (struct lzx){.bits = {.data = data, .by_words = true},
                      .out = out,
                      .begin = out->n,
                      .until = size < SIZE_MAX - out->n ? out->n + (size_t)size : SIZE_MAX};
    make_slots(z, window_bits);
    enum decompressed how = DECOMPRESSED;
    for (uint64_t made = 0; made < size && how == DECOMPRESSED; made += FRAME) {
        size_t n = size - made < FRAME ? (size_t)(size - made) : FRAME;
        if (made == 0 || (anew_each && made % anew_each == 0))
            begin_anew(z);
        if (n > out->cap - out->n)
            how = DECOMPRESSED_CUT;
        else if (!read_frame(z, n))
            how = DECOMPRESSED_BROKEN;
    }
    for (size_t i = 0; z->calls_size && z->begin + i < out->n; i += FRAME) {
        size_t left = out->n - z->begin - i;
        uint64_t place = anew_each ? i % anew_each : i;
        if (place / FRAME < CALLS_FRAMES)
            restore_calls(out->p + z->begin + i, left < FRAME ? left : FRAME, (uint32_t)place,
                          z->calls_size);
    }
    free(z);
    return how;
}
