/* SPDX-License-Identifier: Apache-2.0 */
/* 64 bytes of text at a time as bit masks (bit i stands for byte i), for scanners that jump from
 * one interesting byte to the next. SSE2 where the machine has it, AVX2 in functions marked
 * BLOCK64_FAST after block64_has_fast() said yes, plain C elsewhere: all give the same masks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct block64 {
    uint64_t quote;     /* '"' */
    uint64_t separator; /* the byte asked for */
    uint64_t newline;   /* LF */
    uint64_t control;   /* below 0x20: LF, CR and tab are among them */
};

/* Bit i is the parity of the bits 0 to i of X: turns quotes into what lies between them. */
static inline uint64_t
block64_parity(uint64_t x)
{
    x ^= x << 1;
    x ^= x << 2;
    x ^= x << 4;
    x ^= x << 8;
    x ^= x << 16;
    x ^= x << 32;
    return x;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define BLOCK64_FAST __attribute__((target("avx2,bmi,popcnt")))

static inline bool
block64_has_fast(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("popcnt");
}

static inline __attribute__((always_inline)) uint64_t
block64_equal(__m128i a, __m128i b, __m128i c, __m128i d, __m128i wanted)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(a, wanted)) |
           (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(b, wanted)) << 16 |
           (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(c, wanted)) << 32 |
           (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(d, wanted)) << 48;
}

static inline __attribute__((always_inline)) void
block64_scan(const char *p, char separator, struct block64 *out)
{
    const __m128i *from = (const __m128i *)(const void *)p;
    __m128i a = _mm_loadu_si128(from), b = _mm_loadu_si128(from + 1);
    __m128i c = _mm_loadu_si128(from + 2), d = _mm_loadu_si128(from + 3);
    out->quote = block64_equal(a, b, c, d, _mm_set1_epi8('"'));
    out->separator = block64_equal(a, b, c, d, _mm_set1_epi8(separator));
    out->newline = block64_equal(a, b, c, d, _mm_set1_epi8('\n'));
    __m128i top = _mm_set1_epi8(0x1f); /* what is at most this becomes zero */
    out->control = block64_equal(_mm_subs_epu8(a, top), _mm_subs_epu8(b, top),
                                 _mm_subs_epu8(c, top), _mm_subs_epu8(d, top), _mm_setzero_si128());
}

BLOCK64_FAST static inline void
block64_scan_fast(const char *p, char separator, struct block64 *out)
{
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
#define BLOCK64_PAIR(x, y)                                                                         \
    ((uint64_t)(uint32_t)_mm256_movemask_epi8(x) | (uint64_t)(uint32_t)_mm256_movemask_epi8(y)     \
                                                       << 32)
#define BLOCK64_EQUAL(byte)                                                                        \
    BLOCK64_PAIR(_mm256_cmpeq_epi8(a, _mm256_set1_epi8(byte)),                                     \
                 _mm256_cmpeq_epi8(b, _mm256_set1_epi8(byte)))
    out->quote = BLOCK64_EQUAL('"');
    out->separator = BLOCK64_EQUAL(separator);
    out->newline = BLOCK64_EQUAL('\n');
    __m256i top = _mm256_set1_epi8(0x1f);
    out->control = BLOCK64_PAIR(_mm256_cmpeq_epi8(_mm256_max_epu8(a, top), top),
                                _mm256_cmpeq_epi8(_mm256_max_epu8(b, top), top));
#undef BLOCK64_EQUAL
#undef BLOCK64_PAIR
}

#else

#define BLOCK64_FAST

static inline bool
block64_has_fast(void)
{
    return false;
}

static inline void
block64_scan(const char *p, char separator, struct block64 *out)
{
    *out = (struct block64){0};
    for (int i = 0; i < 64; i++) {
        uint64_t bit = UINT64_C(1) << i;
        out->quote |= p[i] == '"' ? bit : 0;
        out->separator |= p[i] == separator ? bit : 0;
        out->newline |= p[i] == '\n' ? bit : 0;
        out->control |= (unsigned char)p[i] < 0x20 ? bit : 0;
    }
}

static inline void
block64_scan_fast(const char *p, char separator, struct block64 *out)
{
    block64_scan(p, separator, out);
}

#endif
