/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that UPX packed: of ELF its blocks one after the other, of PE the image as it is in
 * memory. Calls are as its filter left them. */
#include "scan/decompress/nrv.h"
#include "scan/unpack_programs/program.h"

#include <zlib.h>

enum { SECTION = 40, MARK_SPAN = 4096, BLOCK_HEADER = 12 };

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
           nrv_decompress(str_from(data, begin), method, size, out) &&
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
        else if (!is_nrv(method) || !nrv_decompress(block, method, size, out))
            return false;
        at += BLOCK_HEADER + (size_t)packed;
    }
    return out->n > 0;
}

/* UPX's mark stands behind the headers, in ELF files at the end too. */
static size_t
find_upx(str data)
{
    if (!program_is_pe(data) && !str_starts(data, STR("\x7f"
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
    bool good = program_is_pe(data) ? unpack_pe(data, mark, &out) : unpack_elf(data, mark, &out);
    if (good)
        unpack_give(walk, STR("unpacked"), buf_view(&out), false);
    else
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, "UPX");
    buf_clear(&out);
}

const struct unpack_kind unpack_upx = {"upx", matches_upx, read_upx};
