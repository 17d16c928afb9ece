/* SPDX-License-Identifier: Apache-2.0 */
/* What a walk keeps to inflate with: zlib, which makes piece by piece, and a faster library for
 * streams whose size is known, where the system has it (inflate_whole.c, inflate_whole_none.c). */
#pragma once

#include "scan/unpack/reader.h"

struct inflate;
struct inflate *inflate_new(void);
void inflate_free(struct inflate *inflate);
/* That of the walk. */
struct inflate *unpack_inflater(struct unpack *walk);

struct inflate_whole;
struct inflate_whole *inflate_whole_new(void); /* NULL where there is none */
void inflate_whole_free(struct inflate_whole *whole);
/* WINDOW_BITS as inflateInit2 has them: -15 without a header, 15 zlib's, 31 gzip's. False when DATA
 * do not begin with a good stream of exactly N bytes. */
bool inflate_whole_read(struct inflate_whole *whole, str data, int window_bits, char *out, size_t n,
                        size_t *ret_used);
uint32_t inflate_crc32(str data);
