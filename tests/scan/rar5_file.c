/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/scan/containers.h"
#include "tests/scan/rar_file.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <zlib.h>

enum {
    MAIN = 306,
    DISTANCES = 64,
    LOWS = 16,
    LENGTHS = 44,
    PRE = 20,
    LONGEST = 15,
    BLOCK_SYMBOLS = 400,
    FILTERS_MAX = 4096,
    ROOM = 1 << 22,
    DICTIONARY = 4 << 20, /* as rar5_add has it */
    COPY_FROM = 262,
};

/* ── the method ── */

/* Lengths of a code, as runs where there are some and chance says so. */
static uint32_t
put_lengths(struct rar5_stream *stream, const struct rar_code *pre, struct rar_bits *bits,
            const uint8_t *lengths, uint32_t n)
{
    for (uint32_t i = 0; i < n;) {
        uint32_t run = 1, symbol = lengths[i], is_repeat = i && lengths[i] == lengths[i - 1];
        while (i + run < n && run < 138 && lengths[i + run] == lengths[i])
            run++;
        bool as_run = run >= 3 && (is_repeat || !symbol) && rng_below(&stream->rng, 4);
        if (!as_run) {
            rar_code_put(pre, bits, symbol);
            i++;
            continue;
        }
        uint32_t first = symbol ? 16 : 18, is_long = run >= 11;
        run = is_long || run <= 10 ? run : 10;
        rar_code_put(pre, bits, first + is_long);
        rar_bits_put(bits, run - (is_long ? 11 : 3), is_long ? 7 : 3);
        i += run;
    }
    return n;
}

static void
put_codes(struct rar5_stream *stream, struct rar_bits *bits)
{
    struct rar_code pre;
    uint8_t all[MAIN + DISTANCES + LOWS + LENGTHS];
    struct rng *rng = &stream->rng;
    rar_code_make(&pre, PRE, LONGEST, 0, rng);
    for (uint32_t i = 0; i < PRE; i++) {
        rar_bits_put(bits, pre.lengths[i], 4);
        if (pre.lengths[i] == 15)
            rar_bits_put(bits, 0, 4);
    }
    rar_code_make(&stream->main, MAIN, LONGEST, 5, rng);
    rar_code_make(&stream->distance, DISTANCES, LONGEST, 4, rng);
    rar_code_make(&stream->low, LOWS, LONGEST, 3, rng);
    rar_code_make(&stream->length, LENGTHS, LONGEST, 3, rng);
    memcpy(all, stream->main.lengths, MAIN);
    memcpy(all + MAIN, stream->distance.lengths, DISTANCES);
    memcpy(all + MAIN + DISTANCES, stream->low.lengths, LOWS);
    memcpy(all + MAIN + DISTANCES + LOWS, stream->length.lengths, LENGTHS);
    put_lengths(stream, &pre, bits, all, sizeof all);
}

/* A random length of the slot, whose bits behind it go into EXTRA. */
static uint32_t
any_length(struct rng *rng, uint32_t slot, uint32_t *ret_extra, uint32_t *ret_bits)
{
    *ret_bits = slot < 8 ? 0 : slot / 4 - 1;
    *ret_extra = (uint32_t)rng_below(rng, 1u << *ret_bits);
    return (slot < 8 ? slot : ((4 | (slot & 3)) << *ret_bits) + *ret_extra) + 2;
}

static void
copy_made(struct rar5_stream *stream, uint64_t distance, uint32_t length)
{
    for (; length; length--)
        buf_char(&stream->made, stream->made.p[stream->made.n - distance]);
}

static void
push_distance(struct rar5_stream *stream, uint32_t from, uint64_t distance)
{
    memmove(stream->distances + 1, stream->distances, from * sizeof *stream->distances);
    stream->distances[0] = distance;
}

static void
put_copy(struct rar5_stream *stream, struct rar_bits *bits)
{
    struct rng *rng = &stream->rng;
    uint32_t extra, extra_bits, slot = rar_code_any(&stream->main, COPY_FROM, MAIN, rng);
    uint32_t way = rar_code_any(&stream->distance, 0, DISTANCES, rng), low = 0, middle = 0;
    if (slot == UINT32_MAX || way == UINT32_MAX)
        return;
    uint32_t length = any_length(rng, slot - COPY_FROM, &extra, &extra_bits);
    uint32_t n = way < 4 ? 0 : way / 2 - 1;
    uint64_t distance = way < 4 ? way + 1 : ((uint64_t)(2 | (way & 1)) << n) + 1;
    if (n >= 4) {
        middle = n > 4 ? (uint32_t)rng_below(rng, UINT64_C(1) << (n - 4)) : 0;
        low = rar_code_any(&stream->low, 0, LOWS, rng);
        distance += ((uint64_t)middle << 4) + low;
    } else if (n) {
        middle = (uint32_t)rng_below(rng, 1u << n);
        distance += middle;
    }
    if (distance > stream->made.n || distance > DICTIONARY)
        return;
    rar_code_put(&stream->main, bits, slot);
    rar_bits_put(bits, extra, extra_bits);
    rar_code_put(&stream->distance, bits, way);
    rar_bits_put(bits, middle, n >= 4 ? n - 4 : n);
    if (n >= 4)
        rar_code_put(&stream->low, bits, low);
    length += (distance > 0x100) + (distance > 0x2000) + (distance > 0x40000);
    push_distance(stream, 3, distance);
    stream->last_length = length;
    copy_made(stream, distance, length);
}

static void
put_last_distance(struct rar5_stream *stream, struct rar_bits *bits)
{
    uint32_t which = (uint32_t)rng_below(&stream->rng, 4), extra, extra_bits;
    uint64_t distance = stream->distances[which];
    uint32_t slot = rar_code_any(&stream->length, 0, LENGTHS, &stream->rng);
    if (!distance || !stream->main.lengths[258 + which] || slot == UINT32_MAX)
        return;
    uint32_t length = any_length(&stream->rng, slot, &extra, &extra_bits);
    rar_code_put(&stream->main, bits, 258 + which);
    rar_code_put(&stream->length, bits, slot);
    rar_bits_put(bits, extra, extra_bits);
    push_distance(stream, which, distance);
    stream->last_length = length;
    copy_made(stream, distance, length);
}

static void
put_number(struct rar_bits *bits, uint32_t value)
{
    uint32_t bytes = value < 256 ? 1 : value < 65536 ? 2 : 3;
    rar_bits_put(bits, bytes - 1, 2);
    for (uint32_t i = 0; i < bytes; i++)
        rar_bits_put(bits, value >> 8 * i & 255, 8);
}

/* Behind the filter before, and within what the member will have at least. */
static void
put_filter(struct rar5_stream *stream, struct rar_bits *bits, struct buf *filters, size_t until)
{
    struct rng *rng = &stream->rng;
    const struct rar_made_filter *last =
        (const struct rar_made_filter *)(const void *)(filters->p + filters->n) - 1;
    size_t at = stream->made.n;
    size_t least = filters->n && last->start + last->n > at ? last->start + last->n : at;
    size_t n = 5 + rng_below(rng, 3000);
    struct rar_made_filter filter = {.kind = (enum rar_made_kind)rng_below(rng, 4),
                                     .start = least + rng_below(rng, 300),
                                     .n = n,
                                     .channels = 1 + (uint32_t)rng_below(rng, 32)};
    if (!stream->main.lengths[256] || filter.start + filter.n > until)
        return;
    rar_code_put(&stream->main, bits, 256);
    put_number(bits, (uint32_t)(filter.start - at));
    put_number(bits, (uint32_t)filter.n);
    rar_bits_put(bits, filter.kind, 3);
    if (filter.kind == MADE_DELTA)
        rar_bits_put(bits, filter.channels - 1, 5);
    buf_add(filters, &filter, sizeof filter);
}

static void
put_symbol(struct rar5_stream *stream, struct rar_bits *bits, struct buf *filters, size_t until)
{
    uint64_t choice = rng_below(&stream->rng, 16);
    if (choice < 2) {
        put_copy(stream, bits);
    } else if (choice == 2) {
        put_last_distance(stream, bits);
    } else if (choice == 3 && stream->main.lengths[257] && stream->last_length) {
        rar_code_put(&stream->main, bits, 257);
        copy_made(stream, stream->distances[0], stream->last_length);
    } else if (choice == 4 && stream->filters && rng_below(&stream->rng, 8) == 0) {
        put_filter(stream, bits, filters, until);
    } else {
        static const uint8_t calls[] = {0xe8, 0xe9, 0xeb, 0, 1};
        uint32_t byte = choice < 8 ? calls[rng_below(&stream->rng, sizeof calls)] : UINT32_MAX;
        if (byte == UINT32_MAX || !stream->main.lengths[byte])
            byte = rar_code_any(&stream->main, 0, 256, &stream->rng);
        rar_code_put(&stream->main, bits, byte);
        buf_char(&stream->made, (char)byte);
    }
}

static void
put_block(struct buf *packed, const struct buf *block, uint32_t last_bits, uint32_t flags)
{
    uint32_t bytes = block->n < 256 ? 1 : block->n < 65536 ? 2 : 3, sum = 0x5a;
    flags |= (last_bits - 1) | (bytes - 1) << 3;
    sum ^= flags;
    for (uint32_t i = 0; i < bytes; i++)
        sum ^= block->n >> 8 * i & 255;
    buf_char(packed, (char)flags);
    buf_char(packed, (char)sum);
    for (uint32_t i = 0; i < bytes; i++)
        buf_char(packed, (char)(block->n >> 8 * i));
    buf_str(packed, buf_view(block));
}

void
rar5_stream_member(struct rar5_stream *stream, size_t n, struct buf *packed, struct buf *content)
{
    struct buf block = BUF(ROOM), filters = BUF(FILTERS_MAX * sizeof(struct rar_made_filter));
    size_t begin = stream->made.n, until = begin + n;
    do {
        buf_reset(&block);
        struct rar_bits bits = {.out = &block};
        bool has_codes = !stream->main.n || rng_below(&stream->rng, 3) != 0;
        if (has_codes)
            put_codes(stream, &bits);
        for (unsigned i = 0; i < BLOCK_SYMBOLS || (i < 100000 && until > stream->made.n &&
                                                   until - stream->made.n < BLOCK_SYMBOLS);
             i++)
            put_symbol(stream, &bits, &filters, until);
        uint32_t last_bits = bits.count ? bits.count : 8;
        rar_bits_end(&bits);
        bool is_last = stream->made.n >= until;
        put_block(packed, &block, last_bits, (has_codes ? 0x80 : 0) | (is_last ? 0x40 : 0));
    } while (stream->made.n < until);
    size_t from = content->n;
    buf_str(content, (str){stream->made.p + begin, stream->made.n - begin});
    const struct rar_made_filter *filter = (const struct rar_made_filter *)(const void *)filters.p;
    for (size_t i = 0; i < filters.n / sizeof *filter; i++) {
        struct rar_made_filter moved = filter[i];
        moved.start = moved.start - begin + from;
        rar_made_undo(content, from, &moved);
    }
    buf_clear(&block);
    buf_clear(&filters);
}

void
rar5_stream_reset(struct rar5_stream *stream)
{
    buf_reset(&stream->made);
    stream->main.n = 0;
    stream->last_length = 0;
    memset(stream->distances, 0, sizeof stream->distances);
}

/* ── the archive ── */

static void
put_vint(struct buf *out, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        buf_char(out, (char)(value | 0x80));
    buf_char(out, (char)value);
}

void
rar5_header(struct buf *out, uint32_t type, uint32_t flags, str fields, str extra, str data)
{
    struct buf inner = BUF(ROOM), sized = BUF(ROOM);
    put_vint(&inner, type);
    put_vint(&inner, flags | (extra.n ? 1 : 0) | (data.p ? 2 : 0));
    if (extra.n)
        put_vint(&inner, extra.n);
    if (data.p)
        put_vint(&inner, data.n);
    buf_str(&inner, fields);
    buf_str(&inner, extra);
    put_vint(&sized, inner.n);
    buf_str(&sized, buf_view(&inner));
    put_u32(out, (uint32_t)crc32_z(0, (const Bytef *)sized.p, sized.n));
    buf_str(out, buf_view(&sized));
    buf_str(out, data);
    buf_clear(&inner);
    buf_clear(&sized);
}

void
rar5_begin(struct buf *out, bool is_solid)
{
    buf_str(out, STR("Rar!\x1a\x07\x01\x00"));
    rar5_header(out, 1, 0, is_solid ? STR("\4") : STR("\0"), STR(""), (str){0});
}

void
rar5_add(struct buf *out, const struct rar_made_member *member)
{
    struct buf fields = BUF(ROOM), extra = BUF(ROOM);
    const char *name = member->service ? member->service : member->name;
    put_vint(&fields, member->has_no_crc ? 0 : 4);
    put_vint(&fields, member->size ? member->size : member->content.n);
    put_vint(&fields, 0x20);
    if (!member->has_no_crc)
        put_u32(&fields, (uint32_t)crc32_z(0, (const Bytef *)member->content.p, member->content.n));
    put_vint(&fields, (member->is_solid ? 0x40 : 0) | member->method << 7 | 5 << 10);
    put_vint(&fields, 0);
    put_vint(&fields, strlen(name));
    buf_z(&fields, name);
    if (member->is_encrypted)
        buf_str(&extra, STR("\x04\x01\x00\x00\x0f"));
    if (member->service && member->name) {
        put_vint(&extra, strlen(member->name) + 1);
        put_vint(&extra, 7);
        buf_z(&extra, member->name);
    }
    rar5_header(out, member->service ? 3 : 2,
                (member->came_before ? 8 : 0) | (member->goes_on ? 16 : 0), buf_view(&fields),
                buf_view(&extra), member->packed.p ? member->packed : member->content);
    buf_clear(&fields);
    buf_clear(&extra);
}

void
rar5_end(struct buf *out)
{
    rar5_header(out, 5, 0, STR("\0"), STR(""), (str){0});
}

static void
random_member(struct buf *out, struct rar5_stream *stream, size_t n, unsigned i, bool is_solid,
              struct buf *contents)
{
    struct buf packed = BUF(ROOM), content = BUF(ROOM);
    const char *const names[] = {"a", "b", "c", "d"};
    rar5_stream_member(stream, n, &packed, &content);
    if (contents)
        buf_str(contents, buf_view(&content));
    rar5_add(out, &(struct rar_made_member){.name = names[i],
                                            .packed = buf_view(&packed),
                                            .content = buf_view(&content),
                                            .method = 1 + i,
                                            .is_solid = is_solid && i});
    buf_clear(&packed);
    buf_clear(&content);
}

void
rar_random_archive(struct buf *out, unsigned seed, struct buf *contents)
{
    struct rar5_stream stream = {.rng = {seed}, .made = BUF(ROOM), .filters = seed & 1};
    bool is_solid = seed & 2;
    size_t n = 1 + rng_below(&stream.rng, seed & 4 ? 1000 : 30000);
    rar5_begin(out, is_solid);
    for (unsigned i = 0; i < 4; i++) {
        if (!is_solid)
            rar5_stream_reset(&stream);
        random_member(out, &stream, n, i, is_solid, contents);
    }
    rar5_end(out);
    buf_clear(&stream.made);
}
