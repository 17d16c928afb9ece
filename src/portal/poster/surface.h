/* SPDX-License-Identifier: Apache-2.0 */
/* Cairo's surfaces into buffers (inner to poster/). */
#pragma once

#include <cairo.h>

#include "portal/poster/qr.h"

/* For cairo_*_surface_create_for_stream and the like; CONTEXT is a struct buf. */
cairo_status_t surface_write(void *context, const unsigned char *data, unsigned length);
/* Ends and frees SURFACE, whose output went to OUT. */
errcode surface_finish(cairo_surface_t *surface, const struct buf *out, struct err *err);
/* The same for an image, which is written as PNG now. */
errcode surface_finish_png(cairo_surface_t *surface, struct buf *out, struct err *err);

/* SIDE includes the white around the code. */
void qr_draw(const struct qr *qr, cairo_t *cairo, double x, double y, double side);
