/* SPDX-License-Identifier: Apache-2.0 */
/* BCJ for x86 (LZMA SDK, public domain): the four bytes behind E8 and E9 are a target that was made
 * absolute when its greatest byte was 00 or FF. Places of such bytes just before, which may be a
 * target's own bytes, are kept as three bits and decide with it. */
#include "scan/decompress/decompress.h"

enum { ITEM = 5 };

static bool
is_end(uint32_t byte)
{
    return byte == 0 || byte == 0xff;
}

/* Which byte of the target the last place before falls on, by the three bits. */
static const uint8_t byte_of[8] = {0, 1, 2, 2, 3, 3, 3, 3};
static const bool is_allowed[8] = {1, 1, 1, 0, 1, 0, 0, 0};

static uint32_t
relative(uint32_t target, uint32_t next, uint32_t places)
{
    for (;;) {
        uint32_t value = target - next;
        if (!places)
            return value;
        uint32_t shift = byte_of[places] * 8u;
        if (!is_end(value >> (24 - shift) & 255))
            return value;
        target = value ^ ((1u << (32 - shift)) - 1);
    }
}

void
x86_filter_undo(char *p, size_t n)
{
    uint32_t places = 0;
    size_t last = SIZE_MAX; /* where the last such byte was */
    for (size_t i = 0; i + ITEM <= n;) {
        uint8_t *q = (uint8_t *)p + i;
        if ((*q & 0xfe) != 0xe8) {
            i++;
            continue;
        }
        size_t since = i - last;
        places = since > 3 ? 0 : places << (since - 1) & 7;
        last = i;
        bool may = !places || (is_allowed[places] && !is_end(q[4 - byte_of[places]]));
        if (!may || !is_end(q[4])) {
            places = (places << 1 & 7) | 1;
            i++;
            continue;
        }
        uint32_t target = q[1] | (uint32_t)q[2] << 8 | (uint32_t)q[3] << 16 | (uint32_t)q[4] << 24;
        uint32_t value = relative(target, (uint32_t)i + ITEM, places);
        for (unsigned k = 0; k < 3; k++)
            q[1 + k] = (uint8_t)(value >> 8 * k);
        q[4] = value >> 24 & 1 ? 0xff : 0;
        i += ITEM;
    }
}
