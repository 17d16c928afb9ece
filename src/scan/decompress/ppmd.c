/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder: the coder's range, and what to do with symbols in contexts. What the model learns
 * from each byte is in ppmd_model.c. */
#include "scan/decompress/ppmd.h"

#include "base/require.h"
#include "scan/decompress/decompress.h"
#include "scan/decompress/ppmd_model.h"

enum { TOP = 1 << 24, RAR_BOTTOM = 1 << 15 };

struct ppmd *
ppmd_new(void)
{
    struct ppmd *z = mem_calloc(1, sizeof *z);
    return z;
}

void
ppmd_free(struct ppmd *z)
{
    if (z)
        free(z->p);
    free(z);
}

void
ppmd_start(struct ppmd *z, uint32_t order, uint32_t size)
{
    require(order >= PPMD_ORDER_LEAST && order <= PPMD_ORDER_MOST && size >= PPMD_SIZE_LEAST);
    if (z->size != size) {
        free(z->p);
        z->begin = 4 - (size & 3);
        /* Pages that nothing is written to cost nothing. An archive asks for so much, so that there
         * may be no room for it. */
        z->p = calloc(1, (size_t)z->begin + size + PPMD_UNIT);
        z->size = z->p ? size : 0;
    }
    if (!z->p)
        return;
    z->order = order;
    z->is_broken = false;
    ppmd_model_start(z);
}

bool
ppmd_is_started(const struct ppmd *z)
{
    return z->size && !z->is_broken;
}

/* ── the coder ── */

static uint32_t
take_byte(struct ppmd *z)
{
    uint32_t byte = z->at < z->data.n ? (uint8_t)z->data.p[z->at] : 0;
    z->at++;
    return byte;
}

bool
ppmd_begin(struct ppmd *z, enum ppmd_coder coder, str data)
{
    z->data = data;
    z->at = 0;
    z->coder = coder;
    z->low = z->code = 0;
    z->range = UINT32_MAX;
    if (coder == PPMD_7Z && take_byte(z))
        return false;
    for (unsigned i = 0; i < 4; i++)
        z->code = z->code << 8 | take_byte(z);
    return z->code < UINT32_MAX && z->at <= data.n;
}

size_t
ppmd_place(const struct ppmd *z)
{
    return z->at < z->data.n ? z->at : z->data.n;
}

/* RAR's coder gives up range where a carry might come; 7z's carries. */
static void
normalize(struct ppmd *z)
{
    for (;;) {
        if ((z->low ^ (z->low + z->range)) >= TOP) {
            if (z->coder == PPMD_7Z || z->range >= RAR_BOTTOM)
                return;
            z->range = -z->low & (RAR_BOTTOM - 1);
        }
        z->code = z->code << 8 | take_byte(z);
        z->range <<= 8;
        z->low <<= 8;
    }
}

/* Where in TOTAL the code is; TOTAL or more when it is nowhere. */
static uint32_t
threshold(struct ppmd *z, uint32_t total)
{
    z->range = total ? z->range / total : 0;
    return z->range ? (z->code - z->low) / z->range : total;
}

static void
take_range(struct ppmd *z, uint32_t begin, uint32_t n)
{
    if (z->coder == PPMD_RAR)
        z->low += begin * z->range;
    else
        z->code -= begin * z->range;
    z->range *= n;
    normalize(z);
}

static bool
take_bit(struct ppmd *z, uint32_t zero)
{
    bool is_one;
    if (z->coder == PPMD_RAR) {
        is_one = threshold(z, PPMD_BIN_SCALE) >= zero;
        take_range(z, is_one ? zero : 0, is_one ? PPMD_BIN_SCALE - zero : zero);
        return is_one;
    }
    uint32_t bound = (z->range >> 14) * zero;
    is_one = z->code >= bound;
    z->code -= is_one ? bound : 0;
    z->range = is_one ? z->range - bound : bound;
    normalize(z);
    return is_one;
}

/* ── symbols ── */

/* Symbols of longer contexts, which did not come. */
static void
mask(struct ppmd *z, uint8_t symbol)
{
    z->marks[symbol] = z->mark;
}

static bool
is_masked(const struct ppmd *z, uint8_t symbol)
{
    return z->marks[symbol] == z->mark;
}

/* Of a context with one symbol; -1 for none of it. */
static int
next_of_one(struct ppmd *z)
{
    uint32_t state = ppmd_one(z->min);
    uint8_t symbol = z->p[state];
    uint16_t *zero = ppmd_bin(z);
    uint32_t mean = (*zero + 32u) >> 7;
    bool is_other = take_bit(z, *zero);
    *zero = (uint16_t)(*zero - mean + (is_other ? 0 : 128));
    if (!is_other) {
        z->found = state;
        ppmd_found_one(z);
        return symbol;
    }
    ppmd_escape_one(z, *zero);
    mask(z, symbol);
    return -1;
}

/* Of a context with several; -1 for none of it, or PPMD_BROKEN. */
static int
next_of_several(struct ppmd *z)
{
    uint32_t sum = ppmd_sum(z, z->min), count = ppmd_count(z, z->min);
    uint32_t where = threshold(z, sum), state = ppmd_states(z, z->min), before = 0;
    if (where >= sum)
        return PPMD_BROKEN;
    for (uint32_t i = 0; i < count; i++, state += PPMD_STATE) {
        uint32_t n = z->p[state + 1];
        if (where < before + n) {
            uint8_t symbol = z->p[state];
            take_range(z, before, n);
            z->found = state;
            ppmd_found_several(z, i == 0);
            return symbol;
        }
        mask(z, z->p[state]);
        before += n;
    }
    ppmd_escape_several(z);
    take_range(z, before, sum - before);
    return -1;
}

/* Of a shorter context, those of the longer ones left out; -1 for none of it, or PPMD_BROKEN. */
static int
next_of_rest(struct ppmd *z, uint32_t masked_count)
{
    uint32_t count = ppmd_count(z, z->min), states = ppmd_states(z, z->min), all = 0, before = 0;
    for (uint32_t i = 0, state = states; i < count; i++, state += PPMD_STATE)
        all += is_masked(z, z->p[state]) ? 0 : z->p[state + 1];
    uint32_t escape;
    struct ppmd_see *see = ppmd_see_of(z, masked_count, &escape);
    uint32_t total = all + escape, where = threshold(z, total);
    if (where >= total)
        return PPMD_BROKEN;
    for (uint32_t i = 0, state = states; i < count; i++, state += PPMD_STATE) {
        uint8_t symbol = z->p[state];
        uint32_t n = is_masked(z, symbol) ? 0 : z->p[state + 1];
        if (where >= before + n) {
            before += n;
            continue;
        }
        take_range(z, before, n);
        ppmd_see_hit(see);
        z->found = state;
        ppmd_found_rest(z);
        return symbol;
    }
    take_range(z, all, escape);
    see->sum = (uint16_t)(see->sum + total);
    for (uint32_t i = 0, state = states; i < count; i++, state += PPMD_STATE)
        mask(z, z->p[state]);
    return -1;
}

static int
next_symbol(struct ppmd *z)
{
    if (!++z->mark) {
        memset(z->marks, 0, sizeof z->marks);
        z->mark = 1;
    }
    int symbol = ppmd_count(z, z->min) == 1 ? next_of_one(z) : next_of_several(z);
    while (symbol == -1) {
        uint32_t masked_count = ppmd_count(z, z->min);
        do {
            z->order_fall++;
            if (!ppmd_suffix(z, z->min))
                return PPMD_ENDED;
            z->min = ppmd_suffix(z, z->min);
        } while (ppmd_count(z, z->min) == masked_count);
        if (ppmd_count(z, z->min) < masked_count)
            return PPMD_BROKEN;
        symbol = next_of_rest(z, masked_count);
    }
    return symbol;
}

int
ppmd_next(struct ppmd *z)
{
    if (!ppmd_is_started(z))
        return PPMD_BROKEN;
    int symbol = next_symbol(z);
    if (z->at > z->data.n)
        symbol = PPMD_BROKEN;
    z->is_broken |= symbol < 0;
    return symbol;
}

enum decompressed
ppmd_decompress(str data, uint32_t order, uint32_t memory, uint64_t size, struct buf *out)
{
    if (order < PPMD_ORDER_LEAST || order > PPMD_ORDER_MOST || memory < PPMD_SIZE_LEAST ||
        memory > PPMD_SIZE_MOST)
        return DECOMPRESSED_BROKEN;
    struct ppmd *z = ppmd_new();
    enum decompressed how = DECOMPRESSED;
    ppmd_start(z, order, memory);
    if (!ppmd_begin(z, PPMD_7Z, data))
        how = DECOMPRESSED_BROKEN;
    for (; size && how == DECOMPRESSED; size--) {
        int byte = ppmd_next(z);
        if (byte < 0)
            how = DECOMPRESSED_BROKEN;
        else
            buf_char(out, (char)byte);
        if (out->full)
            how = DECOMPRESSED_CUT;
    }
    ppmd_free(z);
    return how;
}
