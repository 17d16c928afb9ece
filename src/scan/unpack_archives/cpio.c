/* SPDX-License-Identifier: Apache-2.0 */
/* cpio, whose members are views into it: of POSIX in octal digits, of System V in hexadecimal ones
 * with or without a sum, and the binary one of either byte order. */
#include "scan/unpack/reader.h"

enum {
    BINARY = 26,
    ODC = 76,
    NEWC = 110,
    NAME_MOST = 4096,
    TYPE = 0170000,
    IS_FILE = 0100000,
    IS_LINK = 0120000,
};
#define LAST STR("TRAILER!!!")

struct head {
    size_t n, align; /* its bytes; what the places behind names and contents are multiples of */
    uint64_t mode, name, size, sum;
    bool has_sum;
};

static bool
is_binary(str data, bool *ret_is_big)
{
    *ret_is_big = unpack_u16(data, 0) == 0xc771;
    return data.n >= BINARY && (*ret_is_big || unpack_u16(data, 0) == 0x71c7);
}

static uint32_t
unit(str data, size_t at, bool is_big)
{
    uint32_t value = unpack_u16(data, at);
    return is_big ? (value & 0xff) << 8 | value >> 8 : value;
}

static bool
matches(str data, const char *name)
{
    (void)name;
    bool is_big;
    if (str_starts(data, STR("07070")))
        return unpack_u8(data, 5) == '1' || unpack_u8(data, 5) == '2' || unpack_u8(data, 5) == '7';
    if (!is_binary(data, &is_big))
        return false;
    /* Two bytes are no magic: its name has a length and an end. */
    uint32_t length = unit(data, 20, is_big);
    return length > 1 && length < NAME_MOST && data.n > BINARY + (size_t)length &&
           data.p[BINARY + length - 1] == 0;
}

/* Digits of base 2^BITS; false when there are others. */
static bool
take_digits(str data, size_t at, size_t n, unsigned bits, uint64_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < n; i++) {
        int digit = hex_digit((int)unpack_u8(data, at + i));
        if (digit < 0 || digit >= 1 << bits)
            return false;
        *ret = *ret << bits | (uint64_t)digit;
    }
    return true;
}

static bool
read_head(str data, struct head *ret)
{
    bool is_big;
    *ret = (struct head){0};
    if (is_binary(data, &is_big)) {
        *ret = (struct head){
            .n = BINARY,
            .align = 2,
            .mode = unit(data, 6, is_big),
            .name = unit(data, 20, is_big),
            .size = (uint64_t)unit(data, 22, is_big) << 16 | unit(data, 24, is_big),
        };
        return true;
    }
    if (str_starts(data, STR("070707"))) {
        ret->n = ODC;
        ret->align = 1;
        return data.n >= ODC && take_digits(data, 18, 6, 3, &ret->mode) &&
               take_digits(data, 59, 6, 3, &ret->name) && take_digits(data, 65, 11, 3, &ret->size);
    }
    ret->n = NEWC;
    ret->align = 4;
    ret->has_sum = str_starts(data, STR("070702"));
    return data.n >= NEWC && (ret->has_sum || str_starts(data, STR("070701"))) &&
           take_digits(data, 14, 8, 4, &ret->mode) && take_digits(data, 54, 8, 4, &ret->size) &&
           take_digits(data, 94, 8, 4, &ret->name) && take_digits(data, 102, 8, 4, &ret->sum);
}

static bool
has_sum(str content, uint64_t sum)
{
    uint32_t own = 0;
    for (size_t i = 0; i < content.n; i++)
        own += (uint8_t)content.p[i];
    return own == sum;
}

/* False when the walk is over. */
static bool
give(struct unpack *walk, const struct head *head, str name, str content)
{
    uint64_t type = head->mode & TYPE;
    bool is_whole = content.n == head->size;
    if (type == IS_LINK || (type != IS_FILE && !content.n && is_whole))
        return true;
    if (!unpack_give(walk, name, content, false))
        return false;
    if (!is_whole)
        unpack_skip(walk, name, UNPACK_DAMAGED, "cpio: it ends inside of a member");
    else if (head->has_sum && type == IS_FILE && content.n && !has_sum(content, head->sum))
        unpack_skip(walk, name, UNPACK_DAMAGED, "cpio: the sum is wrong");
    return unpack_is_on(walk);
}

static size_t
up_to(size_t n, size_t align)
{
    return (n + align - 1) / align * align;
}

/* The next member, whose place in DATA is a multiple of its align; false when there is none. */
static bool
read_member(struct unpack *walk, str *data, bool *ret_is_last)
{
    struct head head;
    if (!read_head(*data, &head) || !head.name || head.name > data->n - head.n) {
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "cpio: it ends, or goes on, without a header");
        return false;
    }
    str name = {data->p + head.n, (size_t)head.name - 1};
    str rest = str_from(*data, up_to(head.n + (size_t)head.name, head.align));
    str content = unpack_slice(rest, 0, head.size < rest.n ? (size_t)head.size : rest.n);
    *ret_is_last = str_eq(name, LAST);
    *data = str_from(rest, up_to(content.n, head.align));
    return *ret_is_last || give(walk, &head, name, content);
}

static void
read_cpio(struct unpack *walk, str data)
{
    while (data.n && matches(data, "")) {
        bool is_last = false;
        while (!is_last)
            if (!read_member(walk, &data, &is_last))
                return;
        while (data.n && !data.p[0]) /* another may follow, as in Linux' first file systems */
            data = str_from(data, 1);
    }
}

const struct unpack_kind unpack_cpio = {"cpio", matches, read_cpio};
