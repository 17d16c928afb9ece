/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind the last section of a PE file, such as the archive of a self-extracting one;
 * and programs that UPX packed by its own methods NRV2B, 2D and 2E: of ELF its blocks one after the
 * other, of PE the image as it is in memory. Calls are as its filter left them. */
#include "scan/unpack/reader.h"

#include <zlib.h>

enum { SECTION = 40, SECTIONS_MAX = 96, MARK_SPAN = 4096 };

static bool
is_pe(str data)
{
    uint32_t at = unpack_u32(data, 60);
    return str_starts(data, STR("MZ")) && str_starts(str_from(data, at), STR("PE\0\0"));
}

/* Where the last section ends; 0 when nothing is behind it. */
static size_t
overlay_at(str data)
{
    size_t at = unpack_u32(data, 60), end = 0;
    uint32_t count = unpack_u16(data, at + 6);
    size_t table = at + 24 + unpack_u16(data, at + 20);
    for (uint32_t i = 0; i < count && i < SECTIONS_MAX; i++) {
        size_t section = table + (size_t)i * SECTION;
        size_t last = (size_t)unpack_u32(data, section + 16) + unpack_u32(data, section + 20);
        end = last > end ? last : end;
    }
    return end + 16 < data.n ? end : 0;
}

/* Self-extracting programs put a few bytes before their archive; the reader of zip finds its own.
 */
static size_t
archive_at(str data)
{
    static const char *const marks[] = {"7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07", "MSCF"};
    size_t from = overlay_at(data);
    str head = unpack_slice(data, from, MARK_SPAN);
    for (size_t i = 0; from && i < sizeof marks / sizeof *marks; i++) {
        size_t at = str_find(head, str_of(marks[i]));
        if (at != SIZE_MAX)
            return from + at;
    }
    return 0;
}

static bool
matches_overlay(str data, const char *name)
{
    (void)name;
    return is_pe(data) && archive_at(data) > 0;
}

static void
read_overlay(struct unpack *walk, str data)
{
    unpack_give(walk, STR("overlay"), str_from(data, archive_at(data)), false);
}

const struct unpack_kind unpack_overlay = {"pe", matches_overlay, read_overlay};

/* ── UPX ── */

/* Bits come 32 at a time, the greatest first, between bytes that are read as they come. */
struct nrv {
    str data;
    size_t at;
    uint32_t bits, bit_count;
    bool ended;
    struct buf *out;
    uint32_t last_offset, method;
};
enum { NRV2B = 2, NRV2D = 5, NRV2E = 8, BLOCK_HEADER = 12 };

static uint32_t
next_byte(struct nrv *nrv)
{
    nrv->ended |= nrv->at >= nrv->data.n;
    return unpack_u8(nrv->data, nrv->at++);
}

static uint32_t
next_bit(struct nrv *nrv)
{
    if (!nrv->bit_count) {
        nrv->ended |= nrv->at >= nrv->data.n;
        nrv->bits = unpack_u32(nrv->data, nrv->at);
        nrv->at += 4;
        nrv->bit_count = 32;
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

/* Adds SIZE bytes to OUT; false when it is not exactly that. */
static bool
nrv_unpack(str data, uint32_t method, size_t size, struct buf *out)
{
    struct buf block = BUF(size);
    struct nrv nrv = {.data = data, .out = &block, .last_offset = 1, .method = method};
    do {
        while (next_bit(&nrv) && !nrv.ended && !block.full)
            buf_char(&block, (char)next_byte(&nrv));
    } while (!nrv.ended && !block.full && next_copy(&nrv));
    bool whole = block.n == size && !block.full;
    buf_str(out, buf_view(&block));
    buf_clear(&block);
    return whole && !out->full;
}

static bool
is_nrv(uint32_t method)
{
    return method == NRV2B || method == NRV2D || method == NRV2E;
}

/* Behind the mark of PE files: version, format, method, level, two checksums, two lengths. The
 * packed image is where the second section begins. */
static bool
unpack_pe(str data, size_t mark, struct buf *out)
{
    size_t at = unpack_u32(data, 60), table = at + 24 + unpack_u16(data, at + 20);
    uint32_t method = unpack_u8(data, mark + 6), size = unpack_u32(data, mark + 16);
    uint32_t sum = unpack_u32(data, mark + 8), begin = unpack_u32(data, table + SECTION + 20);
    return is_nrv(method) && size && size <= out->cap &&
           nrv_unpack(str_from(data, begin), method, size, out) &&
           adler32_z(1, (const Bytef *)out->p, out->n) == (uLong)sum;
}

static bool
unpack_elf(str data, size_t mark, struct buf *out)
{
    for (size_t at = mark - 4 + 24; at + BLOCK_HEADER <= data.n;) {
        uint32_t size = unpack_u32(data, at), packed = unpack_u32(data, at + 4);
        uint32_t method = unpack_u8(data, at + 8);
        str block = unpack_slice(data, at + BLOCK_HEADER, packed);
        if (!size || packed > size || block.n != packed || size > out->cap - out->n)
            break;
        if (packed == size)
            buf_str(out, block);
        else if (!is_nrv(method) || !nrv_unpack(block, method, size, out))
            return false;
        at += BLOCK_HEADER + (size_t)packed;
    }
    return out->n > 0;
}

/* UPX's mark stands behind the headers, in ELF files at the end too. */
static size_t
find_upx(str data)
{
    if (!is_pe(data) && !str_starts(data, STR("\x7f"
                                              "ELF")))
        return SIZE_MAX;
    return str_find(unpack_slice(data, 0, MARK_SPAN), STR("UPX!"));
}

static bool
matches_upx(str data, const char *name)
{
    (void)name;
    return find_upx(data) != SIZE_MAX;
}

static void
read_upx(struct unpack *walk, str data)
{
    struct buf out = BUF(unpack_member_max(walk));
    size_t mark = find_upx(data);
    bool good = is_pe(data) ? unpack_pe(data, mark, &out) : unpack_elf(data, mark, &out);
    if (good)
        unpack_give(walk, STR("unpacked"), buf_view(&out), false);
    else
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, "UPX");
    buf_clear(&out);
}

const struct unpack_kind unpack_upx = {"upx", matches_upx, read_upx};
