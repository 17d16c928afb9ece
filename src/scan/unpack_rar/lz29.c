/* SPDX-License-Identifier: Apache-2.0 */
/* The method of RAR 3 and 4: blocks of Huffman codes whose lengths are told as differences to those
 * before, or of PPMd; copies, the four last distances, programs that filter what comes. */
#include "scan/decompress/huffman.h"
#include "scan/decompress/ppmd.h"
#include "scan/unpack_rar/program.h"
#include "scan/unpack_rar/rar.h"

#include "base/require.h"

enum {
    MAIN = 299,
    DISTANCES = 60,
    LOWS = 17,
    LENGTHS = 28,
    ALL = MAIN + DISTANCES + LOWS + LENGTHS,
    PRE = 20,
    END = 256,
    PROGRAM = 257,
    SAME_AGAIN = 258,
    LAST_DISTANCE = 259,
    SHORT = 263,
    COPY = 271,
    SAME_LOW = 16,
    LOW_REPEATS = 15,
    PROGRAM_MOST = 0x10000,
    ESCAPE = 2,       /* of PPMd: the byte that commands stand behind, until another is told */
    PPMD_ANEW = 0x20, /* bits of the byte before its block */
    PPMD_ESCAPE = 0x40,
    PPMD_ORDER = 0x1f,
    ORDER_STEPS = 16, /* orders up to it are told as they are, then each third */
};
/* Commands behind the escape; what is none is the escape itself. */
enum { PPMD_BLOCK_END = 0, PPMD_MEMBER_END = 2, PPMD_PROGRAM = 3, PPMD_COPY = 4, PPMD_RUN = 5 };

struct lz29 {
    struct bits bits;
    struct rar_window *window;
    bool has_codes, is_end; /* is_end: of the member */
    uint8_t lengths[ALL];
    struct huffman main, distance, low, length, pre;
    uint32_t distances[4]; /* the last one first */
    uint32_t last_distance, last_length;
    uint32_t last_low, low_repeats;
    bool in_ppmd;
    struct ppmd *ppmd;
    size_t ppmd_at; /* where its coder's bytes begin */
    int escape;
    struct rar_programs programs;
    struct buf code;
};

static bool
read_pre(struct lz29 *z)
{
    uint8_t lengths[PRE] = {0};
    for (unsigned i = 0; i < PRE; i++) {
        uint32_t length = bits_take(&z->bits, 4), zeros = 0;
        if (length == 15)
            zeros = bits_take(&z->bits, 4);
        if (zeros)
            i += zeros + 1;
        else
            lengths[i] = (uint8_t)length;
    }
    return huffman_make(&z->pre, lengths, PRE);
}

static bool
read_lengths(struct lz29 *z)
{
    for (unsigned i = 0; i < ALL;) {
        uint32_t code = huffman_next(&z->pre, &z->bits), run = 0;
        if (code >= PRE || z->bits.ended)
            return false;
        if (code < 16) {
            z->lengths[i] = (z->lengths[i] + code) & 15;
            i++;
            continue;
        }
        run = code & 1 ? 11 + bits_take(&z->bits, 7) : 3 + bits_take(&z->bits, 3);
        if (code < 18 && !i)
            return false;
        for (; run && i < ALL; run--, i++)
            z->lengths[i] = code < 18 ? z->lengths[i - 1] : 0;
    }
    return !z->bits.ended;
}

/* The model goes on from the block of it before, or begins anew. */
static bool
begin_ppmd(struct lz29 *z)
{
    uint32_t flags = bits_take(&z->bits, 8), memory = 0;
    if (flags & PPMD_ANEW)
        memory = (bits_take(&z->bits, 8) + 1) << 20;
    if (flags & PPMD_ESCAPE)
        z->escape = (int)bits_take(&z->bits, 8);
    if (!z->ppmd)
        z->ppmd = ppmd_new();
    if (memory) {
        uint32_t order = (flags & PPMD_ORDER) + 1;
        if (order > ORDER_STEPS)
            order = ORDER_STEPS + (order - ORDER_STEPS) * 3;
        if (order < PPMD_ORDER_LEAST)
            return false;
        ppmd_start(z->ppmd, order, memory);
    }
    z->ppmd_at = bits_place(&z->bits);
    z->in_ppmd = z->has_codes = true;
    return ppmd_is_started(z->ppmd) &&
           ppmd_begin(z->ppmd, PPMD_RAR, str_from(z->bits.data, z->ppmd_at));
}

/* What stands before a block. */
static bool
begin_block(struct lz29 *z)
{
    bits_drop(&z->bits, z->bits.count % 8);
    z->window->is_done |= !unpack_is_on(z->window->walk); /* blocks may be many and make nothing */
    if (bits_peek(&z->bits, 1))
        return begin_ppmd(z);
    z->in_ppmd = false;
    bits_take(&z->bits, 1);
    if (!bits_take(&z->bits, 1))
        memset(z->lengths, 0, sizeof z->lengths);
    z->last_low = z->low_repeats = 0;
    const uint8_t *at = z->lengths;
    z->has_codes = read_pre(z) && read_lengths(z) && huffman_make(&z->main, at, MAIN) &&
                   huffman_make(&z->distance, at += MAIN, DISTANCES) &&
                   huffman_make(&z->low, at += DISTANCES, LOWS) &&
                   huffman_make(&z->length, at + LOWS, LENGTHS);
    return z->has_codes;
}

/* A new block, or the member's end, behind which a block may begin or go on. */
static bool
end_block(struct lz29 *z)
{
    if (bits_take(&z->bits, 1))
        return begin_block(z);
    z->is_end = true;
    z->has_codes = !bits_take(&z->bits, 1);
    return true;
}

static uint32_t
take_length(struct lz29 *z, uint32_t slot)
{
    if (slot < 8)
        return slot;
    uint32_t extra = slot / 4 - 1;
    return ((4 | (slot & 3)) << extra) + bits_take(&z->bits, extra);
}

/* Of a distance's last four bits; LOWS when there is none. */
static uint32_t
take_low(struct lz29 *z)
{
    if (z->low_repeats) {
        z->low_repeats--;
        return z->last_low;
    }
    uint32_t low = huffman_next(&z->low, &z->bits);
    if (low == SAME_LOW) {
        z->low_repeats = LOW_REPEATS;
        return z->last_low;
    }
    if (low > SAME_LOW)
        return LOWS;
    return z->last_low = low;
}

/* 0 for a code that is none. Slots grow by halves of powers of two up to 2^18, then by 2^16, from
 * 2^20 on by 2^18. */
static uint32_t
take_distance(struct lz29 *z)
{
    uint32_t slot = huffman_next(&z->distance, &z->bits);
    if (slot < 4)
        return slot + 1;
    if (slot >= DISTANCES)
        return 0;
    uint32_t extra = slot < 36 ? slot / 2 - 1 : slot < 48 ? 16 : 18;
    uint32_t distance = slot < 36   ? (2 | (slot & 1)) << extra
                        : slot < 48 ? (slot - 32) << 16
                                    : (slot - 44) << 18;
    if (slot < 10)
        return distance + bits_take(&z->bits, extra) + 1;
    distance += bits_take(&z->bits, extra - 4) << 4;
    uint32_t low = take_low(z);
    return low < LOWS ? distance + low + 1 : 0;
}

static bool
copy(struct lz29 *z, uint32_t distance, uint32_t length)
{
    z->last_distance = distance;
    z->last_length = length;
    return rar_window_copy(z->window, distance, length);
}

static void
push_distance(struct lz29 *z, uint32_t from, uint32_t distance)
{
    memmove(z->distances + 1, z->distances, from * sizeof *z->distances);
    z->distances[0] = distance;
}

static bool
read_short(struct lz29 *z, uint32_t slot)
{
    static const uint8_t bases[] = {0, 4, 8, 16, 32, 64, 128, 192};
    static const uint8_t extras[] = {2, 2, 3, 4, 5, 6, 6, 6};
    uint32_t distance = bases[slot] + bits_take(&z->bits, extras[slot]) + 1;
    push_distance(z, 3, distance);
    return copy(z, distance, 2);
}

static bool
read_copy(struct lz29 *z, uint32_t symbol)
{
    if (symbol >= COPY) {
        uint32_t length = take_length(z, symbol - COPY) + 3, distance = take_distance(z);
        length += (distance >= 0x2000) + (distance >= 0x40000);
        push_distance(z, 3, distance);
        return copy(z, distance, length);
    }
    if (symbol >= SHORT)
        return read_short(z, symbol - SHORT);
    uint32_t which = symbol - LAST_DISTANCE, distance = z->distances[which];
    push_distance(z, which, distance);
    uint32_t slot = huffman_next(&z->length, &z->bits);
    return slot < LENGTHS && copy(z, distance, take_length(z, slot) + 2);
}

/* Bytes of a program, which are bits of the stream. */
static bool
read_program(struct lz29 *z)
{
    uint32_t flags = bits_take(&z->bits, 8), n = (flags & 7) + 1;
    if (n == 7)
        n = bits_take(&z->bits, 8) + 7;
    else if (n == 8)
        n = bits_take(&z->bits, 16);
    z->code.cap = PROGRAM_MOST;
    buf_reset(&z->code);
    for (uint32_t i = 0; i < n && !z->bits.ended; i++)
        buf_char(&z->code, (char)bits_take(&z->bits, 8));
    if (!z->bits.ended)
        rar_program_read(&z->programs, z->window, flags, buf_view(&z->code));
    return !z->bits.ended;
}

static bool
read_symbol(struct lz29 *z, uint32_t symbol)
{
    if (symbol >= MAIN)
        return false;
    if (symbol >= LAST_DISTANCE)
        return read_copy(z, symbol);
    if (symbol == END)
        return end_block(z);
    if (symbol == PROGRAM)
        return read_program(z);
    return !z->last_length || rar_window_copy(z->window, z->last_distance, z->last_length);
}

/* The bits go on behind what the coder of PPMd has read. */
static void
leave_ppmd(struct lz29 *z)
{
    z->bits = (struct bits){.data = z->bits.data, .at = z->ppmd_at + ppmd_place(z->ppmd)};
    z->in_ppmd = false;
}

static bool
read_ppmd_program(struct lz29 *z)
{
    int flags = ppmd_next(z->ppmd), more = 0;
    uint32_t n = (uint32_t)(flags & 7) + 1;
    if (n >= 7 && flags >= 0)
        more = ppmd_next(z->ppmd);
    if (n == 7)
        n = (uint32_t)more + 7;
    else if (n == 8)
        n = (uint32_t)more << 8 | (uint32_t)ppmd_next(z->ppmd);
    z->code.cap = PROGRAM_MOST;
    buf_reset(&z->code);
    for (uint32_t i = 0; i < n && ppmd_is_started(z->ppmd); i++)
        buf_char(&z->code, (char)ppmd_next(z->ppmd));
    if (ppmd_is_started(z->ppmd))
        rar_program_read(&z->programs, z->window, (uint32_t)flags, buf_view(&z->code));
    return ppmd_is_started(z->ppmd);
}

static bool
read_ppmd_copy(struct lz29 *z)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value = value << 8 | (uint8_t)ppmd_next(z->ppmd);
    return ppmd_is_started(z->ppmd) &&
           rar_window_copy(z->window, (value >> 8) + 2, (value & 0xff) + 32);
}

static bool
read_command(struct lz29 *z)
{
    int command = ppmd_next(z->ppmd), run;
    switch (command) {
    case PPMD_BLOCK_END:
        leave_ppmd(z);
        return begin_block(z);
    case PPMD_MEMBER_END:
        leave_ppmd(z);
        z->is_end = true;
        z->has_codes = false;
        return true;
    case PPMD_PROGRAM:
        return read_ppmd_program(z);
    case PPMD_COPY:
        return read_ppmd_copy(z);
    case PPMD_RUN:
        run = ppmd_next(z->ppmd);
        return run >= 0 && rar_window_copy(z->window, 1, (uint32_t)run + 4);
    default:
        if (command >= 0)
            rar_window_put(z->window, (uint8_t)z->escape);
        return command >= 0;
    }
}

/* Until the block ends. */
static bool
read_ppmd(struct lz29 *z)
{
    while (z->in_ppmd && !z->window->is_done) {
        int byte = ppmd_next(z->ppmd);
        if (byte >= 0 && byte != z->escape)
            rar_window_put(z->window, (uint8_t)byte);
        else if (byte < 0 || !read_command(z))
            return false;
    }
    return true;
}

static bool
read_symbols(struct lz29 *z)
{
    struct rar_window *window = z->window;
    while (!z->is_end && !window->is_done) {
        if (z->in_ppmd) {
            if (!read_ppmd(z))
                return false;
            continue;
        }
        uint32_t symbol = huffman_next(&z->main, &z->bits);
        if (z->bits.ended)
            return false;
        if (symbol < 256)
            rar_window_put(window, (uint8_t)symbol);
        else if (!read_symbol(z, symbol) || z->bits.ended)
            return false;
    }
    return true;
}

static void
begin_anew(struct lz29 *z)
{
    memset(z->distances, 0, sizeof z->distances);
    memset(z->lengths, 0, sizeof z->lengths);
    z->last_distance = z->last_length = 0;
    z->programs.count = z->programs.last = 0;
    z->has_codes = z->in_ppmd = false;
    z->escape = ESCAPE;
}

enum decompressed
lz29_read(struct lz29 **ret, struct rar_window *window, str packed, bool is_solid)
{
    if (!*ret)
        *ret = mem_calloc(1, sizeof **ret);
    struct lz29 *z = *ret;
    if (!is_solid)
        begin_anew(z);
    z->bits = (struct bits){.data = packed};
    z->window = window;
    z->is_end = false;
    if (z->in_ppmd) /* its coder ended with the member before */
        z->has_codes = false;
    bool good = (z->has_codes || begin_block(z)) && read_symbols(z);
    return good ? DECOMPRESSED : DECOMPRESSED_BROKEN;
}

void
lz29_free(struct lz29 *z)
{
    if (!z)
        return;
    buf_clear(&z->code);
    ppmd_free(z->ppmd);
    free(z);
}
