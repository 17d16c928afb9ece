/* SPDX-License-Identifier: Apache-2.0 */
/* Campaigns over the years, each at an address that stays. */
#include "pages/article.h"

static bool
is_current(const struct visit *visit, str name)
{
    const char *slug = visit->site->options->campaign_slug;
    return slug && str_eq(name, str_of(slug));
}

/* A campaign may be there only while it runs, such as the demonstration's. */
static bool
takes(const struct visit *visit, const struct content_item *item)
{
    return is_current(visit, item->name) ||
           !str_eq(content_value(item, visit->language, "current_only"), STR("yes"));
}

static const struct article_list campaigns = {
    .kind = CONTENT_CAMPAIGNS,
    .title = N_("Campaigns"),
    .intro = N_("Each campaign keeps its address, so that its aims can be compared with its "
                "results later."),
    .empty = N_("There is no campaign at present."),
    .item_path = {"/chien-dich/", "/en/campaigns/"},
    .takes = takes,
};

static void
serve_list(const struct visit *visit)
{
    article_serve_list(visit, &campaigns);
}

static void
serve_campaign(const struct visit *visit)
{
    static const struct article_fact facts[] = {
        {"owner", N_("Run by"), FACT_TEXT},
        {"basis", N_("Basis"), FACT_TEXT},
        {"scope", N_("Scope"), FACT_TEXT},
        {"audience", N_("For whom"), FACT_TEXT},
        {"target", N_("Targets"), FACT_TEXT},
        {"activity", N_("Main activities"), FACT_TEXT},
        {"partner", N_("Partners"), FACT_TEXT},
        {"supporter", N_("Supporters"), FACT_TEXT},
        {"site", N_("Site at that time"), FACT_TEXT},
        {0},
    };
    const struct content_item *item = article_find(visit, CONTENT_CAMPAIGNS, visit->name);
    bool current = is_current(visit, visit->name);
    article_serve(visit, item && takes(visit, item) ? item : NULL,
                  &(struct article){
                      .up_path = {"/chien-dich", "/en/campaigns"},
                      .up_text = N_("All campaigns"),
                      .facts = facts,
                      .tag = current ? N_("Current campaign") : NULL,
                      .tag_style = "govuk-tag--green",
                  });
}

static bool
has_campaign(const struct content *content, str name, day today)
{
    return content_is_shown(content_find(content, CONTENT_CAMPAIGNS, name), today);
}

const struct page page_campaigns = {
    .path = {"/chien-dich", "/en/campaigns"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_list,
};

const struct page page_campaign = {
    .path = {"/chien-dich/*", "/en/campaigns/*"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_campaign,
    .has = has_campaign,
};
