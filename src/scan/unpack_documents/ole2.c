/* SPDX-License-Identifier: Apache-2.0 */
/* Compound files of OLE ([MS-CFB]): documents of Office before 2007, MSI, .msg, vbaProject.bin.
 * Each stream is a member under its storages' names. Chains of sectors may lie: a chain is never
 * longer than the stream says, nor than the file has sectors. */
#include "base/require.h"
#include "scan/unpack/reader.h"
#include "scan/unpack_documents/vba.h"

enum {
    HEADER = 512,
    ENTRY = 128,
    DIFAT_IN_HEADER = 109,
    STREAM = 2,
    ENTRIES_MAX = 1 << 20,
    PATH_DEPTH = 32,
    PATH_BYTES = 8192,
    MACRO_MAX = 8 << 20,
};
#define NONE 0xffffffffu

struct ole2 {
    str data, mini, directory; /* mini: the small streams' own file; owned as all that is made */
    char *mini_owned, *directory_owned;
    unsigned shift; /* of a sector's size: 9 or 12 */
    uint32_t sectors, *fat, fat_n, *mini_fat, mini_fat_n, entries, *parents;
    uint32_t mini_below;
};

static bool
matches(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) && data.n > HEADER;
}

static str
sector(const struct ole2 *file, uint32_t i)
{
    return unpack_slice(file->data, ((size_t)i + 1) << file->shift, (size_t)1 << file->shift);
}

/* ── the allocation tables ── */

static void
add_table_sector(struct ole2 *file, uint32_t i)
{
    str table = sector(file, i);
    uint32_t n = 1u << (file->shift - 2);
    for (uint32_t k = 0; k < n && file->fat_n < file->sectors; k++)
        file->fat[file->fat_n++] = k * 4 + 4 <= table.n ? unpack_u32(table, k * 4) : NONE;
}

static void
read_fat(struct ole2 *file)
{
    file->fat = mem_calloc((size_t)file->sectors + 1, sizeof *file->fat);
    for (uint32_t i = 0; i < DIFAT_IN_HEADER && file->fat_n < file->sectors; i++) {
        uint32_t at = unpack_u32(file->data, 76 + i * 4);
        if (at < file->sectors)
            add_table_sector(file, at);
    }
    uint32_t next = unpack_u32(file->data, 68), per = (1u << (file->shift - 2)) - 1;
    for (uint32_t steps = 0; next < file->sectors && steps < file->sectors; steps++) {
        str list = sector(file, next);
        for (uint32_t i = 0; i < per && file->fat_n < file->sectors; i++) {
            uint32_t at = unpack_u32(list, i * 4);
            if (at < file->sectors)
                add_table_sector(file, at);
        }
        next = unpack_u32(list, per * 4);
    }
}

/* A table or the directory, which say no length: until the chain ends. */
static str
read_chain(const struct ole2 *file, uint32_t first, size_t most, char **ret_owned)
{
    struct buf all = BUF(most);
    uint32_t steps = 0;
    for (uint32_t at = first; at < file->sectors && steps < file->sectors; steps++) {
        buf_str(&all, sector(file, at));
        if (all.full)
            break;
        at = at < file->fat_n ? file->fat[at] : NONE;
    }
    *ret_owned = all.p;
    return (str){all.p, all.n};
}

static void
read_mini_fat(struct ole2 *file, size_t most)
{
    char *owned;
    str table = read_chain(file, unpack_u32(file->data, 60), most, &owned);
    file->mini_fat_n = (uint32_t)(table.n / 4);
    file->mini_fat = mem_calloc((size_t)file->mini_fat_n + 1, sizeof *file->mini_fat);
    for (uint32_t i = 0; i < file->mini_fat_n; i++)
        file->mini_fat[i] = unpack_u32(table, (size_t)i * 4);
    free(owned);
}

/* ── the directory ── */

static str
entry_at(const struct ole2 *file, uint32_t i)
{
    return unpack_slice(file->directory, (size_t)i * ENTRY, ENTRY);
}

static bool
is_stream(const struct ole2 *file, uint32_t i)
{
    return unpack_u8(entry_at(file, i), 66) == STREAM;
}

/* Siblings are a tree; each is visited once, whatever their links say. */
static void
read_parents(struct ole2 *file)
{
    file->parents = mem_alloc(((size_t)file->entries + 1) * sizeof *file->parents);
    for (uint32_t i = 0; i < file->entries; i++)
        file->parents[i] = NONE;
    uint32_t *todo = mem_alloc(((size_t)file->entries + 1) * sizeof *todo), n = 0;
    todo[n++] = 0;
    while (n) {
        uint32_t i = todo[--n], own = file->parents[i];
        str entry = entry_at(file, i);
        const struct {
            size_t at;
            uint32_t parent;
        } links[] = {{68, own}, {72, own}, {76, i}};
        for (size_t k = i ? 0 : 2; k < 3; k++) {
            uint32_t to = unpack_u32(entry, links[k].at);
            if (to && to < file->entries && file->parents[to] == NONE) {
                file->parents[to] = links[k].parent;
                todo[n++] = to;
            }
        }
    }
    free(todo);
}

/* MSI packs two characters of 64 into one of 0x3800 and more. */
static void
add_character(struct buf *out, uint32_t c)
{
    static const char packed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
    if (c >= 0x3800 && c < 0x4800) {
        buf_char(out, packed[(c - 0x3800) & 63]);
        buf_char(out, packed[(c - 0x3800) >> 6]);
    } else if (c >= 0x4800 && c < 0x4840) {
        buf_char(out, packed[c - 0x4800]);
    } else if (c == 0x4840) {
        buf_char(out, '!');
    } else if (c < 0x80) {
        buf_char(out, (char)c);
    } else if (c < 0x800) {
        buf_char(out, (char)(0xc0 | c >> 6));
        buf_char(out, (char)(0x80 | (c & 63)));
    } else {
        buf_char(out, (char)(0xe0 | c >> 12));
        buf_char(out, (char)(0x80 | (c >> 6 & 63)));
        buf_char(out, (char)(0x80 | (c & 63)));
    }
}

static void
add_name(struct buf *out, str entry)
{
    uint32_t n = unpack_u16(entry, 64);
    for (uint32_t i = 0; i + 2 < n && i < 62; i += 2)
        add_character(out, unpack_u16(entry, i));
}

/* "Macros/VBA/dir" */
static str
path_of(const struct ole2 *file, uint32_t i, struct buf *out)
{
    uint32_t above[PATH_DEPTH], n = 0;
    for (uint32_t at = i; at && at < file->entries && n < PATH_DEPTH; at = file->parents[at])
        above[n++] = at;
    buf_reset(out);
    while (n-- > 0) {
        add_name(out, entry_at(file, above[n]));
        if (n)
            buf_char(out, '/');
    }
    return buf_view(out);
}

/* ── streams ── */

static uint64_t
stream_size(const struct ole2 *file, str entry)
{
    uint64_t size = unpack_u64(entry, 120);
    return file->shift == 9 ? size & UINT32_MAX : size; /* the upper half is not to be believed */
}

/* A stream's pieces, neighbours joined: a stream in one piece is not copied. */
struct pieces {
    struct unpack *walk; /* where they are put together; NULL: in OUT */
    struct buf *out;
    str all; /* when it is one piece */
    bool many;
};

static bool
copy_piece(struct pieces *pieces, str piece)
{
    if (pieces->walk)
        return unpack_add(pieces->walk, piece);
    buf_str(pieces->out, piece);
    return !pieces->out->full;
}

/* False when no more is taken. */
static bool
add_piece(struct pieces *pieces, str piece)
{
    if (!pieces->many && pieces->all.p && pieces->all.p + pieces->all.n == piece.p) {
        pieces->all.n += piece.n;
        return true;
    }
    if (!pieces->all.p) {
        pieces->all = piece;
        return true;
    }
    bool on = pieces->many || copy_piece(pieces, pieces->all);
    pieces->many = true;
    return on && copy_piece(pieces, piece);
}

/* False when the chain ends before SIZE bytes. */
static bool
follow(const struct ole2 *file, uint32_t first, uint64_t size, struct pieces *pieces)
{
    bool is_mini = size < file->mini_below;
    const uint32_t *next = is_mini ? file->mini_fat : file->fat;
    uint32_t next_n = is_mini ? file->mini_fat_n : file->fat_n;
    unsigned shift = is_mini ? 6 : file->shift;
    str base = is_mini ? file->mini : str_from(file->data, (size_t)1 << shift);
    uint64_t most = (uint64_t)next_n + 1;
    uint32_t at = first;
    for (uint64_t left = size; left; most--) {
        size_t n = left < (uint64_t)1 << shift ? (size_t)left : (size_t)1 << shift;
        str piece = unpack_slice(base, (size_t)at << shift, n);
        if (!most || at >= 0xfffffffau || !piece.n)
            return false;
        if (!add_piece(pieces, piece))
            return true;
        left -= n;
        at = at < next_n ? next[at] : NONE;
    }
    return true;
}

static bool
give_stream(struct unpack *walk, const struct ole2 *file, str entry, str path)
{
    struct pieces pieces = {.walk = walk};
    unpack_begin(walk);
    bool whole = follow(file, unpack_u32(entry, 116), stream_size(file, entry), &pieces);
    bool on = pieces.many ? unpack_give_made(walk, path, false)
                          : unpack_give(walk, path, pieces.all, false);
    if (on && !whole)
        unpack_skip(walk, path, UNPACK_DAMAGED, "ole2: the stream's sectors end before it does");
    return on;
}

/* What an Office document says of a password. */
static void
tell_password(struct unpack *walk, const struct ole2 *file, str entry, str path)
{
    str base = path;
    for (str part; str_cut(&path, '/', &part);)
        base = part;
    str first = sector(file, unpack_u32(entry, 116));
    bool locked = str_eq(base, STR("EncryptedPackage"));
    if (str_eq(base, STR("WordDocument")))
        locked = unpack_u16(first, 0) == 0xa5ec && unpack_u16(first, 10) & 0x100;
    else if (str_eq(base, STR("Workbook")) || str_eq(base, STR("Book"))) /* FILEPASS behind BOF */
        locked = unpack_u16(first, 0) == 0x809 &&
                 unpack_u16(first, 4 + (size_t)unpack_u16(first, 2)) == 0x2f;
    if (locked)
        unpack_skip(walk, base, UNPACK_ENCRYPTED, "ole2: a document with a password");
}

/* ── macros ── */

static str
load(const struct ole2 *file, uint32_t i, struct buf *out)
{
    struct pieces pieces = {.out = out};
    str entry = entry_at(file, i);
    buf_reset(out);
    follow(file, unpack_u32(entry, 116), stream_size(file, entry), &pieces);
    return pieces.many ? buf_view(out) : pieces.all;
}

/* The stream of that name (UTF-16) in the storage. */
static uint32_t
find_stream(const struct ole2 *file, uint32_t storage, str name)
{
    for (uint32_t i = 1; i < file->entries; i++) {
        str entry = entry_at(file, i);
        if (file->parents[i] == storage && is_stream(file, i) &&
            unpack_u16(entry, 64) == name.n + 2 && str_starts(entry, name))
            return i;
    }
    return 0;
}

/* The text that begins at AT in the stream. False when the walk is over. */
static bool
give_macro(struct unpack *walk, const struct ole2 *file, uint32_t i, str stream, size_t at,
           struct buf *path)
{
    struct buf text = BUF(MACRO_MAX);
    bool good = vba_decompress(str_from(stream, at), &text), on = true;
    path_of(file, i, path);
    buf_z(path, ".vba");
    if (text.n)
        on = unpack_give(walk, buf_view(path), buf_view(&text), true);
    if (on && !good)
        unpack_skip(walk, buf_view(path), UNPACK_DAMAGED, "vba: the compressed text");
    buf_clear(&text);
    return on;
}

/* The modules that the directory of macros lists; then, whatever it lists, those that look it. */
static void
read_macros(struct unpack *walk, const struct ole2 *file, uint32_t dir, struct buf *path)
{
    struct buf packed = BUF(MACRO_MAX), list = BUF(MACRO_MAX);
    bool *given = mem_calloc((size_t)file->entries + 1, sizeof *given);
    vba_decompress(load(file, dir, &packed), &list);
    uint32_t storage = file->parents[dir];
    struct vba_module module;
    bool on = true;
    for (size_t at = 0; on && vba_next_module(buf_view(&list), &at, &module);) {
        uint32_t i = find_stream(file, storage, module.name);
        if (i && !given[i])
            on = give_macro(walk, file, i, load(file, i, &packed), module.text, path);
        given[i] = true;
    }
    for (uint32_t i = 1; on && i < file->entries; i++) {
        if (given[i] || i == dir || file->parents[i] != storage || !is_stream(file, i))
            continue;
        str stream = load(file, i, &packed);
        size_t at = vba_find_text(stream);
        if (at != SIZE_MAX)
            on = give_macro(walk, file, i, stream, at, path);
    }
    free(given);
    buf_clear(&packed);
    buf_clear(&list);
}

static bool
open_file(struct ole2 *file, str data, size_t most)
{
    *file = (struct ole2){.data = data, .shift = unpack_u16(data, 30)};
    if ((file->shift != 9 && file->shift != 12) || unpack_u16(data, 32) != 6)
        return false;
    file->sectors = (uint32_t)((data.n - 1) >> file->shift);
    file->mini_below = unpack_u32(data, 56);
    read_fat(file);
    file->directory =
        read_chain(file, unpack_u32(data, 48), (size_t)ENTRIES_MAX * ENTRY, &file->directory_owned);
    file->entries = (uint32_t)(file->directory.n / ENTRY);
    read_mini_fat(file, most);
    if (file->entries) {
        read_parents(file);
        file->mini = read_chain(file, unpack_u32(entry_at(file, 0), 116), most, &file->mini_owned);
    }
    return file->entries > 0;
}

static void
close_file(struct ole2 *file)
{
    free(file->fat);
    free(file->mini_fat);
    free(file->parents);
    free(file->mini_owned);
    free(file->directory_owned);
}

static void
read_ole2(struct unpack *walk, str data)
{
    struct ole2 file;
    struct buf path = BUF(PATH_BYTES);
    if (open_file(&file, data, unpack_member_max(walk))) {
        for (uint32_t i = 1; i < file.entries && unpack_is_on(walk); i++) {
            str entry = entry_at(&file, i);
            if (!is_stream(&file, i) || stream_size(&file, entry) == 0)
                continue;
            str name = path_of(&file, i, &path);
            tell_password(walk, &file, entry, name);
            if (!give_stream(walk, &file, entry, name))
                break;
        }
        for (uint32_t i = 1; i < file.entries && unpack_is_on(walk); i++)
            if (is_stream(&file, i) && unpack_u16(entry_at(&file, i), 64) == 8 &&
                str_starts(entry_at(&file, i), STR("d\0i\0r\0")))
                read_macros(walk, &file, i, &path);
    } else {
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "ole2: the header or the directory");
    }
    close_file(&file);
    buf_clear(&path);
}

const struct unpack_kind unpack_ole2 = {"ole2", matches, read_ole2};
