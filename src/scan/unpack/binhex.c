/* SPDX-License-Identifier: Apache-2.0 */
/* BinHex 4.0 (RFC 1741): six bits a character, runs behind 0x90, then a header with the name and
 * the sizes of the two forks. */
#include "scan/unpack/reader.h"

enum { RUN = 0x90, SNIFFED = 4096, SIZES = 12 };

static const char mark[] = "(This file must be converted with BinHex";

static bool
matches(str data, const char *name)
{
    return str_starts(data, str_of(mark)) ||
           (unpack_name_ends(name, ".hqx") &&
            str_find(unpack_slice(data, 0, SNIFFED), str_of(mark)) != SIZE_MAX);
}

struct binhex {
    uint32_t last;
    bool in_run;
    struct unpack_block made;
};

static bool
put(struct binhex *hex, uint32_t byte)
{
    hex->last = byte;
    return unpack_put(&hex->made, byte);
}

static bool
put_or_run(struct binhex *hex, uint32_t byte)
{
    if (!hex->in_run) {
        hex->in_run = byte == RUN;
        return hex->in_run || put(hex, byte);
    }
    hex->in_run = false;
    if (!byte)
        return put(hex, RUN);
    for (uint32_t i = 1; i < byte; i++)
        if (!put(hex, hex->last))
            return false;
    return true;
}

static void
decode(struct binhex *hex, str text)
{
    static const char digits[] =
        "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
    uint32_t bits = 0, count = 0;
    bool on = true;
    for (size_t i = 0; on && i < text.n && text.p[i] != ':'; i++) {
        const char *digit = text.p[i] ? strchr(digits, text.p[i]) : NULL;
        if (!digit)
            continue;
        bits = bits << 6 | (uint32_t)(digit - digits);
        count += 6;
        if (count >= 8) {
            count -= 8;
            on = put_or_run(hex, bits >> count & 255);
        }
    }
    unpack_flush(&hex->made);
}

static uint32_t
u32_big(str data, size_t at)
{
    return __builtin_bswap32(unpack_u32(data, at));
}

static void
read_binhex(struct unpack *walk, str data)
{
    struct binhex hex = {.made.walk = walk};
    size_t line = str_find(data, str_of(mark)), colon;
    data = str_from(data, line == SIZE_MAX ? 0 : line);
    if ((colon = str_find(data, STR(":"))) == SIZE_MAX)
        return;
    decode(&hex, str_from(data, colon + 1));
    /* What was made stays while members that are views into it are given. */
    str whole = unpack_made_view(walk);
    size_t name_n = unpack_u8(whole, 0), sizes = 1 + name_n + 1 + 10;
    if (whole.n < sizes + SIZES)
        return;
    str name = unpack_slice(whole, 1, name_n);
    uint32_t data_n = u32_big(whole, sizes), resource_n = u32_big(whole, sizes + 4);
    str fork = unpack_slice(whole, sizes + 10, data_n);
    str resource = unpack_slice(whole, sizes + 10 + (size_t)data_n + 2, resource_n);
    bool on = unpack_give(walk, name, fork, false);
    if (on && resource.n)
        unpack_give(walk, STR("resource fork"), resource, false);
}

const struct unpack_kind unpack_binhex = {"binhex", matches, read_binhex};
