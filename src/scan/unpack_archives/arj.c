/* SPDX-License-Identifier: Apache-2.0 */
/* ARJ (the technote of its UNARJ): headers with a sum of their own, before each its content. The
 * first is the archive's. */
#include "scan/decompress/decompress.h"
#include "scan/unpack/inflate.h"
#include "scan/unpack/reader.h"

enum {
    MARK = 0xea60,
    HEAD = 4, /* the mark, the bytes of the header */
    FIXED = 30,
    HEAD_MOST = 2600,
    SUM = 4,
    GARBLED = 1,
    GOES_ON = 4,
    GOES_ON_HERE = 8,
    IS_TEXT = 1,
    IS_ARCHIVE = 2,
    IS_FOLDER = 3,
    STORED = 0,
    FASTEST = 4, /* of methods; 1 to 3 are one */
    WINDOW_BITS = 16,
};

struct member {
    uint32_t flags, method, type, packed, size, crc;
    str name;
    size_t n; /* all before the content */
};

/* False when DATA do not begin with a header whose sum is right. */
static bool
read_head(str data, struct member *ret)
{
    uint32_t n = unpack_u16(data, 2), first = unpack_u8(data, HEAD);
    if (unpack_u16(data, 0) != MARK || n < FIXED || n > HEAD_MOST || first < FIXED || first > n ||
        data.n < HEAD + n + SUM + 2)
        return false;
    str head = unpack_slice(data, HEAD, n);
    if (inflate_crc32(head) != unpack_u32(data, HEAD + n))
        return false;
    str name = str_from(head, first);
    const char *end = name.n ? memchr(name.p, 0, name.n) : NULL;
    size_t at = HEAD + n + SUM;
    for (uint32_t more = unpack_u16(data, at); more; more = unpack_u16(data, at))
        at += 2 + (size_t)more + SUM; /* headers that no version has made */
    *ret = (struct member){.flags = unpack_u8(head, 4),
                           .method = unpack_u8(head, 5),
                           .type = unpack_u8(head, 6),
                           .packed = unpack_u32(head, 12),
                           .size = unpack_u32(head, 16),
                           .crc = unpack_u32(head, 20),
                           .name = {name.p, end ? (size_t)(end - name.p) : name.n},
                           .n = at + 2};
    return true;
}

static bool
matches(str data, const char *name)
{
    (void)name;
    struct member first;
    return read_head(data, &first) && first.type == IS_ARCHIVE;
}

static enum decompressed
decompress(const struct member *member, str content, struct buf *out)
{
    if (member->method == FASTEST)
        return arj_decompress_fast(content, member->size, out);
    return lzh_decompress(content, WINDOW_BITS, member->size, out);
}

/* By methods 1 to 4; false when the walk is over. */
static bool
give_packed(struct unpack *walk, const struct member *member, str content)
{
    struct buf out = BUF(unpack_member_max(walk));
    enum decompressed how = decompress(member, content, &out);
    str made = buf_view(&out);
    bool on = true;
    if (how == DECOMPRESSED && inflate_crc32(made) != member->crc)
        how = DECOMPRESSED_BROKEN;
    if (made.n || how == DECOMPRESSED)
        on = unpack_give(walk, member->name, made, false);
    if (on && how != DECOMPRESSED)
        unpack_skip_rest(walk, member->name, how == DECOMPRESSED_CUT,
                         "arj: a fault or a wrong checksum");
    buf_clear(&out);
    return on && unpack_is_on(walk);
}

static bool
give_stored(struct unpack *walk, const struct member *member, str content)
{
    if (!unpack_give(walk, member->name, content, false))
        return false;
    if (content.n != member->size ||
        (content.n <= unpack_member_max(walk) && inflate_crc32(content) != member->crc))
        unpack_skip(walk, member->name, UNPACK_DAMAGED, "arj: it is cut, or the checksum is wrong");
    return unpack_is_on(walk);
}

static bool
give(struct unpack *walk, const struct member *member, str content)
{
    if (member->type == IS_FOLDER || (member->type > IS_TEXT && !content.n))
        return true;
    if (member->flags & GARBLED) {
        unpack_skip(walk, member->name, UNPACK_ENCRYPTED, "arj");
        return unpack_is_on(walk);
    }
    if (member->flags & (GOES_ON | GOES_ON_HERE))
        unpack_skip(walk, member->name, UNPACK_UNKNOWN, "arj: a part of it is in another file");
    if (member->method == STORED)
        return give_stored(walk, member, content);
    if (member->method <= FASTEST)
        return give_packed(walk, member, content);
    unpack_skip(walk, member->name, UNPACK_UNKNOWN, "arj: another method");
    return unpack_is_on(walk);
}

static void
read_arj(struct unpack *walk, str data)
{
    struct member member;
    read_head(data, &member);
    data = str_from(data, member.n);
    while (unpack_u16(data, 2) || unpack_u16(data, 0) != MARK) { /* an empty header ends it */
        if (!read_head(data, &member)) {
            unpack_skip(walk, STR(""), UNPACK_DAMAGED, "arj: a header is damaged or missing");
            return;
        }
        str rest = str_from(data, member.n);
        str content = unpack_slice(rest, 0, member.packed);
        if (!give(walk, &member, content))
            return;
        data = str_from(rest, content.n);
    }
}

const struct unpack_kind unpack_arj = {"arj", matches, read_arj};
