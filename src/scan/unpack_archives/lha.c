/* SPDX-License-Identifier: Apache-2.0 */
/* LHA (header levels 0 to 3) with members that are stored or -lh4- to -lh7-. */
#include "scan/decompress/decompress.h"
#include "scan/unpack/reader.h"

enum {
    METHOD = 5,
    FIXED = 21,
    LEVEL_AT = 20,
    LEVELS = 4,
    NAME_MOST = 1024,
    HAS_NAME = 1,
    HAS_FOLDER = 2,
    FOLDER_MARK = 0xff, /* between names of folders */
};

struct member {
    str method;
    uint64_t packed, size;
    uint32_t crc;
    bool has_crc;
    size_t n; /* of the header */
    struct buf name;
};

static bool
matches(str data, const char *name)
{
    (void)name;
    return str_eq(unpack_slice(data, 2, 2), STR("-l")) && unpack_u8(data, 6) == '-' &&
           (unpack_u8(data, 4) == 'h' || unpack_u8(data, 4) == 'z') && data.n > FIXED &&
           unpack_u8(data, LEVEL_AT) < LEVELS;
}

/* A part of the header that says what it is by its first byte. */
static void
read_part(struct member *member, str part, struct buf *folder)
{
    str text = str_from(part, 1);
    if (unpack_u8(part, 0) == HAS_NAME) {
        buf_reset(&member->name);
        buf_str(&member->name, text);
    } else if (unpack_u8(part, 0) == HAS_FOLDER) {
        buf_reset(folder);
        for (size_t i = 0; i < text.n; i++)
            buf_char(folder, unpack_u8(text, i) == FOLDER_MARK ? '/' : text.p[i]);
    }
}

/* Parts from AT on, the first of SIZE bytes, each with the next one's size in its last WIDTH bytes;
 * returns where they end, 0 when the data do before. */
static size_t
read_parts(struct member *member, str data, size_t at, size_t size, size_t width)
{
    struct buf folder = BUF(NAME_MOST), name = BUF(2 * NAME_MOST);
    while (size > width && size <= data.n && at <= data.n - size) {
        read_part(member, unpack_slice(data, at, size - width), &folder);
        at += size;
        size = width == 2 ? unpack_u16(data, at - 2) : unpack_u32(data, at - 4);
    }
    buf_str(&name, buf_view(&folder));
    buf_str(&name, buf_view(&member->name));
    buf_clear(&member->name);
    buf_clear(&folder);
    member->name = name;
    return size ? 0 : at;
}

/* Levels 0 and 1: sizes of a byte, a sum, and the name in the header itself. */
static bool
read_short_head(str data, struct member *member)
{
    size_t n = unpack_u8(data, 0) + 2u, name = unpack_u8(data, FIXED);
    uint32_t sum = 0;
    bool is_first = unpack_u8(data, LEVEL_AT) == 0;
    if (n > data.n || FIXED + 1 + name + (is_first ? 0 : 5) > n)
        return false;
    for (size_t i = 2; i < n; i++)
        sum += unpack_u8(data, i);
    if ((sum & 0xff) != unpack_u8(data, 1))
        return false;
    buf_str(&member->name, unpack_slice(data, FIXED + 1, name));
    member->crc = unpack_u16(data, FIXED + 1 + name);
    member->has_crc = FIXED + 1 + name + 2 <= n;
    member->n = n;
    if (is_first)
        return true;
    member->n = read_parts(member, data, n, unpack_u16(data, n - 2), 2);
    if (!member->n || member->n - n > member->packed)
        return false;
    member->packed -= member->n - n; /* they are counted there */
    return true;
}

static bool
read_head(str data, struct member *member)
{
    if (!matches(data, ""))
        return false;
    uint32_t level = unpack_u8(data, LEVEL_AT);
    member->method = unpack_slice(data, 2, METHOD);
    member->packed = unpack_u32(data, 7);
    member->size = unpack_u32(data, 11);
    buf_reset(&member->name);
    if (level < 2)
        return read_short_head(data, member);
    member->crc = unpack_u16(data, 21);
    member->has_crc = true;
    member->n = level == 2 ? unpack_u16(data, 0) : unpack_u32(data, 24);
    size_t end = level == 2 ? read_parts(member, data, 26, unpack_u16(data, 24), 2)
                            : read_parts(member, data, 32, unpack_u32(data, 28), 4);
    return end && end <= member->n && member->n <= data.n;
}

/* CRC-16 with the polynomial 0xa001, the least bit first. */
static uint32_t
crc16_of(str data)
{
    uint32_t crc = 0;
    for (size_t i = 0; i < data.n; i++) {
        crc ^= unpack_u8(data, i);
        for (unsigned k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xa001 : 0);
    }
    return crc;
}

/* The window's bits; 0 for another method. */
static uint32_t
window_bits(str method)
{
    static const uint8_t bits[] = {13, 13, 15, 16}; /* -lh4- makes no use of all */
    uint32_t number = unpack_u8(method, 3);
    return unpack_u8(method, 2) == 'h' && number >= '4' && number <= '7' ? bits[number - '4'] : 0;
}

/* False when the walk is over. */
static bool
give(struct unpack *walk, const struct member *member, str content)
{
    struct buf out = BUF(unpack_member_max(walk));
    str name = buf_view(&member->name), made = content;
    uint32_t bits = window_bits(member->method);
    enum decompressed how = content.n < member->packed ? DECOMPRESSED_BROKEN : DECOMPRESSED;
    if (bits) {
        how = lzh_decompress(content, bits, member->size, &out);
        made = buf_view(&out);
    }
    if (how == DECOMPRESSED && member->has_crc && made.n <= unpack_member_max(walk) &&
        crc16_of(made) != member->crc)
        how = DECOMPRESSED_BROKEN;
    bool on = true;
    if (made.n || how == DECOMPRESSED)
        on = unpack_give(walk, name, made, false);
    if (on && how != DECOMPRESSED)
        unpack_skip_rest(walk, name, how == DECOMPRESSED_CUT, "lha: a fault or a wrong checksum");
    buf_clear(&out);
    return on && unpack_is_on(walk);
}

/* False when the walk is over. */
static bool
read_member(struct unpack *walk, const struct member *member, str content)
{
    bool is_stored = str_eq(member->method, STR("-lh0-")) || str_eq(member->method, STR("-lz4-"));
    if (str_eq(member->method, STR("-lhd-")) && !content.n)
        return true;
    if (is_stored || window_bits(member->method))
        return give(walk, member, content);
    char detail[32];
    snprintf(detail, sizeof detail, "lha: method %.*s", STR_ARG(member->method));
    str_make_shown(detail, strlen(detail), "");
    unpack_skip(walk, buf_view(&member->name), UNPACK_UNKNOWN, detail);
    return unpack_is_on(walk);
}

static void
read_lha(struct unpack *walk, str data)
{
    struct member member = {.name = BUF(NAME_MOST)};
    bool on = true;
    while (on && data.n && data.p[0]) { /* a zero ends it */
        if (!read_head(data, &member)) {
            unpack_skip(walk, STR(""), UNPACK_DAMAGED, "lha: a header is damaged or cut");
            break;
        }
        str rest = str_from(data, member.n);
        str content = unpack_slice(rest, 0, member.packed);
        on = read_member(walk, &member, content);
        data = str_from(rest, content.n);
    }
    buf_clear(&member.name);
}

const struct unpack_kind unpack_lha = {"lha", matches, read_lha};
