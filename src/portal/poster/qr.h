/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes (ISO/IEC 18004) of the campaign's address, by libqrencode (inner to the part). */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum { QR_MODULES_MAX = 177, QR_QUIET = 4 /* modules of white around it, as the standard asks */ };

struct qr {
    unsigned size; /* modules a side, without the white around */
    uint8_t dark[QR_MODULES_MAX * QR_MODULES_MAX];
};

/* Error correction Q where that makes it no larger than M does: a poster gets dirty. */
errcode qr_make(str text, struct qr *ret, struct err *err);
/* The dark modules as the data of an SVG path, one unit a module, QR_QUIET from the corner. */
void qr_write_path(const struct qr *qr, struct buf *out);
/* Pictures of their own, with the white around. */
void qr_write_svg(const struct qr *qr, struct buf *out);
errcode qr_write_png(const struct qr *qr, struct buf *out, struct err *err);
