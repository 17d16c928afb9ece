/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/decompress/huffman.h"

static void
fill_quick(struct huffman *h)
{
    memset(h->quick, 0, sizeof h->quick);
    for (uint32_t length = 1; length <= HUFFMAN_SHORT; length++)
        for (uint32_t i = 0; i < h->count[length]; i++) {
            uint32_t symbol = h->symbols[h->begin[length] + i];
            uint32_t from = (h->first[length] + i) << (HUFFMAN_SHORT - length);
            for (uint32_t k = 0; k < 1u << (HUFFMAN_SHORT - length); k++)
                h->quick[from + k] = (uint16_t)(symbol << 4 | length);
        }
}

bool
huffman_make(struct huffman *h, const uint8_t *lengths, size_t n)
{
    memset(h->count, 0, sizeof h->count);
    for (size_t i = 0; i < n; i++)
        if (lengths[i] <= HUFFMAN_LONGEST)
            h->count[lengths[i]]++;
    h->is_empty = h->count[0] == n;
    h->count[0] = 0;
    uint32_t code = 0, begin = 0;
    uint16_t next[HUFFMAN_LONGEST + 2] = {0};
    for (uint32_t length = 1; length <= HUFFMAN_LONGEST; length++) {
        code <<= 1;
        h->first[length] = code;
        h->begin[length] = next[length] = (uint16_t)begin;
        code += h->count[length];
        begin += h->count[length];
        if (code > 1u << length)
            return false;
    }
    for (size_t i = 0; i < n; i++)
        if (lengths[i] && lengths[i] <= HUFFMAN_LONGEST)
            h->symbols[next[lengths[i]]++] = (uint16_t)i;
    fill_quick(h);
    return true;
}

uint32_t
huffman_next(const struct huffman *h, struct bits *bits)
{
    uint32_t ahead = bits_peek(bits, HUFFMAN_LONGEST);
    uint32_t quick = h->quick[ahead >> (HUFFMAN_LONGEST - HUFFMAN_SHORT)];
    if (quick) {
        bits_drop(bits, quick & 15);
        return quick >> 4;
    }
    for (uint32_t length = HUFFMAN_SHORT + 1; length <= HUFFMAN_LONGEST; length++) {
        uint32_t i = (ahead >> (HUFFMAN_LONGEST - length)) - h->first[length];
        if (i < h->count[length]) {
            bits_drop(bits, length);
            return h->symbols[h->begin[length] + i];
        }
    }
    bits_drop(bits, HUFFMAN_LONGEST);
    return UINT32_MAX;
}
