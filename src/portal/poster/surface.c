/* SPDX-License-Identifier: Apache-2.0 */
/* A buffer's cap is found out at the end, with cairo's own error. */
#include "portal/poster/surface.h"

cairo_status_t
surface_write(void *context, const unsigned char *data, unsigned length)
{
    struct buf *out = context;
    buf_add(out, data, length);
    return out->full ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

errcode
surface_finish(cairo_surface_t *surface, const struct buf *out, struct err *err)
{
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (out->full)
        return buf_check(out, "the picture", err);
    if (status != CAIRO_STATUS_SUCCESS)
        return err_set(err, ERR_UNSUPPORTED, "cannot draw: %s", cairo_status_to_string(status));
    return OK;
}

errcode
surface_finish_png(cairo_surface_t *surface, struct buf *out, struct err *err)
{
    cairo_status_t status = cairo_surface_write_to_png_stream(surface, surface_write, out);
    if (status != CAIRO_STATUS_SUCCESS && !out->full) {
        cairo_surface_destroy(surface);
        return err_set(err, ERR_UNSUPPORTED, "cannot write the picture: %s",
                       cairo_status_to_string(status));
    }
    return surface_finish(surface, out, err);
}
