/* SPDX-License-Identifier: Apache-2.0 */
/* The start page: three steps, the campaign's messages, and the way to everything else. */
#include "pages.h"
#include "portal/check.h"
#include "portal/site.h"

/* The campaign's own words are content, so that each campaign has its own. */
static void
add_messages(const struct visit *visit, struct page_home *page)
{
    enum language language;
    const struct content_item *item = content_find(visit->content, CONTENT_PAGES, STR("home"));
    if (!content_is_shown(item, clock_today()))
        return;
    page->about = content_text(item, visit->language, &language)->html;
    page->about_lang = str_of(language_code(language));
    page->about_title = content_value(item, visit->language, "title");
    page->motive = content_value(item, visit->language, "summary");
}

static str
campaign_link(const struct visit *visit, char out[PAGE_PATH])
{
    const char *slug = visit->site->options->campaign_slug;
    const struct content_item *item =
        slug ? content_find(visit->content, CONTENT_CAMPAIGNS, str_of(slug)) : NULL;
    if (!content_is_shown(item, clock_today()))
        return (str){NULL, 0};
    snprintf(out, PAGE_PATH, "%s%s",
             visit->language == LANGUAGE_VI ? "/chien-dich/" : "/en/campaigns/", slug);
    return str_of(out);
}

static void
serve(const struct visit *visit)
{
    const struct snapshot_meta *meta = visit->snapshot ? snapshot_meta(visit->snapshot) : NULL;
    char as_of[DAY_TEXT], window[16], link[PAGE_PATH];
    const char *campaign = visit->site->campaign[visit->language];
    struct buf content = BUF(HTTP_BODY_MAX), gauge = BUF(HTTP_BODY_MAX);
    const char *title =
        catalog_text(visit->language, N_("Is your Internet connection part of a botnet?"));
    snprintf(window, sizeof window, "%u",
             meta && meta->window_days ? (unsigned)meta->window_days : CHECK_WINDOW_DAYS);
    struct page_home page = {
        .campaign = str_of(campaign),
        .campaign_link = campaign_link(visit, link),
        .as_of = day_words(visit->language, meta ? meta->as_of : DAY_NONE, as_of),
        .window = str_of(window),
    };
    add_messages(visit, &page);
    home_gauge(visit, &gauge);
    page.gauge = buf_view(&gauge);
    page_home_write(&page, visit->language, &content);
    const char *description = catalog_text(
        visit->language, N_("Find out whether your Internet connection appears in botnet "
                            "data, and what to do then."));
    page_frame(visit, &(struct frame){
                          .title = str_of(title),
                          .content = buf_view(&content),
                          .description = str_of(description),
                      });
    buf_clear(&gauge);
    buf_clear(&content);
}

const struct page page_home = {
    .path = {"/", "/en/"},
    .sort = PAGE_SHARED,
    .route = ROUTE_HOME,
    .serve = serve,
};
