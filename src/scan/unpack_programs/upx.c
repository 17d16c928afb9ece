/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that UPX packed: of ELF its blocks one after the other, of PE the image as it is in
 * memory. Calls are as its filter left them. Those who hide that UPX was used change its mark; an
 * ELF file's blocks are found without it. */
#include "scan/decompress/decompress.h"
#include "scan/unpack_programs/program.h"

#include <zlib.h>

enum {
    SECTION = 40,
    MARK_SPAN = 4096,
    BLOCK_HEADER = 12,
    FIRST_BLOCK = 24,  /* behind UPX's header in ELF files */
    FIRST_MOST = 4096, /* bytes of the headers, which are the first block */
    LZMA = 14,
    IDENT_MOST = 512, /* bytes that may stand before the packed image */
};

static bool
is_known(uint32_t method)
{
    return (method >= NRV2B && method <= NRV_LAST) || method == LZMA;
}

/* Adds SIZE bytes to OUT; false when it is not exactly that. Two bytes of parameters stand before
 * LZMA's own. */
static bool
decompress(str data, uint32_t method, size_t size, struct buf *out)
{
    if (method != LZMA)
        return nrv_decompress(data, method, size, out) == DECOMPRESSED;
    uint32_t first = unpack_u8(data, 0), second = unpack_u8(data, 1);
    struct lzma_parameters p = {second & 15, second >> 4, first & 7};
    return p.lc + p.lp == first >> 3 &&
           lzma_decompress(str_from(data, 2), p, size, out, NULL) == DECOMPRESSED;
}

/* Behind the mark of PE files: version, format, method, level, two checksums, two lengths. The
 * packed image is where the second section begins, or a little behind. */
static bool
unpack_pe(str data, size_t mark, struct buf *out)
{
    size_t at = unpack_u32(data, 60), table = at + 24 + unpack_u16(data, at + 20);
    uint32_t method = unpack_u8(data, mark + 6), size = unpack_u32(data, mark + 16);
    uint32_t sum = unpack_u32(data, mark + 8), packed_sum = unpack_u32(data, mark + 12);
    size_t begin = unpack_u32(data, table + SECTION + 20), packed_n = unpack_u32(data, mark + 20);
    if (!is_known(method) || !size || size > out->cap)
        return false;
    for (size_t end = begin + IDENT_MOST; begin < end; begin += 4) {
        str packed = unpack_slice(data, begin, packed_n);
        if (packed.n && adler32_z(1, (const Bytef *)packed.p, packed.n) == (uLong)packed_sum)
            return decompress(packed, method, size, out) &&
                   adler32_z(1, (const Bytef *)out->p, out->n) == (uLong)sum;
    }
    return false;
}

/* ── ELF ── */

static uint32_t
elf_u32(str data, size_t at)
{
    uint32_t value = unpack_u32(data, at);
    return unpack_u8(data, 5) == 2 ? __builtin_bswap32(value) : value;
}

static uint32_t
elf_u16(str data, size_t at)
{
    return elf_u32(data, at) >> (unpack_u8(data, 5) == 2 ? 16 : 0) & 0xffff;
}

static bool
unpack_elf(str data, size_t at, struct buf *out)
{
    for (at += FIRST_BLOCK; at + BLOCK_HEADER <= data.n;) {
        uint32_t size = elf_u32(data, at), packed = elf_u32(data, at + 4);
        uint32_t method = unpack_u8(data, at + 8);
        str block = unpack_slice(data, at + BLOCK_HEADER, packed);
        if (!size || packed > size || block.n != packed || size > out->cap - out->n)
            break;
        if (packed == size)
            buf_str(out, block);
        else if (!is_known(method) || !decompress(block, method, size, out))
            return false;
        at += BLOCK_HEADER + (size_t)packed;
    }
    return out->n > 0;
}

/* Where UPX's header is in an ELF file: by its mark, or behind the program headers when a first
 * block that may be the packed headers follows; SIZE_MAX when there is none. */
static size_t
find_header(str data)
{
    size_t mark = str_find(unpack_slice(data, 0, MARK_SPAN), STR("UPX!"));
    if (mark != SIZE_MAX)
        return mark - 4;
    bool is_64 = unpack_u8(data, 4) == 2;
    size_t count = elf_u16(data, is_64 ? 56 : 44), size = elf_u16(data, is_64 ? 54 : 42);
    size_t at = (is_64 ? 64u : 52u) + count * size, block = at + FIRST_BLOCK;
    uint32_t whole = elf_u32(data, at + 16), made = elf_u32(data, block);
    uint32_t packed = elf_u32(data, block + 4), method = unpack_u8(data, block + 8);
    bool plausible = count <= 8 && whole > data.n && made > 32 && made < FIRST_MOST &&
                     packed < made && packed > 8 && is_known(method) &&
                     unpack_u8(data, block + 11) == 0;
    return plausible ? at : SIZE_MAX;
}

static bool
is_elf(str data)
{
    return unpack_u32(data, 0) == 0x464c457f;
}

static bool
matches_upx(str data, const char *name)
{
    (void)name;
    if (is_elf(data))
        return find_header(data) != SIZE_MAX;
    return program_is_pe(data) &&
           str_find(unpack_slice(data, 0, MARK_SPAN), STR("UPX!")) != SIZE_MAX;
}

static void
read_upx(struct unpack *walk, str data)
{
    struct buf out = BUF(unpack_member_max(walk));
    bool good;
    if (is_elf(data))
        good = unpack_elf(data, find_header(data), &out);
    else
        good = unpack_pe(data, str_find(unpack_slice(data, 0, MARK_SPAN), STR("UPX!")), &out);
    if (good)
        unpack_give(walk, STR("unpacked"), buf_view(&out), false);
    else
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, "UPX");
    buf_clear(&out);
}

const struct unpack_kind unpack_upx = {"upx", matches_upx, read_upx};
