/* SPDX-License-Identifier: Apache-2.0 */
/* PDF's filters for streams (ISO 32000-1, 7.4). */
#pragma once

#include "scan/unpack/reader.h"

enum pdf_filter {
    PDF_NONE, /* no filter's name */
    PDF_FLATE,
    PDF_LZW,
    PDF_RUN_LENGTH,
    PDF_HEX,
    PDF_85,
    PDF_PICTURE, /* DCT, JPX, CCITT, JBIG2: what is inside are pixels */
    PDF_CRYPT,
};
enum pdf_filter pdf_filter_of(str name);
/* Adds to OUT; UNPACK_BROKEN when the data are damaged, with what came before the fault. */
enum unpack_flow pdf_filter_apply(struct unpack *walk, enum pdf_filter filter, str data,
                                  struct buf *out);
