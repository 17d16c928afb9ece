/* SPDX-License-Identifier: Apache-2.0 */
/* "Tham gia ngay": counts, and leads to the first step. */
#include "portal/site.h"

static void
serve(const struct visit *visit)
{
    visit_count(visit, COUNTER_JOIN, NULL);
    page_serve_see_other(visit, page_check.path[visit->language]);
}

const struct page page_join = {
    .path = {"/tham-gia", "/en/join"},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_OTHER,
    .serve = serve,
};
