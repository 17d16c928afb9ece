/* SPDX-License-Identifier: Apache-2.0 */
/* Implode of zip (PKWARE's APPNOTE, 5.3): literals and copies in codes of Shannon and Fano. These
 * are canonical Huffman codes when each bit is the other one, so all bits are turned as they come,
 * and those that are no codes are turned back. */
#include "scan/decompress/copies.h"
#include "scan/decompress/huffman.h"

#include "base/cleanup.h"
#include "base/require.h"

enum { LITERALS = 256, CODES = 64, LONGEST = CODES - 1 };

struct implode {
    struct bits bits;
    struct copies copies;
    struct huffman literals, lengths, distances;
};

/* A byte says how many follow it, each of them how many symbols have which length. */
static bool
read_code(str *data, struct huffman *huffman, uint32_t symbols)
{
    const uint8_t *p = (const uint8_t *)data->p;
    if (!data->n || data->n < p[0] + 2u)
        return false;
    uint8_t lengths[LITERALS];
    uint32_t at = 0;
    for (uint32_t i = 0; i <= p[0]; i++) {
        uint32_t length = (p[1 + i] & 15) + 1, run = (p[1 + i] >> 4) + 1u;
        if (run > symbols - at)
            return false;
        memset(lengths + at, (int)length, run);
        at += run;
    }
    *data = str_from(*data, p[0] + 2u);
    return at == symbols && huffman_make(huffman, lengths, symbols);
}

static uint32_t
take_turned(struct bits *bits, uint32_t n)
{
    return bits_take_low(bits, n) ^ ((1u << n) - 1);
}

static bool
read_item(struct implode *z, bool has_literals, uint32_t low_bits)
{
    if (take_turned(&z->bits, 1)) {
        uint32_t byte =
            has_literals ? huffman_next(&z->literals, &z->bits) : take_turned(&z->bits, 8);
        if (byte >= LITERALS || z->bits.ended)
            return false;
        copies_put(&z->copies, byte);
        return true;
    }
    uint32_t low = take_turned(&z->bits, low_bits), high = huffman_next(&z->distances, &z->bits);
    uint32_t length = huffman_next(&z->lengths, &z->bits);
    if (high >= CODES || length >= CODES)
        return false;
    if (length == LONGEST)
        length += take_turned(&z->bits, 8);
    if (z->bits.ended)
        return false;
    return copies_copy(&z->copies, (high << low_bits | low) + 1, length + (has_literals ? 3 : 2));
}

enum decompressed
implode_decompress(str data, bool has_literals, bool is_large, uint64_t size, struct buf *out)
{
    struct implode *z = mem_calloc(1, sizeof *z);
    copies_begin(&z->copies, out, size, 0);
    bool good = (!has_literals || read_code(&data, &z->literals, LITERALS)) &&
                read_code(&data, &z->lengths, CODES) && read_code(&data, &z->distances, CODES);
    z->bits = (struct bits){.data = data, .low_first = true, .inverted = true};
    while (good && copies_have_room(&z->copies))
        good = read_item(z, has_literals, is_large ? 7 : 6);
    enum decompressed how = copies_end(&z->copies, good);
    free(z);
    return how;
}
