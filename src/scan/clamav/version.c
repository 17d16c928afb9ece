/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a PE's version information (VS_VERSIONINFO): each string of each table of each
 * StringFileInfo. Blocks are nested three deep, and each tells its length, so one pass forwards
 * over the data with a bound for each level is enough. */
#include "scan/clamav/layout.h"

#include "scan/pe/pe_file.h"

enum {
    RESOURCE_VERSION = 16,
    DIRECTORY_SIZE = 16,
    ENTRY_SIZE = 8,
    BLOCK_HEADER = 6, /* length, value's length, type; then the key */
    LEVELS = 3,       /* StringFileInfo, StringTable, String */
    DATA_ENTRIES_MAX = 64,
};

struct reader {
    const struct pe_file *pe;
    size_t resources; /* offset of the root directory */
    uint64_t *offsets;
    size_t count;
};

static size_t
aligned(size_t offset)
{
    return (offset + 3) & ~(size_t)3;
}

/* Behind the key that begins at OFFSET, or END when it does not end before. */
static size_t
key_end(str data, size_t offset, size_t end)
{
    for (size_t at = offset; at + 2 <= end; at += 2)
        if (pe_u16(data.p + at) == 0)
            return at + 2;
    return end;
}

static bool
key_is(str data, size_t offset, size_t end, const char *key)
{
    size_t n = strlen(key) + 1;
    if (end < offset || (end - offset) / 2 < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (pe_u16(data.p + offset + 2 * i) != (uint8_t)key[i])
            return false;
    return true;
}

/* Blocks from BEGIN, which is aligned relative to BASE. ends[] are the bounds of what is open. */
static void
read_blocks(struct reader *r, size_t begin, size_t end, size_t base)
{
    str data = r->pe->data;
    size_t ends[LEVELS + 1] = {end}, depth = 0, at = begin;
    while (r->count < VERSION_ENTRIES_MAX) {
        at = base + aligned(at - base);
        while (depth && at + BLOCK_HEADER > ends[depth])
            at = base + aligned(ends[depth--] - base);
        if (at + BLOCK_HEADER > ends[depth])
            return;
        size_t length = pe_u16(data.p + at), key = at + BLOCK_HEADER;
        if (length < BLOCK_HEADER || length > ends[depth] - at)
            return;
        size_t stop = at + length;
        if (depth + 1 == LEVELS) {
            r->offsets[r->count++] = key;
            at = stop;
        } else if (depth == 0 && !key_is(data, key, stop, "StringFileInfo")) {
            at = stop;
        } else {
            ends[++depth] = stop;
            at = key_end(data, key, stop);
        }
    }
}

/* The root block: its key, a fixed value, then the other blocks. */
static void
read_version(struct reader *r, size_t offset, size_t size)
{
    str data = pe_at(r->pe, offset, size);
    if (size < BLOCK_HEADER || data.n < size)
        return;
    size_t length = pe_u16(data.p), value = pe_u16(data.p + 2);
    size_t end = offset + (length < size ? length : size);
    size_t at = key_end(r->pe->data, offset + BLOCK_HEADER, end);
    at = offset + aligned(at - offset) + value;
    if (at < end)
        read_blocks(r, at, end, offset);
}

/* The entries of the resource directory at OFFSET (relative to the root); their number. */
static size_t
directory_entries(const struct reader *r, uint32_t offset, str *ret)
{
    str header = pe_at(r->pe, r->resources + (offset & 0x7fffffff), DIRECTORY_SIZE);
    if (!header.n)
        return 0;
    size_t count = (size_t)pe_u16(header.p + 12) + pe_u16(header.p + 14);
    size_t held = (header.n - DIRECTORY_SIZE) / ENTRY_SIZE;
    *ret = str_from(header, DIRECTORY_SIZE);
    return count < held ? count : held;
}

static void
read_data_entry(struct reader *r, uint32_t offset)
{
    str entry = pe_at(r->pe, r->resources + offset, 16);
    size_t place;
    if (entry.n && pe_offset(r->pe, pe_u32(entry.p), &place))
        read_version(r, place, pe_u32(entry.p + 4));
}

/* Type, name and language: three levels, of which the first must be that of versions. */
static void
read_names(struct reader *r, uint32_t offset)
{
    str names, languages;
    size_t count = directory_entries(r, offset, &names), seen = 0;
    for (size_t i = 0; i < count && seen < DATA_ENTRIES_MAX; i++) {
        uint32_t next = pe_u32(names.p + i * ENTRY_SIZE + 4);
        size_t inner = next >> 31 ? directory_entries(r, next, &languages) : 0;
        for (size_t j = 0; j < inner && seen < DATA_ENTRIES_MAX; j++, seen++) {
            uint32_t leaf = pe_u32(languages.p + j * ENTRY_SIZE + 4);
            if (!(leaf >> 31))
                read_data_entry(r, leaf);
        }
    }
}

size_t
version_entries(str data, struct arena *arena, uint64_t **ret)
{
    struct pe_file *pe = arena_alloc(arena, sizeof *pe);
    struct reader r = {.pe = pe};
    str types;
    if (!pe_file_open(pe, data))
        return 0;
    const struct pe_directory *directory = pe_directory(pe, PE_DIRECTORY_RESOURCE);
    if (!directory || !directory->address || !pe_offset(pe, directory->address, &r.resources))
        return 0;
    r.offsets = arena_alloc(arena, VERSION_ENTRIES_MAX * sizeof *r.offsets);
    size_t count = directory_entries(&r, 0, &types);
    for (size_t i = 0; i < count; i++) {
        uint32_t type = pe_u32(types.p + i * ENTRY_SIZE);
        uint32_t next = pe_u32(types.p + i * ENTRY_SIZE + 4);
        if (type == RESOURCE_VERSION && next >> 31) {
            read_names(&r, next);
            break;
        }
    }
    *ret = r.offsets;
    return r.count;
}
