/* SPDX-License-Identifier: Apache-2.0 */
/* 7z archives whose folders are LZMA, LZMA2, PPMd, Deflate or stored, with the filters for x86 code
 * and for differences. Read here where the library of archives is not there. */
#include "scan/unpack_archives/seven_zip.h"

#include "scan/decompress/decompress.h"
#include "scan/decompress/ppmd.h"
#include "scan/unpack/library.h"

enum {
    START = 32,
    HEADERS_MAX = 4,
    HEADER_MOST = 32 << 20,
    COPY = 0,
    DELTA = 3,
    LZMA2 = 0x21,
    LZMA = 0x30101,
    X86 = 0x3030103,
    PPMD = 0x30401,
    DEFLATE = 0x40108,
    AES = 0x6f10701,
    NAME_MOST = 4096,
};

static bool
matches(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("7z\xbc\xaf\x27\x1c"));
}

/* ── coders ── */

static enum decompressed
undo_delta(str data, struct buf *out, uint32_t distance)
{
    size_t begin = out->n;
    buf_str(out, data);
    for (size_t i = begin + distance; i < out->n; i++)
        out->p[i] = (char)(out->p[i] + out->p[i - distance]);
    return out->full ? DECOMPRESSED_CUT : DECOMPRESSED;
}

static enum decompressed
undo_x86(str data, struct buf *out)
{
    size_t begin = out->n;
    buf_str(out, data);
    x86_filter_undo(out->p + begin, out->n - begin);
    return out->full ? DECOMPRESSED_CUT : DECOMPRESSED;
}

static enum decompressed
apply(struct unpack *walk, const struct seven_coder *coder, str data, struct buf *out)
{
    struct lzma_parameters p;
    switch (coder->method) {
    case COPY:
        buf_str(out, data);
        return out->full ? DECOMPRESSED_CUT : DECOMPRESSED;
    case LZMA:
        return lzma_parameters_read(unpack_u8(coder->properties, 0), &p)
                   ? lzma_decompress(data, p, coder->size, out, NULL)
                   : DECOMPRESSED_BROKEN;
    case PPMD:
        return ppmd_decompress(data, unpack_u8(coder->properties, 0),
                               unpack_u32(coder->properties, 1), coder->size, out);
    case LZMA2:
        return lzma2_decompress(data, out, NULL);
    case DEFLATE: {
        enum unpack_flow flow = unpack_inflate_to(walk, data, -15, out);
        return flow == UNPACK_ENDED ? DECOMPRESSED
               : flow == UNPACK_CUT ? DECOMPRESSED_CUT
                                    : DECOMPRESSED_BROKEN;
    }
    case DELTA:
        return undo_delta(data, out, unpack_u8(coder->properties, 0) + 1);
    default:
        return undo_x86(data, out);
    }
}

static bool
is_known(const struct seven_coder *coder)
{
    uint64_t method = coder->method;
    if (method == PPMD)
        return unpack_u32(coder->properties, 1) <= PPMD_SIZE_MOST;
    return method == COPY || method == LZMA || method == LZMA2 || method == DEFLATE ||
           method == DELTA || method == X86;
}

/* Why the folder is not read; UNPACK_SKIPS when it is. */
static enum unpack_skip
refuses(const struct seven_folder *folder)
{
    for (uint32_t i = 0; i < folder->coder_count; i++)
        if (folder->coders[i].method == AES)
            return UNPACK_ENCRYPTED;
    for (uint32_t i = 0; i < folder->coder_count; i++)
        if (!is_known(&folder->coders[i]))
            return UNPACK_UNKNOWN;
    return folder->is_simple ? UNPACK_SKIPS : UNPACK_UNKNOWN;
}

/* OUT is empty, or holds what was made before a fault. */
static enum decompressed
read_folder(struct unpack *walk, str data, const struct seven_folder *folder, struct buf *out)
{
    uint64_t at = START + folder->packed_at;
    if (at > data.n || folder->packed_size > data.n - at)
        return DECOMPRESSED_BROKEN;
    str input = unpack_slice(data, (size_t)at, (size_t)folder->packed_size);
    struct buf before = {0};
    enum decompressed how = DECOMPRESSED;
    for (uint32_t i = 0; i < folder->coder_count && how == DECOMPRESSED; i++) {
        struct buf made = BUF(out->cap);
        how = apply(walk, &folder->coders[folder->order[i]], input, &made);
        buf_clear(&before);
        before = made;
        input = buf_view(&before);
    }
    size_t cap = out->cap;
    buf_clear(out);
    *out = before;
    out->cap = cap;
    return how;
}

/* ── files ── */

struct files {
    struct seven_names names;
    uint64_t at;
    struct buf name;
};

/* The next file that has a content. */
static str
next_name(struct files *files)
{
    while (files->at < files->names.count) {
        uint64_t i = files->at++;
        str *names = &files->names.names;
        buf_reset(&files->name);
        for (uint32_t unit = 1; unit && names->n >= 2; *names = str_from(*names, 2)) {
            unit = unpack_u16(*names, 0);
            if (unit)
                unpack_put_utf16(&files->name, unit);
        }
        if (!(unpack_u8(files->names.empty, (size_t)(i / 8)) >> (7 - i % 8) & 1))
            return buf_view(&files->name);
    }
    return (str){0};
}

static bool
give_pieces(struct unpack *walk, const struct seven_folder *folder, struct files *files, str made,
            enum decompressed how)
{
    for (uint64_t i = 0; i < folder->piece_count; i++) {
        str name = next_name(files);
        uint64_t size = folder->sizes[i];
        str content = unpack_slice(made, 0, size < made.n ? (size_t)size : made.n);
        made = str_from(made, content.n);
        if ((content.n || !size) && !unpack_give(walk, name, content, false))
            return false;
        if (content.n < size)
            unpack_skip_rest(walk, name, how == DECOMPRESSED_CUT,
                             "7z: the folder's data end before the file");
    }
    return unpack_is_on(walk);
}

static void
read_files(struct unpack *walk, str data, const struct seven_header *header)
{
    struct files files = {.names = header->names, .name = BUF(NAME_MOST)};
    bool on = true;
    for (size_t i = 0; on && i < header->streams.folder_count; i++) {
        const struct seven_folder *folder = &header->streams.folders[i];
        enum unpack_skip why = refuses(folder);
        struct buf made = BUF(unpack_member_max(walk));
        if (why == UNPACK_SKIPS) {
            enum decompressed how = read_folder(walk, data, folder, &made);
            on = give_pieces(walk, folder, &files, buf_view(&made), how);
        }
        for (uint64_t k = 0; why != UNPACK_SKIPS && k < folder->piece_count && on; k++) {
            unpack_skip(walk, next_name(&files), why, "7z");
            on = unpack_is_on(walk);
        }
        buf_clear(&made);
    }
    buf_clear(&files.name);
}

/* The header that the packed one in *HEADER holds becomes BYTES; false, with what is told, when it
 * cannot be read. */
static bool
open_header(struct unpack *walk, str data, const struct seven_header *header, struct buf *bytes)
{
    const struct seven_folder *folder = header->streams.folders;
    enum unpack_skip why = header->streams.folder_count ? refuses(folder) : UNPACK_DAMAGED;
    *bytes = BUF(HEADER_MOST);
    if (why == UNPACK_SKIPS && read_folder(walk, data, folder, bytes) != DECOMPRESSED)
        why = UNPACK_DAMAGED;
    if (why != UNPACK_SKIPS)
        unpack_skip(walk, STR(""), why, "7z: the header");
    return why == UNPACK_SKIPS;
}

static void
read_own(struct unpack *walk, str data)
{
    struct arena arena = ARENA;
    struct buf bytes = {0}, next = {0};
    struct seven_header header = {.is_packed = true};
    uint64_t at = unpack_u64(data, 12), size = unpack_u64(data, 20);
    bool on = data.n >= START && at <= data.n - START && size <= data.n - START - at;
    str view = on ? unpack_slice(data, START + (size_t)at, (size_t)size) : (str){0};
    if (!on)
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "7z: it ends before its header");
    for (size_t i = 0; on && header.is_packed && view.n && i < HEADERS_MAX; i++) {
        on = seven_header_read(view, &arena, &header);
        if (!on)
            unpack_skip(walk, STR(""), UNPACK_DAMAGED, "7z: the header");
        else if (header.is_packed)
            on = open_header(walk, data, &header, &next);
        if (on && header.is_packed) {
            buf_clear(&bytes);
            bytes = next;
            next = (struct buf){0};
            view = buf_view(&bytes);
        }
    }
    if (on && !header.is_packed)
        read_files(walk, data, &header);
    buf_clear(&bytes);
    buf_clear(&next);
    arena_clear(&arena);
}

static void
read_7z(struct unpack *walk, str data)
{
    if (!library_read(walk, data, LIBRARY_7Z, "7z"))
        read_own(walk, data);
}

const struct unpack_kind unpack_7z = {"7z", matches, read_7z};
