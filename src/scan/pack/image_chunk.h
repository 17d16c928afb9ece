/* SPDX-License-Identifier: Apache-2.0 */
/* An image as bytes of a chunk: the sizes of its sections, then the sections, each at a multiple of
 * eight bytes. */
#pragma once

#include "base/buf.h"
#include "scan/rules/image.h"

void image_chunk_write(const struct image *image, struct buf *out);
/* BYTES begin at an address that eight divides and stay the image's. Without any bytes the image is
 * empty. */
errcode image_chunk_read(str bytes, struct image *ret, struct err *err);
