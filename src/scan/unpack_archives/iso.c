/* SPDX-License-Identifier: Apache-2.0 */
/* Images of optical discs (ECMA-119, ISO 9660) with Joliet's or Rock Ridge's names: folders are
 * files of records, which a list of those still to be read walks. Read here where the library of
 * archives is not there. */
#include "scan/unpack/library.h"

enum {
    SECTOR = 2048,
    VOLUMES = 16, /* the sector of the first descriptor */
    VOLUMES_MOST = 64,
    ROOT = 156,
    RECORD = 33,
    IS_FOLDER = 2,
    GOES_ON = 0x80,
    FOLDERS_MOST = 65536,
    NAME_MOST = 256,
    PATH_MOST = 1024,
};

/* A folder to be read; names are in one buffer. */
struct folder {
    uint32_t sector, size;
    uint32_t name, name_n;
};
struct iso {
    struct unpack *walk;
    str data;
    bool is_joliet;
    struct buf folders, names;
};

static bool
matches_iso(str data, const char *name)
{
    (void)name;
    return str_eq(unpack_slice(data, VOLUMES * SECTOR + 1, 5), STR("CD001"));
}

/* The root's record: Joliet's when there is one, for its names are whole. */
static size_t
find_root(str data, bool *ret_is_joliet)
{
    size_t root = 0;
    *ret_is_joliet = false;
    for (size_t i = VOLUMES; i < VOLUMES + VOLUMES_MOST; i++) {
        size_t at = i * SECTOR;
        if (!str_eq(unpack_slice(data, at + 1, 5), STR("CD001")))
            break;
        bool is_joliet =
            unpack_u8(data, at) == 2 && str_eq(unpack_slice(data, at + 88, 2), STR("%/"));
        if (unpack_u8(data, at) == 1 && !root)
            root = at + ROOT;
        if (is_joliet) {
            *ret_is_joliet = true;
            return at + ROOT;
        }
    }
    return root;
}

/* The name in Rock Ridge's field NM, when there is one; false for a link. */
static bool
rock_ridge_name(str fields, struct buf *name)
{
    bool found = false;
    for (size_t at = 0; at + 4 <= fields.n;) {
        uint32_t n = unpack_u8(fields, at + 2);
        if (n < 4 || str_eq(unpack_slice(fields, at, 2), STR("SL")))
            return n < 4;
        if (str_eq(unpack_slice(fields, at, 2), STR("NM")) && n > 5) {
            if (!found)
                buf_reset(name);
            found = true;
            buf_str(name, unpack_slice(fields, at + 5, n - 5));
        }
        at += n;
    }
    return true;
}

/* False for a link. */
static bool
read_name(const struct iso *iso, str record, struct buf *name)
{
    str text = unpack_slice(record, RECORD, unpack_u8(record, 32));
    str fields = str_from(record, RECORD + text.n + (text.n % 2 == 0));
    buf_reset(name);
    if (iso->is_joliet) {
        for (size_t i = 0; i + 2 <= text.n; i += 2)
            unpack_put_utf16(name, unpack_u8(text, i) << 8 | unpack_u8(text, i + 1));
        return true;
    }
    size_t version = str_find(text, STR(";"));
    buf_str(name, (str){text.p, version == SIZE_MAX ? text.n : version});
    if (name->n && name->p[name->n - 1] == '.')
        name->n--;
    return rock_ridge_name(fields, name);
}

static void
add_folder(struct iso *iso, uint32_t sector, uint32_t size, str name)
{
    struct folder folder = {sector, size, (uint32_t)iso->names.n, (uint32_t)name.n};
    buf_str(&iso->names, name);
    if (!iso->names.full)
        buf_add(&iso->folders, &folder, sizeof folder);
}

/* A record of a folder; false when the walk is over. */
static bool
read_record(struct iso *iso, const struct folder *folder, str record)
{
    uint32_t sector = unpack_u32(record, 2), size = unpack_u32(record, 10);
    uint32_t flags = unpack_u8(record, 25), first = unpack_u8(record, RECORD);
    struct buf name = BUF(NAME_MOST * 3), path = BUF(PATH_MOST);
    if (unpack_u8(record, 32) == 1 && first <= 1) /* itself and the one that it is in */
        return true;
    bool on = true, is_link = !read_name(iso, record, &name);
    buf_str(&path, (str){iso->names.p + folder->name, folder->name_n});
    if (path.n)
        buf_char(&path, '/');
    buf_str(&path, buf_view(&name));
    if (flags & IS_FOLDER) {
        add_folder(iso, sector, size, buf_view(&path));
    } else if (!is_link) {
        str content = unpack_slice(iso->data, (size_t)sector * SECTOR, size);
        on = unpack_give(iso->walk, buf_view(&path), content, false);
        if (on && content.n < size)
            unpack_skip(iso->walk, buf_view(&path), UNPACK_DAMAGED, "iso: it ends before the file");
        if (on && flags & GOES_ON)
            unpack_skip(iso->walk, buf_view(&path), UNPACK_UNKNOWN,
                        "iso: a file in several pieces");
    }
    buf_clear(&name);
    buf_clear(&path);
    return on;
}

/* Records do not cross sectors: zeros fill what is left. */
static bool
read_folder(struct iso *iso, const struct folder *folder)
{
    str content = unpack_slice(iso->data, (size_t)folder->sector * SECTOR, folder->size);
    for (size_t at = 0; at < content.n;) {
        uint32_t n = unpack_u8(content, at);
        str record = unpack_slice(content, at, n);
        if (!n) {
            at = (at / SECTOR + 1) * SECTOR;
            continue;
        }
        if (record.n <= RECORD || (record.n == n && !read_record(iso, folder, record)))
            return unpack_is_on(iso->walk);
        at += n;
    }
    return unpack_is_on(iso->walk);
}

/* True when a folder at this place was there before, as where folders lie in each other. */
static bool
is_read(const struct iso *iso, size_t until, uint32_t sector)
{
    const struct folder *folders = (const struct folder *)(const void *)iso->folders.p;
    for (size_t i = 0; i < until; i++)
        if (folders[i].sector == sector)
            return true;
    return false;
}

static void
read_own(struct unpack *walk, str data)
{
    struct iso iso = {.walk = walk,
                      .data = data,
                      .folders = BUF(FOLDERS_MOST * sizeof(struct folder)),
                      .names = BUF(8 << 20)};
    size_t root = find_root(data, &iso.is_joliet);
    if (root)
        add_folder(&iso, unpack_u32(data, root + 2), unpack_u32(data, root + 10), STR(""));
    bool on = root != 0;
    for (size_t i = 0; on && i < iso.folders.n / sizeof(struct folder); i++) {
        struct folder folder;
        memcpy(&folder, iso.folders.p + i * sizeof folder, sizeof folder);
        if (!is_read(&iso, i, folder.sector))
            on = read_folder(&iso, &folder);
    }
    if (!root || iso.folders.full || iso.names.full)
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "iso: no root, or too many folders");
    buf_clear(&iso.folders);
    buf_clear(&iso.names);
}

static void
read_iso(struct unpack *walk, str data)
{
    if (!library_read(walk, data, LIBRARY_ISO, "iso"))
        read_own(walk, data);
}

const struct unpack_kind unpack_iso = {"iso", matches_iso, read_iso};
