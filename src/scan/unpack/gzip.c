/* SPDX-License-Identifier: Apache-2.0 */
/* gzip (RFC 1952), straight into the member's buffer. A tar in it is not given itself: where it is
 * larger than a member may be it is streamed by the library of archives, where that is there. */
#include "scan/unpack/reader.h"

enum { TAR_BLOCK = 512 };

static bool
matches(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("\x1f\x8b\x08")) && data.n >= 18;
}

/* The name in the header; empty when there is none. */
static str
stored_name(str data)
{
    uint32_t flags = unpack_u8(data, 3);
    size_t at = 10;
    if (flags & 4)
        at += 2 + unpack_u16(data, at);
    str rest = str_from(data, at), name = {0};
    if (flags & 8 && rest.n && memchr(rest.p, 0, rest.n))
        str_cut(&rest, 0, &name);
    return name;
}

/* "report.txt" of "report.txt.gz", when the header names none. */
static str
name_inside(struct unpack *walk, str data)
{
    str name = stored_name(data), own = str_of(unpack_name(walk));
    if (!name.n && own.n > 3 && unpack_name_ends(own.p, ".gz"))
        name = (str){own.p, own.n - 3};
    return name;
}

static bool
holds_tar(struct unpack *walk, str data)
{
    struct buf first = BUF(TAR_BLOCK);
    unpack_inflate_to(walk, data, 15 + 32, &first);
    bool is_tar = unpack_tar.matches(buf_view(&first), "");
    buf_clear(&first);
    return is_tar;
}

/* What the last bytes say that the last member holds, 2^32 left out; where there is one member,
 * that is all. */
static size_t
stored_size(str data)
{
    return unpack_u32(data, data.n - 4);
}

static bool
read_tar(struct unpack *walk, str data)
{
    size_t used, size = stored_size(data);
    if (!holds_tar(walk, data))
        return false;
    if (!unpack_inflate_whole(walk, data, 15 + 16, size, UNPACK_HELD, &used) || used != data.n) {
        unpack_begin(walk);
        return unpack_by_library(walk, data, "tar");
    }
    unpack_tar.read(walk, unpack_made_view(walk));
    return true;
}

static void
read_gzip(struct unpack *walk, str data)
{
    if (read_tar(walk, data))
        return;
    char name[1024];
    str inside = name_inside(walk, data);
    if (inside.n > sizeof name)
        inside.n = sizeof name;
    if (inside.n)
        memcpy(name, inside.p, inside.n);
    inside.p = name;
    enum unpack_flow flow = UNPACK_ENDED;
    str rest = data;
    while (flow == UNPACK_ENDED && matches(rest, "")) { /* members one after the other are one */
        size_t used = 0;
        if (!unpack_inflate_whole(walk, rest, 15 + 16, stored_size(rest), UNPACK_COUNTED, &used))
            flow = unpack_inflate(walk, rest, 15 + 16, &used);
        rest = str_from(rest, used);
    }
    if (!unpack_give_made(walk, inside, false))
        return;
    if (flow == UNPACK_BROKEN)
        unpack_skip(walk, inside, UNPACK_DAMAGED, "gzip: a fault or a wrong checksum");
}

const struct unpack_kind unpack_gzip = {"gzip", matches, read_gzip};
