/* SPDX-License-Identifier: Apache-2.0 */
/* Properties, each a number that names it and what it holds, to a zero. */
#include "scan/unpack_archives/seven_zip.h"

enum {
    END = 0,
    HEADER = 1,
    ARCHIVE_PROPERTIES = 2,
    MORE_STREAMS = 3,
    MAIN_STREAMS = 4,
    FILES = 5,
    PACKED = 6,
    FOLDERS = 7,
    PIECES = 8,
    SIZES = 9,
    DIGESTS = 10,
    FOLDER = 11,
    FOLDER_SIZES = 12,
    PIECE_COUNTS = 13,
    EMPTY = 14,
    NAMES = 17,
    PACKED_HEADER = 23,
    WAYS_MAX = 32,        /* of streams into and out of the coders of a folder */
    COUNT_MAX = 1 << 17,  /* of folders, of packed streams, of pieces of a folder */
    PIECES_MAX = 1 << 20, /* of all folders */
};

/* Zeros behind the end, which is kept in mind. */
struct cursor {
    str data;
    size_t at;
    bool bad;
    struct arena *arena;
};

static uint32_t
take_byte(struct cursor *c)
{
    c->bad |= c->at >= c->data.n;
    return unpack_u8(c->data, c->at++);
}

/* The first byte's leading ones tell how many bytes follow; its other bits are the greatest. */
static uint64_t
take_number(struct cursor *c)
{
    uint32_t first = take_byte(c);
    uint64_t value = 0;
    unsigned i = 0;
    for (uint32_t mask = 0x80; i < 8 && first & mask; i++, mask >>= 1)
        value |= (uint64_t)take_byte(c) << 8 * i;
    if (i < 8)
        value |= (uint64_t)(first & ((1u << (7 - i)) - 1)) << 8 * i;
    return value;
}

static str
take(struct cursor *c, uint64_t n)
{
    c->bad |= c->at > c->data.n || n > c->data.n - c->at;
    if (c->bad)
        return (str){0};
    str bytes = unpack_slice(c->data, c->at, (size_t)n);
    c->at += (size_t)n;
    return bytes;
}

/* A count of things that take a byte each at least. A small file may hold a large packed header, so
 * the room for them is bounded too. */
static size_t
take_count(struct cursor *c)
{
    uint64_t n = take_number(c);
    c->bad |= n > c->data.n || n > COUNT_MAX;
    return c->bad ? 0 : (size_t)n;
}

static bool
bit_of(str bits, uint64_t i)
{
    return unpack_u8(bits, (size_t)(i / 8)) >> (7 - i % 8) & 1;
}

/* Which of N have a checksum; passes over it. */
static str
take_digests(struct cursor *c, uint64_t n)
{
    char *bits = arena_alloc(c->arena, (size_t)(n + 7) / 8 + 1);
    str result = {bits, (size_t)(n + 7) / 8}, given = {0};
    bool all = take_byte(c) != 0;
    if (!all)
        given = take(c, result.n);
    uint64_t count = 0;
    for (uint64_t i = 0; i < n; i++)
        if (all || bit_of(given, i)) {
            bits[i / 8] |= (char)(0x80 >> i % 8);
            count++;
        }
    take(c, count * 4);
    return result;
}

/* ── folders ── */

struct ways {
    uint64_t in, out, bound_in[WAYS_MAX], bound_out[WAYS_MAX];
    size_t bound;
};

static void
take_coder(struct cursor *c, struct seven_folder *folder, size_t i, struct ways *ways)
{
    uint32_t flags = take_byte(c), id_n = flags & 15;
    struct seven_coder coder = {0};
    for (uint32_t k = 0; k < id_n; k++)
        coder.method = coder.method << 8 | take_byte(c);
    uint64_t in = flags & 0x10 ? take_number(c) : 1, out = flags & 0x10 ? take_number(c) : 1;
    if (flags & 0x20)
        coder.properties = take(c, take_number(c));
    c->bad |= in > WAYS_MAX || out > WAYS_MAX || id_n > 8;
    ways->in += in;
    ways->out += out;
    folder->is_simple &= in == 1 && out == 1;
    if (i < SEVEN_CODERS_MAX)
        folder->coders[i] = coder;
}

/* Which coder reads what the coder FROM made; for the first one, what is packed. */
static uint32_t
next_coder(const struct ways *ways, uint32_t from)
{
    for (size_t i = 0; i < ways->bound; i++)
        if (ways->bound_out[i] == from)
            return (uint32_t)ways->bound_in[i];
    return UINT32_MAX;
}

static uint32_t
first_coder(const struct ways *ways, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool is_bound = false;
        for (size_t k = 0; k < ways->bound; k++)
            is_bound |= ways->bound_in[k] == i;
        if (!is_bound)
            return i;
    }
    return UINT32_MAX;
}

static uint64_t
take_folder(struct cursor *c, struct seven_folder *folder)
{
    struct ways ways = {0};
    uint64_t count = take_number(c);
    c->bad |= !count || count > WAYS_MAX;
    folder->is_simple = count <= SEVEN_CODERS_MAX;
    folder->coder_count = (uint32_t)(folder->is_simple ? count : 0);
    for (size_t i = 0; i < count && !c->bad; i++)
        take_coder(c, folder, i, &ways);
    c->bad |= ways.out > WAYS_MAX || ways.in > WAYS_MAX || !ways.out || ways.in + 1 < ways.out;
    for (; !c->bad && ways.bound + 1 < ways.out; ways.bound++) {
        ways.bound_in[ways.bound] = take_number(c);
        ways.bound_out[ways.bound] = take_number(c);
    }
    if (c->bad)
        return 0;
    folder->packed_count = (uint32_t)(ways.in - ways.bound);
    for (uint32_t i = 0; folder->packed_count > 1 && i < folder->packed_count; i++)
        take_number(c);
    uint32_t at = first_coder(&ways, folder->coder_count);
    for (uint32_t i = 0; i < folder->coder_count; i++) {
        folder->is_simple &= at < folder->coder_count;
        folder->order[i] = at < folder->coder_count ? at : 0;
        at = next_coder(&ways, at);
    }
    return ways.out;
}

static void
take_folders(struct cursor *c, struct seven_streams *streams, str *ret_digests)
{
    c->bad |= take_number(c) != FOLDER;
    size_t n = take_count(c);
    c->bad |= take_byte(c) != 0;
    uint64_t *outs = arena_alloc(c->arena, (n + 1) * sizeof *outs);
    streams->folders = arena_alloc(c->arena, (n + 1) * sizeof *streams->folders);
    for (size_t i = 0; i < n && !c->bad; i++)
        outs[i] = take_folder(c, &streams->folders[i]);
    c->bad |= take_number(c) != FOLDER_SIZES;
    for (size_t i = 0; i < n && !c->bad; i++)
        for (uint64_t k = 0; k < outs[i]; k++) {
            uint64_t size = take_number(c);
            if (k < streams->folders[i].coder_count)
                streams->folders[i].coders[k].size = size;
        }
    streams->folder_count = n;
    uint64_t id = take_number(c);
    if (id == DIGESTS) {
        *ret_digests = take_digests(c, n);
        id = take_number(c);
    }
    c->bad |= id != END;
}

/* ── pieces ── */

static uint64_t
folder_size(const struct seven_folder *folder)
{
    return folder->coder_count ? folder->coders[folder->order[folder->coder_count - 1]].size : 0;
}

/* The last piece is what the others leave; HAS_SIZES: those of the others are told. */
static void
take_sizes(struct cursor *c, struct seven_folder *folder, bool has_sizes)
{
    uint64_t n = folder->piece_count, left = folder_size(folder);
    c->bad |= n > 1 && (!has_sizes || n > c->data.n);
    if (c->bad || !n)
        return;
    folder->sizes = arena_alloc(c->arena, (size_t)n * sizeof *folder->sizes);
    for (uint64_t i = 0; i + 1 < n; i++) {
        folder->sizes[i] = take_number(c);
        left -= folder->sizes[i] < left ? folder->sizes[i] : left;
    }
    folder->sizes[n - 1] = left;
}

static void
take_pieces(struct cursor *c, struct seven_streams *streams, bool is_there, str digests)
{
    uint64_t id = is_there ? take_number(c) : END, unknown = 0, pieces = 0;
    for (size_t i = 0; i < streams->folder_count; i++) {
        streams->folders[i].piece_count = id == PIECE_COUNTS ? take_count(c) : 1;
        pieces += streams->folders[i].piece_count;
    }
    c->bad |= pieces > PIECES_MAX;
    if (id == PIECE_COUNTS)
        id = take_number(c);
    bool has_sizes = id == SIZES;
    for (size_t i = 0; i < streams->folder_count && !c->bad; i++) {
        struct seven_folder *folder = &streams->folders[i];
        take_sizes(c, folder, has_sizes);
        if (folder->piece_count != 1 || !bit_of(digests, i))
            unknown += folder->piece_count;
    }
    if (has_sizes)
        id = take_number(c);
    if (id == DIGESTS && !c->bad) {
        take_digests(c, unknown);
        id = take_number(c);
    }
    c->bad |= id != END;
}

/* ── streams ── */

struct packed {
    uint64_t at, count;
    uint64_t *sizes;
};

static void
take_packed(struct cursor *c, struct packed *packed)
{
    packed->at = take_number(c);
    packed->count = take_count(c);
    packed->sizes = arena_alloc(c->arena, ((size_t)packed->count + 1) * sizeof *packed->sizes);
    uint64_t id = take_number(c);
    if (id == SIZES) {
        for (uint64_t i = 0; i < packed->count; i++)
            packed->sizes[i] = take_number(c);
        id = take_number(c);
    }
    if (id == DIGESTS) {
        take_digests(c, packed->count);
        id = take_number(c);
    }
    c->bad |= id != END;
}

static void
take_streams(struct cursor *c, struct seven_streams *streams)
{
    struct packed packed = {0};
    str digests = {0};
    uint64_t id = take_number(c);
    if (id == PACKED) {
        take_packed(c, &packed);
        id = take_number(c);
    }
    if (id == FOLDERS && !c->bad) {
        take_folders(c, streams, &digests);
        id = take_number(c);
    }
    bool has_pieces = id == PIECES;
    take_pieces(c, streams, has_pieces, digests);
    if (has_pieces)
        id = take_number(c);
    c->bad |= id != END;
    uint64_t at = packed.at, next = 0;
    for (size_t i = 0; i < streams->folder_count && !c->bad; i++) {
        struct seven_folder *folder = &streams->folders[i];
        folder->packed_at = at;
        folder->packed_size = next < packed.count ? packed.sizes[next] : 0;
        for (uint32_t k = 0; k < folder->packed_count && next < packed.count; k++)
            at += packed.sizes[next++];
    }
}

static void
take_files(struct cursor *c, struct seven_names *names)
{
    names->count = take_number(c);
    for (uint64_t id; (id = take_number(c)) != END && !c->bad;) {
        str value = take(c, take_number(c));
        if (id == NAMES && unpack_u8(value, 0) == 0)
            names->names = str_from(value, 1);
        else if (id == EMPTY)
            names->empty = value;
    }
}

bool
seven_header_read(str data, struct arena *arena, struct seven_header *ret)
{
    struct cursor c = {.data = data, .arena = arena};
    *ret = (struct seven_header){0};
    uint64_t id = take_number(&c);
    if (id == PACKED_HEADER) {
        ret->is_packed = true;
        take_streams(&c, &ret->streams);
        return !c.bad;
    }
    c.bad |= id != HEADER;
    id = take_number(&c);
    if (id == ARCHIVE_PROPERTIES) {
        while (take_number(&c) != END && !c.bad)
            take(&c, take_number(&c));
        id = take_number(&c);
    }
    struct seven_streams others = {0};
    if (id == MORE_STREAMS) {
        take_streams(&c, &others);
        id = take_number(&c);
    }
    if (id == MAIN_STREAMS) {
        take_streams(&c, &ret->streams);
        id = take_number(&c);
    }
    if (id == FILES)
        take_files(&c, &ret->names);
    return !c.bad;
}
