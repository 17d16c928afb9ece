/* SPDX-License-Identifier: Apache-2.0 */
/* From a path to what serves it. */
#include "pages.h"
#include "portal/site.h"

struct route {
    str path;
    enum language language;
    void (*serve)(const struct visit *visit);
    const char *moved; /* instead: a path that it stands at */
};

static void
serve_check_any(const struct visit *visit)
{
    str accept = visit->request->accept;
    if (str_contains_nocase(accept, STR("application/json")) &&
        !str_contains_nocase(accept, STR("text/html"))) {
        visit->reply->vary = "Accept";
        api_serve_check(visit);
    } else {
        page_serve_check(visit);
    }
}

static void
serve_robots(const struct visit *visit)
{
    visit->reply->type = "text/plain; charset=utf-8";
    visit->reply->cache = "public, max-age=86400";
    visit->reply->content = STR("User-agent: *\nDisallow: /kiem-tra\nDisallow: /en/check\n"
                                "Disallow: /api/\n");
}

static const struct route routes[] = {
    {{"/api/v1/check", 13}, LANGUAGE_VI, api_serve_check, NULL},
    {{"/", 1}, LANGUAGE_VI, page_serve_home, NULL},
    {{"/kiem-tra", 9}, LANGUAGE_VI, serve_check_any, NULL},
    {{"/en/", 4}, LANGUAGE_EN, page_serve_home, NULL},
    {{"/en/check", 9}, LANGUAGE_EN, serve_check_any, NULL},
    {{"/robots.txt", 11}, LANGUAGE_VI, serve_robots, NULL},
    {{"/en", 3}, LANGUAGE_EN, NULL, "/en/"},
    {{"/en/check/", 10}, LANGUAGE_EN, NULL, "/en/check"},
    {{"/kiem-tra/", 10}, LANGUAGE_VI, NULL, "/kiem-tra"},
};

/* The name holds a hash of the content: it can be kept for ever. */
static bool
serve_asset(const struct http_request *request, struct http_reply *reply)
{
    for (size_t i = 0; i < asset_count; i++) {
        if (!str_eq(request->path, assets[i].path))
            continue;
        bool small =
            assets[i].small.n && str_contains_nocase(request->accept_encoding, STR("gzip"));
        reply->route = ROUTE_ASSET;
        reply->type = assets[i].type;
        reply->cache = "public, max-age=31536000, immutable";
        reply->etag = assets[i].etag;
        reply->vary = assets[i].small.n ? "Accept-Encoding" : NULL;
        reply->encoding = small ? "gzip" : NULL;
        reply->content = small ? assets[i].small : assets[i].content;
        if (str_find(request->if_none_match, str_of(assets[i].etag)) != SIZE_MAX) {
            reply->status = 304;
            reply->content = (str){NULL, 0};
        }
        return true;
    }
    return false;
}

static const struct route *
route_find(str path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (str_eq(path, routes[i].path))
            return &routes[i];
    return NULL;
}

static unsigned
status_of(const struct site *site, const struct http_request *request, const struct route *route)
{
    if (request->fault)
        return request->fault;
    if (request->method == METHOD_OTHER)
        return 405;
    if (!request->exempt && !rate_take(site->rate, request->visitor))
        return 429;
    return route ? 200 : 404;
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
        api_serve_error(visit, status);
    else
        page_serve_error(visit, status);
}

void
site_handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    const struct site *site = context;
    if (!request->fault && request->method != METHOD_OTHER && serve_asset(request, reply))
        return;
    const struct route *route = route_find(request->path);
    unsigned status = status_of(site, request, route);
    struct visit visit = {.site = site, .request = request, .reply = reply};
    visit.language = str_starts(request->path, STR("/en/")) ? LANGUAGE_EN : LANGUAGE_VI;
    visit.snapshot = snapshots_ref(site->snapshots, &visit.epoch);
    if (status != 200) {
        serve_error(&visit, status);
    } else if (route->moved) {
        reply->status = 308;
        reply->location = route->moved;
    } else {
        visit.language = route->language;
        route->serve(&visit);
    }
    if (visit.snapshot)
        snapshot_unref(visit.snapshot);
}
