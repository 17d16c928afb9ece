/* SPDX-License-Identifier: Apache-2.0 */
/* LHA's -lh4- to -lh7- and ARJ's methods 1 to 3, which are the same: blocks of literals and copies
 * in Huffman codes, whose lengths are told in a code of their own. And ARJ's method 4, without. */
#include "scan/decompress/copies.h"
#include "scan/decompress/huffman.h"

#include "base/cleanup.h"
#include "base/require.h"

enum {
    SYMBOLS = 510,
    SYMBOL_BITS = 9,
    PRE = 19,
    PRE_BITS = 5,
    PRE_GAP = 3, /* behind so many lengths stands how many zeros follow */
    LITERALS = 256,
    LEAST = 3,
    LENGTH_LONG = 7,
    LENGTH_MOST = 16,
};

/* A code, or one symbol alone, which takes no bits. */
struct code {
    struct huffman huffman;
    bool is_one;
    uint32_t one;
};
struct lzh {
    struct bits bits;
    struct copies copies;
    struct code symbols, distances, pre;
    uint32_t distance_codes, distance_bits;
    uint32_t left; /* items of the block */
};

static uint32_t
next(struct lzh *z, const struct code *code)
{
    return code->is_one ? code->one : huffman_next(&code->huffman, &z->bits);
}

/* Of three bits; where all are set as many more as are set behind them. */
static uint32_t
take_length(struct bits *bits)
{
    uint32_t length = bits_take(bits, 3);
    while (length >= LENGTH_LONG && length <= LENGTH_MOST && bits_take(bits, 1))
        length++;
    return length;
}

/* True when there is one symbol alone. */
static bool
take_one(struct lzh *z, struct code *code, uint32_t count_bits, uint32_t *ret_count)
{
    *ret_count = bits_take(&z->bits, count_bits);
    code->is_one = !*ret_count;
    if (code->is_one)
        code->one = bits_take(&z->bits, count_bits);
    return code->is_one;
}

static bool
read_simple(struct lzh *z, struct code *code, uint32_t codes, uint32_t count_bits, uint32_t gap)
{
    uint8_t lengths[PRE] = {0};
    uint32_t count;
    if (take_one(z, code, count_bits, &count))
        return code->one < codes;
    for (uint32_t i = 0; i < count && i < codes;) {
        uint32_t length = take_length(&z->bits);
        if (length > LENGTH_MOST)
            return false;
        lengths[i++] = (uint8_t)length;
        if (i == gap)
            i += bits_take(&z->bits, 2);
    }
    return count <= codes && huffman_make(&code->huffman, lengths, codes);
}

static bool
read_symbols(struct lzh *z)
{
    uint8_t lengths[SYMBOLS] = {0};
    uint32_t count;
    if (take_one(z, &z->symbols, SYMBOL_BITS, &count))
        return z->symbols.one < SYMBOLS;
    for (uint32_t i = 0; i < count && i < SYMBOLS;) {
        uint32_t symbol = next(z, &z->pre);
        if (symbol >= PRE || z->bits.ended)
            return false;
        if (symbol > 2)
            lengths[i++] = (uint8_t)(symbol - 2);
        else
            i += symbol == 0   ? 1
                 : symbol == 1 ? 3 + bits_take(&z->bits, 4)
                               : 20 + bits_take(&z->bits, SYMBOL_BITS);
    }
    return count <= SYMBOLS && huffman_make(&z->symbols.huffman, lengths, SYMBOLS);
}

static bool
begin_block(struct lzh *z)
{
    z->left = bits_take(&z->bits, 16);
    z->left = z->left ? z->left : 1 << 16;
    return read_simple(z, &z->pre, PRE, PRE_BITS, PRE_GAP) && read_symbols(z) &&
           read_simple(z, &z->distances, z->distance_codes, z->distance_bits, 0);
}

static bool
read_item(struct lzh *z)
{
    if (!z->left && !begin_block(z))
        return false;
    z->left--;
    uint32_t symbol = next(z, &z->symbols);
    if (z->bits.ended)
        return false;
    if (symbol < LITERALS) {
        copies_put(&z->copies, symbol);
        return true;
    }
    uint32_t code = next(z, &z->distances);
    if (symbol >= SYMBOLS || code >= z->distance_codes)
        return false;
    uint32_t distance = code > 1 ? (1u << (code - 1)) + bits_take(&z->bits, code - 1) : code;
    return !z->bits.ended && copies_copy(&z->copies, distance + 1, symbol - LITERALS + LEAST);
}

enum decompressed
lzh_decompress(str data, uint32_t window_bits, uint64_t size, struct buf *out)
{
    if (window_bits < 12 || window_bits > 16)
        return DECOMPRESSED_BROKEN;
    struct lzh *z = mem_calloc(1, sizeof *z);
    z->bits.data = data;
    z->distance_codes = window_bits + 1;
    z->distance_bits = window_bits < 15 ? 4 : 5;
    copies_begin(&z->copies, out, size, ' ');
    bool good = true;
    while (good && copies_have_room(&z->copies))
        good = read_item(z);
    enum decompressed how = copies_end(&z->copies, good);
    free(z);
    return how;
}

/* ── ARJ's method 4 ── */

/* A number of LEAST bits, and of one more for each set bit before it, up to MOST. */
static uint32_t
take_number(struct bits *bits, uint32_t least, uint32_t most)
{
    uint32_t base = 0, n = least;
    for (; n < most && bits_take(bits, 1); n++)
        base += 1u << n;
    return base + bits_take(bits, n);
}

enum decompressed
arj_decompress_fast(str data, uint64_t size, struct buf *out)
{
    struct bits bits = {.data = data};
    struct copies copies;
    copies_begin(&copies, out, size, ' ');
    bool good = true;
    while (good && copies_have_room(&copies)) {
        uint32_t length = take_number(&bits, 0, 7);
        uint32_t next = length ? take_number(&bits, 9, 13) + 1 : bits_take(&bits, 8);
        good = !bits.ended;
        if (good && length)
            good = copies_copy(&copies, next, length - 1 + LEAST);
        else if (good)
            copies_put(&copies, next);
    }
    return copies_end(&copies, good);
}
