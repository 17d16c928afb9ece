/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/scan/rar_file.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "scan/unpack_rar/filter.h"

void
rar_bits_put(struct rar_bits *bits, uint32_t value, uint32_t count)
{
    for (uint32_t i = count; i--;) {
        bits->kept = bits->kept << 1 | (value >> i & 1);
        if (++bits->count == 8) {
            buf_char(bits->out, (char)bits->kept);
            bits->count = 0;
        }
    }
}

void
rar_bits_end(struct rar_bits *bits)
{
    while (bits->count)
        rar_bits_put(bits, 0, 1);
}

/* Leaves of a tree that grows where chance says: N of them, none deeper than LONGEST. */
static void
make_depths(uint8_t *depths, uint32_t n, uint32_t longest, struct rng *rng)
{
    depths[0] = n == 1;
    for (uint32_t count = 1; count < n;) {
        uint32_t i = (uint32_t)rng_below(rng, count);
        if (depths[i] >= longest)
            continue;
        depths[i]++;
        depths[count++] = depths[i];
    }
}

void
rar_code_make(struct rar_code *code, uint32_t n, uint32_t longest, uint32_t unused, struct rng *rng)
{
    uint8_t depths[RAR_SYMBOLS];
    bool used[RAR_SYMBOLS];
    uint32_t count = 0, next = 0;
    for (uint32_t i = 0; i < n; i++)
        count += used[i] = i == 0 || !unused || rng_below(rng, unused) != 0;
    make_depths(depths, count, longest, rng);
    *code = (struct rar_code){.n = n};
    for (uint32_t i = 0; i < n; i++)
        if (used[i])
            code->lengths[i] = depths[next++];
    uint32_t value = 0;
    for (uint32_t length = 1; length <= longest; length++, value <<= 1)
        for (uint32_t i = 0; i < n; i++)
            if (code->lengths[i] == length)
                code->codes[i] = value++;
}

void
rar_code_put(const struct rar_code *code, struct rar_bits *bits, uint32_t symbol)
{
    require(symbol < code->n && code->lengths[symbol]);
    rar_bits_put(bits, code->codes[symbol], code->lengths[symbol]);
}

uint32_t
rar_code_any(const struct rar_code *code, uint32_t from, uint32_t to, struct rng *rng)
{
    for (unsigned tries = 0; tries < 100; tries++) {
        uint32_t symbol = from + (uint32_t)rng_below(rng, to - from);
        if (code->lengths[symbol])
            return symbol;
    }
    return UINT32_MAX;
}

/* ── filters ── */

static uint32_t
word_at(const struct buf *content, size_t at)
{
    uint32_t value;
    memcpy(&value, content->p + at, 4);
    return value;
}

/* A call's target was made absolute, within 16 MiB. */
static void
undo_call(struct buf *content, size_t at, size_t place)
{
    int64_t span = 1 << 24, here = (int64_t)(place % (size_t)span);
    int64_t target = (int32_t)word_at(content, at), value = target;
    if (target < 0 && target + here >= 0)
        value = target + span;
    else if (target >= 0 && target < span)
        value = target - here;
    uint32_t word = (uint32_t)value;
    memcpy(content->p + at, &word, 4);
}

static void
undo_delta(struct buf *content, const struct rar_made_filter *filter)
{
    char *copy = mem_strndup(content->p + filter->start, filter->n);
    memcpy(copy, content->p + filter->start, filter->n);
    size_t next = 0;
    for (uint32_t channel = 0; channel < filter->channels; channel++)
        for (size_t i = channel; i < filter->n; i += filter->channels) {
            char *to = content->p + filter->start + i;
            char before = i >= filter->channels ? to[-(ptrdiff_t)filter->channels] : 0;
            *to = (char)(before - copy[next++]);
        }
    free(copy);
}

static void
undo_by_reader(struct buf *content, const struct rar_made_filter *filter)
{
    struct rar_filter own = {.kind = filter->kind == MADE_SOUND ? RAR_SOUND : RAR_PICTURE,
                             .length = (uint32_t)filter->n,
                             .channels = filter->channels,
                             .row = filter->row};
    uint8_t *other = mem_calloc(1, filter->n);
    char *p = content->p + filter->start;
    if (rar_filter_undo(&own, 0, (uint8_t *)p, other))
        memcpy(p, other, filter->n);
    free(other);
}

void
rar_made_undo(struct buf *content, size_t member, const struct rar_made_filter *filter)
{
    size_t end = filter->start + filter->n;
    if (filter->kind == MADE_DELTA)
        undo_delta(content, filter);
    if (filter->kind >= MADE_PICTURE)
        undo_by_reader(content, filter);
    for (size_t at = filter->start; filter->kind == MADE_ARM && at + 4 <= end; at += 4) {
        uint32_t word = word_at(content, at);
        uint32_t target = (word & 0xffffff) - (uint32_t)((at - member) / 4);
        if (word >> 24 == 0xeb) {
            word = 0xeb000000 | (target & 0xffffff);
            memcpy(content->p + at, &word, 4);
        }
    }
    bool is_x86 = filter->kind == MADE_CALLS || filter->kind == MADE_JUMPS;
    for (size_t at = filter->start; is_x86 && at + 5 <= end; at++) {
        uint8_t byte = (uint8_t)content->p[at];
        if (byte == 0xe8 || (byte == 0xe9 && filter->kind == MADE_JUMPS)) {
            undo_call(content, at + 1, at + 1 - member);
            at += 4;
        }
    }
}
