/* SPDX-License-Identifier: Apache-2.0 */
/* /rules/ and /downloads/: whole files cost more than pages, so that a network has a smaller rate
 * of them. What is small, latest.json, counts as a page does. */
#include "portal/files/shelves.h"
#include "portal/site.h"

enum { SMALL_FILE = 64 << 10 };

static bool
may_have(const struct visit *visit, const struct shelf_file *file)
{
    const struct http_request *request = visit->request;
    return file->size <= SMALL_FILE || request->exempt || request->method != METHOD_GET ||
           rate_take(visit->site->file_rate, request->visitor);
}

static void
serve_from(const struct visit *visit, enum shelf_kind kind)
{
    struct shelf *shelf = shelves_ref(visit->site->shelves, kind);
    const struct shelf_file *file = shelf_find(shelf, visit->name);
    if (!file) {
        page_serve_error(visit, 404);
    } else if (!may_have(visit, file)) {
        visit->reply->retry_after = "60";
        metrics_add(&visit->site->metrics->limited, 1);
        page_serve_error(visit, 429);
    } else {
        shelf_serve(file, visit->reply);
    }
    shelf_unref(shelf);
}

static void
serve_rules(const struct visit *visit)
{
    serve_from(visit, SHELF_RULES);
}

static void
serve_download(const struct visit *visit)
{
    serve_from(visit, SHELF_DOWNLOADS);
}

const struct page page_rules_file = {
    .path = {"/rules/*", NULL},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_FILE,
    .serve = serve_rules,
};

const struct page page_download = {
    .path = {"/downloads/*", NULL},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_FILE,
    .serve = serve_download,
};
