/* SPDX-License-Identifier: Apache-2.0 */
/* An owned, growing byte buffer that knows its maximum from birth. Errors stick: after one append
 * too many it is full, keeps what it had, and buf_check tells. Always terminated behind its end. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct buf {
    char *p;
    size_t n;
    size_t room;
    size_t cap;
    bool full;
};

/* CAP is the most bytes it may ever hold. Nothing is allocated yet. */
#define BUF(cap_) ((struct buf){.cap = (cap_)})

void buf_clear(struct buf *buf); /* frees; it may be used again */
void buf_reset(struct buf *buf); /* empties, keeps the memory */
void buf_add(struct buf *buf, const void *p, size_t n);
void buf_str(struct buf *buf, str s);
void buf_z(struct buf *buf, const char *z);
void buf_char(struct buf *buf, char c);
void buf_u64(struct buf *buf, uint64_t value);
void buf_i64(struct buf *buf, int64_t value);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* N writable bytes at the end, counted as used; NULL when the cap forbids it. */
char *buf_space(struct buf *buf, size_t n);
/* ERR_LIMIT when something did not fit. WHAT names the thing in the message. */
errcode buf_check(const struct buf *buf, const char *what, struct err *err);
/* What it holds, as a view that the next change makes invalid. */
static inline str
buf_view(const struct buf *buf)
{
    return (str){buf->p, buf->n};
}
