/* SPDX-License-Identifier: Apache-2.0 */
/* tar (POSIX ustar and pax, GNU's long names): members are views into the archive. */
#include "scan/unpack/reader.h"

enum { BLOCK = 512, NAME = 100, SIZE_AT = 124, SUM_AT = 148, TYPE_AT = 156, PREFIX_AT = 345 };

static uint64_t
octal(str field)
{
    uint64_t value = 0;
    if (field.n && field.p[0] & '\x80') { /* GNU: binary, greatest byte first */
        for (size_t i = field.n - 8; i < field.n; i++)
            value = value << 8 | (uint8_t)field.p[i];
        return value;
    }
    for (size_t i = 0; i < field.n && field.p[i]; i++)
        if (field.p[i] >= '0' && field.p[i] <= '7')
            value = value << 3 | (uint64_t)(field.p[i] - '0');
    return value;
}

static bool
is_header(str block)
{
    if (block.n < BLOCK || !block.p[0])
        return false;
    char first = block.p[SUM_AT]; /* what a sum begins with: most data go no further */
    if (first != ' ' && (first < '0' || first > '7'))
        return false;
    uint32_t sum = 8 * ' ';
    for (size_t i = 0; i < BLOCK; i++)
        sum += (uint8_t)block.p[i];
    for (size_t i = SUM_AT; i < SUM_AT + 8; i++)
        sum -= (uint8_t)block.p[i];
    return octal(unpack_slice(block, SUM_AT, 8)) == sum;
}

static bool
matches(str data, const char *name)
{
    (void)name;
    return data.n >= BLOCK && is_header(data);
}

static str
until_nul(str field)
{
    const char *end = field.n ? memchr(field.p, 0, field.n) : NULL;
    return end ? (str){field.p, (size_t)(end - field.p)} : field;
}

struct tar {
    struct buf name;
    str long_name; /* of the next member, from the member before it */
    uint64_t long_size;
    bool has_size;
};

/* Lines of "27 path=…\n". */
static void
read_pax(struct tar *tar, str text)
{
    str length;
    while (text.n) {
        str line = text;
        uint64_t n;
        if (!str_cut(&line, ' ', &length) || !str_to_u64(length, text.n, &n) || n < length.n + 2)
            return;
        line = unpack_slice(text, length.n + 1, (size_t)n - length.n - 2);
        if (str_starts(line, STR("path=")))
            tar->long_name = str_from(line, 5);
        else if (str_starts(line, STR("size=")))
            tar->has_size = str_to_u64(str_from(line, 5), UINT64_MAX, &tar->long_size);
        text = str_from(text, (size_t)n);
    }
}

static str
name_of(struct tar *tar, str block)
{
    if (tar->long_name.n)
        return tar->long_name;
    str prefix = {0};
    if (str_eq(unpack_slice(block, 257, 6), STR("ustar\0")))
        prefix = until_nul(unpack_slice(block, PREFIX_AT, 155));
    buf_reset(&tar->name);
    buf_str(&tar->name, prefix);
    if (prefix.n)
        buf_char(&tar->name, '/');
    buf_str(&tar->name, until_nul(unpack_slice(block, 0, NAME)));
    return buf_view(&tar->name);
}

static bool
read_member(struct unpack *walk, struct tar *tar, str block, str content)
{
    char type = block.p[TYPE_AT];
    if (type == 'x') {
        read_pax(tar, content);
        return true;
    }
    if (type == 'L' || type == 'K' || type == 'g') {
        if (type == 'L')
            tar->long_name = until_nul(content);
        return true;
    }
    bool on = true;
    if (content.n || type == 0 || type == '0')
        on = unpack_give(walk, name_of(tar, block), content, false);
    tar->long_name = (str){0};
    tar->has_size = false;
    return on;
}

static void
read_tar(struct unpack *walk, str data)
{
    struct tar tar = {.name = BUF(4096)};
    while (data.n >= BLOCK && data.p[0]) {
        str block = {data.p, BLOCK};
        if (!is_header(block)) {
            unpack_skip(walk, STR(""), UNPACK_DAMAGED, "tar: a header's checksum is wrong");
            break;
        }
        uint64_t size = tar.has_size ? tar.long_size : octal(unpack_slice(block, SIZE_AT, 12));
        str rest = str_from(data, BLOCK);
        bool whole = size <= rest.n;
        str content = {rest.p, whole ? (size_t)size : rest.n};
        if (!read_member(walk, &tar, block, content))
            break;
        if (!whole) {
            unpack_skip(walk, STR(""), UNPACK_DAMAGED, "tar: it ends inside of a member");
            break;
        }
        data = str_from(rest, (size_t)((size + BLOCK - 1) / BLOCK * BLOCK));
    }
    buf_clear(&tar.name);
}

const struct unpack_kind unpack_tar = {"tar", matches, read_tar};
