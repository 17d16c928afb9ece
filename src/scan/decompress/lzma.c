/* SPDX-License-Identifier: Apache-2.0 */
/* LZMA and LZMA2. The output is the dictionary: a copy may come from anywhere behind `base`. Each
 * decision is a bit whose probability is learned; a state of the last items and the place modulo a
 * power of two choose among the probabilities. */
#include "scan/decompress/decompress.h"

#include "base/require.h"

enum {
    STATES = 12,
    PLACES = 16,
    HALF = 1024, /* of 2048: what a probability is at first */
    SLOTS = 64,
    NEAR_SLOTS = 14,
    NEAR = 1 + 128 - NEAR_SLOTS,
    ALIGN_BITS = 4,
    LENGTH_LEAST = 2,
    LITERAL = 0x300,
    STEP = 1 << 20,
    CHUNK_LC_LP = 4, /* of LZMA2: the most of both */
};
#define RANGE_LEAST (UINT32_C(1) << 24)

typedef uint16_t chance;

struct lengths {
    chance is_long, is_longest, low[PLACES][8], middle[PLACES][8], high[256];
};
struct chances {
    chance is_copy[STATES][PLACES], is_old[STATES], is_old_1[STATES], is_old_2[STATES],
        is_old_3[STATES], is_old_long[STATES][PLACES];
    chance slot[4][SLOTS], near[NEAR], align[1 << ALIGN_BITS];
    struct lengths length, old_length;
};
struct lzma {
    const uint8_t *in, *in_end;
    uint32_t range, code;
    bool ended; /* more was asked for than there is */
    uint32_t lc, lp_mask, pb_mask;
    uint32_t state, distance[4];
    struct buf *out;
    size_t base, at, room; /* positions in OUT: of the dictionary, of the next byte, of the end */
    struct chances chances;
    chance *literals;
};

bool
lzma_parameters_read(uint32_t byte, struct lzma_parameters *ret)
{
    if (byte >= 9 * 5 * 5)
        return false;
    *ret = (struct lzma_parameters){byte % 9, byte / 9 % 5, byte / 45};
    return true;
}

static void
set_all(chance *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = HALF;
}

static void
reset_state(struct lzma *z, struct lzma_parameters p)
{
    z->lc = p.lc;
    z->lp_mask = (1u << p.lp) - 1;
    z->pb_mask = (1u << p.pb) - 1;
    z->state = 0;
    memset(z->distance, 0, sizeof z->distance);
    set_all((chance *)&z->chances, sizeof z->chances / sizeof(chance));
    set_all(z->literals, (size_t)LITERAL << (p.lc + p.lp));
}

/* ── the range coder ── */

static inline uint32_t
next_byte(struct lzma *z)
{
    if (z->in < z->in_end)
        return *z->in++;
    z->ended = true;
    return 0;
}

/* False when the first byte is not 0, as it must be. */
static bool
begin_range(struct lzma *z)
{
    bool good = next_byte(z) == 0;
    z->range = UINT32_MAX;
    z->code = 0;
    for (unsigned i = 0; i < 4; i++)
        z->code = z->code << 8 | next_byte(z);
    return good && !z->ended;
}

static inline void
normalise(struct lzma *z)
{
    if (z->range < RANGE_LEAST) {
        z->range <<= 8;
        z->code = z->code << 8 | next_byte(z);
    }
}

static inline uint32_t
next_bit(struct lzma *z, chance *p)
{
    normalise(z);
    uint32_t bound = (z->range >> 11) * *p;
    if (z->code < bound) {
        z->range = bound;
        *p = (chance)(*p + ((2048 - *p) >> 5));
        return 0;
    }
    z->range -= bound;
    z->code -= bound;
    *p = (chance)(*p - (*p >> 5));
    return 1;
}

static uint32_t
next_direct(struct lzma *z, uint32_t bits)
{
    uint32_t value = 0;
    for (; bits; bits--) {
        normalise(z);
        z->range >>= 1;
        uint32_t bit = z->code >= z->range;
        z->code -= bit ? z->range : 0;
        value = value << 1 | bit;
    }
    return value;
}

static inline uint32_t
next_tree(struct lzma *z, chance *p, uint32_t bits)
{
    uint32_t m = 1;
    for (uint32_t i = 0; i < bits; i++)
        m = m << 1 | next_bit(z, p + m);
    return m - (1u << bits);
}

/* The least bit first. */
static uint32_t
next_tree_back(struct lzma *z, chance *p, uint32_t bits)
{
    uint32_t m = 1, value = 0;
    for (uint32_t i = 0; i < bits; i++) {
        uint32_t bit = next_bit(z, p + m);
        m = m << 1 | bit;
        value |= bit << i;
    }
    return value;
}

/* ── items ── */

static uint32_t
next_length(struct lzma *z, struct lengths *lengths, uint32_t place)
{
    if (!next_bit(z, &lengths->is_long))
        return LENGTH_LEAST + next_tree(z, lengths->low[place], 3);
    if (!next_bit(z, &lengths->is_longest))
        return LENGTH_LEAST + 8 + next_tree(z, lengths->middle[place], 3);
    return LENGTH_LEAST + 16 + next_tree(z, lengths->high, 8);
}

static uint32_t
next_distance(struct lzma *z, uint32_t length)
{
    uint32_t row = length - LENGTH_LEAST < 3 ? length - LENGTH_LEAST : 3;
    uint32_t slot = next_tree(z, z->chances.slot[row], 6);
    if (slot < 4)
        return slot;
    uint32_t bits = (slot >> 1) - 1, distance = (2 | (slot & 1)) << bits;
    if (slot < NEAR_SLOTS)
        return distance + next_tree_back(z, z->chances.near + distance - slot, bits);
    distance += next_direct(z, bits - ALIGN_BITS) << ALIGN_BITS;
    return distance + next_tree_back(z, z->chances.align, ALIGN_BITS);
}

static inline void
next_literal(struct lzma *z)
{
    uint8_t *p = (uint8_t *)z->out->p;
    size_t made = z->at - z->base;
    uint32_t before = made ? p[z->at - 1] : 0, symbol = 1;
    size_t row = (((uint32_t)made & z->lp_mask) << z->lc) + (before >> (8 - z->lc));
    chance *chances = z->literals + LITERAL * row;
    if (z->state >= 7 && z->distance[0] < made) {
        uint32_t match = p[z->at - z->distance[0] - 1];
        do {
            uint32_t match_bit = match >> 7 & 1;
            match <<= 1;
            uint32_t bit = next_bit(z, chances + ((1 + match_bit) << 8) + symbol);
            symbol = symbol << 1 | bit;
            if (match_bit != bit)
                break;
        } while (symbol < 0x100);
    }
    while (symbol < 0x100)
        symbol = symbol << 1 | next_bit(z, chances + symbol);
    p[z->at++] = (uint8_t)symbol;
    z->state = z->state < 4 ? 0 : z->state < 10 ? z->state - 3 : z->state - 6;
}

/* One of the last four distances becomes the last; returns the length, 1 for the short one. */
static uint32_t
next_old_copy(struct lzma *z, uint32_t place)
{
    struct chances *c = &z->chances;
    uint32_t state = z->state, which = 0;
    if (!next_bit(z, &c->is_old_1[state])) {
        if (!next_bit(z, &c->is_old_long[state][place])) {
            z->state = state < 7 ? 9 : 11;
            return 1;
        }
    } else {
        which = !next_bit(z, &c->is_old_2[state]) ? 1 : 2 + next_bit(z, &c->is_old_3[state]);
    }
    uint32_t distance = z->distance[which];
    for (; which; which--)
        z->distance[which] = z->distance[which - 1];
    z->distance[0] = distance;
    z->state = state < 7 ? 8 : 11;
    return next_length(z, &c->old_length, place);
}

/* The length of a copy; 0 at the end mark. */
static uint32_t
next_copy(struct lzma *z, uint32_t place)
{
    if (next_bit(z, &z->chances.is_old[z->state]))
        return next_old_copy(z, place);
    memmove(z->distance + 1, z->distance, 3 * sizeof *z->distance);
    z->state = z->state < 7 ? 7 : 10;
    uint32_t length = next_length(z, &z->chances.length, place);
    z->distance[0] = next_distance(z, length);
    return z->distance[0] == UINT32_MAX ? 0 : length;
}

static void
copy(char *to, size_t distance, size_t n)
{
    if (distance >= n) {
        memcpy(to, to - distance, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = to[(ptrdiff_t)i - (ptrdiff_t)distance];
}

/* Makes room in OUT beyond `at`; false when the cap is met. */
static bool
extend(struct lzma *z, size_t until)
{
    size_t most = until < z->out->cap ? until : z->out->cap;
    size_t more = most - z->room < STEP ? most - z->room : STEP;
    if (!more)
        return false;
    buf_space(z->out, more);
    z->room += more;
    return true;
}

/* Items until OUT holds UNTIL bytes, or to the end mark. */
static enum decompressed
decode(struct lzma *z, size_t until)
{
    while (z->at < until) {
        if (z->at >= z->room && !extend(z, until))
            return DECOMPRESSED_CUT;
        uint32_t place = (uint32_t)(z->at - z->base) & z->pb_mask;
        if (!next_bit(z, &z->chances.is_copy[z->state][place])) {
            if (z->ended)
                return DECOMPRESSED_BROKEN;
            next_literal(z);
            continue;
        }
        size_t n = next_copy(z, place), distance = (size_t)z->distance[0] + 1;
        if (!n)
            return until == SIZE_MAX ? DECOMPRESSED : DECOMPRESSED_BROKEN;
        if (z->ended || distance > z->at - z->base)
            return DECOMPRESSED_BROKEN;
        while (n) {
            if (z->at >= z->room && !extend(z, until))
                return z->at == until ? DECOMPRESSED_BROKEN : DECOMPRESSED_CUT;
            size_t piece = n < z->room - z->at ? n : z->room - z->at;
            copy(z->out->p + z->at, distance, piece);
            z->at += piece;
            n -= piece;
        }
    }
    return DECOMPRESSED;
}

static void
lzma_begin(struct lzma *z, str data, struct buf *out)
{
    *z = (struct lzma){.in = (const uint8_t *)data.p,
                       .in_end = (const uint8_t *)data.p + data.n,
                       .out = out,
                       .base = out->n,
                       .at = out->n,
                       .room = out->n};
}

static void
lzma_end(struct lzma *z, str data, size_t *ret_used)
{
    z->out->n = z->at;
    if (z->out->p)
        z->out->p[z->at] = 0;
    if (ret_used)
        *ret_used = (size_t)((const char *)z->in - data.p);
    free(z->literals);
    free(z);
}

enum decompressed
lzma_decompress(str data, struct lzma_parameters p, uint64_t size, struct buf *out,
                size_t *ret_used)
{
    if (p.lc > 8 || p.lp > 4 || p.pb > 4 || !data.n)
        return DECOMPRESSED_BROKEN;
    struct lzma *z = mem_alloc(sizeof *z);
    lzma_begin(z, data, out);
    z->literals = mem_alloc(((size_t)LITERAL << (p.lc + p.lp)) * sizeof(chance));
    reset_state(z, p);
    size_t until = size < SIZE_MAX - out->n ? out->n + (size_t)size : SIZE_MAX;
    enum decompressed how = begin_range(z) ? decode(z, until) : DECOMPRESSED_BROKEN;
    if (how == DECOMPRESSED)
        normalise(z);
    lzma_end(z, data, ret_used);
    return how;
}

/* ── LZMA2 ── */

/* As it is; a control byte of 1 forgets the dictionary. */
static enum decompressed
copy_chunk(struct lzma *z, uint32_t n)
{
    while (n && z->in < z->in_end) {
        if (z->at >= z->room && !extend(z, z->at + n))
            return DECOMPRESSED_CUT;
        size_t piece = n, left = (size_t)(z->in_end - z->in);
        piece = piece < left ? piece : left;
        piece = piece < z->room - z->at ? piece : z->room - z->at;
        memcpy(z->out->p + z->at, z->in, piece);
        z->at += piece;
        z->in += piece;
        n -= (uint32_t)piece;
    }
    return n ? DECOMPRESSED_BROKEN : DECOMPRESSED;
}

/* CONTROL: bits 5 and 6 say what begins anew, the state, its parameters, the dictionary. */
static enum decompressed
packed_chunk(struct lzma *z, uint32_t control, struct lzma_parameters *p)
{
    uint32_t size = (control & 31) << 16, packed, reset = control >> 5 & 3;
    size += next_byte(z) << 8;
    size += next_byte(z) + 1;
    packed = next_byte(z) << 8;
    packed += next_byte(z) + 1;
    if (reset >= 2 && (!lzma_parameters_read(next_byte(z), p) || p->lc + p->lp > CHUNK_LC_LP))
        return DECOMPRESSED_BROKEN;
    if (reset == 3)
        z->base = z->at;
    if (reset)
        reset_state(z, *p);
    const uint8_t *end = z->in_end;
    bool whole = packed <= (size_t)(end - z->in);
    if (whole)
        z->in_end = z->in + packed;
    const uint8_t *next = z->in_end;
    enum decompressed how = begin_range(z) ? decode(z, z->at + size) : DECOMPRESSED_BROKEN;
    z->in = next;
    z->in_end = end;
    return z->ended ? DECOMPRESSED_BROKEN : how;
}

enum decompressed
lzma2_decompress(str data, struct buf *out, size_t *ret_used)
{
    struct lzma *z = mem_alloc(sizeof *z);
    lzma_begin(z, data, out);
    z->literals = mem_alloc(((size_t)LITERAL << CHUNK_LC_LP) * sizeof(chance));
    struct lzma_parameters p = {3, 0, 2};
    reset_state(z, p);
    enum decompressed how = DECOMPRESSED;
    while (how == DECOMPRESSED) {
        uint32_t control = next_byte(z);
        if (!control || z->ended) {
            how = z->ended ? DECOMPRESSED_BROKEN : DECOMPRESSED;
            break;
        }
        if (control >= 0x80) {
            how = packed_chunk(z, control, &p);
        } else if (control <= 2) {
            uint32_t n = next_byte(z) << 8;
            n += next_byte(z) + 1;
            z->base = control == 1 ? z->at : z->base;
            how = copy_chunk(z, n);
        } else {
            how = DECOMPRESSED_BROKEN;
        }
    }
    lzma_end(z, data, ret_used);
    return how;
}
