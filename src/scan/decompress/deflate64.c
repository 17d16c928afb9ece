/* SPDX-License-Identifier: Apache-2.0 */
/* Deflate64, "enhanced deflating" of zip: RFC 1951 with copies from 65536 before, a length code of
 * 16 bits more, and two more codes of distances. */
#include "scan/decompress/copies.h"
#include "scan/decompress/huffman.h"

#include "base/cleanup.h"
#include "base/require.h"

enum {
    STORED,
    FIXED,
    DYNAMIC,
    SYMBOLS = 288,
    DISTANCES = 32,
    PRE = 19,
    END = 256,
    LENGTHS = 29,
    REPEAT = 16,
    ZEROS = 17,
    MANY_ZEROS = 18,
};

struct deflate64 {
    struct bits bits;
    struct copies copies;
    struct huffman symbols, distances, pre;
};

static const uint16_t length_base[LENGTHS] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                              15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                              67, 83, 99, 115, 131, 163, 195, 227, 3};

static bool
read_lengths(struct deflate64 *z, uint8_t *lengths, uint32_t count)
{
    for (uint32_t i = 0; i < count;) {
        uint32_t code = huffman_next(&z->pre, &z->bits), run = 1, length = code;
        if (code > MANY_ZEROS || (code == REPEAT && !i))
            return false;
        if (code >= REPEAT) {
            length = code == REPEAT ? lengths[i - 1] : 0;
            run = code == MANY_ZEROS ? 11 + bits_take_low(&z->bits, 7)
                                     : 3 + bits_take_low(&z->bits, code == REPEAT ? 2 : 3);
        }
        for (; run && i < count; run--)
            lengths[i++] = (uint8_t)length;
        if (run)
            return false;
    }
    return true;
}

static bool
read_codes(struct deflate64 *z)
{
    static const uint8_t order[PRE] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                       11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t pre[PRE] = {0}, lengths[SYMBOLS + DISTANCES];
    uint32_t symbols = 257 + bits_take_low(&z->bits, 5);
    uint32_t distances = 1 + bits_take_low(&z->bits, 5), count = 4 + bits_take_low(&z->bits, 4);
    for (uint32_t i = 0; i < count; i++)
        pre[order[i]] = (uint8_t)bits_take_low(&z->bits, 3);
    return symbols <= SYMBOLS && huffman_make(&z->pre, pre, PRE) &&
           read_lengths(z, lengths, symbols + distances) &&
           huffman_make(&z->symbols, lengths, symbols) &&
           huffman_make(&z->distances, lengths + symbols, distances);
}

static void
fixed_codes(struct deflate64 *z)
{
    uint8_t lengths[SYMBOLS];
    for (uint32_t i = 0; i < SYMBOLS; i++)
        lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    huffman_make(&z->symbols, lengths, SYMBOLS);
    memset(lengths, 5, DISTANCES);
    huffman_make(&z->distances, lengths, DISTANCES);
}

static bool
read_stored(struct deflate64 *z)
{
    bits_take(&z->bits, z->bits.count % 8);
    uint32_t n = bits_take_low(&z->bits, 16), check = bits_take_low(&z->bits, 16);
    if (n != (~check & 0xffff))
        return false;
    for (; n && copies_have_room(&z->copies); n--) {
        uint32_t byte = bits_take_low(&z->bits, 8);
        if (z->bits.ended)
            return false;
        copies_put(&z->copies, byte);
    }
    return true;
}

static bool
read_copy(struct deflate64 *z, uint32_t code)
{
    if (code >= LENGTHS)
        return false;
    uint32_t more = code == LENGTHS - 1 ? 16 : code < 8 ? 0 : code / 4 - 1;
    uint32_t length = length_base[code] + bits_take_low(&z->bits, more);
    uint32_t slot = huffman_next(&z->distances, &z->bits);
    if (slot >= DISTANCES)
        return false;
    more = slot < 4 ? 0 : slot / 2 - 1;
    uint32_t base = slot < 4 ? slot : (2 | (slot & 1)) << more;
    uint32_t distance = base + 1 + bits_take_low(&z->bits, more);
    return !z->bits.ended && copies_copy(&z->copies, distance, length);
}

static bool
read_packed(struct deflate64 *z)
{
    while (copies_have_room(&z->copies)) {
        uint32_t symbol = huffman_next(&z->symbols, &z->bits);
        if (z->bits.ended || symbol == UINT32_MAX)
            return false;
        if (symbol < END)
            copies_put(&z->copies, symbol);
        else if (symbol == END)
            return true;
        else if (!read_copy(z, symbol - END - 1))
            return false;
    }
    return true;
}

enum decompressed
deflate64_decompress(str data, struct buf *out, size_t *ret_used)
{
    struct deflate64 *z = mem_calloc(1, sizeof *z);
    z->bits = (struct bits){.data = data, .low_first = true};
    copies_begin(&z->copies, out, DECOMPRESS_TO_END, -1);
    bool good = true, is_last = false;
    while (good && !is_last && copies_have_room(&z->copies)) {
        is_last = bits_take(&z->bits, 1) != 0;
        uint32_t kind = bits_take_low(&z->bits, 2);
        if (kind == FIXED)
            fixed_codes(z);
        if (kind == STORED)
            good = read_stored(z);
        else
            good = (kind == FIXED || (kind == DYNAMIC && read_codes(z))) && read_packed(z);
    }
    size_t used = bits_place(&z->bits);
    if (ret_used)
        *ret_used = used < data.n ? used : data.n;
    enum decompressed how = copies_end(&z->copies, good);
    free(z);
    return how;
}
