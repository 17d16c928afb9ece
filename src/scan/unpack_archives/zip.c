/* SPDX-License-Identifier: Apache-2.0 */
/* zip (PKWARE's APPNOTE): by the central directory where there is one, and by the members' own
 * headers before it, which other readers may follow. Stored and deflated members are read here. */
#include "scan/unpack_archives/zip.h"

#include "scan/unpack/inflate.h"

enum {
    LOCAL = 30,
    CENTRAL = 46,
    END = 22,
    END_64 = 56,
    LOCATOR_64 = 20,
    END_SPAN = END + 65535,
    STORED = 0,
    DEFLATED = 8,
    ENCRYPTED = 1,
    SIZES_BEHIND = 8,
};

struct directory {
    size_t at, end; /* of the entries */
    uint64_t base;  /* what stands before the archive */
    uint64_t count;
};

static size_t
find_end(str data)
{
    if (data.n < END)
        return SIZE_MAX;
    size_t least = data.n > END_SPAN ? data.n - END_SPAN : 0;
    for (size_t at = data.n - END + 1; at-- > least;)
        if (data.p[at] == 'P' && memcmp(data.p + at, "PK\5\6", 4) == 0)
            return at;
    return SIZE_MAX;
}

static bool
matches(str data, const char *name)
{
    (void)name;
    if (data.n < END || !data.p)
        return false;
    if (memcmp(data.p, "PK\3\4", 4) == 0 || memcmp(data.p, "PK\5\6", 4) == 0 ||
        memcmp(data.p, "PK00PK\3\4", 8) == 0)
        return true;
    /* Behind a program or a picture. */
    return memcmp(data.p + data.n - END, "PK\5\6", 4) == 0 ||
           (memcmp(data.p, "MZ", 2) == 0 && find_end(data) != SIZE_MAX);
}

/* Behind the end of entries: their place by the numbers of zip64. */
static bool
read_end_64(str data, size_t end, uint64_t *ret_size, uint64_t *ret_offset, size_t *ret_after)
{
    if (end < LOCATOR_64 + END_64)
        return false;
    size_t locator = end - LOCATOR_64;
    if (memcmp(data.p + locator, "PK\6\7", 4) != 0)
        return false;
    size_t at = locator - END_64; /* where it stands when it has no extensions */
    uint64_t named = unpack_u64(data, locator + 8);
    if (memcmp(data.p + at, "PK\6\6", 4) != 0 && named + END_64 <= locator)
        at = (size_t)named;
    if (memcmp(data.p + at, "PK\6\6", 4) != 0)
        return false;
    *ret_size = unpack_u64(data, at + 40);
    *ret_offset = unpack_u64(data, at + 48);
    *ret_after = at;
    return true;
}

static bool
find_directory(str data, struct directory *ret)
{
    size_t end = find_end(data), after = end;
    if (end == SIZE_MAX)
        return false;
    uint64_t size = unpack_u32(data, end + 12), offset = unpack_u32(data, end + 16);
    if (size == UINT32_MAX || offset == UINT32_MAX)
        read_end_64(data, end, &size, &offset, &after);
    if (size > after)
        return false;
    size_t at = after - (size_t)size;
    if (memcmp(data.p + at, "PK\1\2", 4) != 0 && offset + 4 <= end)
        at = (size_t)offset; /* something stands between the directory and its end */
    if (at + CENTRAL > data.n || memcmp(data.p + at, "PK\1\2", 4) != 0)
        return false;
    *ret = (struct directory){.at = at, .end = end, .base = at >= offset ? at - offset : 0};
    return true;
}

/* Sizes of zip64 stand in the extra field, each where the 32 bits are all ones. */
static void
read_extra(str extra, struct zip_entry *entry, uint64_t *offset)
{
    while (extra.n >= 4) {
        uint32_t id = unpack_u16(extra, 0), n = unpack_u16(extra, 2);
        str field = unpack_slice(extra, 4, n);
        uint64_t *const values[] = {&entry->size, &entry->packed, offset};
        for (size_t i = 0, at = 0; id == 1 && i < 3; i++)
            if (values[i] && *values[i] == UINT32_MAX && at + 8 <= field.n) {
                *values[i] = unpack_u64(field, at);
                at += 8;
            }
        extra = str_from(extra, 4 + (size_t)n);
    }
}

static bool
read_central(str data, size_t at, struct zip_entry *ret, uint64_t *ret_offset, size_t *ret_next)
{
    if (at + CENTRAL > data.n || memcmp(data.p + at, "PK\1\2", 4) != 0)
        return false;
    uint32_t name = unpack_u16(data, at + 28), extra = unpack_u16(data, at + 30);
    *ret = (struct zip_entry){.flags = unpack_u16(data, at + 8),
                              .method = unpack_u16(data, at + 10),
                              .crc = unpack_u32(data, at + 16),
                              .packed = unpack_u32(data, at + 20),
                              .size = unpack_u32(data, at + 24),
                              .size_known = true,
                              .name = unpack_slice(data, at + CENTRAL, name)};
    *ret_offset = unpack_u32(data, at + 42);
    read_extra(unpack_slice(data, at + CENTRAL + name, extra), ret, ret_offset);
    *ret_next = at + CENTRAL + name + extra + unpack_u16(data, at + 32);
    return true;
}

/* Where the content begins that the header at entry->at names; false when there is none. */
static bool
find_content(str data, struct zip_entry *entry)
{
    size_t at = entry->at;
    if (at > data.n || data.n - at < LOCAL || memcmp(data.p + at, "PK\3\4", 4) != 0)
        return false;
    size_t begin = at + LOCAL + unpack_u16(data, at + 26) + unpack_u16(data, at + 28);
    str rest = str_from(data, begin);
    entry->whole = !entry->size_known || entry->packed <= rest.n;
    entry->content = entry->size_known ? unpack_slice(rest, 0, (size_t)entry->packed) : rest;
    return true;
}

static bool
read_local(str data, size_t at, struct zip_entry *ret)
{
    *ret = (struct zip_entry){.at = at, .size_known = true};
    if (!find_content(data, ret))
        return false;
    uint32_t name = unpack_u16(data, at + 26);
    ret->flags = unpack_u16(data, at + 6);
    ret->method = unpack_u16(data, at + 8);
    ret->crc = unpack_u32(data, at + 14);
    ret->packed = unpack_u32(data, at + 18);
    ret->size = unpack_u32(data, at + 22);
    ret->name = unpack_slice(data, at + LOCAL, name);
    read_extra(unpack_slice(data, at + LOCAL + name, unpack_u16(data, at + 28)), ret, NULL);
    ret->size_known = !(ret->flags & SIZES_BEHIND && ret->packed == 0);
    return find_content(data, ret);
}

/* *RET_USED: packed bytes that were read. */
static bool
read_deflated(struct unpack *walk, const struct zip_entry *entry, size_t *ret_used)
{
    enum unpack_flow flow = UNPACK_ENDED;
    if (!entry->size_known || entry->size > SIZE_MAX ||
        !unpack_inflate_whole(walk, entry->content, -15, (size_t)entry->size, UNPACK_COUNTED,
                              ret_used))
        flow = unpack_inflate(walk, entry->content, -15, ret_used);
    str made = unpack_made_view(walk);
    bool good = flow == UNPACK_CUT;
    if (flow == UNPACK_ENDED)
        good = !entry->size_known || inflate_crc32(made) == entry->crc;
    if (!unpack_give_made(walk, entry->name, false))
        return false;
    if (!good)
        unpack_skip(walk, entry->name, UNPACK_DAMAGED, "zip: a fault or a wrong checksum");
    return true;
}

static bool
read_stored(struct unpack *walk, const struct zip_entry *entry)
{
    if (!unpack_give(walk, entry->name, entry->content, false))
        return false;
    if (!entry->whole)
        unpack_skip(walk, entry->name, UNPACK_DAMAGED, "zip: the file ends before the member");
    else if (entry->size_known && entry->content.n <= unpack_member_max(walk) &&
             inflate_crc32(entry->content) != entry->crc)
        unpack_skip(walk, entry->name, UNPACK_DAMAGED, "zip: the checksum is wrong");
    return true;
}

static bool
read_entry(struct unpack *walk, str data, const struct zip_entry *entry, size_t *ret_used)
{
    if (entry->flags & ENCRYPTED) {
        unpack_skip(walk, entry->name, UNPACK_ENCRYPTED, "zip");
        return unpack_is_on(walk);
    }
    if (entry->name.n && str_ends(entry->name, STR("/")) && !entry->content.n)
        return true;
    if (entry->method == DEFLATED)
        return read_deflated(walk, entry, ret_used);
    if (entry->method == STORED)
        return read_stored(walk, entry);
    if (zip_method_is_rare(entry->method) ||
        !unpack_by_library(walk, str_from(data, entry->at), "zip"))
        return zip_method_read(walk, entry, ret_used);
    return unpack_is_on(walk);
}

/* All members whose own headers stand from AT to END, one after the other. */
static void
read_locals(struct unpack *walk, str data, size_t at, size_t end)
{
    data.n = end;
    struct zip_entry entry;
    while (at < end && unpack_is_on(walk)) {
        size_t found = str_find(str_from(data, at), STR("PK\3\4"));
        if (found == SIZE_MAX || !read_local(data, at + found, &entry))
            return;
        if (!entry.size_known && entry.method == STORED) { /* until the next header */
            size_t next = str_find(entry.content, STR("PK"));
            entry.content.n = next == SIZE_MAX ? entry.content.n : next;
        }
        size_t used = entry.size_known || entry.method == STORED ? entry.content.n : 0;
        if (!read_entry(walk, data, &entry, &used))
            return;
        at = (size_t)(entry.content.p ? entry.content.p - data.p : (ptrdiff_t)data.n) + used;
    }
}

static void
read_directory(struct unpack *walk, str data, const struct directory *directory)
{
    struct zip_entry entry;
    uint64_t offset;
    size_t at = directory->at, last = 0;
    while (read_central(data, at, &entry, &offset, &at)) {
        offset += directory->base;
        entry.at = offset < data.n ? (size_t)offset : data.n;
        if (!find_content(data, &entry)) {
            unpack_skip(walk, entry.name, UNPACK_DAMAGED, "zip: the member is not where it should");
        } else {
            if (!read_entry(walk, data, &entry, &(size_t){0}))
                return;
            last = entry.at > last ? entry.at : last;
        }
        if (!unpack_is_on(walk))
            return;
    }
    if (at < directory->end && memcmp(data.p + at, "PK", 2) != 0)
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "zip: a fault in the directory");
    /* An archive before the archive: its members are in no directory that counts. */
    if (directory->base)
        read_locals(walk, data, 0, (size_t)directory->base);
}

static void
read_zip(struct unpack *walk, str data)
{
    struct directory directory;
    if (find_directory(data, &directory)) {
        read_directory(walk, data, &directory);
        return;
    }
    if (str_find(data, STR("PK\3\4")) == SIZE_MAX)
        return;
    read_locals(walk, data, 0, data.n);
    unpack_skip(walk, STR(""), UNPACK_DAMAGED, "zip: there is no directory; the file may be cut");
}

const struct unpack_kind unpack_zip = {"zip", matches, read_zip};
