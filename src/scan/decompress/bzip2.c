/* SPDX-License-Identifier: Apache-2.0 */
/* bzip2: blocks of runs, sorted by what follows each byte (Burrows and Wheeler), moved to the
 * front, in up to six Huffman codes that change each fifty symbols. */
#include "scan/decompress/huffman.h"

#include "base/require.h"
#include "scan/decompress/decompress.h"

enum {
    BLOCK_UNIT = 100000,
    TABLES = 6,
    GROUP = 50,
    GROUPS_MOST = 18002,
    RUN_A = 0,
    RUN_B = 1,
    LENGTH_MOST = 20,
};
#define BLOCK_MARK UINT64_C(0x314159265359)
#define END_MARK UINT64_C(0x177245385090)

struct bzip2 {
    struct bits bits;
    struct buf *out;
    uint32_t block_most;
    uint32_t *links; /* of a block: a byte, above it the place of the byte behind it */
    uint32_t n, first;
    struct huffman tables[TABLES];
    uint32_t table_count, group_count;
    uint8_t groups[GROUPS_MOST], symbols[256];
    uint32_t symbol_count;
};

static uint64_t
take_mark(struct bits *bits)
{
    uint64_t high = bits_take(bits, 24);
    return high << 24 | bits_take(bits, 24);
}

/* Which bytes occur: sixteen bits, and sixteen more for each that is set. */
static bool
take_symbols(struct bzip2 *z)
{
    uint32_t rows = bits_take(&z->bits, 16);
    z->symbol_count = 0;
    for (uint32_t row = 0; row < 16; row++) {
        uint32_t used = rows >> (15 - row) & 1 ? bits_take(&z->bits, 16) : 0;
        for (uint32_t i = 0; i < 16; i++)
            if (used >> (15 - i) & 1)
                z->symbols[z->symbol_count++] = (uint8_t)(row * 16 + i);
    }
    return z->symbol_count > 0;
}

/* Moves what is at PLACE to the front, and returns it. */
static uint8_t
to_front(uint8_t *list, uint32_t place)
{
    uint8_t found = list[place];
    memmove(list + 1, list, place);
    return list[0] = found;
}

/* Which table each group of symbols has. */
static bool
take_groups(struct bzip2 *z)
{
    uint8_t order[TABLES] = {0, 1, 2, 3, 4, 5};
    z->table_count = bits_take(&z->bits, 3);
    z->group_count = bits_take(&z->bits, 15);
    if (z->table_count < 2 || z->table_count > TABLES || !z->group_count)
        return false;
    for (uint32_t i = 0; i < z->group_count; i++) {
        uint32_t place = 0;
        while (bits_take(&z->bits, 1))
            if (++place >= z->table_count)
                return false;
        uint8_t table = to_front(order, place);
        if (i < GROUPS_MOST)
            z->groups[i] = table;
    }
    z->group_count = z->group_count < GROUPS_MOST ? z->group_count : GROUPS_MOST;
    return !z->bits.ended;
}

/* Lengths of codes: each differs from the one before by steps of one. */
static bool
take_tables(struct bzip2 *z)
{
    uint32_t count = z->symbol_count + 2;
    for (uint32_t t = 0; t < z->table_count; t++) {
        uint8_t lengths[258];
        uint32_t length = bits_take(&z->bits, 5);
        for (uint32_t i = 0; i < count; i++) {
            while (bits_take(&z->bits, 1)) {
                length += bits_take(&z->bits, 1) ? UINT32_MAX : 1;
                if (!length || length > LENGTH_MOST)
                    return false;
            }
            if (!length || length > LENGTH_MOST)
                return false;
            lengths[i] = (uint8_t)length;
        }
        if (!huffman_make(&z->tables[t], lengths, count))
            return false;
    }
    return !z->bits.ended;
}

static bool
put_run(struct bzip2 *z, uint32_t run)
{
    if (run > z->block_most - z->n)
        return false;
    for (; run; run--)
        z->links[z->n++] = z->symbols[0];
    return true;
}

/* Symbols until that of the block's end. */
static bool
take_block(struct bzip2 *z)
{
    uint32_t run = 0, unit = 1, end = z->symbol_count + 1;
    z->n = 0;
    for (uint32_t i = 0; i / GROUP < z->group_count; i++) {
        uint32_t symbol = huffman_next(&z->tables[z->groups[i / GROUP]], &z->bits);
        if (z->bits.ended || symbol > end)
            return false;
        if (symbol == RUN_A || symbol == RUN_B) {
            run += unit << symbol;
            unit <<= 1;
            if (run > z->block_most)
                return false;
            continue;
        }
        if (!put_run(z, run))
            return false;
        if (symbol == end)
            return true;
        run = 0;
        unit = 1;
        if (z->n == z->block_most)
            return false;
        z->links[z->n++] = to_front(z->symbols, symbol - 1);
    }
    return false;
}

/* Sorts the bytes, so that each knows where the one behind it is. */
static void
link_bytes(struct bzip2 *z)
{
    uint32_t places[256] = {0}, sum = 0;
    for (uint32_t i = 0; i < z->n; i++)
        places[z->links[i] & 255]++;
    for (unsigned i = 0; i < 256; i++) {
        uint32_t count = places[i];
        places[i] = sum;
        sum += count;
    }
    for (uint32_t i = 0; i < z->n; i++)
        z->links[places[z->links[i] & 255]++] |= i << 8;
}

/* Four of the same byte are followed by how many more there are. */
static bool
give_block(struct bzip2 *z)
{
    uint32_t at = z->links[z->first] >> 8, last = 256, same = 0;
    for (uint32_t i = 0; i < z->n && !z->out->full; i++) {
        uint32_t link = z->links[at], byte = link & 255;
        at = link >> 8;
        if (same == 4) {
            char *run = byte ? buf_space(z->out, byte) : NULL;
            if (run)
                memset(run, (int)last, byte);
            same = 0;
            last = 256;
            continue;
        }
        same = byte == last ? same + 1 : 1;
        last = byte;
        buf_char(z->out, (char)byte);
    }
    return !z->out->full;
}

static enum decompressed
read_block(struct bzip2 *z)
{
    bits_take(&z->bits, 32); /* its checksum */
    bool is_random = bits_take(&z->bits, 1) != 0;
    z->first = bits_take(&z->bits, 24);
    if (is_random || !take_symbols(z) || !take_groups(z) || !take_tables(z) || !take_block(z) ||
        z->first >= z->n)
        return DECOMPRESSED_BROKEN;
    link_bytes(z);
    return give_block(z) ? DECOMPRESSED : DECOMPRESSED_CUT;
}

/* One stream; another may follow. */
static enum decompressed
read_stream(struct bzip2 *z)
{
    uint32_t magic = bits_take(&z->bits, 24), level = bits_take(&z->bits, 8) - '0';
    if (magic != 0x425a68 || level < 1 || level > 9)
        return DECOMPRESSED_BROKEN;
    z->block_most = level * BLOCK_UNIT;
    enum decompressed how = DECOMPRESSED;
    while (how == DECOMPRESSED) {
        uint64_t mark = take_mark(&z->bits);
        if (mark == END_MARK) {
            bits_take(&z->bits, 32);
            bits_take(&z->bits, z->bits.count % 8);
            return z->bits.ended ? DECOMPRESSED_BROKEN : DECOMPRESSED;
        }
        how = mark == BLOCK_MARK ? read_block(z) : DECOMPRESSED_BROKEN;
    }
    return how;
}

enum decompressed
bzip2_decompress(str data, struct buf *out)
{
    struct bzip2 *z = mem_calloc(1, sizeof *z);
    *z = (struct bzip2){.bits = {.data = data}, .out = out};
    z->links = mem_calloc(9 * BLOCK_UNIT, sizeof *z->links);
    enum decompressed how;
    do
        how = read_stream(z);
    while (how == DECOMPRESSED && str_starts(str_from(data, bits_place(&z->bits)), STR("BZh")));
    free(z->links);
    free(z);
    return how;
}
