/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator declares: on privacy, on accessibility, and how the figures are made. */
#include "pages/article.h"

static const struct article_fact facts[] = {
    {"updated", N_("Updated"), FACT_DAY},
    {0},
};

static void
serve_privacy(const struct visit *visit)
{
    article_serve(visit, article_find(visit, CONTENT_PAGES, STR("privacy")),
                  &(struct article){.facts = facts});
}

static void
serve_accessibility(const struct visit *visit)
{
    article_serve(visit, article_find(visit, CONTENT_PAGES, STR("accessibility")),
                  &(struct article){.facts = facts});
}

static void
serve_method(const struct visit *visit)
{
    article_serve(visit, article_find(visit, CONTENT_PAGES, STR("method")),
                  &(struct article){.facts = facts});
}

const struct page page_method = {
    .path = {"/so-lieu/phuong-phap", "/en/figures/method"},
    .sort = PAGE_SHARED,
    .route = ROUTE_FIGURES,
    .serve = serve_method,
};

const struct page page_privacy = {
    .path = {"/quyen-rieng-tu", "/en/privacy"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_privacy,
};

const struct page page_accessibility = {
    .path = {"/tro-nang", "/en/accessibility"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_accessibility,
};
