/* SPDX-License-Identifier: Apache-2.0 */
/* The growing buffer. */
#include "base/buf.h"

#include "base/require.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
buf_clear(struct buf *buf)
{
    free(buf->p);
    *buf = BUF(buf->cap);
}

void
buf_reset(struct buf *buf)
{
    buf->n = 0;
    buf->full = false;
    if (buf->p)
        buf->p[0] = 0;
}

char *
buf_space(struct buf *buf, size_t n)
{
    if (buf->full || n > buf->cap - buf->n) {
        buf->full = true;
        return NULL;
    }
    size_t need = buf->n + n + 1;
    if (need > buf->room) {
        size_t room = buf->room ? buf->room : 64;
        while (room < need)
            room += room / 2 + 64;
        buf->p = mem_resize(buf->p, room, 1);
        buf->room = room;
    }
    char *at = buf->p + buf->n;
    buf->n += n;
    buf->p[buf->n] = 0;
    return at;
}

void
buf_add(struct buf *buf, const void *p, size_t n)
{
    char *at = buf_space(buf, n);
    if (at && n)
        memcpy(at, p, n);
}

void
buf_str(struct buf *buf, str s)
{
    buf_add(buf, s.p, s.n);
}

void
buf_z(struct buf *buf, const char *z)
{
    buf_add(buf, z, strlen(z));
}

void
buf_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void
buf_u64(struct buf *buf, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    buf_add(buf, digits + at, sizeof digits - at);
}

void
buf_i64(struct buf *buf, int64_t value)
{
    if (value < 0)
        buf_char(buf, '-');
    buf_u64(buf, value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value);
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    require(n >= 0);
    char *at = buf_space(buf, (size_t)n);
    if (at)
        vsnprintf(at, (size_t)n + 1, format, again);
    va_end(again);
}

errcode
buf_check(const struct buf *buf, const char *what, struct err *err)
{
    if (buf->full)
        return err_set(err, ERR_LIMIT, "%s is larger than the %zu bytes allowed", what, buf->cap);
    return OK;
}
