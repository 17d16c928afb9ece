/* SPDX-License-Identifier: Apache-2.0 */
/* Methods of compression that no library of ours has on every system. Each adds what it makes of
 * DATA to OUT, whose cap holds; what was made before a fault stays there. RET_USED may be NULL: the
 * bytes of DATA that were read. */
#pragma once

#include "base/buf.h"

enum decompressed {
    DECOMPRESSED,        /* as many bytes as asked for, or to the stream's own end */
    DECOMPRESSED_CUT,    /* the cap was met */
    DECOMPRESSED_BROKEN, /* a fault, or the data end before */
};
#define DECOMPRESS_TO_END UINT64_MAX

/* bzip2, one stream behind the other; blocks that are made random, which only 0.9 made, are broken.
 */
enum decompressed bzip2_decompress(str data, struct buf *out);

/* UCL's methods, by their numbers in UPX's headers; the two that follow each read their bits from
 * units of one byte and of two. */
enum { NRV2B = 2, NRV2D = 5, NRV2E = 8, NRV_LAST = 10 };
enum decompressed nrv_decompress(str data, uint32_t method, size_t size, struct buf *out);

/* LZMA (the specification in the LZMA SDK, public domain): the coder's bytes alone. LC at most 8,
 * LP and PB at most 4, else broken. SIZE may be DECOMPRESS_TO_END: up to its end mark. */
struct lzma_parameters {
    uint32_t lc, lp, pb;
};
bool lzma_parameters_read(uint32_t byte, struct lzma_parameters *ret);
enum decompressed lzma_decompress(str data, struct lzma_parameters parameters, uint64_t size,
                                  struct buf *out, size_t *ret_used);
/* LZMA2, which xz and 7z wrap it in. */
enum decompressed lzma2_decompress(str data, struct buf *out, size_t *ret_used);

/* xz, one stream behind the other; their checksums are not compared. *RET_KNOWN is false, and the
 * data are broken, where a block has another filter than LZMA2. */
enum decompressed xz_decompress(str data, struct buf *out, bool *ret_known);

/* PPMd variant H as 7z has it: contexts of ORDER bytes, 2 to 64, in MEMORY bytes, 2 KiB to 256 MiB,
 * else broken. */
enum decompressed ppmd_decompress(str data, uint32_t order, uint32_t memory, uint64_t size,
                                  struct buf *out);

/* LZX: WINDOW_BITS 15 to 21. State begins anew after each ANEW_EACH bytes, a multiple of 32768; 0
 * for never. */
enum decompressed lzx_decompress(str data, uint32_t window_bits, uint64_t size, uint64_t anew_each,
                                 struct buf *out);

/* zstd (RFC 8878): frames, one behind the other, also those to be skipped; checksums are compared.
 * A window may be of any size, for OUT is the window: its cap bounds the memory. RET_USED is where
 * the first frame begins that was not read whole. */
enum decompressed zstd_decompress(str data, struct buf *out, size_t *ret_used);
/* Whether the frame that DATA begin with needs a dictionary, which makes it broken here. */
bool zstd_needs_dictionary(str data);
/* Where the first frame with a content begins, behind those to be skipped; SIZE_MAX: none does. */
size_t zstd_find(str data);

/* Deflate64, to its end. */
enum decompressed deflate64_decompress(str data, struct buf *out, size_t *ret_used);

/* Implode of zip: whether it has a code of literals, and a window of 8 KiB, not of 4. */
enum decompressed implode_decompress(str data, bool has_literals, bool is_large, uint64_t size,
                                     struct buf *out);

/* LHA's -lh4- to -lh7-: WINDOW_BITS 12, 13, 15, 16. ARJ's methods 1 to 3 are -lh7-; its 4 is the
 * fast one. */
enum decompressed lzh_decompress(str data, uint32_t window_bits, uint64_t size, struct buf *out);
enum decompressed arj_decompress_fast(str data, uint64_t size, struct buf *out);

/* AutoIt's: IS_NEW of format EA06, else EA05. */
enum decompressed autoit_decompress(str data, bool is_new, size_t size, struct buf *out);

/* Undoes the filter for x86 code of LZMA's archives in place; P is the code's beginning. */
void x86_filter_undo(char *p, size_t n);
