/* SPDX-License-Identifier: Apache-2.0 */
/* Members of zip files by bzip2, LZMA, zstd and xz (PKWARE's APPNOTE, 4.4.5 and 5), where no
 * library of archives reads them, and by Deflate64 and Implode, which none does. */
#include "scan/decompress/decompress.h"
#include "scan/unpack/inflate.h"
#include "scan/unpack_archives/zip.h"

enum {
    IMPLODE = 6,
    DEFLATE_64 = 9,
    BZIP2 = 12,
    LZMA = 14,
    ZSTD_AT_FIRST = 20,
    ZSTD = 93,
    XZ = 95,
    LZMA_HEAD = 4, /* a version, and the bytes of the parameters */
    LZMA_PARAMETERS = 5,
    /* Flags: of LZMA, and two of Implode. */
    HAS_END = 2,
    IS_LARGE = 2,
    HAS_LITERALS = 4,
};

static enum decompressed
read_lzma(const struct zip_entry *entry, struct buf *out)
{
    struct lzma_parameters p;
    str data = entry->content;
    if (unpack_u16(data, 2) != LZMA_PARAMETERS ||
        !lzma_parameters_read(unpack_u8(data, LZMA_HEAD), &p))
        return DECOMPRESSED_BROKEN;
    bool to_end = entry->flags & HAS_END || !entry->size_known;
    return lzma_decompress(str_from(data, LZMA_HEAD + LZMA_PARAMETERS), p,
                           to_end ? DECOMPRESS_TO_END : entry->size, out, NULL);
}

/* False when the method is not read, or what it was made by is not. */
static bool
decompress(const struct zip_entry *entry, struct buf *out, enum decompressed *ret, size_t *ret_used)
{
    bool known = true;
    switch (entry->method) {
    case IMPLODE:
        *ret = implode_decompress(entry->content, entry->flags & HAS_LITERALS,
                                  entry->flags & IS_LARGE, entry->size, out);
        return entry->size_known;
    case DEFLATE_64:
        *ret = deflate64_decompress(entry->content, out, ret_used);
        return true;
    case BZIP2:
        *ret = bzip2_decompress(entry->content, out);
        return true;
    case LZMA:
        *ret = read_lzma(entry, out);
        return true;
    case ZSTD_AT_FIRST:
    case ZSTD:
        *ret = zstd_decompress(entry->content, out, NULL);
        return !zstd_needs_dictionary(entry->content);
    case XZ:
        *ret = xz_decompress(entry->content, out, &known);
        return known;
    default:
        return false;
    }
}

bool
zip_method_is_rare(uint32_t method)
{
    return method == IMPLODE || method == DEFLATE_64 || method == ZSTD_AT_FIRST;
}

bool
zip_method_read(struct unpack *walk, const struct zip_entry *entry, size_t *ret_used)
{
    struct buf out = BUF(unpack_member_max(walk));
    enum decompressed how = DECOMPRESSED;
    bool on = true;
    if (!decompress(entry, &out, &how, ret_used)) {
        char method[32];
        if (out.n) /* an xz whose first blocks are known */
            on = unpack_give(walk, entry->name, buf_view(&out), false);
        snprintf(method, sizeof method, "zip: method %u", entry->method);
        unpack_skip(walk, entry->name, UNPACK_UNKNOWN, method);
    } else {
        str made = buf_view(&out);
        if (how == DECOMPRESSED && entry->size_known && inflate_crc32(made) != entry->crc)
            how = DECOMPRESSED_BROKEN;
        if (made.n || how == DECOMPRESSED)
            on = unpack_give(walk, entry->name, made, false);
        if (on && how != DECOMPRESSED)
            unpack_skip_rest(walk, entry->name, how == DECOMPRESSED_CUT,
                             "zip: a fault or a wrong checksum");
    }
    buf_clear(&out);
    return on && unpack_is_on(walk);
}
