/* SPDX-License-Identifier: Apache-2.0 */
/* Installers that NSIS makes (its exehead's fileform.h): behind the program a header, then blocks
 * of a length and as many bytes, first the script's tables, then the files, whose names are in the
 * script alone. Each block is compressed by itself, or all are one stream. */
#include "scan/decompress/decompress.h"
#include "scan/unpack_programs/program.h"

enum {
    HEADER = 28,
    SPAN = 64 << 10,
    ALIGNMENT = 512,
    LZMA_HEADER = 5,
    BZIP2_BLOCK = 0x31, /* its blocks have no other header here */
};
#define IS_PACKED UINT32_C(0x80000000)

/* Where the header is; 0 when there is none. */
static size_t
find_header(str data)
{
    size_t from = (program_overlay(data) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    for (size_t at = from; at < from + SPAN && at < data.n; at += ALIGNMENT)
        if (str_eq(unpack_slice(data, at + 4, 16), STR("\xef\xbe\xad\xdeNullsoftInst")))
            return at;
    return 0;
}

static bool
matches(str data, const char *name)
{
    (void)name;
    return program_is_pe(data) && find_header(data) > 0;
}

/* LZMA's parameters and a dictionary of whole pages, then the coder's first byte, which is 0. */
static bool
is_lzma(str data)
{
    return unpack_u8(data, 0) == 0x5d && unpack_u16(data, 1) == 0 && unpack_u8(data, 5) == 0;
}

static enum decompressed
read_stream(struct unpack *walk, str data, struct buf *out)
{
    if (is_lzma(data)) {
        struct lzma_parameters p = {3, 0, 2};
        return lzma_decompress(str_from(data, LZMA_HEADER), p, DECOMPRESS_TO_END, out, NULL);
    }
    enum unpack_flow flow = unpack_inflate_to(walk, data, -15, out);
    if (flow == UNPACK_CUT)
        return DECOMPRESSED_CUT;
    return flow == UNPACK_ENDED || out->n ? DECOMPRESSED : DECOMPRESSED_BROKEN;
}

static bool
give(struct unpack *walk, bool is_first, str content, enum decompressed how)
{
    str name = is_first ? STR("script") : STR("");
    if (content.n && !unpack_give(walk, name, content, false))
        return false;
    if (how == DECOMPRESSED_CUT)
        unpack_skip_rest(walk, name, true, "nsis");
    else if (how == DECOMPRESSED_BROKEN && !content.n)
        unpack_skip(walk, name, UNPACK_UNKNOWN, "nsis: a method that is not read");
    return unpack_is_on(walk);
}

static void
read_solid(struct unpack *walk, str data)
{
    struct buf all = BUF(unpack_member_max(walk));
    enum decompressed how = read_stream(walk, data, &all);
    str rest = buf_view(&all);
    bool on = rest.n > 4 || give(walk, true, STR(""), DECOMPRESSED_BROKEN);
    for (bool is_first = true; on && rest.n > 4; is_first = false) {
        uint32_t n = unpack_u32(rest, 0);
        str block = unpack_slice(rest, 4, n);
        on = give(walk, is_first, block, block.n < n ? how : DECOMPRESSED);
        rest = str_from(rest, 4 + (size_t)n);
    }
    buf_clear(&all);
}

static void
read_blocks(struct unpack *walk, str data)
{
    bool on = true;
    for (bool is_first = true; on && data.n > 4; is_first = false) {
        uint32_t word = unpack_u32(data, 0), n = word & ~IS_PACKED;
        str block = unpack_slice(data, 4, n);
        if (block.n < n || !n)
            return;
        if (word & IS_PACKED) {
            struct buf made = BUF(unpack_member_max(walk));
            enum decompressed how = read_stream(walk, block, &made);
            on = give(walk, is_first, buf_view(&made), how);
            buf_clear(&made);
        } else {
            on = give(walk, is_first, block, DECOMPRESSED);
        }
        data = str_from(data, 4 + (size_t)n);
    }
}

static void
read_nsis(struct unpack *walk, str data)
{
    size_t at = find_header(data);
    uint32_t size = unpack_u32(data, at + 24);
    str body = unpack_slice(data, at + HEADER, size > HEADER ? size - HEADER : 0);
    uint32_t first = unpack_u32(body, 0);
    /* LZMA's five bytes may look like a length. */
    bool is_stream = is_lzma(body) && unpack_u8(body, 4) != 0x5d;
    bool by_blocks = !is_stream && first & IS_PACKED && (first & ~IS_PACKED) < body.n;
    if (unpack_u8(body, by_blocks ? 4 : 0) == BZIP2_BLOCK &&
        unpack_u8(body, by_blocks ? 5 : 1) < 10)
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, "nsis: bzip2");
    else if (by_blocks)
        read_blocks(walk, body);
    else
        read_solid(walk, body);
}

const struct unpack_kind unpack_nsis = {"nsis", matches, read_nsis};
