/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON answers. There is no address parameter: who asks learns about the own connection. */
#include "base/json_out.h"
#include "portal/check.h"
#include "portal/http/target.h"
#include "portal/site.h"

static const char json_type[] = "application/json; charset=utf-8";

/* Pages' keys are hashes; theirs have the highest bit, these have not. */
#define KEY_CHECK (UINT64_C(1) << 60)

/* Without a sighting the answer depends on the network, the state and the notes only. */
static bool
is_known(const struct visit *visit, const struct check *check, enum language language)
{
    if (check->own_count + check->other_count)
        return false;
    uint64_t network =
        visit->snapshot ? snapshot_network(visit->snapshot, visit->request->visitor) : 0;
    uint64_t key = KEY_CHECK | (uint64_t)language << 56 |
                   (uint64_t)(visit->reply->vary != NULL) << 57 | (uint64_t)check->state << 48 |
                   (uint64_t)check->notes << 32 | network;
    return http_reply_known(visit->reply, visit->request, key, visit->epoch);
}

static void
serve_check(const struct visit *visit)
{
    struct check check;
    char text[8];
    str value;
    enum language language = visit->language;
    if (query_find(visit->request->query, STR("lang"), text, sizeof text, &value))
        language = str_eq(value, STR("en")) ? LANGUAGE_EN : LANGUAGE_VI;
    check_address(visit->snapshot, visit->request->visitor, clock_now(), visit->site->home_country,
                  &check);
    visit_count(visit, COUNTER_CHECK, NULL);
    if (is_known(visit, &check, language))
        return;
    check_write_json(&check, language, &visit->reply->body);
    buf_char(&visit->reply->body, '\n');
    visit->reply->type = json_type;
}

const struct page api_check = {
    .path = {"/api/v1/check", NULL},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_API,
    .serve = serve_check,
};

/* Made anew once a minute at most, as every shared answer: site_handle's epoch. */
static void
serve_counters(const struct visit *visit)
{
    counters_write_json(visit->site->counters, &visit->reply->body);
    visit->reply->type = json_type;
    visit->reply->cross_origin = true;
}

const struct page api_counters = {
    .path = {"/api/v1/counters", NULL},
    .sort = PAGE_SHARED,
    .route = ROUTE_API,
    .serve = serve_counters,
};

void
api_serve_error(const struct visit *visit, unsigned status, const char *message)
{
    struct json_out out = json_out_to(&visit->reply->body);
    json_out_object_begin(&out);
    json_out_key(&out, "error");
    json_out_object_begin(&out);
    json_out_pair_u64(&out, "status", status);
    json_out_pair_z(&out, "message", message ? message : status_text(status));
    json_out_object_end(&out);
    json_out_object_end(&out);
    buf_char(&visit->reply->body, '\n');
    visit->reply->type = json_type;
    visit->reply->status = status;
}
