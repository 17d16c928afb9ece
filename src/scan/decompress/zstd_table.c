/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of finite state entropy (RFC 8878, 4.1): symbols are spread over the cells by a fixed
 * step, as many cells to each as it occurs. */
#include "scan/decompress/zstd.h"

enum { SYMBOLS_MOST = 256, LOG_LEAST = 5 };

bool
zstd_bits_begin(struct zstd_bits *bits, str data)
{
    const uint8_t *p = (const uint8_t *)data.p;
    if (!data.n || !p[data.n - 1])
        return false;
    uint32_t mark = 31 - (uint32_t)__builtin_clz(p[data.n - 1]), lost = 0;
    *bits = (struct zstd_bits){.begin = p, .at = p};
    if (data.n >= 8) {
        bits->at = p + data.n - 8;
        bits->kept = zstd_load(bits->at);
    } else {
        for (size_t i = 0; i < data.n; i++)
            bits->kept |= (uint64_t)p[i] << 8 * i;
        lost = 8 * (8 - (uint32_t)data.n);
    }
    bits->used = lost + 8 - mark;
    return true;
}

void
zstd_fse_make(const int16_t *counts, uint32_t symbols, uint32_t log, struct zstd_fse *ret)
{
    uint32_t size = 1u << log, high = size, at = 0, step = (size >> 1) + (size >> 3) + 3;
    uint16_t next[SYMBOLS_MOST];
    ret->log = log;
    for (uint32_t s = 0; s < symbols; s++) {
        next[s] = (uint16_t)(counts[s] < 0 ? 1 : counts[s]);
        if (counts[s] < 0)
            ret->cells[--high].symbol = (uint8_t)s;
    }
    for (uint32_t s = 0; s < symbols; s++)
        for (int16_t i = 0; i < counts[s]; i++) {
            ret->cells[at].symbol = (uint8_t)s;
            do
                at = (at + step) & (size - 1);
            while (at >= high);
        }
    for (uint32_t i = 0; i < size; i++) {
        struct zstd_cell *cell = &ret->cells[i];
        uint32_t number = next[cell->symbol]++;
        cell->bits = (uint8_t)(log - (31 - (uint32_t)__builtin_clz(number)));
        cell->next = (uint16_t)((number << cell->bits) - size);
    }
}

void
zstd_fse_make_one(uint8_t symbol, struct zstd_fse *ret)
{
    ret->log = 0;
    ret->cells[0] = (struct zstd_cell){.symbol = symbol};
}

/* Bits from the least of the first byte on; zeros behind the end. */
struct forward {
    str data;
    size_t at; /* in bits */
};

static uint32_t
peek(const struct forward *in, uint32_t n)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < 3; i++) {
        size_t at = in->at / 8 + i;
        value |= (at < in->data.n ? (uint32_t)(uint8_t)in->data.p[at] : 0) << 8 * i;
    }
    return value >> in->at % 8 & ((1u << n) - 1);
}

/* A number of at most MOST, the smaller ones in a bit less. */
static uint32_t
take_count(struct forward *in, uint32_t most)
{
    uint32_t bits = 32 - (uint32_t)__builtin_clz(most), half = 1u << (bits - 1);
    uint32_t short_ones = 2 * half - 1 - most, value = peek(in, bits);
    if ((value & (half - 1)) < short_ones) {
        in->at += bits - 1;
        return value & (half - 1);
    }
    in->at += bits;
    return value >= half ? value - short_ones : value;
}

size_t
zstd_fse_read(str data, uint32_t symbols, uint32_t log_most, struct zstd_fse *ret)
{
    struct forward in = {.data = data, .at = 4};
    int16_t counts[SYMBOLS_MOST] = {0};
    uint32_t log = peek(&(struct forward){data, 0}, 4) + LOG_LEAST, s = 0;
    if (!data.n || log > log_most)
        return 0;
    for (uint32_t left = 1u << log; left;) {
        if (s >= symbols)
            return 0;
        uint32_t value = take_count(&in, left + 1);
        left -= value ? value - 1 : 1;
        counts[s++] = (int16_t)((int32_t)value - 1);
        for (uint32_t more = value == 1 ? 3 : 0; more == 3; s += more) {
            more = peek(&in, 2);
            in.at += 2;
            if (s >= symbols)
                return 0;
        }
    }
    size_t used = (in.at + 7) / 8;
    if (s > symbols || used > data.n)
        return 0;
    zstd_fse_make(counts, s, log, ret);
    return used;
}
