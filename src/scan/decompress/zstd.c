/* SPDX-License-Identifier: Apache-2.0 */
/* zstd's frames and blocks (RFC 8878, 3.1). A copy may come from anywhere in what the frame has
 * made; the window that the frame names, which would be the most memory, is not needed. */
#include "scan/decompress/zstd.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/require.h"

enum {
    MAGIC_BYTES = 4,
    SKIP_HEAD = 8,
    BLOCK_HEAD = 3,
    BLOCK_RAW = 0,
    BLOCK_RUN = 1,
    BLOCK_PACKED = 2,
    HAS_CHECKSUM = 4,
    RESERVED = 8,
    IS_WHOLE = 0x20, /* "single segment": no window is named, but a size */
    CHECKSUM = 4,
};
#define MAGIC UINT32_C(0xfd2fb528)
#define SKIP_MAGIC UINT32_C(0x184d2a50) /* and the fifteen that follow */

struct frame {
    bool has_size, has_checksum;
    uint64_t size;
    uint64_t dictionary; /* 0: none */
    size_t head;         /* bytes of it */
};

/* N bytes at AT, least first; zeros behind the end. */
static uint64_t
number_at(str data, size_t at, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value |= (uint64_t)(at + i < data.n ? (uint8_t)data.p[at + i] : 0) << 8 * i;
    return value;
}

static bool
is_skipped(str data)
{
    return data.n >= SKIP_HEAD && (number_at(data, 0, 4) & ~UINT64_C(15)) == SKIP_MAGIC;
}

static bool
is_frame(str data)
{
    return data.n >= MAGIC_BYTES && number_at(data, 0, 4) == MAGIC;
}

static bool
read_frame_head(str data, struct frame *ret)
{
    static const uint8_t dictionary_bytes[4] = {0, 1, 2, 4}, size_bytes[4] = {0, 2, 4, 8};
    if (!is_frame(data) || data.n < MAGIC_BYTES + 1)
        return false;
    uint32_t flags = (uint8_t)data.p[MAGIC_BYTES];
    bool is_whole = flags & IS_WHOLE;
    size_t at = MAGIC_BYTES + (is_whole ? 1 : 2);
    size_t dictionary = dictionary_bytes[flags & 3], size = size_bytes[flags >> 6];
    if (is_whole && !size)
        size = 1;
    *ret = (struct frame){.has_size = size,
                          .has_checksum = flags & HAS_CHECKSUM,
                          .dictionary = number_at(data, at, dictionary),
                          .size = number_at(data, at + dictionary, size),
                          .head = at + dictionary + size};
    if (size == 2)
        ret->size += 256;
    return !(flags & RESERVED) && ret->head <= data.n;
}

bool
zstd_needs_dictionary(str data)
{
    struct frame frame;
    return read_frame_head(data, &frame) && frame.dictionary;
}

size_t
zstd_find(str data)
{
    size_t at = 0;
    while (is_skipped(str_from(data, at))) {
        uint64_t size = number_at(data, at + 4, 4);
        if (size > data.n - at - SKIP_HEAD)
            return SIZE_MAX;
        at += SKIP_HEAD + (size_t)size;
    }
    return is_frame(str_from(data, at)) ? at : SIZE_MAX;
}

/* ── blocks ── */

/* SIZE bytes from DATA, or as many of the one at its beginning. */
static enum decompressed
add_plain(struct zstd *z, str data, size_t size, bool is_run)
{
    size_t most = z->out->cap - z->out->n, n = size < most ? size : most;
    bool is_there = is_run ? data.n > 0 : n <= data.n;
    if (!is_there)
        n = is_run ? 0 : data.n;
    char *to = buf_space(z->out, n);
    if (is_run && n)
        memset(to, (uint8_t)data.p[0], n);
    else if (n)
        memcpy(to, data.p, n);
    if (!is_there)
        return DECOMPRESSED_BROKEN;
    return n < size ? DECOMPRESSED_CUT : DECOMPRESSED;
}

static enum decompressed
add_packed(struct zstd *z, str data)
{
    size_t used = zstd_literals_read(z, data);
    return used ? zstd_sequences_run(z, str_from(data, used)) : DECOMPRESSED_BROKEN;
}

/* The blocks from *AT on, which is left behind the last one. */
static enum decompressed
read_blocks(struct zstd *z, str data, size_t *at)
{
    for (bool is_last = false; !is_last;) {
        if (data.n - *at < BLOCK_HEAD)
            return DECOMPRESSED_BROKEN;
        uint32_t head = (uint32_t)number_at(data, *at, BLOCK_HEAD), type = head >> 1 & 3;
        size_t size = head >> 3, packed = type == BLOCK_RUN ? 1 : size;
        *at += BLOCK_HEAD;
        str rest = {data.p + *at, data.n - *at};
        if (type > BLOCK_PACKED || (type == BLOCK_PACKED && size > rest.n))
            return DECOMPRESSED_BROKEN;
        enum decompressed how = type == BLOCK_PACKED ? add_packed(z, (str){rest.p, size})
                                                     : add_plain(z, rest, size, type == BLOCK_RUN);
        if (how != DECOMPRESSED)
            return how;
        *at += packed;
        is_last = head & 1;
    }
    return DECOMPRESSED;
}

/* ── frames ── */

static enum decompressed
read_frame(struct zstd *z, str data, size_t *ret_used)
{
    struct frame frame;
    if (!read_frame_head(data, &frame) || frame.dictionary)
        return DECOMPRESSED_BROKEN;
    size_t at = frame.head;
    z->begin = z->out->n;
    z->offsets[0] = 1;
    z->offsets[1] = 4;
    z->offsets[2] = 8;
    memset(z->has_field, 0, sizeof z->has_field);
    z->huffman.log = 0;
    enum decompressed how = read_blocks(z, data, &at);
    if (how != DECOMPRESSED)
        return how;
    str made = {z->out->p + z->begin, z->out->n - z->begin};
    if (frame.has_size && frame.size != made.n)
        return DECOMPRESSED_BROKEN;
    if (frame.has_checksum) {
        if (data.n - at < CHECKSUM || number_at(data, at, CHECKSUM) != (uint32_t)xxh64_of(made))
            return DECOMPRESSED_BROKEN;
        at += CHECKSUM;
    }
    *ret_used = at;
    return DECOMPRESSED;
}

enum decompressed
zstd_decompress(str data, struct buf *out, size_t *ret_used)
{
    struct zstd *z = mem_alloc(sizeof *z);
    enum decompressed how = data.n ? DECOMPRESSED : DECOMPRESSED_BROKEN;
    size_t at = 0;
    z->out = out;
    while (how == DECOMPRESSED && at < data.n) {
        str rest = str_from(data, at);
        size_t used = 0;
        if (is_skipped(rest)) {
            uint64_t size = number_at(rest, 4, 4);
            how = size <= rest.n - SKIP_HEAD ? DECOMPRESSED : DECOMPRESSED_BROKEN;
            used = SKIP_HEAD + (size_t)size;
        } else {
            how = read_frame(z, rest, &used);
        }
        at += how == DECOMPRESSED ? used : 0;
    }
    free(z);
    if (ret_used)
        *ret_used = at;
    return how;
}
