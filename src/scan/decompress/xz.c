/* SPDX-License-Identifier: Apache-2.0 */
/* xz ("The .xz File Format" 1.1): streams of blocks, each with a list of filters, of which LZMA2
 * alone is read. */
#include "scan/decompress/decompress.h"

enum {
    STREAM_HEADER = 12,
    FILTERS = 3, /* bits of a block's flags: their number and 1, sizes that are there */
    HAS_PACKED = 0x40,
    HAS_SIZE = 0x80,
    LZMA2 = 0x21,
};
#define MAGIC STR("\xfd\x37zXZ\0")

static uint32_t
byte_at(str data, size_t at)
{
    return at < data.n ? (uint8_t)data.p[at] : 0;
}

/* A number in units of seven bits, the least first. */
static uint64_t
take_number(str data, size_t *at)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        uint32_t byte = byte_at(data, (*at)++);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            break;
    }
    return value;
}

/* Of a block at AT, whose first byte is not 0; false when its filter is not LZMA2 alone. */
static bool
read_block_header(str data, size_t *at)
{
    size_t end = *at + ((size_t)byte_at(data, *at) + 1) * 4, field = *at + 2;
    uint32_t flags = byte_at(data, *at + 1);
    if (flags & HAS_PACKED)
        take_number(data, &field);
    if (flags & HAS_SIZE)
        take_number(data, &field);
    *at = end;
    return !(flags & FILTERS) && take_number(data, &field) == LZMA2;
}

/* All blocks of a stream; *AT is left behind them. */
static enum decompressed
read_blocks(str data, size_t *at, struct buf *out, bool *ret_known)
{
    static const uint8_t check_sizes[16] = {0,  4,  4,  4,  8,  8,  8,  16,
                                            16, 16, 32, 32, 32, 64, 64, 64};
    size_t check = check_sizes[byte_at(data, *at + 7) & 15];
    *at += STREAM_HEADER;
    while (*at < data.n && data.p[*at]) {
        size_t used = 0;
        if (!read_block_header(data, at)) {
            *ret_known = false;
            return DECOMPRESSED_BROKEN;
        }
        enum decompressed how = lzma2_decompress(str_from(data, *at), out, &used);
        if (how != DECOMPRESSED)
            return how;
        *at += (used + 3) / 4 * 4 + check;
    }
    return *at < data.n ? DECOMPRESSED : DECOMPRESSED_BROKEN;
}

enum decompressed
xz_decompress(str data, struct buf *out, bool *ret_known)
{
    enum decompressed how = DECOMPRESSED;
    *ret_known = true;
    for (size_t at = 0; how == DECOMPRESSED;) {
        how = read_blocks(data, &at, out, ret_known);
        size_t next = str_find(str_from(data, at), MAGIC);
        if (next == SIZE_MAX)
            break;
        at += next;
    }
    return how;
}
