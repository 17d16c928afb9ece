/* SPDX-License-Identifier: Apache-2.0 */
/* Shell links as MS-SHLLINK describes them: with link info and arguments, or a block of
 * variables. */
#pragma once

#include "base/buf.h"

static inline void
link_number(struct buf *out, uint32_t number, int size)
{
    for (int i = 0; i < size; i++)
        buf_char(out, (char)(number >> 8 * i));
}

static inline void
link_text16(struct buf *out, const char *ascii, size_t units)
{
    size_t n = strlen(ascii);
    for (size_t i = 0; i < units; i++)
        link_number(out, i < n ? (uint8_t)ascii[i] : 0, 2);
}

static inline void
link_header(struct buf *out, uint32_t flags)
{
    buf_add(out, "\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 20);
    link_number(out, flags, 4);
    for (int i = 0; i < 52; i++)
        buf_char(out, 0);
}

/* TARGET in link info, ARGUMENTS in UTF-16. */
static inline void
link_write(struct buf *out, const char *target, const char *arguments)
{
    enum { INFO = 2, ARGUMENTS = 0x20, UNICODE_TEXT = 0x80, HEADER = 0x1c };
    uint32_t n = (uint32_t)strlen(target);
    link_header(out, INFO | ARGUMENTS | UNICODE_TEXT);
    uint32_t info[] = {HEADER + n + 2, HEADER, 1, 0, HEADER, 0, HEADER + n + 1};
    for (size_t i = 0; i < sizeof info / sizeof *info; i++)
        link_number(out, info[i], 4);
    buf_add(out, target, n + 1);
    buf_char(out, 0);
    link_number(out, (uint32_t)strlen(arguments), 2);
    link_text16(out, arguments, strlen(arguments));
    link_number(out, 0, 4);
}

/* TARGET with variables, in a block of extra data. */
static inline void
link_write_variables(struct buf *out, const char *target)
{
    enum { UNICODE_TEXT = 0x80, ANSI = 260 };
    link_header(out, UNICODE_TEXT);
    link_number(out, 0x314, 4);
    link_number(out, 0xa0000001u, 4);
    for (int i = 0; i < ANSI; i++)
        buf_char(out, 0);
    link_text16(out, target, ANSI);
    link_number(out, 0, 4);
}
