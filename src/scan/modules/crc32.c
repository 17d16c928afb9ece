/* SPDX-License-Identifier: Apache-2.0 */
/* Eight bytes a step ("slicing-by-8", Kounavis and Berry, 2005). The tables are made for each call,
 * which costs a few microseconds; a short content needs the first alone. */
#include "scan/modules/crc32.h"

enum { SLICES = 8, LONG_CONTENT = 4096 };

typedef uint32_t table[256];

/* What each byte does to an empty register: by its bits, the lowest order last. */
static void
make_first(table t)
{
    t[0] = 0;
    uint32_t value = 1;
    for (unsigned bit = 128; bit; bit >>= 1) {
        value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0);
        for (unsigned i = 0; i < 256; i += 2 * bit)
            t[i + bit] = t[i] ^ value;
    }
}

static uint32_t
add_bytes(const table t, uint32_t crc, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        crc = crc >> 8 ^ t[(crc ^ p[i]) & 255];
    return crc;
}

static uint32_t
word(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* N is a multiple of SLICES. */
static uint32_t
add_slices(const table *t, uint32_t crc, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += SLICES) {
        uint32_t low = crc ^ word(p + i), high = word(p + i + 4);
        crc = t[7][low & 255] ^ t[6][low >> 8 & 255] ^ t[5][low >> 16 & 255] ^ t[4][low >> 24] ^
              t[3][high & 255] ^ t[2][high >> 8 & 255] ^ t[1][high >> 16 & 255] ^ t[0][high >> 24];
    }
    return crc;
}

uint32_t
crc32_of(str content)
{
    table t[SLICES];
    const uint8_t *p = (const uint8_t *)content.p;
    uint32_t crc = UINT32_MAX;
    size_t sliced = 0;
    make_first(t[0]);
    if (content.n >= LONG_CONTENT) {
        for (size_t slice = 1; slice < SLICES; slice++)
            for (size_t i = 0; i < 256; i++)
                t[slice][i] = t[slice - 1][i] >> 8 ^ t[0][t[slice - 1][i] & 255];
        sliced = content.n - content.n % SLICES;
        crc = add_slices((const table *)t, crc, p, sliced);
    }
    return ~add_bytes(t[0], crc, p + sliced, content.n - sliced);
}
