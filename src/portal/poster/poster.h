/* SPDX-License-Identifier: Apache-2.0 */
/* The campaign's poster: one page that is read from three metres, on a commune's board (A4) or on a
 * phone (4:5). Drawn by Pango and Cairo with a font of this machine, of which only the letters used
 * go into the file (inner to the part). */
#pragma once

#include "base/buf.h"
#include "base/catalog.h"
#include "base/clock.h"
#include "base/err.h"
#include "portal/portal.h"

struct poster_hotline {
    str name, phone, email; /* the last two may be empty */
};

/* What stands on it. Names are text of any length: type shrinks until the page holds them. */
struct poster {
    enum language language;
    str campaign;
    str owner; /* whose campaign it is; may be empty */
    str address;
    day today;
    bool demonstration;
    uint32_t colour; /* 0xRRGGBB, dark enough for white letters on it */
    const struct poster_hotline *hotlines;
    size_t hotline_count;
};

enum { POSTER_BYTES_MAX = 4 << 20, POSTER_COLOUR = 0x0b4a72 };

/* ERR_UNSUPPORTED when no font here has the letters. */
errcode poster_write(const struct poster *poster, enum poster_format format, struct buf *out,
                     struct err *err);
