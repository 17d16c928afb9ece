/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens: a count of lines, then a byte for each token and what it carries; words and strings are
 * UTF-16, XORed with their length. */
#include "scan/unpack_programs/autoit_script.h"

#include "scan/unpack/reader.h"

#include <inttypes.h>

enum {
    KEYWORD = 0x00,
    FUNCTION_NUMBER = 0x01,
    NUMBER_32 = 0x05,
    NUMBER_64 = 0x10,
    NUMBER_REAL = 0x20,
    FIRST_WORD = 0x30,
    MACRO = 0x32,
    VARIABLE = 0x33,
    MEMBER = 0x35,
    STRING = 0x36,
    LAST_WORD = 0x37,
    FIRST_SIGN = 0x40,
    LAST_SIGN = 0x56,
    LINE_END = 0x7f,
};

/* Behind the token's byte; returns the bytes that it takes, 0 when they are not there. */
static size_t
put_word(str rest, uint32_t token, struct buf *out)
{
    uint32_t n = unpack_u32(rest, 0);
    if (n > rest.n / 2 || rest.n < 4 || (size_t)n * 2 > rest.n - 4)
        return 0;
    static const char *const before[] = {"", "", "@", "$", "", ".", "\"", ""};
    buf_z(out, before[token - FIRST_WORD]);
    for (size_t i = 0; i < n; i++)
        unpack_put_utf16(out, (unpack_u16(rest, 4 + 2 * i) ^ n) & 0xffff);
    buf_z(out, token == STRING ? "\"" : "");
    return 4 + 2 * (size_t)n;
}

static size_t
put_number(str rest, uint32_t token, struct buf *out)
{
    size_t n = token == NUMBER_64 || token == NUMBER_REAL ? 8 : 4;
    if (rest.n < n)
        return 0;
    uint64_t bits = unpack_u64(rest, 0);
    double real;
    memcpy(&real, &bits, sizeof real);
    if (token == NUMBER_REAL)
        buf_printf(out, "%g", real);
    else if (token == NUMBER_64)
        buf_printf(out, "%" PRId64, (int64_t)bits);
    else if (token == NUMBER_32)
        buf_printf(out, "%" PRId32, (int32_t)bits);
    else
        buf_printf(out, token == KEYWORD ? "keyword%" PRIu32 : "func%" PRIu32, (uint32_t)bits);
    return n;
}

void
autoit_script_text(str tokens, struct buf *out)
{
    static const char *const signs[] = {",",  "=", ">",  "<",  "<>", ">=", "<=", "(",
                                        ")",  "+", "-",  "/",  "*",  "&",  "[",  "]",
                                        "==", "^", "+=", "-=", "/=", "*=", "&="};
    for (size_t at = 4; at < tokens.n && !out->full;) {
        uint32_t token = unpack_u8(tokens, at++);
        str rest = str_from(tokens, at);
        size_t used = 0;
        if (token == LINE_END) {
            buf_char(out, '\n');
            continue;
        }
        if (token >= FIRST_SIGN && token <= LAST_SIGN) {
            buf_z(out, signs[token - FIRST_SIGN]);
            buf_char(out, ' ');
            continue;
        }
        if (token >= FIRST_WORD && token <= LAST_WORD)
            used = put_word(rest, token, out);
        else if (token <= NUMBER_32 || token == NUMBER_64 || token == NUMBER_REAL)
            used = put_number(rest, token, out);
        if (!used)
            return;
        buf_char(out, ' ');
        at += used;
    }
}
