/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the decoder of zstd say to each other: bits that are read backward, tables of
 * finite state entropy (FSE) and of Huffman codes, and what lives from block to block. */
#pragma once

#include "base/buf.h"
#include "scan/decompress/decompress.h"

enum {
    ZSTD_BLOCK = 128 << 10,
    ZSTD_SLACK = 32, /* copies in steps may read and write so much too much */
    ZSTD_FSE_LOG = 9,
    ZSTD_HUFFMAN_LOG = 11,
};

/* Bits from a stream's end to its beginning: 64 of them, whose first USED, from the top, were
 * taken. Zeros stand before the beginning; when USED is above 64, more was taken than there is. */
struct zstd_bits {
    const uint8_t *begin, *at;
    uint64_t kept;
    uint32_t used;
};
/* False when DATA have no end mark, a bit that is set in the last byte. */
bool zstd_bits_begin(struct zstd_bits *bits, str data);

static inline uint64_t
zstd_load(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}
/* Afterwards at least 57 bits can be taken, or all that there are. */
static inline void
zstd_bits_fill(struct zstd_bits *bits)
{
    size_t left = (size_t)(bits->at - bits->begin), n = bits->used / 8;
    if (!left)
        return;
    n = n < left ? n : left;
    bits->at -= n;
    bits->used -= 8 * (uint32_t)n;
    bits->kept = zstd_load(bits->at);
}
static inline uint32_t
zstd_bits_take(struct zstd_bits *bits, uint32_t n)
{
    uint32_t value = (uint32_t)(bits->kept << (bits->used & 63) >> 1 >> (63 - n));
    bits->used += n;
    return value;
}
static inline bool
zstd_bits_are_over(const struct zstd_bits *bits)
{
    return bits->at == bits->begin && bits->used > 64;
}
static inline bool
zstd_bits_are_all(const struct zstd_bits *bits)
{
    return bits->at == bits->begin && bits->used == 64;
}

/* A state is a cell: its symbol, and the next state, which is NEXT and BITS more of the stream. */
struct zstd_cell {
    uint16_t next;
    uint8_t symbol, bits;
};
struct zstd_fse {
    uint32_t log; /* 2^log cells */
    struct zstd_cell cells[1 << ZSTD_FSE_LOG];
};
/* Reads how often each of at most SYMBOLS symbols occurs (RFC 8878, 4.1.1) and makes the table of
 * at most 2^LOG_MOST cells; the bytes that were read, 0 for a fault. */
size_t zstd_fse_read(str data, uint32_t symbols, uint32_t log_most, struct zstd_fse *ret);
void zstd_fse_make(const int16_t *counts, uint32_t symbols, uint32_t log, struct zstd_fse *ret);
void zstd_fse_make_one(uint8_t symbol, struct zstd_fse *ret);
static inline uint32_t
zstd_fse_next(const struct zstd_fse *fse, uint32_t state, struct zstd_bits *bits)
{
    struct zstd_cell cell = fse->cells[state];
    return cell.next + zstd_bits_take(bits, cell.bits);
}

struct zstd_huffman {
    uint32_t log; /* 0: there is none yet */
    struct {
        uint8_t symbol, bits;
    } cells[1 << ZSTD_HUFFMAN_LOG];
};

enum zstd_field { ZSTD_LITERALS, ZSTD_OFFSET, ZSTD_MATCH, ZSTD_FIELDS };
struct zstd {
    struct buf *out;
    size_t begin; /* of the frame in OUT */
    size_t offsets[3];
    struct zstd_fse fields[ZSTD_FIELDS];
    bool has_field[ZSTD_FIELDS];
    struct zstd_huffman huffman;
    size_t literal_count;
    uint8_t literals[ZSTD_BLOCK + ZSTD_SLACK];
};
/* The literals of a block; the bytes that were read, 0 for a fault. */
size_t zstd_literals_read(struct zstd *z, str data);
/* The rest of a block: copies of literals and of what came before, added to OUT. */
enum decompressed zstd_sequences_run(struct zstd *z, str data);
