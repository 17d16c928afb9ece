/* SPDX-License-Identifier: Apache-2.0 */
/* The sequences of zstd's blocks (RFC 8878, 3.1.1.3.2): so many literals, then so many bytes from
 * so far before, each number as a code of its own table and bits behind it. */
#include "scan/decompress/zstd.h"

enum { STEP = 16, LONG_COUNT = 0x7f00, FULL = 57, PREDEFINED = 0, RUN = 1, PACKED = 2 };

/* A code's number: its base and so many bits more. */
struct number {
    uint32_t base;
    uint8_t bits;
};
static const struct number literal_numbers[36] = {
    {0, 0},     {1, 0},      {2, 0},      {3, 0},     {4, 0},   {5, 0},     {6, 0},     {7, 0},
    {8, 0},     {9, 0},      {10, 0},     {11, 0},    {12, 0},  {13, 0},    {14, 0},    {15, 0},
    {16, 1},    {18, 1},     {20, 1},     {22, 1},    {24, 2},  {28, 2},    {32, 3},    {40, 3},
    {48, 4},    {64, 6},     {128, 7},    {256, 8},   {512, 9}, {1024, 10}, {2048, 11}, {4096, 12},
    {8192, 13}, {16384, 14}, {32768, 15}, {65536, 16}};
static const struct number match_numbers[53] = {
    {3, 0},     {4, 0},     {5, 0},      {6, 0},      {7, 0},     {8, 0},   {9, 0},     {10, 0},
    {11, 0},    {12, 0},    {13, 0},     {14, 0},     {15, 0},    {16, 0},  {17, 0},    {18, 0},
    {19, 0},    {20, 0},    {21, 0},     {22, 0},     {23, 0},    {24, 0},  {25, 0},    {26, 0},
    {27, 0},    {28, 0},    {29, 0},     {30, 0},     {31, 0},    {32, 0},  {33, 0},    {34, 0},
    {35, 1},    {37, 1},    {39, 1},     {41, 1},     {43, 2},    {47, 2},  {51, 3},    {59, 3},
    {67, 4},    {83, 4},    {99, 5},     {131, 7},    {259, 8},   {515, 9}, {1027, 10}, {2051, 11},
    {4099, 12}, {8195, 13}, {16387, 14}, {32771, 15}, {65539, 16}};

/* What RFC 8878 says of each field: the tables that need not be told, and the most that may be. */
static const int16_t literal_counts[36] = {4, 3, 2, 2, 2, 2, 2, 2, 2,  2,  2,  2,
                                           2, 1, 1, 1, 2, 2, 2, 2, 2,  2,  2,  2,
                                           2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1};
static const int16_t offset_counts[29] = {1, 1, 1, 1, 1, 1, 2, 2, 2, 1,  1,  1,  1,  1, 1,
                                          1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1};
static const int16_t match_counts[53] = {1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1,  1,  1,  1,  1,  1,  1, 1,
                                         1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1,  1,  1,  1,  1,  1, 1,
                                         1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1};
static const struct {
    const int16_t *counts;
    uint8_t count, log, symbols, log_most;
} fields[ZSTD_FIELDS] = {
    {literal_counts, 36, 6, 36, 9}, {offset_counts, 29, 5, 32, 8}, {match_counts, 53, 6, 53, 9}};

/* ── tables ── */

/* Takes what DATA say of the field's table; false for a fault. */
static bool
read_field(struct zstd *z, enum zstd_field field, uint32_t mode, str *data)
{
    struct zstd_fse *fse = &z->fields[field];
    size_t used = 0;
    if (mode == PREDEFINED) {
        zstd_fse_make(fields[field].counts, fields[field].count, fields[field].log, fse);
    } else if (mode == RUN) {
        if (!data->n || (uint8_t)data->p[0] >= fields[field].symbols)
            return false;
        zstd_fse_make_one((uint8_t)data->p[0], fse);
        used = 1;
    } else if (mode == PACKED) {
        used = zstd_fse_read(*data, fields[field].symbols, fields[field].log_most, fse);
        if (!used)
            return false;
    } else {
        return z->has_field[field];
    }
    z->has_field[field] = true;
    *data = str_from(*data, used);
    return true;
}

/* False for a fault; DATA are left behind the head. */
static bool
read_head(struct zstd *z, str *data, uint32_t *ret_count)
{
    const uint8_t *p = (const uint8_t *)data->p;
    size_t head = !data->n ? 0 : p[0] < 128 ? 1 : p[0] < 255 ? 2 : 3;
    if (!head || data->n < head)
        return false;
    *ret_count = head == 1   ? p[0]
                 : head == 2 ? (p[0] - 128u) << 8 | p[1]
                             : (p[1] | (uint32_t)p[2] << 8) + LONG_COUNT;
    *data = str_from(*data, head);
    if (!*ret_count)
        return !data->n;
    if (!data->n)
        return false;
    uint32_t modes = (uint8_t)data->p[0];
    *data = str_from(*data, 1);
    /* The last two bits should be zero; libzstd 1.5.4 does not look at them. */
    return read_field(z, ZSTD_LITERALS, modes >> 6, data) &&
           read_field(z, ZSTD_OFFSET, modes >> 4 & 3, data) &&
           read_field(z, ZSTD_MATCH, modes >> 2 & 3, data);
}

/* ── copies ── */

/* Where a block's bytes go: up to LIMIT, with room for steps that reach beyond it up to ROOM. */
struct place {
    char *at, *begin, *limit, *room;
};

static inline void
copy_steps(char *to, const char *from, size_t n)
{
    for (size_t i = 0; i < n; i += STEP)
        memcpy(to + i, from + i, STEP);
}

/* FROM has bytes beyond its end that may be read. */
static inline void
copy_literals(struct place *to, const char *from, size_t n)
{
    if ((size_t)(to->room - to->at) >= n + STEP)
        copy_steps(to->at, from, n);
    else
        memcpy(to->at, from, n);
    to->at += n;
}

static inline void
copy_match(struct place *to, size_t offset, size_t n)
{
    char *at = to->at, *end = at + n;
    const char *from = at - offset;
    to->at = end;
    if (offset >= STEP && (size_t)(to->room - at) >= n + STEP) {
        copy_steps(at, from, n);
        return;
    }
    /* What was copied once has its offset before it twice. */
    while (at < end) {
        size_t piece = (size_t)(at - from), left = (size_t)(end - at);
        piece = piece < left ? piece : left;
        memcpy(at, from, piece);
        at += piece;
    }
}

/* ── sequences ── */

struct sequence {
    size_t literals, match, offset;
};

/* The offset that CODE and its bits stand for: a new one, or one of the last three. */
static inline size_t
next_offset(size_t *last, uint32_t code, struct zstd_bits *bits, bool has_literals)
{
    size_t value = ((size_t)1 << code) + zstd_bits_take(bits, code), offset;
    if (value > 3) {
        offset = value - 3;
        last[2] = last[1];
        last[1] = last[0];
        return last[0] = offset;
    }
    size_t which = value - (has_literals ? 1 : 0);
    offset = which == 3 ? last[0] - 1 : last[which];
    if (which > 1)
        last[2] = last[1];
    if (which)
        last[1] = last[0];
    return last[0] = offset;
}

static inline struct sequence
next_sequence(struct zstd *z, const uint32_t *states, struct zstd_bits *bits)
{
    struct sequence sequence;
    uint32_t offset = z->fields[ZSTD_OFFSET].cells[states[ZSTD_OFFSET]].symbol;
    struct number literals =
        literal_numbers[z->fields[ZSTD_LITERALS].cells[states[ZSTD_LITERALS]].symbol];
    struct number match = match_numbers[z->fields[ZSTD_MATCH].cells[states[ZSTD_MATCH]].symbol];
    zstd_bits_fill(bits);
    sequence.offset = next_offset(z->offsets, offset, bits, literals.base != 0);
    uint32_t more = literals.bits + match.bits;
    if (offset + more > FULL)
        zstd_bits_fill(bits);
    sequence.match = match.base + zstd_bits_take(bits, match.bits);
    sequence.literals = literals.base + zstd_bits_take(bits, literals.bits);
    if (offset + more > FULL - 26)
        zstd_bits_fill(bits);
    return sequence;
}

/* Copies what the limit leaves of it; false when that is not all, or it begins before the frame. */
static bool
run_sequence(struct place *to, struct sequence s, const char **literals, size_t *literals_left)
{
    size_t room = (size_t)(to->limit - to->at);
    size_t n = s.literals < room ? s.literals : room;
    if (s.literals > *literals_left)
        return false;
    copy_literals(to, *literals, n);
    *literals += n;
    *literals_left -= n;
    room -= n;
    if (n < s.literals || !s.offset || s.offset > (size_t)(to->at - to->begin))
        return false;
    n = s.match < room ? s.match : room;
    copy_match(to, s.offset, n);
    return n == s.match;
}

/* False for a fault, or when the limit was met. */
static bool
run(struct zstd *z, str data, uint32_t count, struct place *to)
{
    const char *literals = (const char *)z->literals;
    size_t left = z->literal_count;
    struct zstd_bits bits;
    uint32_t states[ZSTD_FIELDS];
    if (count && !zstd_bits_begin(&bits, data))
        return false;
    for (enum zstd_field field = 0; count && field < ZSTD_FIELDS; field++)
        states[field] = zstd_bits_take(&bits, z->fields[field].log);
    for (uint32_t i = 0; i < count; i++) {
        struct sequence sequence = next_sequence(z, states, &bits);
        if (zstd_bits_are_over(&bits) || !run_sequence(to, sequence, &literals, &left))
            return false;
        if (i + 1 < count) {
            static const enum zstd_field order[] = {ZSTD_LITERALS, ZSTD_MATCH, ZSTD_OFFSET};
            for (uint32_t k = 0; k < ZSTD_FIELDS; k++)
                states[order[k]] = zstd_fse_next(&z->fields[order[k]], states[order[k]], &bits);
        }
    }
    if (count) {
        zstd_bits_fill(&bits);
        if (!zstd_bits_are_all(&bits))
            return false;
    }
    size_t room = (size_t)(to->limit - to->at), n = left < room ? left : room;
    copy_literals(to, literals, n);
    return n == left;
}

enum decompressed
zstd_sequences_run(struct zstd *z, str data)
{
    uint32_t count;
    if (!read_head(z, &data, &count))
        return DECOMPRESSED_BROKEN;
    size_t begin = z->out->n, most = z->out->cap - begin;
    size_t limit = most < ZSTD_BLOCK ? most : ZSTD_BLOCK;
    size_t room = most < ZSTD_BLOCK + ZSTD_SLACK ? most : ZSTD_BLOCK + ZSTD_SLACK;
    char *p = buf_space(z->out, room);
    struct place to = {
        .at = p, .begin = z->out->p + z->begin, .limit = p + limit, .room = p + room};
    bool good = run(z, data, count, &to);
    z->out->n = (size_t)(to.at - z->out->p);
    z->out->p[z->out->n] = 0;
    if (good)
        return DECOMPRESSED;
    return to.at == to.limit && limit < ZSTD_BLOCK ? DECOMPRESSED_CUT : DECOMPRESSED_BROKEN;
}
