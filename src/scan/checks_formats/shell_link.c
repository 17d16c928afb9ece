/* SPDX-License-Identifier: Apache-2.0 */
/* A header, then parts whose presence its flags tell: a list of item ids, the place of the target,
 * texts, blocks of extra data. The target stands in up to four of them; the first of these that
 * has it is taken: variables' block, link info, item ids, relative path. */
#include "scan/checks_formats/shell_link.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "scan/checks_formats/text16.h"

enum {
    HEADER = 0x4c,
    FLAGS_AT = 20,
    HAS_IDS = 1 << 0,
    HAS_INFO = 1 << 1,
    HAS_NAME = 1 << 2,
    HAS_RELATIVE = 1 << 3,
    HAS_FOLDER = 1 << 4,
    HAS_ARGUMENTS = 1 << 5,
    HAS_ICON = 1 << 6,
    IS_UNICODE = 1 << 7,
};

/* Reads on from where it stands; what is not there any more makes it broken for good. */
struct cursor {
    str rest;
    bool broken;
};

static str
take_bytes(struct cursor *cursor, size_t n)
{
    if (cursor->broken || n > cursor->rest.n) {
        cursor->broken = true;
        return (str){0};
    }
    str taken = {cursor->rest.p, n};
    cursor->rest = str_from(cursor->rest, n);
    return taken;
}

static uint32_t
number_at(str bytes, size_t at, size_t size)
{
    uint32_t number = 0;
    if (at > bytes.n || size > bytes.n - at)
        return 0;
    for (size_t i = 0; i < size; i++)
        number |= (uint32_t)(uint8_t)bytes.p[at + i] << 8 * i;
    return number;
}

/* Text of an unknown code page up to its zero, behind what OUT holds. */
static void
add_ansi(str bytes, char *out, size_t size)
{
    size_t at = strlen(out), n = 0;
    while (n < bytes.n && bytes.p[n] && at + n + 1 < size)
        n++;
    bool is_utf8 = str_is_utf8((str){bytes.p, n});
    for (size_t i = 0; i < n; i++)
        out[at + i] = is_utf8 || (uint8_t)bytes.p[i] < 0x80 ? bytes.p[i] : '?';
    out[at + n] = 0;
}

static void
add_text16(str bytes, char *out, size_t size)
{
    size_t at = strlen(out);
    text16_to_utf8(bytes, out + at, size - at);
}

/* Where in INFO the text begins that the number at AT tells of. */
static str
info_text(str info, size_t at)
{
    uint32_t offset = number_at(info, at, 4);
    return offset ? str_from(info, offset) : (str){0};
}

/* LinkInfo: a base, of a volume or of a share, and a common suffix. */
static void
read_info(str info, char *out)
{
    enum { ON_VOLUME = 1, ON_SHARE = 2, UNICODE_HEADER = 0x24 };
    uint32_t header = number_at(info, 4, 4), flags = number_at(info, 8, 4);
    bool wide = header >= UNICODE_HEADER && number_at(info, 28, 4);
    if (flags & ON_VOLUME && wide) {
        add_text16(info_text(info, 28), out, SHELL_LINK_PATH);
    } else if (flags & ON_VOLUME) {
        add_ansi(info_text(info, 16), out, SHELL_LINK_PATH);
    } else if (flags & ON_SHARE) {
        str share = info_text(info, 20);
        add_ansi(info_text(share, 8), out, SHELL_LINK_PATH - 1);
        size_t n = strlen(out);
        if (n > 0 && out[n - 1] != '\\') {
            out[n] = '\\';
            out[n + 1] = 0;
        }
    } else {
        return;
    }
    if (header >= UNICODE_HEADER && number_at(info, 32, 4))
        add_text16(info_text(info, 32), out, SHELL_LINK_PATH);
    else
        add_ansi(info_text(info, 24), out, SHELL_LINK_PATH);
}

/* The long name of a file's item: an extension block, which the item's last two bytes find. */
static str
long_name(str item)
{
    enum { SIGNATURE = 0xbeef0004u };
    uint32_t at = number_at(item, item.n - 2, 2);
    if (at < 4 || at >= item.n || number_at(item, at + 4, 4) != SIGNATURE)
        return (str){0};
    uint32_t version = number_at(item, at + 2, 2);
    size_t name = version >= 9 ? 46 : version == 8 ? 42 : version == 7 ? 38 : version >= 3 ? 20 : 0;
    return name ? str_from(item, at + name) : (str){0};
}

static void
add_item(str item, char *out)
{
    enum { KIND = 0x70, DRIVE = 0x20, FILE_ITEM = 0x30, WIDE = 0x04, NAME_AT = 14 };
    uint32_t kind = number_at(item, 2, 1);
    if ((kind & KIND) == DRIVE) {
        out[0] = 0;
        add_ansi(str_from(item, 3), out, SHELL_LINK_PATH);
        return;
    }
    if ((kind & KIND) != FILE_ITEM || item.n <= NAME_AT)
        return;
    size_t n = strlen(out);
    if (n > 0 && out[n - 1] != '\\' && n + 1 < SHELL_LINK_PATH) {
        out[n] = '\\';
        out[n + 1] = 0;
    }
    str name = long_name(item);
    if (name.n)
        add_text16(name, out, SHELL_LINK_PATH);
    else if (kind & WIDE)
        add_text16(str_from(item, NAME_AT), out, SHELL_LINK_PATH);
    else
        add_ansi(str_from(item, NAME_AT), out, SHELL_LINK_PATH);
}

static void
read_ids(str ids, char *out)
{
    for (size_t size; (size = number_at(ids, 0, 2)) > 2 && size <= ids.n; ids = str_from(ids, size))
        add_item((str){ids.p, size}, out);
}

/* Texts with the number of their characters in front. */
static void
read_text(struct cursor *cursor, uint32_t flags, uint32_t flag, char *out, size_t size)
{
    if (!(flags & flag))
        return;
    size_t count = number_at(take_bytes(cursor, 2), 0, 2);
    str text = take_bytes(cursor, flags & IS_UNICODE ? 2 * count : count);
    out[0] = 0;
    if (flags & IS_UNICODE)
        add_text16(text, out, size);
    else
        add_ansi(text, out, size);
}

/* EnvironmentVariableDataBlock: the target with its variables, in the code page and in UTF-16. */
static void
read_extra(struct cursor *cursor, char *out)
{
    enum { SIGNATURE = 0xa0000001u, SIZE = 0x314, ANSI_AT = 8, WIDE_AT = 268 };
    while (cursor->rest.n >= 8) {
        uint32_t size = number_at(cursor->rest, 0, 4);
        if (size < 8 || size > cursor->rest.n)
            return;
        str block = take_bytes(cursor, size);
        if (number_at(block, 4, 4) != SIGNATURE || size < SIZE)
            continue;
        out[0] = 0;
        add_text16(str_from(block, WIDE_AT), out, SHELL_LINK_PATH);
        if (!out[0])
            add_ansi((str){block.p + ANSI_AT, WIDE_AT - ANSI_AT}, out, SHELL_LINK_PATH);
    }
}

/* The parts as they follow each other; each has more right to the target than the one before. */
static void
read_parts(struct cursor *cursor, uint32_t flags, struct shell_link *link)
{
    char relative[SHELL_LINK_PATH] = "", name[SHELL_LINK_PATH], better[SHELL_LINK_PATH] = "";
    if (flags & HAS_IDS)
        read_ids(take_bytes(cursor, number_at(take_bytes(cursor, 2), 0, 2)), link->target);
    if (flags & HAS_INFO) {
        uint32_t size = number_at(cursor->rest, 0, 4);
        cursor->broken = cursor->broken || size < 4;
        read_info(take_bytes(cursor, size), better);
    }
    read_text(cursor, flags, HAS_NAME, name, sizeof name);
    read_text(cursor, flags, HAS_RELATIVE, relative, sizeof relative);
    read_text(cursor, flags, HAS_FOLDER, link->folder, sizeof link->folder);
    read_text(cursor, flags, HAS_ARGUMENTS, link->arguments, sizeof link->arguments);
    read_text(cursor, flags, HAS_ICON, link->icon, sizeof link->icon);
    if (!cursor->broken)
        read_extra(cursor, better);
    const char *target = better[0] ? better : link->target[0] ? NULL : relative;
    if (target)
        memcpy(link->target, target, strlen(target) + 1);
}

errcode
shell_link_parse(str bytes, struct shell_link *ret, struct err *err)
{
    static const char start[] = "\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";
    if (!str_starts(bytes, STR(start)) || bytes.n < HEADER)
        return err_set(err, ERR_FORMAT, "this is no shell link");
    cleanup(cleanup_free) struct shell_link *link = mem_calloc(1, sizeof *link);
    struct cursor cursor = {.rest = str_from(bytes, HEADER)};
    read_parts(&cursor, number_at(bytes, FLAGS_AT, 4), link);
    if (cursor.broken)
        return err_set(err, ERR_FORMAT, "the shell link is cut off");
    *ret = *link;
    return OK;
}
