/* SPDX-License-Identifier: Apache-2.0 */
/* The posters and QR codes below /chia-se/. They are the same for everybody, but each fetch of a
 * poster counts. */
#include <inttypes.h>

#include "base/hash.h"
#include "base/require.h"
#include "portal/poster/qr.h"
#include "portal/site.h"

/* Beside the keys of pages and of the check. */
#define KEY_FILE (UINT64_C(1) << 61)

static const struct share_file {
    const char *name, *type;
    bool poster;
    enum poster_format format; /* of a poster or, SVG or PNG, of a QR code */
} files[] = {
    {"poster.pdf", "application/pdf", true, POSTER_PDF},
    {"poster.png", "image/png", true, POSTER_PNG},
    {"poster.svg", "image/svg+xml", true, POSTER_SVG},
    {"qr.svg", "image/svg+xml", false, POSTER_SVG},
    {"qr.png", "image/png", false, POSTER_PNG},
};

static const struct share_file *
file_find(str name)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (str_eq(name, str_of(files[i].name)))
            return &files[i];
    return NULL;
}

static bool
write_code(const struct visit *visit, enum poster_format format)
{
    char address[CAMPAIGN_ADDRESS];
    struct qr *qr = mem_calloc(1, sizeof *qr);
    bool fine = campaign_address(visit->site->site_url, visit->language, address) &&
                qr_make(str_of(address), qr, NULL) == OK;
    if (fine && format == POSTER_SVG)
        qr_write_svg(qr, &visit->reply->body);
    else if (fine)
        fine = qr_write_png(qr, &visit->reply->body, NULL) == OK;
    free(qr);
    return fine;
}

static void
serve(const struct visit *visit)
{
    struct http_reply *reply = visit->reply;
    const struct share_file *file = file_find(visit->name);
    if (!file || !visit->site->site_url[0]) {
        page_serve_error(visit, 404);
        return;
    }
    if (file->poster)
        visit_count(visit, COUNTER_POSTER, file->name + strlen("poster."));
    uint64_t key = KEY_FILE | (uint64_t)clock_today() << 16 | (uint64_t)visit->language << 8 |
                   (uint64_t)(file - files);
    if (http_reply_known(reply, visit->request, key, visit->epoch))
        return;
    bool made = file->poster
                    ? posters_get(visit->site->posters, visit->language, file->format, &reply->body)
                    : write_code(visit, file->format);
    if (!made) {
        reply->key = 0;
        buf_reset(&reply->body);
        page_serve_error(visit, 404);
        return;
    }
    snprintf(reply->text, sizeof reply->text, "\"%016" PRIx64 "\"",
             checksum_of(buf_view(&reply->body)).low);
    reply->etag = reply->text;
    reply->type = file->type;
    reply->policy = POLICY_FILE;
    reply->cache = "public, max-age=3600";
    reply->language = language_code(visit->language);
}

const struct page page_share_files = {
    .path = {"/chia-se/*", "/en/share/*"},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_OTHER,
    .serve = serve,
};
