/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-16, little-endian, as files of Windows hold it. */
#pragma once

#include "base/buf.h"

/* BYTES up to the first zero character, as far as OUT (SIZE bytes, always terminated) holds it.
 * What is half a pair becomes U+FFFD. */
void text16_to_utf8(str bytes, char *out, size_t size);
/* A whole text file of UTF-8 or, after its mark, UTF-16: added as UTF-8, without the mark. */
void text16_decode(str bytes, struct buf *ret);
/* One character; nothing for what is none. Returns its bytes. */
size_t text16_put(uint32_t character, char out[4]);
