/* SPDX-License-Identifier: Apache-2.0 */
/* Each window of five bytes counts six of its triplets in buckets, chosen by Pearson's hash. The
 * digest says for each bucket in which quarter of all buckets it lies. */
#include "scan/modules/tlsh.h"

#include <math.h>
#include <stdlib.h>

enum { BUCKETS = 128, SHORTEST = 50 };

/* Pearson, "Fast Hashing of Variable-Length Text Strings", 1990, table I. */
static const uint8_t pearson[256] = {
    1,   87,  49,  12,  176, 178, 102, 166, 121, 193, 6,   84,  249, 230, 44,  163, 14,  197, 213,
    181, 161, 85,  218, 80,  64,  239, 24,  226, 236, 142, 38,  200, 110, 177, 104, 103, 141, 253,
    255, 50,  77,  101, 81,  18,  45,  96,  31,  222, 25,  107, 190, 70,  86,  237, 240, 34,  72,
    242, 20,  214, 244, 227, 149, 235, 97,  234, 57,  22,  60,  250, 82,  175, 208, 5,   127, 199,
    111, 62,  135, 248, 174, 169, 211, 58,  66,  154, 106, 195, 245, 171, 17,  187, 182, 179, 0,
    243, 132, 56,  148, 75,  128, 133, 158, 100, 130, 126, 91,  13,  153, 246, 216, 219, 119, 68,
    223, 78,  83,  88,  201, 99,  122, 11,  92,  32,  136, 114, 52,  10,  138, 30,  48,  183, 156,
    35,  61,  26,  143, 74,  251, 94,  129, 162, 63,  152, 170, 7,   115, 167, 241, 206, 3,   150,
    55,  59,  151, 220, 90,  53,  23,  131, 125, 173, 15,  238, 79,  95,  89,  16,  105, 137, 225,
    224, 217, 160, 37,  123, 118, 73,  2,   157, 46,  116, 9,   145, 134, 228, 207, 212, 202, 215,
    69,  229, 27,  188, 67,  124, 168, 252, 42,  4,   29,  108, 21,  247, 19,  205, 39,  203, 233,
    40,  186, 147, 198, 192, 155, 33,  164, 191, 98,  204, 165, 180, 117, 76,  140, 36,  210, 172,
    41,  54,  159, 8,   185, 232, 113, 196, 231, 47,  146, 120, 51,  65,  28,  144, 254, 221, 93,
    189, 194, 139, 112, 43,  71,  109, 184, 209,
};

static uint8_t
mix(uint8_t salt, uint8_t a, uint8_t b, uint8_t c)
{
    return pearson[pearson[pearson[pearson[salt] ^ a] ^ b] ^ c];
}

/* C is the newest byte, W[0] the one before it. The salts are primes, one a triplet. */
static void
count_triplets(struct tlsh *tlsh, uint8_t c, const uint8_t *w)
{
    tlsh->checksum = mix(0, c, w[0], tlsh->checksum);
    tlsh->buckets[mix(2, c, w[0], w[1])]++;
    tlsh->buckets[mix(3, c, w[0], w[2])]++;
    tlsh->buckets[mix(5, c, w[1], w[2])]++;
    tlsh->buckets[mix(7, c, w[1], w[3])]++;
    tlsh->buckets[mix(11, c, w[0], w[3])]++;
    tlsh->buckets[mix(13, c, w[2], w[3])]++;
}

void
tlsh_add(struct tlsh *tlsh, str piece)
{
    uint8_t *w = tlsh->window;
    for (size_t i = 0; i < piece.n; i++) {
        uint8_t c = (uint8_t)piece.p[i];
        if (tlsh->size >= sizeof tlsh->window)
            count_triplets(tlsh, c, w);
        tlsh->size++;
        w[3] = w[2], w[2] = w[1], w[1] = w[0], w[0] = c;
    }
}

static int
compare_counts(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The logarithm of the size, in finer steps for larger ones. It is taken in a float, as all digests
 * that were ever published have it. */
static uint8_t
size_value(uint64_t size)
{
    double logarithm = (float)log((float)size);
    if (size <= 656)
        return (uint8_t)(logarithm / 0.4054651);
    if (size <= 3199)
        return (uint8_t)(logarithm / 0.26236426 - 8.72777);
    return (uint8_t)(logarithm / 0.095310180 - 62.5472);
}

static uint8_t
swap_digits(unsigned byte)
{
    return (uint8_t)((byte & 15) << 4 | byte >> 4);
}

static unsigned
quarter(uint32_t count, const uint32_t *quartiles)
{
    return (count > quartiles[0]) + (count > quartiles[1]) + (count > quartiles[2]);
}

static unsigned
ratio(uint32_t part, uint32_t whole)
{
    return (unsigned)((float)(part * 100) / (float)whole) % 16;
}

/* Writes the digest's 35 bytes; false when there is none. */
static bool
finish(const struct tlsh *tlsh, uint8_t *out)
{
    uint32_t sorted[BUCKETS];
    memcpy(sorted, tlsh->buckets, sizeof sorted);
    qsort(sorted, BUCKETS, sizeof sorted[0], compare_counts);
    const uint32_t quartiles[3] = {
        sorted[BUCKETS / 4 - 1],
        sorted[BUCKETS / 2 - 1],
        sorted[BUCKETS - BUCKETS / 4 - 1],
    };
    /* Half of the buckets or more are empty. */
    if (tlsh->size < SHORTEST || sorted[BUCKETS / 2 - 1] == 0)
        return false;
    out[0] = swap_digits(tlsh->checksum);
    out[1] = swap_digits(size_value(tlsh->size));
    out[2] = (uint8_t)(ratio(quartiles[0], quartiles[2]) << 4 | ratio(quartiles[1], quartiles[2]));
    for (size_t i = 0; i < BUCKETS / 4; i++) {
        const uint32_t *counts = tlsh->buckets + BUCKETS - 4 * (i + 1);
        unsigned code = 0;
        for (unsigned j = 0; j < 4; j++)
            code |= quarter(counts[j], quartiles) << 2 * j;
        out[3 + i] = (uint8_t)code;
    }
    return true;
}

char *
tlsh_format(const struct tlsh *tlsh, char out[TLSH_TEXT])
{
    uint8_t digest[3 + BUCKETS / 4];
    char *end = out;
    if (finish(tlsh, digest)) {
        *end++ = 'T';
        *end++ = '1';
        for (size_t i = 0; i < sizeof digest; i++) {
            *end++ = "0123456789ABCDEF"[digest[i] >> 4];
            *end++ = "0123456789ABCDEF"[digest[i] & 15];
        }
    }
    *end = 0;
    return out;
}
