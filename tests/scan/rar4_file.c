/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/scan/containers.h"
#include "tests/scan/rar_file.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <zlib.h>

enum {
    MAIN = 299,
    DISTANCES = 60,
    LOWS = 17,
    LENGTHS = 28,
    ALL = MAIN + DISTANCES + LOWS + LENGTHS,
    PRE = 20,
    LONGEST = 15,
    BLOCK_SYMBOLS = 300,
    ROOM = 16 << 20,
    FILTERS_MAX = 4096,
    COPY_FROM = 271,
    SHORT_FROM = 263,
    DICTIONARY = 4 << 20,
    PROGRAM_MOST = 256,
};

/* ── programs ── */

/* Bytes that are no program, but have the length, the checksum and the first byte of one. */
static void
forge_program(char *p, uint32_t n, uint32_t crc, struct rng *rng)
{
    uint32_t table[256];
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (unsigned k = 0; k < 8; k++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
    }
    for (uint8_t sum = 1; sum;) {
        for (uint32_t i = 0; i < n - 4; i++)
            p[i] = (char)rng_below(rng, 256);
        uint32_t have = ~(uint32_t)crc32_z(0, (const Bytef *)p, n - 4), want = ~crc;
        /* The last four bytes, backwards. */
        for (unsigned k = 0; k < 4; k++)
            for (uint32_t i = 0; i < 256; i++)
                if (table[i] >> 24 == want >> 24) {
                    want = (want ^ table[i]) << 8 | i;
                    break;
                }
        want ^= have;
        for (unsigned k = 0; k < 4; k++)
            p[n - 4 + k] = (char)(want >> 8 * k);
        sum = 0;
        for (uint32_t i = 0; i < n; i++)
            sum ^= (uint8_t)p[i];
    }
}

static void
put_number(struct rar_bits *bits, uint32_t value)
{
    if (value < 16) {
        rar_bits_put(bits, 0, 2);
        rar_bits_put(bits, value, 4);
    } else if (value < 65536) {
        rar_bits_put(bits, value < 256 ? 1 : 2, 2);
        rar_bits_put(bits, value, value < 256 ? 8 : 16);
    } else {
        rar_bits_put(bits, 3, 2);
        rar_bits_put(bits, value, 32);
    }
}

/* How the filter of a program is told, with the program itself where the stream has not seen it. */
static void
put_program(struct rar4_stream *stream, struct buf *code, const struct rar_made_filter *filter)
{
    static const struct {
        uint32_t n, crc;
    } known[] = {[MADE_DELTA] = {29, 0x0e06077d},
                 [MADE_CALLS] = {53, 0xad576887},
                 [MADE_JUMPS] = {57, 0x3cd7e57e},
                 [MADE_PICTURE] = {149, 0x1c2c5dc8},
                 [MADE_SOUND] = {216, 0xbc85e701}};
    /* Each kind's number is the order in which it was first used: four bits each. */
    uint32_t number = 0, count = 0;
    for (; count < 6 && stream->programs >> 4 * count & 15; count++)
        if ((stream->programs >> 4 * count & 15) == filter->kind + 1)
            number = count + 1;
    struct rar_bits bits = {.out = code};
    put_number(&bits, number ? number : count + 1);
    put_number(&bits, (uint32_t)(filter->start - stream->made.n));
    put_number(&bits, (uint32_t)filter->n);
    rar_bits_put(&bits, 1, 7);
    put_number(&bits, filter->kind == MADE_PICTURE ? filter->row : filter->channels);
    if (!number) {
        char program[PROGRAM_MOST];
        uint32_t n = known[filter->kind].n;
        forge_program(program, n, known[filter->kind].crc, &stream->rng);
        put_number(&bits, n);
        for (uint32_t i = 0; i < n; i++)
            rar_bits_put(&bits, (uint8_t)program[i], 8);
        stream->programs |= (filter->kind + 1) << 4 * count;
    }
    rar_bits_end(&bits);
}

static void
put_filter(struct rar4_stream *stream, struct rar_bits *bits, struct buf *filters, size_t until)
{
    static const enum rar_made_kind kinds[] = {MADE_DELTA, MADE_CALLS, MADE_JUMPS, MADE_PICTURE,
                                               MADE_SOUND};
    struct rng *rng = &stream->rng;
    const struct rar_made_filter *last =
        (const struct rar_made_filter *)(const void *)(filters->p + filters->n) - 1;
    size_t at = stream->made.n;
    size_t least = filters->n && last->start + last->n > at ? last->start + last->n : at;
    struct rar_made_filter filter = {.kind = kinds[rng_below(rng, 5)],
                                     .start = least + rng_below(rng, 300),
                                     .n = 300 + rng_below(rng, 3000),
                                     .channels = 1 + (uint32_t)rng_below(rng, 8)};
    filter.row = 3 + 3 * (uint32_t)rng_below(rng, 60);
    if (!stream->main.lengths[257] || filter.start + filter.n > until ||
        (stream->one_filter && least > at))
        return;
    struct buf code = BUF(ROOM);
    put_program(stream, &code, &filter);
    rar_code_put(&stream->main, bits, 257);
    uint32_t n = (uint32_t)code.n, kind = n <= 6 ? n - 1 : n <= 262 ? 6 : 7;
    rar_bits_put(bits, 0x80 | 0x20 | 0x10 | kind, 8);
    if (kind >= 6)
        rar_bits_put(bits, kind == 6 ? n - 7 : n, kind == 6 ? 8 : 16);
    for (size_t i = 0; i < n; i++)
        rar_bits_put(bits, (uint8_t)code.p[i], 8);
    buf_add(filters, &filter, sizeof filter);
    buf_clear(&code);
}

/* ── codes ── */

/* Each length as what it is more than the one before, or as a run. */
static void
put_lengths(struct rar4_stream *stream, const struct rar_code *pre, struct rar_bits *bits,
            const uint8_t *lengths)
{
    for (uint32_t i = 0; i < ALL;) {
        uint32_t run = 1;
        while (i + run < ALL && run < 138 && lengths[i + run] == lengths[i])
            run++;
        bool is_repeat = i && lengths[i] == lengths[i - 1];
        if (run < 3 || (!is_repeat && lengths[i]) || !rng_below(&stream->rng, 4)) {
            rar_code_put(pre, bits, (uint32_t)(lengths[i] - stream->lengths[i]) & 15);
            i++;
            continue;
        }
        uint32_t is_long = run >= 11;
        rar_code_put(pre, bits, (lengths[i] ? 16u : 18u) + is_long);
        rar_bits_put(bits, run - (is_long ? 11 : 3), is_long ? 7 : 3);
        i += run;
    }
    memcpy(stream->lengths, lengths, ALL);
}

static void
put_codes(struct rar4_stream *stream, struct rar_bits *bits)
{
    struct rar_code pre;
    uint8_t all[ALL];
    struct rng *rng = &stream->rng;
    bool keeps = rng_below(rng, 2);
    rar_bits_end(bits);
    rar_bits_put(bits, keeps, 2);
    if (!keeps)
        memset(stream->lengths, 0, ALL);
    rar_code_make(&pre, PRE, LONGEST, 0, rng);
    for (uint32_t i = 0; i < PRE; i++) {
        rar_bits_put(bits, pre.lengths[i], 4);
        if (pre.lengths[i] == 15)
            rar_bits_put(bits, 0, 4);
    }
    rar_code_make(&stream->main, MAIN, LONGEST, 5, rng);
    if (!stream->main.lengths[256]) /* it must have an end */
        rar_code_make(&stream->main, MAIN, LONGEST, 0, rng);
    rar_code_make(&stream->distance, DISTANCES, LONGEST, 4, rng);
    rar_code_make(&stream->low, LOWS, LONGEST, 3, rng);
    rar_code_make(&stream->length, LENGTHS, LONGEST, 3, rng);
    memcpy(all, stream->main.lengths, MAIN);
    memcpy(all + MAIN, stream->distance.lengths, DISTANCES);
    memcpy(all + MAIN + DISTANCES, stream->low.lengths, LOWS);
    memcpy(all + MAIN + DISTANCES + LOWS, stream->length.lengths, LENGTHS);
    put_lengths(stream, &pre, bits, all);
    stream->last_low = stream->low_repeats = 0;
    stream->has_codes = true;
}

/* ── symbols ── */

static void
copy_made(struct rar4_stream *stream, uint32_t distance, uint32_t length)
{
    stream->last_distance = distance;
    stream->last_length = length;
    for (; length; length--)
        buf_char(&stream->made, stream->made.p[stream->made.n - distance]);
}

static void
push_distance(struct rar4_stream *stream, uint32_t from, uint32_t distance)
{
    memmove(stream->distances + 1, stream->distances, from * sizeof *stream->distances);
    stream->distances[0] = distance;
}

static uint32_t
any_length(struct rng *rng, uint32_t slot, uint32_t *ret_extra, uint32_t *ret_bits)
{
    *ret_bits = slot < 8 ? 0 : slot / 4 - 1;
    *ret_extra = (uint32_t)rng_below(rng, 1u << *ret_bits);
    return slot < 8 ? slot : ((4 | (slot & 3)) << *ret_bits) + *ret_extra;
}

/* The first distance of a slot and the bits behind it, made as the format's tables were. */
static uint32_t
slot_base(uint32_t slot, uint32_t *ret_bits)
{
    static const uint8_t counts[] = {4, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 14, 0, 12};
    uint32_t base = 0, at = 0;
    for (uint32_t bits = 0; bits < sizeof counts; bits++)
        for (uint32_t i = 0; i < counts[bits]; i++, at++, base += 1u << bits)
            if (at == slot) {
                *ret_bits = bits;
                return base;
            }
    require(false);
    return 0;
}

static void
put_copy(struct rar4_stream *stream, struct rar_bits *bits)
{
    struct rng *rng = &stream->rng;
    uint32_t extra, extra_bits, n, middle = 0, low = UINT32_MAX;
    uint32_t slot = rar_code_any(&stream->main, COPY_FROM, MAIN, rng);
    uint32_t way = rar_code_any(&stream->distance, 0, DISTANCES, rng);
    if (slot == UINT32_MAX || way == UINT32_MAX)
        return;
    uint32_t length = any_length(rng, slot - COPY_FROM, &extra, &extra_bits) + 3;
    uint32_t distance = slot_base(way, &n) + 1;
    if (way < 10) {
        middle = (uint32_t)rng_below(rng, 1u << n);
        distance += middle;
    } else {
        middle = (uint32_t)rng_below(rng, 1u << (n - 4));
        low = stream->low_repeats ? UINT32_MAX : rar_code_any(&stream->low, 0, LOWS, rng);
        distance += (middle << 4) + (low < 16 ? low : stream->last_low);
    }
    if (distance > stream->made.n || distance > DICTIONARY)
        return;
    rar_code_put(&stream->main, bits, slot);
    rar_bits_put(bits, extra, extra_bits);
    rar_code_put(&stream->distance, bits, way);
    rar_bits_put(bits, middle, way < 10 ? n : n - 4);
    if (low != UINT32_MAX)
        rar_code_put(&stream->low, bits, low);
    if (way >= 10 && stream->low_repeats)
        stream->low_repeats--;
    else if (low == 16)
        stream->low_repeats = 15;
    else if (low < 16)
        stream->last_low = low;
    push_distance(stream, 3, distance);
    copy_made(stream, distance, length + (distance >= 0x2000) + (distance >= 0x40000));
}

static void
put_short(struct rar4_stream *stream, struct rar_bits *bits)
{
    static const uint8_t extras[] = {2, 2, 3, 4, 5, 6, 6, 6};
    uint32_t slot = rar_code_any(&stream->main, SHORT_FROM, COPY_FROM, &stream->rng), base = 0;
    if (slot == UINT32_MAX)
        return;
    for (uint32_t i = SHORT_FROM; i < slot; i++)
        base += 1u << extras[i - SHORT_FROM];
    uint32_t n = extras[slot - SHORT_FROM], extra = (uint32_t)rng_below(&stream->rng, 1u << n);
    uint32_t distance = base + extra + 1;
    if (distance > stream->made.n)
        return;
    rar_code_put(&stream->main, bits, slot);
    rar_bits_put(bits, extra, n);
    push_distance(stream, 3, distance);
    copy_made(stream, distance, 2);
}

static void
put_last_distance(struct rar4_stream *stream, struct rar_bits *bits)
{
    uint32_t which = (uint32_t)rng_below(&stream->rng, 4), extra, extra_bits;
    uint32_t distance = stream->distances[which];
    uint32_t slot = rar_code_any(&stream->length, 0, LENGTHS, &stream->rng);
    if (!distance || !stream->main.lengths[259 + which] || slot == UINT32_MAX)
        return;
    uint32_t length = any_length(&stream->rng, slot, &extra, &extra_bits) + 2;
    rar_code_put(&stream->main, bits, 259 + which);
    rar_code_put(&stream->length, bits, slot);
    rar_bits_put(bits, extra, extra_bits);
    push_distance(stream, which, distance);
    copy_made(stream, distance, length);
}

static void
put_symbol(struct rar4_stream *stream, struct rar_bits *bits, struct buf *filters, size_t until)
{
    uint64_t choice = rng_below(&stream->rng, 16);
    if (choice < 2) {
        put_copy(stream, bits);
    } else if (choice == 2) {
        put_last_distance(stream, bits);
    } else if (choice == 3) {
        put_short(stream, bits);
    } else if (choice == 4 && stream->main.lengths[258] && stream->last_length) {
        rar_code_put(&stream->main, bits, 258);
        copy_made(stream, stream->last_distance, stream->last_length);
    } else if (choice == 5 && stream->filters && rng_below(&stream->rng, 8) == 0) {
        put_filter(stream, bits, filters, until);
    } else {
        uint32_t byte = choice < 8 ? 0xe8 + (uint32_t)rng_below(&stream->rng, 2) : UINT32_MAX;
        if (byte == UINT32_MAX || !stream->main.lengths[byte])
            byte = rar_code_any(&stream->main, 0, 256, &stream->rng);
        rar_code_put(&stream->main, bits, byte);
        buf_char(&stream->made, (char)byte);
    }
}

void
rar4_stream_member(struct rar4_stream *stream, size_t n, struct buf *packed, struct buf *content)
{
    struct buf filters = BUF(FILTERS_MAX * sizeof(struct rar_made_filter));
    struct rar_bits bits = {.out = packed};
    size_t begin = stream->made.n, until = begin + n;
    if (!stream->has_codes)
        put_codes(stream, &bits);
    for (unsigned i = 0; stream->made.n < until; i++) {
        put_symbol(stream, &bits, &filters, until);
        if (i % BLOCK_SYMBOLS == BLOCK_SYMBOLS - 1) {
            rar_code_put(&stream->main, &bits, 256);
            rar_bits_put(&bits, 1, 1);
            put_codes(stream, &bits);
        }
    }
    rar_code_put(&stream->main, &bits, 256);
    rar_bits_put(&bits, 0, 1);
    stream->has_codes = rng_below(&stream->rng, 2);
    rar_bits_put(&bits, !stream->has_codes, 1);
    rar_bits_end(&bits);
    size_t from = content->n;
    buf_str(content, (str){stream->made.p + begin, stream->made.n - begin});
    const struct rar_made_filter *filter = (const struct rar_made_filter *)(const void *)filters.p;
    for (size_t i = 0; i < filters.n / sizeof *filter; i++) {
        struct rar_made_filter moved = filter[i];
        moved.start = moved.start - begin + from;
        rar_made_undo(content, from, &moved);
    }
    buf_clear(&filters);
}

void
rar4_stream_reset(struct rar4_stream *stream)
{
    buf_reset(&stream->made);
    stream->has_codes = false;
    stream->last_length = stream->last_distance = stream->programs = 0;
    memset(stream->distances, 0, sizeof stream->distances);
    memset(stream->lengths, 0, sizeof stream->lengths);
}

/* ── the archive ── */

static void
put_header(struct buf *out, str bytes)
{
    put_u16(out, (uint32_t)crc32_z(0, (const Bytef *)bytes.p, bytes.n) & 0xffff);
    buf_str(out, bytes);
}

void
rar4_begin(struct buf *out, uint32_t flags)
{
    struct buf header = BUF(ROOM);
    buf_str(out, STR("Rar!\x1a\x07\x00"));
    buf_char(&header, 0x73);
    put_u16(&header, flags);
    put_u16(&header, 13);
    buf_str(&header, STR("\0\0\0\0\0\0"));
    put_header(out, buf_view(&header));
    buf_clear(&header);
}

void
rar4_add(struct buf *out, const struct rar4_member *member)
{
    struct buf header = BUF(ROOM);
    str name = member->service ? str_of(member->service) : member->name;
    str data = member->packed.p ? member->packed : member->content;
    str tail = member->service ? member->name : STR("");
    buf_char(&header, member->service ? 0x7a : 0x74);
    put_u16(&header, member->flags | 0x8000);
    put_u16(&header, (uint32_t)(32 + name.n + tail.n));
    put_u32(&header, (uint32_t)data.n);
    put_u32(&header, (uint32_t)(member->size ? member->size : member->content.n));
    buf_char(&header, 2);
    put_u32(&header, (uint32_t)crc32_z(0, (const Bytef *)member->content.p, member->content.n));
    put_u32(&header, 0);
    buf_char(&header, (char)(member->version ? member->version : 29));
    buf_char(&header, (char)(member->method ? member->method : 0x30));
    put_u16(&header, (uint32_t)name.n);
    put_u32(&header, 0x20);
    buf_str(&header, name);
    buf_str(&header, tail);
    put_header(out, buf_view(&header));
    buf_str(out, data);
    buf_clear(&header);
}

void
rar4_end(struct buf *out)
{
    put_header(out, STR("\x7b\x00\x40\x07\x00"));
}

static void
random_member(struct buf *out, struct rar4_stream *stream, size_t n, unsigned i, bool is_solid,
              struct buf *contents)
{
    struct buf packed = BUF(ROOM), content = BUF(ROOM);
    const char *const names[] = {"a", "b", "c", "d"};
    rar4_stream_member(stream, n, &packed, &content);
    if (contents)
        buf_str(contents, buf_view(&content));
    rar4_add(out, &(struct rar4_member){.name = str_of(names[i]),
                                        .packed = buf_view(&packed),
                                        .content = buf_view(&content),
                                        .method = 0x33,
                                        .flags = 6 << 5 | (is_solid && i ? 0x10 : 0)});
    buf_clear(&packed);
    buf_clear(&content);
}

void
rar4_random_archive(struct buf *out, unsigned seed, struct buf *contents)
{
    struct rar4_stream stream = {
        .rng = {seed}, .made = BUF(ROOM), .filters = seed & 1, .one_filter = seed & 8};
    bool is_solid = seed & 2;
    size_t n = 1 + rng_below(&stream.rng, seed & 4 ? 1000 : 30000);
    rar4_begin(out, is_solid ? 8 : 0);
    for (unsigned i = 0; i < 4; i++) {
        if (!is_solid)
            rar4_stream_reset(&stream);
        random_member(out, &stream, n, i, is_solid, contents);
    }
    rar4_end(out);
    buf_clear(&stream.made);
}
