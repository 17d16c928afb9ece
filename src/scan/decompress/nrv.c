/* SPDX-License-Identifier: Apache-2.0 */
/* NRV2B, NRV2D and NRV2E: bits and bytes of one stream; copies of what was made before. */
#include "scan/decompress/decompress.h"

/* Bits come 32 at a time, in some variants 8 or 16, the greatest first, between bytes that are read
 * as they come. */
struct nrv {
    str data;
    size_t at;
    uint32_t bits, bit_count;
    bool ended;
    struct buf *out;
    uint32_t last_offset, method, width; /* bytes that bits come in */
};

static uint32_t
next_byte(struct nrv *nrv)
{
    nrv->ended |= nrv->at >= nrv->data.n;
    return nrv->at < nrv->data.n ? (uint8_t)nrv->data.p[nrv->at++] : 0;
}

static uint32_t
next_bit(struct nrv *nrv)
{
    if (!nrv->bit_count) {
        nrv->bits = 0;
        for (uint32_t i = 0; i < nrv->width; i++)
            nrv->bits |= next_byte(nrv) << 8 * i;
        nrv->bit_count = 8 * nrv->width;
    }
    return nrv->bits >> --nrv->bit_count & 1;
}

/* The upper part of an offset. */
static uint32_t
next_offset(struct nrv *nrv)
{
    uint32_t offset = 1;
    for (;;) {
        offset = offset * 2 + next_bit(nrv);
        if (next_bit(nrv) || nrv->ended)
            return offset;
        if (nrv->method != NRV2B)
            offset = (offset - 1) * 2 + next_bit(nrv);
    }
}

static uint32_t
long_length(struct nrv *nrv)
{
    uint32_t length = 1;
    do
        length = length * 2 + next_bit(nrv);
    while (!next_bit(nrv) && !nrv->ended);
    return length;
}

/* FIRST: the length's first bit, which the later methods keep beside the offset. */
static uint32_t
next_length(struct nrv *nrv, uint32_t first)
{
    if (nrv->method == NRV2E) {
        if (first)
            return 1 + next_bit(nrv);
        return next_bit(nrv) ? 3 + next_bit(nrv) : long_length(nrv) + 3;
    }
    uint32_t length = first * 2 + next_bit(nrv);
    return length ? length : long_length(nrv) + 2;
}

/* A copy of what was made; false at the end. */
static bool
next_copy(struct nrv *nrv)
{
    uint32_t offset = next_offset(nrv), first = 0;
    bool is_old = offset == 2;
    if (!is_old) {
        offset = (offset - 3) * 256 + next_byte(nrv);
        if (offset == UINT32_MAX)
            return false;
        if (nrv->method != NRV2B) {
            first = ~offset & 1;
            offset >>= 1;
        }
        nrv->last_offset = ++offset;
    } else {
        offset = nrv->last_offset;
    }
    if (is_old || nrv->method == NRV2B)
        first = next_bit(nrv);
    size_t length = (size_t)next_length(nrv, first) + 1;
    length += offset > (nrv->method == NRV2B ? 0xd00u : 0x500u);
    if (nrv->ended || offset > nrv->out->n)
        return false;
    char *to = buf_space(nrv->out, length);
    for (size_t i = 0; to && i < length; i++)
        to[i] = to[(ptrdiff_t)i - (ptrdiff_t)offset];
    return to != NULL;
}

enum decompressed
nrv_decompress(str data, uint32_t method, size_t size, struct buf *out)
{
    static const uint32_t widths[] = {4, 1, 2};
    if (method < NRV2B || method > NRV_LAST)
        return DECOMPRESSED_BROKEN;
    struct buf block = BUF(size);
    struct nrv nrv = {.data = data,
                      .out = &block,
                      .last_offset = 1,
                      .method = NRV2B + (method - NRV2B) / 3 * 3,
                      .width = widths[(method - NRV2B) % 3]};
    do {
        while (next_bit(&nrv) && !nrv.ended && !block.full)
            buf_char(&block, (char)next_byte(&nrv));
    } while (!nrv.ended && !block.full && next_copy(&nrv));
    bool whole = block.n == size && !block.full;
    buf_str(out, buf_view(&block));
    buf_clear(&block);
    return out->full ? DECOMPRESSED_CUT : whole ? DECOMPRESSED : DECOMPRESSED_BROKEN;
}
