/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks_formats/text16.h"

size_t
text16_put(uint32_t character, char out[4])
{
    uint32_t c = character;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return 0;
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

static uint32_t
unit_at(str bytes, size_t at)
{
    return (uint32_t)(uint8_t)bytes.p[at] | (uint32_t)(uint8_t)bytes.p[at + 1] << 8;
}

/* Takes one character; false at the end. */
static bool
next_character(str *bytes, uint32_t *ret)
{
    if (bytes->n < 2)
        return false;
    uint32_t c = unit_at(*bytes, 0);
    size_t used = 2;
    if (c >= 0xd800 && c < 0xe000) {
        uint32_t low = bytes->n >= 4 ? unit_at(*bytes, 2) : 0;
        bool is_pair = c < 0xdc00 && low >= 0xdc00 && low < 0xe000;
        c = is_pair ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
        used = is_pair ? 4 : 2;
    }
    *bytes = str_from(*bytes, used);
    *ret = c;
    return true;
}

void
text16_to_utf8(str bytes, char *out, size_t size)
{
    size_t at = 0;
    uint32_t c;
    while (next_character(&bytes, &c) && c != 0) {
        char piece[4];
        size_t n = text16_put(c, piece);
        if (n >= size - at)
            break;
        memcpy(out + at, piece, n);
        at += n;
    }
    out[at] = 0;
}

void
text16_decode(str bytes, struct buf *ret)
{
    if (!str_starts(bytes, STR("\xff\xfe"))) {
        buf_str(ret, str_starts(bytes, STR("\xef\xbb\xbf")) ? str_from(bytes, 3) : bytes);
        return;
    }
    bytes = str_from(bytes, 2);
    uint32_t c;
    while (next_character(&bytes, &c)) {
        char piece[4];
        size_t n = text16_put(c, piece);
        buf_add(ret, piece, n);
    }
}
