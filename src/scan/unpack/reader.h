/* SPDX-License-Identifier: Apache-2.0 */
/* What the walk and the readers of containers say to each other. A reader gets a container whole
 * and gives its members one by one, as views into it or made piece by piece in the buffer of its
 * level; the walk counts, gives them on and looks inside of them before the call returns. */
#pragma once

#include "base/buf.h"
#include "scan/unpack/unpack.h"

struct unpack_kind {
    const char *name;
    /* Looks at a few bytes: at the data's beginning, at fixed places, at the end of NAME. */
    bool (*matches)(str data, const char *name);
    void (*read)(struct unpack *walk, str data);
};
extern const struct unpack_kind unpack_zip, unpack_gzip, unpack_tar, unpack_ole2, unpack_ppt,
    unpack_ole1, unpack_ole10, unpack_rtf, unpack_pdf, unpack_mail, unpack_mbox, unpack_html,
    unpack_uu, unpack_upx, unpack_overlay, unpack_tnef, unpack_szdd, unpack_binhex, unpack_chm,
    unpack_nsis, unpack_autoit, unpack_script_encoder, unpack_arj, unpack_rar, unpack_cpio,
    unpack_ar, unpack_lha;
/* Those that the library of archives reads where it is there. */
extern const struct unpack_kind unpack_bzip2, unpack_xz, unpack_zstd, unpack_lzma, unpack_7z,
    unpack_cab, unpack_iso;

/* Each of these is false when the walk is over: the reader returns then. An empty NAME becomes
 * "#1", "#2" … */
bool unpack_give(struct unpack *walk, str name, str data, bool is_script);
bool unpack_give_made(struct unpack *walk, str name, bool is_script);
bool unpack_is_on(struct unpack *walk);
/* NAME may be empty: the container itself. */
void unpack_skip(struct unpack *walk, str name, enum unpack_skip why, const char *detail);

/* That a member is not whole: because it is larger than one may be, or else for DETAIL. */
void unpack_skip_rest(struct unpack *walk, str name, bool is_cut, const char *detail);

/* What is made in the level's buffer; unpack_give_made empties it. Room at its end, the
 * buffer growing when there is none or, up to the caps, less than LEAST; NULL when a cap is met:
 * what was made is given all the same. */
void unpack_begin(struct unpack *walk);
char *unpack_room(struct unpack *walk, size_t least, size_t *ret_n);
void unpack_made(struct unpack *walk, size_t n);
/* Room for all of N bytes; NULL when a cap would be met. */
char *unpack_room_whole(struct unpack *walk, size_t n);
/* As unpack_made for what is no member: it is not counted. */
void unpack_hold(struct unpack *walk, size_t n);
bool unpack_add(struct unpack *walk, str bytes);
/* Bytes that come one by one, for unpack_add; flushed before anything else is added. */
struct unpack_block {
    struct unpack *walk;
    size_t n;
    char bytes[4096];
};
static inline bool
unpack_flush(struct unpack_block *block)
{
    str made = {block->bytes, block->n};
    block->n = 0;
    return unpack_add(block->walk, made);
}
static inline bool
unpack_put(struct unpack_block *block, uint32_t byte)
{
    block->bytes[block->n++] = (char)byte;
    return block->n < sizeof block->bytes || unpack_flush(block);
}
str unpack_made_view(const struct unpack *walk);
/* The most bytes that a member may have. */
size_t unpack_member_max(const struct unpack *walk);
/* The last name in the path: what the container is called in the one that it is in. */
const char *unpack_name(const struct unpack *walk);

/* Adds what zlib makes of DATA; WINDOW_BITS as inflateInit2 has them. */
enum unpack_flow { UNPACK_ENDED, UNPACK_CUT, UNPACK_BROKEN };
enum unpack_flow unpack_inflate(struct unpack *walk, str data, int window_bits, size_t *ret_used);
/* The same into a buffer of the caller, whose cap holds. */
enum unpack_flow unpack_inflate_to(struct unpack *walk, str data, int window_bits, struct buf *out);
/* The same, faster, of a stream that says it holds SIZE bytes, where it does and no cap is met:
 * else false, and nothing was added. What is HELD is for the reader alone and is not counted. */
enum unpack_hold { UNPACK_COUNTED, UNPACK_HELD };
bool unpack_inflate_whole(struct unpack *walk, str data, int window_bits, size_t size,
                          enum unpack_hold hold, size_t *ret_used);

/* False where no library of archives may be used. */
bool unpack_may_use_library(const struct unpack *walk);
/* Reads DATA by the library of archives when that is there, as one that KIND names ("zip", one
 * entry at the beginning alone; "tar", compressed in any way); false where it is not there. */
bool unpack_by_library(struct unpack *walk, str data, const char *kind);

/* Numbers at an offset, least byte first; 0 where the data end before. */
static inline uint32_t
unpack_u8(str data, size_t offset)
{
    return offset < data.n ? (uint8_t)data.p[offset] : 0;
}
static inline uint32_t
unpack_u16(str data, size_t offset)
{
    return unpack_u8(data, offset) | unpack_u8(data, offset + 1) << 8;
}
static inline uint32_t
unpack_u32(str data, size_t offset)
{
    return unpack_u16(data, offset) | unpack_u16(data, offset + 2) << 16;
}
static inline uint64_t
unpack_u64(str data, size_t offset)
{
    return unpack_u32(data, offset) | (uint64_t)unpack_u32(data, offset + 4) << 32;
}
/* At most N bytes from FROM; empty where there are none. */
static inline str
unpack_slice(str data, size_t from, size_t n)
{
    str rest = str_from(data, from);
    return (str){rest.p, n < rest.n ? n : rest.n};
}
/* Adds a unit of UTF-16 in UTF-8; halves of pairs, which are not put together, are not UTF-8. */
void unpack_put_utf16(struct buf *out, uint32_t unit);
/* True when NAME ends so, whatever its case. */
static inline bool
unpack_name_ends(const char *name, const char *tail)
{
    str whole = str_of(name), end = str_of(tail);
    return whole.n >= end.n && str_eq_nocase(str_from(whole, whole.n - end.n), end);
}
