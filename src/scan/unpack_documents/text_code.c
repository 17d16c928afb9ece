/* SPDX-License-Identifier: Apache-2.0 */
/* base64 (RFC 4648) and quoted-printable (RFC 2045), uuencode (POSIX), ASCIIHex and ASCII85 (ISO
 * 32000): decoded into a small block, which is passed on when it is full. */
#include "scan/unpack_documents/text_code.h"

enum { BLOCK = 16 << 10, BLOCK_ROOM = BLOCK + 8 };

struct coder {
    struct unpack *walk;
    struct buf *out;
    size_t n;
    char block[BLOCK_ROOM];
};

static bool
flush(struct coder *coder)
{
    str made = {coder->block, coder->n};
    coder->n = 0;
    if (coder->walk)
        return unpack_add(coder->walk, made);
    buf_str(coder->out, made);
    return !coder->out->full;
}

static inline bool
put(struct coder *coder, uint32_t byte)
{
    coder->block[coder->n++] = (char)byte;
    return coder->n < BLOCK || flush(coder);
}

static const uint8_t *
base64_digits(void)
{
    static const uint8_t table[256] = {
        ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,
        ['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
        ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
        ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
        ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
        ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
        ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
        ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
        ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
        ['-'] = 63, ['/'] = 64, ['_'] = 64};
    return table; /* a digit's value and 1; 0: none */
}

static bool
decode_base64(struct coder *coder, str text)
{
    const uint8_t *digits = base64_digits();
    uint32_t bits = 0, count = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint32_t digit = digits[(uint8_t)text.p[i]];
        if (!digit) {
            if (text.p[i] == '=') /* pieces one after the other may each be padded */
                bits = count = 0;
            continue;
        }
        bits = bits << 6 | (digit - 1);
        /* A byte as soon as it is whole, so that missing padding does no harm. */
        if (++count != 1 && !put(coder, bits >> (6 - 2 * (count - 1)) & 255))
            return false;
        count &= 3;
    }
    return true;
}

static bool
decode_quoted(struct coder *coder, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '=') {
            int high = i + 2 < text.n ? hex_digit(text.p[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text.p[i + 2]) : -1;
            size_t end = i + 1;
            while (end < text.n &&
                   (text.p[end] == ' ' || text.p[end] == '\t' || text.p[end] == '\r'))
                end++;
            if (low >= 0) {
                c = (char)(high << 4 | low);
                i += 2;
            } else if (end >= text.n || text.p[end] == '\n') {
                i = end;
                continue;
            }
        }
        if (!put(coder, (uint8_t)c))
            return false;
    }
    return true;
}

/* Lines of a length and as many bytes, from behind "begin" to a line of length 0. */
static bool
decode_uu(struct coder *coder, str text)
{
    for (str line; str_line(&text, &line);) {
        uint32_t left = (unpack_u8(line, 0) - 32u) & 63;
        if (!line.n || !left)
            return true;
        for (size_t i = 1; i < line.n && left; i += 4) {
            uint32_t bits = 0;
            for (size_t k = 0; k < 4; k++)
                bits = bits << 6 | ((i + k < line.n ? unpack_u8(line, i + k) - 32u : 0) & 63);
            for (unsigned shift = 16; left && shift <= 16; shift -= 8, left--)
                if (!put(coder, bits >> shift & 255))
                    return false;
        }
    }
    return true;
}

static bool
decode_hex(struct coder *coder, str text)
{
    int high = -1;
    for (size_t i = 0; i < text.n && text.p[i] != '>'; i++) {
        int digit = hex_digit(text.p[i]);
        if (digit >= 0 && high >= 0) {
            if (!put(coder, (uint32_t)(high << 4 | digit)))
                return false;
            high = -1;
        } else if (digit >= 0) {
            high = digit;
        }
    }
    return high < 0 || put(coder, (uint32_t)high << 4);
}

static bool
decode_85(struct coder *coder, str text)
{
    uint32_t bits = 0, count = 0;
    for (size_t i = 0; i < text.n && text.p[i] != '~'; i++) {
        char c = text.p[i];
        bool is_zeros = c == 'z' && count == 0;
        if (!is_zeros && (c < '!' || c > 'u'))
            continue;
        bits = is_zeros ? 0 : bits * 85 + (uint32_t)(c - '!');
        count = is_zeros ? 5 : count + 1;
        for (unsigned shift = 24; count == 5 && shift <= 24; shift -= 8)
            if (!put(coder, bits >> shift & 255))
                return false;
        count %= 5;
        bits = count ? bits : 0;
    }
    uint32_t bytes = count > 1 ? count - 1 : 0;
    for (; count > 1 && count < 5; count++)
        bits = bits * 85 + 84;
    for (unsigned shift = 24; bytes; shift -= 8, bytes--)
        if (!put(coder, bits >> shift & 255))
            return false;
    return true;
}

static bool
decode(struct coder *coder, str text, enum text_code code)
{
    static bool (*const decoders[])(struct coder *, str) = {[CODE_BASE64] = decode_base64,
                                                            [CODE_QUOTED] = decode_quoted,
                                                            [CODE_UU] = decode_uu,
                                                            [CODE_HEX] = decode_hex,
                                                            [CODE_85] = decode_85};
    return decoders[code](coder, text) && flush(coder);
}

bool
text_decode(struct unpack *walk, str text, enum text_code code)
{
    struct coder coder = {.walk = walk};
    return code == CODE_PLAIN ? unpack_add(walk, text) : decode(&coder, text, code);
}

bool
text_decode_to(str text, enum text_code code, struct buf *out)
{
    struct coder coder = {.out = out};
    if (code != CODE_PLAIN)
        return decode(&coder, text, code);
    buf_str(out, text);
    return !out->full;
}
