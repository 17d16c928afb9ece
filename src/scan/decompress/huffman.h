/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical Huffman codes: shorter ones before longer ones, and in the order of their symbols. */
#pragma once

#include "scan/decompress/bits.h"

enum { HUFFMAN_SYMBOLS = 720, HUFFMAN_LONGEST = 20, HUFFMAN_SHORT = 9 };

struct huffman {
    uint32_t
        first[HUFFMAN_LONGEST + 2]; /* the first code of a length, and where it is in symbols */
    uint16_t count[HUFFMAN_LONGEST + 2], begin[HUFFMAN_LONGEST + 2];
    uint16_t symbols[HUFFMAN_SYMBOLS];
    uint16_t
        quick[1 << HUFFMAN_SHORT]; /* of codes up to HUFFMAN_SHORT: symbol << 4 | length; or 0 */
    bool is_empty;
};

/* LENGTHS: of N symbols, 0 for those without a code. False when there are more codes than fit. */
bool huffman_make(struct huffman *huffman, const uint8_t *lengths, size_t n);
/* The next symbol; UINT32_MAX, which is no symbol, for a code that is none. */
uint32_t huffman_next(const struct huffman *huffman, struct bits *bits);
