/* SPDX-License-Identifier: Apache-2.0 */
/* A code is drawn as runs of dark modules, so that no hairline shows between neighbours. */
#include "portal/poster/qr.h"

#include <errno.h>
#include <qrencode.h>

#include "portal/poster/surface.h"

enum { PNG_MODULE = 16, TEXT_MAX = 512 };

static QRcode *
encode(const char *text, QRecLevel level)
{
    return QRcode_encodeString(text, 0, level, QR_MODE_8, 1);
}

errcode
qr_make(str text, struct qr *ret, struct err *err)
{
    char terminated[TEXT_MAX];
    if (!str_copy(text, terminated, sizeof terminated))
        return err_set(err, ERR_LIMIT, "an address of more than %d bytes is too long for a QR code",
                       TEXT_MAX - 1);
    QRcode *code = encode(terminated, QR_ECLEVEL_M), *better = encode(terminated, QR_ECLEVEL_Q);
    if (code && better && better->width == code->width) {
        QRcode_free(code);
        code = better;
        better = NULL;
    }
    QRcode_free(better);
    if (!code)
        return err_set_errno(err, "cannot make a QR code of %s", terminated);
    ret->size = (unsigned)code->width;
    for (size_t i = 0; i < (size_t)code->width * (size_t)code->width; i++)
        ret->dark[i] = code->data[i] & 1;
    QRcode_free(code);
    return OK;
}

typedef void take_run(void *context, unsigned x, unsigned y, unsigned n);

static void
each_run(const struct qr *qr, take_run *take, void *context)
{
    for (unsigned y = 0; y < qr->size; y++)
        for (unsigned x = 0, n; x < qr->size; x += n) {
            bool dark = qr->dark[y * qr->size + x];
            for (n = 1; x + n < qr->size && qr->dark[y * qr->size + x + n] == dark;)
                n++;
            if (dark)
                take(context, x + QR_QUIET, y + QR_QUIET, n);
        }
}

static void
write_run(void *context, unsigned x, unsigned y, unsigned n)
{
    buf_printf(context, "M%u %uh%uv1h-%uz", x, y, n, n);
}

void
qr_write_path(const struct qr *qr, struct buf *out)
{
    each_run(qr, write_run, out);
}

void
qr_write_svg(const struct qr *qr, struct buf *out)
{
    unsigned side = qr->size + 2 * QR_QUIET;
    buf_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" "
        "height=\"%u\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%uv%uH0z\"/>"
        "<path d=\"",
        side, side, side * PNG_MODULE, side * PNG_MODULE, side, side);
    qr_write_path(qr, out);
    buf_z(out, "\"/></svg>\n");
}

static void
draw_run(void *context, unsigned x, unsigned y, unsigned n)
{
    cairo_rectangle(context, x, y, n, 1);
}

void
qr_draw(const struct qr *qr, cairo_t *cairo, double x, double y, double side)
{
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    cairo_scale(cairo, side / (qr->size + 2 * QR_QUIET), side / (qr->size + 2 * QR_QUIET));
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_rectangle(cairo, 0, 0, qr->size + 2 * QR_QUIET, qr->size + 2 * QR_QUIET);
    cairo_fill(cairo);
    cairo_set_source_rgb(cairo, 0, 0, 0);
    each_run(qr, draw_run, cairo);
    cairo_fill(cairo);
    cairo_restore(cairo);
}

errcode
qr_write_png(const struct qr *qr, struct buf *out, struct err *err)
{
    int side = (int)(qr->size + 2 * QR_QUIET) * PNG_MODULE;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, side, side);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_NONE);
    qr_draw(qr, cairo, 0, 0, side);
    cairo_destroy(cairo);
    return surface_finish_png(surface, out, err);
}
