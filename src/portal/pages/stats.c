/* SPDX-License-Identifier: Apache-2.0 */
/* /api/v1/stats: the measures as data, with the options of `khien stats` as parameters and its JSON
 * or CSV as the answer. Public figures: any page may ask for them (CORS). */
#include "base/json_out.h"
#include "base/require.h"
#include "portal/asset.h"
#include "portal/site.h"

static const char busy[] = "too many questions are waiting; ask again in some seconds";
static const char no_store[] = "this node keeps no figures";

/* What reads the archive again is not for every passer-by. */
static bool
is_offered(const struct measure *measure)
{
    return measure && measure->compute != measure_hourly;
}

static void
refuse(const struct visit *visit, unsigned status, const char *message)
{
    visit->reply->cross_origin = true;
    if (status == 503)
        visit->reply->retry_after = "5";
    api_serve_error(visit, status, message);
}

static void
write_answer(const struct visit *visit, struct stats_work *work)
{
    char message[sizeof((struct err *)0)->text];
    unsigned status;
    str text;
    require(stats_work_done(work, &status, &text));
    if (status != 200) {
        snprintf(message, sizeof message, "%.*s", STR_ARG(text));
        refuse(visit, status, message);
        return;
    }
    bool json = text.n && (text.p[0] == '[' || text.p[0] == '{');
    visit->reply->body = BUF(STATS_BODY_MAX);
    buf_str(&visit->reply->body, text);
    visit->reply->type = json ? "application/json; charset=utf-8" : "text/csv; charset=utf-8";
    visit->reply->cross_origin = true;
}

static void
ask(const struct visit *visit, const struct stats_query *query)
{
    struct stats_work *work = stats_ask(visit->site->stats, query);
    unsigned status;
    str text;
    if (!work) {
        refuse(visit, 503, busy);
    } else if (stats_work_done(work, &status, &text)) {
        write_answer(visit, work);
        stats_work_unref(work);
    } else {
        visit->reply->job = (struct http_job){work, stats_work_wait, stats_work_unref};
    }
}

static void
serve(const struct visit *visit)
{
    struct err err;
    const struct measure *measure = measure_find(visit->name);
    struct stats_query *query;
    if (visit->request->job.work) {
        write_answer(visit, visit->request->job.work);
        return;
    }
    if (!is_offered(measure)) {
        refuse(visit, 404, "there is no such measure; /api/v1/stats lists them");
        return;
    }
    if (!visit->site->stats) {
        refuse(visit, 503, no_store);
        return;
    }
    query = mem_alloc(sizeof *query);
    if (stats_query_parse(measure, visit->request->query, query, &err) == OK)
        ask(visit, query);
    else
        refuse(visit, 400, err.text);
    free(query);
}

static void
serve_list(const struct visit *visit)
{
    struct json_out out = json_out_to(&visit->reply->body);
    json_out_array_begin(&out);
    for (const struct measure *measure = measures; measure->name; measure++) {
        if (!is_offered(measure))
            continue;
        char path[64];
        snprintf(path, sizeof path, "/api/v1/stats/%s", measure->name);
        json_out_object_begin(&out);
        json_out_pair_z(&out, "measure", measure->name);
        json_out_pair_z(&out, "path", path);
        json_out_pair_z(&out, "summary", measure->summary);
        json_out_object_end(&out);
    }
    json_out_array_end(&out);
    buf_char(&visit->reply->body, '\n');
    visit->reply->type = "application/json; charset=utf-8";
    visit->reply->cross_origin = true;
}

/* The description of all data (OpenAPI 3.1), at an address that does not change. */
static void
serve_description(const struct visit *visit)
{
    const struct asset *asset = asset_at(assets, asset_count, asset_path("openapi.json"));
    require(asset);
    visit->reply->content = asset->content;
    visit->reply->type = asset->type;
    visit->reply->cross_origin = true;
}

const struct page api_description = {
    .path = {"/api/v1/openapi.json", NULL},
    .sort = PAGE_SHARED,
    .route = ROUTE_API,
    .serve = serve_description,
};

const struct page api_stats = {
    .path = {"/api/v1/stats/*", NULL},
    .sort = PAGE_QUERY,
    .route = ROUTE_API,
    .serve = serve,
};

const struct page api_measures = {
    .path = {"/api/v1/stats", NULL},
    .sort = PAGE_SHARED,
    .route = ROUTE_API,
    .serve = serve_list,
};
