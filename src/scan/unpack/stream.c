/* SPDX-License-Identifier: Apache-2.0 */
/* xz ("The .xz File Format" 1.1) of LZMA2 alone, and lzma: one stream, whose tar, if that is what
 * it holds, is not given itself. Read here where the library of archives is not there. */
#include "scan/decompress/decompress.h"
#include "scan/unpack/library.h"

enum {
    STREAM_HEADER = 12,
    FILTERS = 3, /* bits of a block's flags: their number and 1, sizes that are there */
    HAS_PACKED = 0x40,
    HAS_SIZE = 0x80,
    LZMA2 = 0x21,
    LZMA_HEADER = 13,
};
#define XZ_MAGIC STR("\xfd\x37zXZ\0")

static bool
matches_xz(str data, const char *name)
{
    (void)name;
    return str_starts(data, XZ_MAGIC);
}

/* It has no magic: properties, a dictionary of 2^n or 2^n + 2^(n-1) bytes, a size that is not
 * known or is sensible, and the range coder's first byte, which is 0. */
static bool
matches_lzma(str data, const char *name)
{
    (void)name;
    uint32_t dictionary = unpack_u32(data, 1);
    uint64_t size = unpack_u64(data, 5);
    uint32_t low = dictionary & -dictionary;
    return data.n > 18 && unpack_u8(data, 0) == 0x5d && unpack_u8(data, 13) == 0 &&
           dictionary >= 4096 && (dictionary == low || dictionary == low * 3) &&
           (size == UINT64_MAX || size < (uint64_t)1 << 40);
}

static void
give(struct unpack *walk, str made, enum decompressed how, const char *kind)
{
    if (unpack_tar.matches(made, "")) {
        unpack_tar.read(walk, made);
    } else if (made.n && !unpack_give(walk, STR(""), made, false)) {
        return;
    }
    if (how != DECOMPRESSED)
        unpack_skip_rest(walk, STR(""), how == DECOMPRESSED_CUT, kind);
}

/* A number in units of seven bits, the least first. */
static uint64_t
take_number(str data, size_t *at)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        uint32_t byte = unpack_u8(data, (*at)++);
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
    size_t end = *at + ((size_t)unpack_u8(data, *at) + 1) * 4, field = *at + 2;
    uint32_t flags = unpack_u8(data, *at + 1);
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
    size_t check = check_sizes[unpack_u8(data, *at + 7) & 15];
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

static void
read_own_xz(struct unpack *walk, str data)
{
    struct buf out = BUF(unpack_member_max(walk));
    bool known = true;
    enum decompressed how = DECOMPRESSED;
    for (size_t at = 0, next; how == DECOMPRESSED; at += next) {
        how = read_blocks(data, &at, &out, &known);
        next = str_find(str_from(data, at), XZ_MAGIC);
        if (next == SIZE_MAX)
            break;
    }
    if (known)
        give(walk, buf_view(&out), how, "xz");
    else
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, "xz: another filter than LZMA2");
    buf_clear(&out);
}

static void
read_xz(struct unpack *walk, str data)
{
    if (!library_read(walk, data, LIBRARY_COMPRESSED, "xz"))
        read_own_xz(walk, data);
}

const struct unpack_kind unpack_xz = {"xz", matches_xz, read_xz};

static void
read_lzma(struct unpack *walk, str data)
{
    if (library_read(walk, data, LIBRARY_COMPRESSED, "lzma"))
        return;
    struct buf out = BUF(unpack_member_max(walk));
    struct lzma_parameters p;
    lzma_parameters_read(unpack_u8(data, 0), &p);
    enum decompressed how =
        lzma_decompress(str_from(data, LZMA_HEADER), p, unpack_u64(data, 5), &out, NULL);
    give(walk, buf_view(&out), how, "lzma");
    buf_clear(&out);
}

const struct unpack_kind unpack_lzma = {"lzma", matches_lzma, read_lzma};

/* ── bzip2 ── */

static bool
matches_bzip2(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("BZh")) && unpack_u8(data, 3) >= '1' && unpack_u8(data, 3) <= '9' &&
           (str_eq(unpack_slice(data, 4, 6), STR("\x31\x41\x59\x26\x53\x59")) ||
            str_eq(unpack_slice(data, 4, 6), STR("\x17\x72\x45\x38\x50\x90")));
}
static void
read_bzip2(struct unpack *walk, str data)
{
    if (library_read(walk, data, LIBRARY_COMPRESSED, "bzip2"))
        return;
    struct buf out = BUF(unpack_member_max(walk));
    enum decompressed how = bzip2_decompress(data, &out);
    give(walk, buf_view(&out), how, "bzip2");
    buf_clear(&out);
}

const struct unpack_kind unpack_bzip2 = {"bzip2", matches_bzip2, read_bzip2};
