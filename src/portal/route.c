/* SPDX-License-Identifier: Apache-2.0 */
/* From a path to what serves it, and what all answers that visitors share have in common: they are
 * compressed, have an entity tag, and are kept ready made until the data or the day change. */
#include "base/hash.h"
#include "pages.h"
#include "portal/http/encoding.h"
#include "portal/site.h"

#include <inttypes.h>

static const struct page *const pages[] = {
    /* pages */
    &page_home,
    &page_check,
    &page_join,
    &page_figures,
    &page_method,
    &page_figures_data,
    &page_share,
    &page_share_channel,
    &page_share_files,
    &page_robots,
    &page_meeting,
    &page_meeting_check,
    &page_meeting_invitation,
    &page_tools,
    &page_tool_get,
    &page_guides,
    &page_guide,
    &page_alerts,
    &page_alert,
    &page_press,
    &page_release,
    &page_campaigns,
    &page_campaign,
    &page_contacts,
    &page_privacy,
    &page_accessibility,
    &page_security,
    &page_security_old,
    /* data */
    &feed_alerts,
    &feed_press,
    &page_rules_file,
    &page_download,
    &api_check,
    &api_counters,
    &api_measures,
    &api_self_report_challenge,
    &api_self_reports,
    &api_stats,
    &api_description,
};

static void
serve_robots(const struct visit *visit)
{
    visit->reply->type = "text/plain; charset=utf-8";
    visit->reply->content = STR("User-agent: *\nDisallow: /kiem-tra\nDisallow: /en/check\n"
                                "Disallow: /api/\nDisallow: /tham-gia\nDisallow: /en/join\n"
                                "Disallow: /chia-se/qua/\nDisallow: /en/share/via/\n"
                                "Disallow: /cong-cu/tai/\nDisallow: /en/tools/get/\n");
}

const struct page page_robots = {
    .path = {"/robots.txt", NULL},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_robots,
};

static bool
serve_asset(const struct site *site, const struct http_request *request, struct http_reply *reply)
{
    const struct asset *asset = asset_at(assets, asset_count, request->path);
    if (!asset)
        asset = asset_at(site->theme.assets, site->theme.asset_count, request->path);
    if (asset)
        asset_serve(asset, request, reply);
    return asset;
}

/* Names are ours, so nothing else needs to be looked up or shown. */
static bool
is_name(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!(text.p[i] >= 'a' && text.p[i] <= 'z') && !(text.p[i] >= '0' && text.p[i] <= '9') &&
            text.p[i] != '-' && text.p[i] != '.')
            return false;
    return text.n > 0;
}

/* Whether PATTERN is PATH; *RET_NAME gets what its "*" stands for. */
static bool
path_matches(const char *pattern, str path, str *ret_name)
{
    str text = str_of(pattern);
    if (!text.n || text.p[text.n - 1] != '*') {
        *ret_name = (str){NULL, 0};
        return str_eq(path, text);
    }
    str head = {text.p, text.n - 1};
    if (!str_starts(path, head))
        return false;
    *ret_name = str_from(path, head.n);
    return is_name(*ret_name);
}

static const struct page *
page_find(str path, enum language *ret_language, str *ret_name)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        for (unsigned language = 0; language < 2; language++)
            if (pages[i]->path[language] &&
                path_matches(pages[i]->path[language], path, ret_name)) {
                *ret_language = (enum language)language;
                return pages[i];
            }
    return NULL;
}

bool
route_exists(const struct content *content, str path, day today)
{
    enum language language;
    str name;
    const struct page *page = page_find(path, &language, &name);
    return page && (!name.n || !page->has || page->has(content, name, today));
}

str
page_path(const struct visit *visit, enum language language, char out[PAGE_PATH])
{
    const char *pattern = visit->page ? visit->page->path[language] : NULL;
    if (!pattern)
        pattern = page_home.path[language];
    size_t n = strlen(pattern);
    bool named = n && pattern[n - 1] == '*';
    snprintf(out, PAGE_PATH, "%.*s%.*s", (int)(n - named), pattern, named ? (int)visit->name.n : 0,
             visit->name.p ? visit->name.p : "");
    return str_of(out);
}

/* Who adds a slash, or leaves it out, is sent to where the page stands. */
static bool
find_moved(const struct visit *visit, struct http_reply *reply)
{
    enum language language;
    str name, path = visit->request->path;
    if (path.n < 2 || path.n + 2 > sizeof reply->text)
        return false;
    bool slash = path.p[path.n - 1] == '/';
    snprintf(reply->text, sizeof reply->text, "%.*s%s", (int)(path.n - slash), path.p,
             slash ? "" : "/");
    return page_find(str_of(reply->text), &language, &name);
}

static unsigned
status_of(const struct visit *visit)
{
    const struct http_request *request = visit->request;
    if (request->fault)
        return request->fault;
    if (request->method == METHOD_OTHER)
        return 405;
    if (!request->exempt && !request->job.work && !rate_take(visit->site->rate, request->visitor))
        return 429;
    if (visit->page)
        return 200;
    return find_moved(visit, visit->reply) ? 308 : 404;
}

static void
serve_error(const struct visit *visit, unsigned status)
{
    struct http_reply *reply = visit->reply;
    reply->route = visit->request->fault ? ROUTE_REFUSED : ROUTE_OTHER;
    if (status == 405)
        reply->allow = "GET, HEAD";
    if (status == 429) {
        reply->retry_after = "60";
        metrics_add(&visit->site->metrics->limited, 1);
    }
    if (str_starts(visit->request->path, STR("/api/")))
        api_serve_error(visit, status, NULL);
    else
        page_serve_error(visit, status);
}

/* The day is that of the hotlines and of "today". */
static uint64_t
key_of(const struct visit *visit, enum encoding encoding)
{
    struct {
        uint64_t path, query;
        uint32_t day, encoding;
    } parts = {
        .path = checksum_of(visit->request->path).low,
        .query = visit->page->sort == PAGE_QUERY ? checksum_of(visit->request->query).low : 0,
        .day = (uint32_t)clock_today(),
        .encoding = encoding,
    };
    return checksum_of((str){(const char *)&parts, sizeof parts}).low | UINT64_C(1) << 63;
}

static void
tag(struct http_reply *reply)
{
    str content = reply->body.n ? buf_view(&reply->body) : reply->content;
    snprintf(reply->text, sizeof reply->text, "\"%016" PRIx64 "\"", checksum_of(content).low);
    reply->etag = reply->text;
}

static void
serve_shared(const struct visit *visit)
{
    struct http_reply *reply = visit->reply;
    enum encoding encoding = encoding_choose(visit->request->accept_encoding, true, true);
    if (http_reply_known(reply, visit->request, key_of(visit, encoding), visit->epoch))
        return;
    visit->page->serve(visit);
    if (reply->status != 200 ||
        reply->job.work) { /* many addresses have an error: none of them is kept */
        reply->key = 0;
        return;
    }
    if (strcmp(reply->cache, "no-store") == 0)
        reply->cache = "public, max-age=60";
    reply->vary = "Accept-Encoding";
    reply->encoding = encode_reply(reply, encoding);
    tag(reply);
}

void
page_serve_see_other(const struct visit *visit, const char *location)
{
    visit->reply->status = 303;
    visit->reply->location = location;
}

void
visit_count(const struct visit *visit, enum counter what, const char *name)
{
    if (!visit->request->exempt && visit->request->method == METHOD_GET)
        counters_add(visit->site->counters, what, str_of(name), visit->request->visitor);
}

void
site_handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    const struct site *site = context;
    if (!request->fault && request->method != METHOD_OTHER && serve_asset(site, request, reply))
        return;
    struct visit visit = {.site = site, .request = request, .reply = reply};
    visit.language = str_starts(request->path, STR("/en/")) ? LANGUAGE_EN : LANGUAGE_VI;
    visit.page = page_find(request->path, &visit.language, &visit.name);
    unsigned status = status_of(&visit);
    visit.snapshot = newest_ref(site->snapshots, &visit.epoch);
    visit.epoch ^= stats_epoch(site->stats) << 32;
    if (site->figures) {
        uint64_t epoch;
        visit.figures = newest_ref(site->figures, &epoch);
        visit.epoch ^= epoch << 48;
    }
    visit.epoch ^= counters_epoch(site->counters) << 16;
    visit.epoch ^= shelves_epoch(site->shelves) << 8;
    visit.epoch ^= intake_epoch(site->intake) << 40;
    uint64_t content_epoch;
    visit.content = contents_ref(site->contents, &content_epoch);
    visit.epoch += content_epoch * UINT64_C(0x9e3779b97f4a7c15);
    if (visit.page)
        reply->route = visit.page->route;
    if (status == 308) {
        reply->status = status;
        reply->location = reply->text;
    } else if (status != 200) {
        visit.page = NULL;
        serve_error(&visit, status);
    } else if (visit.page->sort == PAGE_PERSONAL) {
        visit.page->serve(&visit);
    } else {
        serve_shared(&visit);
    }
    content_unref(visit.content);
    if (visit.snapshot)
        snapshot_unref(visit.snapshot);
    if (visit.figures)
        figures_unref(visit.figures);
}
