/* SPDX-License-Identifier: Apache-2.0 */
/* The start page. */
#include "pages.h"
#include "portal/check.h"
#include "portal/site.h"

static void
serve(const struct visit *visit)
{
    const struct snapshot_meta *meta = visit->snapshot ? snapshot_meta(visit->snapshot) : NULL;
    char as_of[DAY_TEXT], window[16];
    const char *campaign = visit->site->campaign[visit->language];
    struct buf content = BUF(HTTP_BODY_MAX);
    const char *title =
        catalog_text(visit->language, N_("Is your Internet connection part of a botnet?"));
    snprintf(window, sizeof window, "%u",
             meta && meta->window_days ? (unsigned)meta->window_days : CHECK_WINDOW_DAYS);
    struct page_home page = {
        .campaign = str_of(campaign),
        .as_of = day_words(visit->language, meta ? meta->as_of : DAY_NONE, as_of),
        .window = str_of(window),
    };
    page_home_write(&page, visit->language, &content);
    const char *description = catalog_text(
        visit->language, N_("Find out whether your Internet connection appears in botnet "
                            "data, and what to do then."));
    page_frame(visit, &(struct frame){
                          .title = str_of(title),
                          .content = buf_view(&content),
                          .description = str_of(description),
                      });
    buf_clear(&content);
}

const struct page page_home = {
    .path = {"/", "/en/"},
    .sort = PAGE_SHARED,
    .route = ROUTE_HOME,
    .serve = serve,
};
