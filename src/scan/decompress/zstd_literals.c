/* SPDX-License-Identifier: Apache-2.0 */
/* The literals of zstd's blocks (RFC 8878, 3.1.1.3.1): as they are, one many times, or in a Huffman
 * code whose lengths are weights, packed or not, in one stream or four side by side. */
#include "scan/decompress/zstd.h"

enum {
    RAW,
    RUN,
    PACKED,
    PACKED_AS_BEFORE,
    WEIGHTS_MOST = 255,
    WEIGHTS_LOG = 6,
    STREAMS = 4,
    JUMPS = 6,
};

/* ── the code ── */

/* Weights by two states that take turns, until the bits are used up. */
static bool
unpack_weights(str data, uint8_t *weights, uint32_t *ret_count)
{
    struct zstd_fse fse;
    struct zstd_bits bits;
    size_t used = zstd_fse_read(data, WEIGHTS_MOST + 1, WEIGHTS_LOG, &fse);
    if (!used || !zstd_bits_begin(&bits, str_from(data, used)))
        return false;
    uint32_t count = 0, states[2];
    for (uint32_t i = 0; i < 2; i++)
        states[i] = zstd_bits_take(&bits, fse.log);
    zstd_bits_fill(&bits);
    if (zstd_bits_are_over(&bits))
        return false;
    for (uint32_t turn = 0; count + 2 <= WEIGHTS_MOST; turn ^= 1) {
        weights[count++] = fse.cells[states[turn]].symbol;
        states[turn] = zstd_fse_next(&fse, states[turn], &bits);
        zstd_bits_fill(&bits);
        if (zstd_bits_are_over(&bits)) {
            weights[count++] = fse.cells[states[turn ^ 1]].symbol;
            *ret_count = count;
            return true;
        }
    }
    return false;
}

/* The bytes that were read; 0 for a fault. */
static size_t
read_weights(str data, uint8_t *weights, uint32_t *ret_count)
{
    if (!data.n)
        return 0;
    uint32_t head = (uint8_t)data.p[0];
    size_t n = head < 128 ? head : (head - 126) / 2;
    if (n > data.n - 1)
        return 0;
    if (head < 128)
        return unpack_weights((str){data.p + 1, n}, weights, ret_count) ? n + 1 : 0;
    *ret_count = head - 127;
    for (uint32_t i = 0; i < *ret_count; i++)
        weights[i] = (uint8_t)data.p[1 + i / 2] >> (i % 2 ? 0 : 4) & 15;
    return n + 1;
}

/* The last symbol's weight is what is missing to a power of two. */
static bool
add_last_weight(uint8_t *weights, uint32_t *count, uint32_t *ret_log)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < *count; i++) {
        if (weights[i] > ZSTD_HUFFMAN_LOG)
            return false;
        sum += weights[i] ? 1u << (weights[i] - 1) : 0;
    }
    if (!sum)
        return false;
    uint32_t log = 32 - (uint32_t)__builtin_clz(sum), left = (1u << log) - sum;
    if (log > ZSTD_HUFFMAN_LOG || left & (left - 1))
        return false;
    weights[(*count)++] = (uint8_t)(32 - __builtin_clz(left));
    *ret_log = log;
    return true;
}

static size_t
read_code(struct zstd_huffman *huffman, str data)
{
    uint8_t weights[WEIGHTS_MOST + 1];
    uint32_t count = 0, log = 0, at = 0;
    size_t used = read_weights(data, weights, &count);
    huffman->log = 0;
    if (!used || !add_last_weight(weights, &count, &log))
        return 0;
    for (uint32_t weight = 1; weight <= log; weight++)
        for (uint32_t s = 0; s < count; s++) {
            uint32_t end = weights[s] == weight ? at + (1u << (weight - 1)) : at;
            for (; at < end; at++) {
                huffman->cells[at].symbol = (uint8_t)s;
                huffman->cells[at].bits = (uint8_t)(log + 1 - weight);
            }
        }
    huffman->log = log;
    return used;
}

/* ── the streams ── */

static inline uint8_t
next_literal(const struct zstd_huffman *huffman, struct zstd_bits *bits)
{
    uint64_t ahead = bits->kept << (bits->used & 63) >> (64 - huffman->log);
    bits->used += huffman->cells[ahead].bits;
    return huffman->cells[ahead].symbol;
}

static bool
read_rest(const struct zstd_huffman *huffman, struct zstd_bits *bits, uint8_t *to, uint8_t *end)
{
    while (to < end) {
        zstd_bits_fill(bits);
        if (zstd_bits_are_over(bits))
            return false;
        *to++ = next_literal(huffman, bits);
    }
    zstd_bits_fill(bits);
    return zstd_bits_are_all(bits);
}

/* Side by side, five of each stream, whose bits are together fewer than 57. */
static bool
read_four(const struct zstd_huffman *huffman, const str *streams, uint8_t *to, size_t n)
{
    size_t each = (n + STREAMS - 1) / STREAMS, i = 0;
    if (3 * each > n)
        return false;
    struct zstd_bits a, b, c, d;
    if (!zstd_bits_begin(&a, streams[0]) || !zstd_bits_begin(&b, streams[1]) ||
        !zstd_bits_begin(&c, streams[2]) || !zstd_bits_begin(&d, streams[3]))
        return false;
    uint8_t *to_b = to + each, *to_c = to_b + each, *to_d = to_c + each, *end = to + n;
    for (; i + 5 <= n - 3 * each; i += 5) {
        zstd_bits_fill(&a);
        zstd_bits_fill(&b);
        zstd_bits_fill(&c);
        zstd_bits_fill(&d);
        if (zstd_bits_are_over(&a) || zstd_bits_are_over(&b) || zstd_bits_are_over(&c) ||
            zstd_bits_are_over(&d))
            return false;
        for (uint32_t k = 0; k < 5; k++) {
            to[i + k] = next_literal(huffman, &a);
            to_b[i + k] = next_literal(huffman, &b);
            to_c[i + k] = next_literal(huffman, &c);
            to_d[i + k] = next_literal(huffman, &d);
        }
    }
    return read_rest(huffman, &a, to + i, to_b) && read_rest(huffman, &b, to_b + i, to_c) &&
           read_rest(huffman, &c, to_c + i, to_d) && read_rest(huffman, &d, to_d + i, end);
}

static bool
read_streams(struct zstd *z, str data, bool are_four)
{
    struct zstd_bits bits;
    str streams[STREAMS];
    if (!are_four)
        return zstd_bits_begin(&bits, data) &&
               read_rest(&z->huffman, &bits, z->literals, z->literals + z->literal_count);
    if (data.n < JUMPS)
        return false;
    const uint8_t *jumps = (const uint8_t *)data.p;
    data = str_from(data, JUMPS);
    for (uint32_t i = 0; i + 1 < STREAMS; i++) {
        size_t n = jumps[2 * i] | (size_t)jumps[2 * i + 1] << 8;
        if (n > data.n)
            return false;
        streams[i] = (str){data.p, n};
        data = str_from(data, n);
    }
    streams[STREAMS - 1] = data;
    return read_four(&z->huffman, streams, z->literals, z->literal_count);
}

/* ── the section ── */

/* Sizes: of what comes out, and of what is packed; they share SIZE_BITS each. */
static size_t
read_packed(struct zstd *z, str data, uint32_t type, uint32_t format)
{
    static const uint8_t head_bytes[4] = {3, 3, 4, 5}, size_bits[4] = {10, 10, 14, 18};
    uint64_t head = 0, mask = (1u << size_bits[format]) - 1;
    size_t at = head_bytes[format];
    if (data.n < at)
        return 0;
    for (size_t i = 0; i < at; i++)
        head |= (uint64_t)(uint8_t)data.p[i] << 8 * i;
    size_t made = head >> 4 & mask, packed = head >> (4 + size_bits[format]) & mask;
    if (made > ZSTD_BLOCK || packed > data.n - at)
        return 0;
    str rest = {data.p + at, packed};
    if (type == PACKED) {
        size_t used = read_code(&z->huffman, rest);
        if (!used)
            return 0;
        rest = str_from(rest, used);
    }
    z->literal_count = made;
    return z->huffman.log && read_streams(z, rest, format != 0) ? at + packed : 0;
}

size_t
zstd_literals_read(struct zstd *z, str data)
{
    if (!data.n)
        return 0;
    uint32_t head = (uint8_t)data.p[0], type = head & 3, format = head >> 2 & 3;
    if (type == PACKED || type == PACKED_AS_BEFORE)
        return read_packed(z, data, type, format);
    size_t at = format == 1 ? 2 : format == 3 ? 3 : 1;
    if (data.n < at)
        return 0;
    for (size_t i = 1; i < at; i++)
        head |= (uint32_t)(uint8_t)data.p[i] << 8 * i;
    size_t n = head >> (at == 1 ? 3 : 4), kept = type == RAW ? n : 1;
    if (n > ZSTD_BLOCK || kept > data.n - at)
        return 0;
    if (type == RAW)
        memcpy(z->literals, data.p + at, n);
    else
        memset(z->literals, (uint8_t)data.p[at], n);
    z->literal_count = n;
    return at + kept;
}
