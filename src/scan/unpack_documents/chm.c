/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled help files of Windows ("Unofficial HTML Help Specification"): a directory of names in
 * chunks, pages in one stream of LZX, and what is not compressed beside it. */
#include "scan/decompress/decompress.h"
#include "scan/unpack/reader.h"

enum {
    HEADER = 0x60,
    CHUNK_ENTRIES = 0x14,
    FRAME = 32768,
    NAME_MOST = 1024,
};
#define SPACE "::DataSpace/Storage/MSCompressed/"
#define TRANSFORM SPACE "Transform/{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/InstanceData/"

struct entry {
    str name;
    uint64_t section, offset, size;
};
struct chm {
    str data;
    size_t content, chunks, chunk_size;
    uint32_t first, chunk_count;
};
/* Where the list of names is. */
struct place {
    uint32_t chunk, seen;
    size_t at, end;
};

static bool
matches(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("ITSF")) && data.n > HEADER;
}

static bool
read_header(str data, struct chm *ret)
{
    size_t directory = (size_t)unpack_u64(data, 0x48);
    *ret = (struct chm){.data = data,
                        .content = (size_t)unpack_u64(data, 0x58),
                        .chunks = directory + unpack_u32(data, directory + 8),
                        .chunk_size = unpack_u32(data, directory + 0x10),
                        .first = unpack_u32(data, directory + 0x20),
                        .chunk_count = unpack_u32(data, directory + 0x2c)};
    return directory < data.n && str_starts(str_from(data, directory), STR("ITSP")) &&
           ret->chunk_size >= 64 && ret->chunk_size <= 1 << 20;
}

static str
chunk_at(const struct chm *chm, uint32_t number)
{
    if (number >= chm->data.n / chm->chunk_size)
        return (str){0};
    return unpack_slice(chm->data, chm->chunks + number * chm->chunk_size, chm->chunk_size);
}

/* A number in units of seven bits, the greatest first. */
static uint64_t
take_number(str chunk, size_t *at)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 9; i++) {
        uint32_t byte = unpack_u8(chunk, (*at)++);
        value = value << 7 | (byte & 0x7f);
        if (byte < 0x80)
            break;
    }
    return value;
}

static bool
next_entry(const struct chm *chm, struct place *place, struct entry *ret)
{
    str chunk = chunk_at(chm, place->chunk);
    while (place->at >= place->end) {
        if (place->seen)
            place->chunk = unpack_u32(chunk, 0x10);
        chunk = chunk_at(chm, place->chunk);
        if (!str_starts(chunk, STR("PMGL")) || chunk.n != chm->chunk_size ||
            place->seen++ > chm->data.n / chm->chunk_size) /* they may lead in a circle */
            return false;
        uint32_t free_n = unpack_u32(chunk, 4);
        place->at = CHUNK_ENTRIES;
        place->end = free_n < chunk.n ? chunk.n - free_n : 0;
    }
    size_t name_n = (size_t)take_number(chunk, &place->at);
    if (name_n > NAME_MOST || place->at + name_n > place->end)
        return false;
    ret->name = unpack_slice(chunk, place->at, name_n);
    place->at += name_n;
    ret->section = take_number(chunk, &place->at);
    ret->offset = take_number(chunk, &place->at);
    ret->size = take_number(chunk, &place->at);
    return true;
}

static str
slice_64(str data, uint64_t from, uint64_t n)
{
    if (from >= data.n)
        return (str){0};
    return unpack_slice(data, (size_t)from, n < data.n ? (size_t)n : data.n);
}

/* What is not compressed; empty when it is not there. */
static str
find_plain(const struct chm *chm, str name)
{
    struct place place = {.chunk = chm->first};
    struct entry entry;
    while (next_entry(chm, &place, &entry))
        if (str_eq(entry.name, name) && entry.section == 0)
            return slice_64(str_from(chm->data, chm->content), entry.offset, entry.size);
    return (str){0};
}

static enum decompressed
read_pages(const struct chm *chm, struct buf *out)
{
    str content = find_plain(chm, STR(SPACE "Content"));
    str control = find_plain(chm, STR(SPACE "ControlData"));
    str table = find_plain(chm, STR(TRANSFORM "ResetTable"));
    uint64_t unit = unpack_u32(control, 8) == 2 ? FRAME : 1;
    uint64_t anew_each = unpack_u32(control, 12) * unit, window = unpack_u32(control, 16) * unit;
    if (!str_eq(unpack_slice(control, 4, 4), STR("LZXC")))
        return DECOMPRESSED_BROKEN;
    uint32_t window_bits = 0;
    while (window_bits < 32 && (uint64_t)1 << window_bits < window)
        window_bits++;
    return lzx_decompress(content, window_bits, unpack_u64(table, 16), anew_each, out);
}

static void
read_chm(struct unpack *walk, str data)
{
    struct chm chm;
    if (!read_header(data, &chm)) {
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "chm: there is no directory");
        return;
    }
    struct buf pages = BUF(unpack_member_max(walk));
    enum decompressed how = read_pages(&chm, &pages);
    struct place place = {.chunk = chm.first};
    struct entry entry;
    bool on = true;
    while (on && next_entry(&chm, &place, &entry)) {
        str from = entry.section ? buf_view(&pages) : str_from(data, chm.content);
        str name = str_starts(entry.name, STR("/")) ? str_from(entry.name, 1) : entry.name;
        if (!entry.size || str_starts(name, STR("::")))
            continue;
        str content = slice_64(from, entry.offset, entry.size);
        if (content.n)
            on = unpack_give(walk, name, content, false);
        if (on && content.n < entry.size)
            unpack_skip_rest(walk, name, how == DECOMPRESSED_CUT,
                             "chm: the pages end before the file");
    }
    buf_clear(&pages);
}

const struct unpack_kind unpack_chm = {"chm", matches, read_chm};
