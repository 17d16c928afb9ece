/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts and press releases, each as a list, as pages and as an Atom feed. */
#include "pages/article.h"
#include "pages/atom.h"

static const struct article_list alerts = {
    .kind = CONTENT_ALERTS,
    .title = N_("Alerts"),
    .intro = N_("Published alerts on threats: what happened, who is affected, what to do."),
    .empty = N_("There is no alert at present."),
    .item_path = {"/canh-bao/", "/en/alerts/"},
    .feed_path = {"/canh-bao.atom", "/en/alerts.atom"},
};

static const struct article_list press = {
    .kind = CONTENT_PRESS,
    .title = N_("Press releases"),
    .empty = N_("There is no press release at present."),
    .item_path = {"/thong-cao/", "/en/press/"},
    .feed_path = {"/thong-cao.atom", "/en/press.atom"},
};

static void
serve_alerts(const struct visit *visit)
{
    article_serve_list(visit, &alerts);
}

static void
serve_press(const struct visit *visit)
{
    article_serve_list(visit, &press);
}

static void
serve_alert(const struct visit *visit)
{
    static const struct article_fact facts[] = {
        {"date", N_("Published"), FACT_DAY},     {"updated", N_("Updated"), FACT_DAY},
        {"affected", N_("Affected"), FACT_TEXT}, {"cve", N_("Vulnerabilities"), FACT_TEXT},
        {"tlp", N_("Sharing (TLP)"), FACT_TEXT}, {0},
    };
    const struct content_item *item = article_find(visit, CONTENT_ALERTS, visit->name);
    struct article article = {
        .up_path = {"/canh-bao", "/en/alerts"},
        .up_text = N_("All alerts"),
        .facts = facts,
    };
    if (item)
        article.tag =
            level_words(content_value(item, visit->language, "level"), &article.tag_style);
    article_serve(visit, item, &article);
}

static void
serve_release(const struct visit *visit)
{
    static const struct article_fact facts[] = {
        {"date", N_("Published"), FACT_DAY},
        {"updated", N_("Updated"), FACT_DAY},
        {"issuer", N_("Issued by"), FACT_TEXT},
        {0},
    };
    article_serve(visit, article_find(visit, CONTENT_PRESS, visit->name),
                  &(struct article){
                      .up_path = {"/thong-cao", "/en/press"},
                      .up_text = N_("All press releases"),
                      .facts = facts,
                  });
}

static void
serve_alert_feed(const struct visit *visit)
{
    atom_serve(visit, &alerts);
}

static void
serve_press_feed(const struct visit *visit)
{
    atom_serve(visit, &press);
}

static bool
has_alert(const struct content *content, str name, day today)
{
    return content_is_shown(content_find(content, CONTENT_ALERTS, name), today);
}

static bool
has_release(const struct content *content, str name, day today)
{
    return content_is_shown(content_find(content, CONTENT_PRESS, name), today);
}

const struct page page_alerts = {
    .path = {"/canh-bao", "/en/alerts"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_alerts,
};

const struct page page_alert = {
    .path = {"/canh-bao/*", "/en/alerts/*"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_alert,
    .has = has_alert,
};

const struct page page_press = {
    .path = {"/thong-cao", "/en/press"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_press,
};

const struct page page_release = {
    .path = {"/thong-cao/*", "/en/press/*"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_release,
    .has = has_release,
};

const struct page feed_alerts = {
    .path = {"/canh-bao.atom", "/en/alerts.atom"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_alert_feed,
};

const struct page feed_press = {
    .path = {"/thong-cao.atom", "/en/press.atom"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_press_feed,
};
