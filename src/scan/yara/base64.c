/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/yara/base64.h"

str
base64_form(struct arena *arena, str text, unsigned before, str alphabet)
{
    static const char usual[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *digits = alphabet.n == 64 ? alphabet.p : usual;
    size_t first = before == 0 ? 0 : before + 1, end = (before + text.n) * 8 / 6;
    char *out = arena_alloc(arena, end);
    for (size_t i = first; i < end; i++) {
        /* Character I holds the bits from 6 * I of the whole, 8 * BEFORE of which are not TEXT. */
        size_t bit = 6 * i - 8 * before;
        unsigned pair = (unsigned)(uint8_t)text.p[bit / 8] << 8;
        if (bit / 8 + 1 < text.n)
            pair |= (uint8_t)text.p[bit / 8 + 1];
        out[i - first] = digits[pair >> (10 - bit % 8) & 63];
    }
    return (str){out, end - first};
}
