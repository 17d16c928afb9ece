/* SPDX-License-Identifier: Apache-2.0 */
/* Cabinets ([MS-CAB]): files are pieces of folders, each compressed whole: stored, by MSZIP
 * (deflate that goes on with the block before as its dictionary) or LZX. Read here where the
 * library of archives is not there. */
#include "scan/decompress/decompress.h"
#include "scan/unpack/library.h"

#include "base/require.h"

#include <zlib.h>

enum {
    HEADER = 36,
    FOLDER = 8,
    FILE_ENTRY = 16,
    BLOCK = 8,
    HAS_PREVIOUS = 1,
    HAS_NEXT = 2,
    HAS_RESERVE = 4,
    STORED = 0,
    MSZIP = 1,
    QUANTUM = 2,
    LZX = 3,
    HISTORY = 32768,
    BLOCK_MOST = 32768,
};

struct cab {
    str data;
    uint32_t folder_count, file_count;
    size_t folders, folder_size, files, block_size;
};

static bool
matches_cab(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("MSCF\0\0\0\0")) && data.n > HEADER;
}

/* Behind a text that ends with a NUL. */
static size_t
after_text(str data, size_t at)
{
    str rest = str_from(data, at);
    const char *end = rest.n ? memchr(rest.p, 0, rest.n) : NULL;
    return end ? (size_t)(end - data.p) + 1 : data.n;
}

static struct cab
read_header(str data)
{
    struct cab cab = {.data = data,
                      .files = unpack_u32(data, 16),
                      .folder_count = unpack_u16(data, 26),
                      .file_count = unpack_u16(data, 28),
                      .folder_size = FOLDER,
                      .block_size = BLOCK};
    uint32_t flags = unpack_u16(data, 30);
    size_t at = HEADER;
    if (flags & HAS_RESERVE) {
        cab.folder_size += unpack_u8(data, at + 2);
        cab.block_size += unpack_u8(data, at + 3);
        at += 4 + (size_t)unpack_u16(data, at);
    }
    for (unsigned i = 0; i < 2; i++)
        if (flags & HAS_PREVIOUS)
            at = after_text(data, at);
    for (unsigned i = 0; i < 2; i++)
        if (flags & HAS_NEXT)
            at = after_text(data, at);
    cab.folders = at;
    return cab;
}

/* The next of a folder's blocks. */
static bool
next_block(const struct cab *cab, size_t *at, str *ret, size_t *ret_size)
{
    *ret_size = unpack_u16(cab->data, *at + 6);
    uint32_t packed = unpack_u16(cab->data, *at + 4);
    *ret = unpack_slice(cab->data, *at + cab->block_size, packed);
    *at += cab->block_size + packed;
    return ret->n == packed && packed;
}

/* Adds a block of MSZIP to OUT, which begins with what went before. */
static enum decompressed
inflate_block(z_stream *z, str packed, size_t size, struct buf *out)
{
    size_t history = out->n < HISTORY ? out->n : HISTORY;
    if (!str_starts(packed, STR("CK")) || size > BLOCK_MOST || inflateReset2(z, -15) != Z_OK)
        return DECOMPRESSED_BROKEN;
    if (history &&
        inflateSetDictionary(z, (const Bytef *)out->p + out->n - history, (uInt)history) != Z_OK)
        return DECOMPRESSED_BROKEN;
    char *room = buf_space(out, size);
    if (!room)
        return DECOMPRESSED_CUT;
    z->next_in = (Bytef *)(uintptr_t)packed.p + 2;
    z->avail_in = (uInt)packed.n - 2;
    z->next_out = (Bytef *)room;
    z->avail_out = (uInt)size;
    int status = inflate(z, Z_FINISH);
    out->n -= z->avail_out;
    return status == Z_STREAM_END && !z->avail_out ? DECOMPRESSED : DECOMPRESSED_BROKEN;
}

static enum decompressed
read_mszip(const struct cab *cab, size_t at, uint32_t count, struct buf *out)
{
    z_stream z = {0};
    require(inflateInit2(&z, -15) == Z_OK);
    enum decompressed how = DECOMPRESSED;
    for (uint32_t i = 0; i < count && how == DECOMPRESSED; i++) {
        str packed;
        size_t size;
        how = next_block(cab, &at, &packed, &size) ? inflate_block(&z, packed, size, out)
                                                   : DECOMPRESSED_BROKEN;
    }
    inflateEnd(&z);
    return how;
}

/* All blocks in one piece; *RET_SIZE: what they hold. */
static bool
join_blocks(const struct cab *cab, size_t at, uint32_t count, struct buf *out, uint64_t *ret_size)
{
    *ret_size = 0;
    for (uint32_t i = 0; i < count; i++) {
        str packed;
        size_t size;
        if (!next_block(cab, &at, &packed, &size))
            return false;
        buf_str(out, packed);
        *ret_size += size;
    }
    return true;
}

static enum decompressed
read_folder(const struct cab *cab, size_t folder, struct buf *out)
{
    size_t at = unpack_u32(cab->data, folder);
    uint32_t count = unpack_u16(cab->data, folder + 4), type = unpack_u16(cab->data, folder + 6);
    if ((type & 15) == MSZIP)
        return read_mszip(cab, at, count, out);
    uint64_t size;
    if ((type & 15) == STORED) {
        bool whole = join_blocks(cab, at, count, out, &size);
        return out->full ? DECOMPRESSED_CUT : whole ? DECOMPRESSED : DECOMPRESSED_BROKEN;
    }
    struct buf packed = BUF(cab->data.n);
    bool whole = join_blocks(cab, at, count, &packed, &size);
    enum decompressed how = lzx_decompress(buf_view(&packed), type >> 8 & 31, size, 0, out);
    buf_clear(&packed);
    return whole ? how : DECOMPRESSED_BROKEN;
}

/* The files of one folder, which holds what was made of it. */
static bool
give_files(struct unpack *walk, const struct cab *cab, uint32_t folder, str made,
           enum decompressed how)
{
    size_t at = cab->files;
    for (uint32_t i = 0; i < cab->file_count; i++) {
        uint32_t size = unpack_u32(cab->data, at), from = unpack_u32(cab->data, at + 4);
        uint32_t of = unpack_u16(cab->data, at + 8);
        size_t next = after_text(cab->data, at + FILE_ENTRY);
        str name = unpack_slice(cab->data, at + FILE_ENTRY, next - at - FILE_ENTRY - 1);
        if (next <= at + FILE_ENTRY || next >= cab->data.n)
            return true;
        at = next;
        if (of != folder)
            continue;
        str content = unpack_slice(made, from, size);
        if ((content.n || !size) && !unpack_give(walk, name, content, false))
            return false;
        if (content.n < size)
            unpack_skip_rest(walk, name, how == DECOMPRESSED_CUT,
                             "cab: the folder's data end before the file");
    }
    return unpack_is_on(walk);
}

static void
read_own(struct unpack *walk, str data)
{
    struct cab cab = read_header(data);
    bool on = true;
    for (uint32_t i = 0; on && i < cab.folder_count; i++) {
        size_t folder = cab.folders + i * cab.folder_size;
        if (folder + FOLDER > data.n) {
            unpack_skip(walk, STR(""), UNPACK_DAMAGED, "cab: a folder is missing");
            return;
        }
        uint32_t method = unpack_u16(data, folder + 6) & 15;
        if (method == QUANTUM || method > LZX) {
            unpack_skip(walk, STR(""), UNPACK_UNKNOWN, "cab: Quantum");
            continue;
        }
        struct buf made = BUF(unpack_member_max(walk));
        enum decompressed how = read_folder(&cab, folder, &made);
        on = give_files(walk, &cab, i, buf_view(&made), how);
        buf_clear(&made);
    }
    if (on && unpack_u16(data, 30) & (HAS_PREVIOUS | HAS_NEXT))
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "cab: it goes on in another file");
}

static void
read_cab(struct unpack *walk, str data)
{
    if (!library_read(walk, data, LIBRARY_CAB, "cab"))
        read_own(walk, data);
}

const struct unpack_kind unpack_cab = {"cab", matches_cab, read_cab};
