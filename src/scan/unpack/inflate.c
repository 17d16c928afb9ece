/* SPDX-License-Identifier: Apache-2.0 */
/* Deflated data, for all readers: by zlib piece by piece, so that caps are met in time; whole,
 * where the size is known and within the caps. */
#include "scan/unpack/inflate.h"

#include "base/require.h"

#include <zlib.h>

enum { PIECE = 64 << 10 };

struct inflate {
    z_stream zlib;
    bool is_ready;
    struct inflate_whole *whole;
};

struct inflate *
inflate_new(void)
{
    struct inflate *inflate = mem_calloc(1, sizeof *inflate);
    inflate->whole = inflate_whole_new();
    return inflate;
}

void
inflate_free(struct inflate *inflate)
{
    if (!inflate)
        return;
    if (inflate->is_ready)
        inflateEnd(&inflate->zlib);
    inflate_whole_free(inflate->whole);
    free(inflate);
}

static z_stream *
begin(struct unpack *walk, str data, int window_bits)
{
    struct inflate *inflate = unpack_inflater(walk);
    z_stream *z = &inflate->zlib;
    int status = inflate->is_ready ? inflateReset2(z, window_bits) : inflateInit2(z, window_bits);
    require(status == Z_OK);
    inflate->is_ready = true;
    z->next_in = (Bytef *)(uintptr_t)data.p;
    z->avail_in = 0;
    return z;
}

/* One call of it: of what is left of DATA into N bytes at ROOM. */
static int
step(z_stream *z, str data, char *room, size_t n, size_t *ret_n)
{
    size_t left = data.n - (size_t)((const char *)z->next_in - data.p);
    z->avail_in = left < UINT32_MAX ? (uInt)left : UINT32_MAX;
    z->next_out = (Bytef *)room;
    z->avail_out = n < UINT32_MAX ? (uInt)n : UINT32_MAX;
    uInt before = z->avail_out;
    int status = inflate(z, Z_NO_FLUSH);
    *ret_n = before - z->avail_out;
    return status;
}

enum unpack_flow
unpack_inflate(struct unpack *walk, str data, int window_bits, size_t *ret_used)
{
    z_stream *z = begin(walk, data, window_bits);
    for (int status = Z_OK;;) {
        size_t n, made;
        char *room = unpack_room(walk, 0, &n);
        if (!room)
            return UNPACK_CUT;
        status = step(z, data, room, n, &made);
        unpack_made(walk, made);
        if (ret_used)
            *ret_used = (size_t)((const char *)z->next_in - data.p);
        if (status == Z_STREAM_END)
            return UNPACK_ENDED;
        if (status != Z_OK || (!made && !z->avail_in))
            return UNPACK_BROKEN;
    }
}

enum unpack_flow
unpack_inflate_to(struct unpack *walk, str data, int window_bits, struct buf *out)
{
    z_stream *z = begin(walk, data, window_bits);
    for (int status = Z_OK;;) {
        size_t n = out->cap - out->n < PIECE ? out->cap - out->n : PIECE, made;
        char *room = n && unpack_is_on(walk) ? buf_space(out, n) : NULL;
        if (!room)
            return UNPACK_CUT;
        status = step(z, data, room, n, &made);
        out->n -= n - made;
        if (status == Z_STREAM_END)
            return UNPACK_ENDED;
        if (status != Z_OK || (!made && !z->avail_in))
            return UNPACK_BROKEN;
    }
}

bool
unpack_inflate_whole(struct unpack *walk, str data, int window_bits, size_t size,
                     enum unpack_hold hold, size_t *ret_used)
{
    struct inflate_whole *whole = unpack_inflater(walk)->whole;
    char *room = whole ? unpack_room_whole(walk, size) : NULL;
    if (!room || !inflate_whole_read(whole, data, window_bits, room, size, ret_used))
        return false;
    if (hold == UNPACK_COUNTED)
        unpack_made(walk, size);
    else
        unpack_hold(walk, size);
    return true;
}
