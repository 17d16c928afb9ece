/* SPDX-License-Identifier: Apache-2.0 */
/* /api/v1/self-reports: the only place where something is taken from visitors. Browsers cannot be
 * made to send here from other sites: the type of the content and Khien-Proof need a permission
 * (CORS) that is never given. */
#include "base/json_out.h"
#include "portal/http/target.h"
#include "portal/site.h"

static const char json_type[] = "application/json; charset=utf-8";
static const char not_here[] = "this node takes no reports";
static const char not_now[] = "the report could not be stored; send it again in a minute";

static void
serve_challenge(const struct visit *visit)
{
    char room[SHA256_TEXT + 1], form_room[8];
    str value, form;
    struct sha256 body;
    bool as_text =
        query_find(visit->request->query, STR("form"), form_room, sizeof form_room, &form) &&
        str_eq(form, STR("text"));
    visit->reply->type = json_type;
    if (!visit->site->intake)
        api_serve_error(visit, 404, not_here);
    else if (!query_find(visit->request->query, STR("body"), room, sizeof room, &value) ||
             !sha256_parse(value, &body))
        api_serve_error(visit, 400, "body must be the SHA-256 of the report, 64 digits");
    else {
        visit->reply->type = as_text ? "text/plain; charset=utf-8" : json_type;
        intake_write_challenge(visit->site->intake, &body, as_text, &visit->reply->body);
    }
}

/* "application/json", with or without parameters. */
static bool
is_json(str type)
{
    str kind;
    str_cut(&type, ';', &kind);
    return str_eq_nocase(str_trim(kind), STR("application/json"));
}

/* Who may report: the status to refuse with, 0 for none; *RET_WHY says why. */
static unsigned
judge_sender(const struct visit *visit, bool *ret_by_token, const char **ret_why)
{
    const struct http_request *request = visit->request;
    struct intake *intake = visit->site->intake;
    if (!is_json(request->content_type)) {
        *ret_why = "Content-Type must be application/json";
        return 415;
    }
    *ret_by_token = request->authorization.n > 0;
    if (*ret_by_token) {
        *ret_why = "this is no token of this campaign";
        return intake_knows_token(intake, request->authorization) ? 0 : 403;
    }
    struct sha256 body = sha256_of(request->body);
    *ret_why = intake_refuses(intake, &body, request->proof);
    return *ret_why ? 403 : 0;
}

static void
take_report(const struct visit *visit)
{
    struct intake *intake = visit->site->intake;
    struct self_report report;
    struct err err;
    bool by_token;
    const char *why = NULL;
    unsigned status = judge_sender(visit, &by_token, &why);
    if (!status &&
        self_report_parse(visit->request->body, visit->site->families, &report, &err) != OK) {
        status = 400;
        why = err.text;
    }
    if (!status && !by_token && !visit->request->exempt &&
        !intake_admits(intake, visit->request->visitor)) {
        status = 429;
        visit->reply->retry_after = "60";
        metrics_add(&visit->site->metrics->limited, 1);
        why = NULL;
    }
    if (status) {
        api_serve_error(visit, status, why);
        return;
    }
    report.by_token = by_token;
    struct intake_work *work = intake_take(intake, &report);
    if (!work)
        api_serve_error(visit, 503, not_now);
    else
        visit->reply->job = (struct http_job){work, intake_work_wait, intake_work_free};
}

static void
write_answer(const struct visit *visit, const struct intake_work *work)
{
    unsigned status = intake_work_status(work);
    if (status == 503) {
        visit->reply->retry_after = "60";
        api_serve_error(visit, status, not_now);
        return;
    }
    struct json_out json = json_out_to(&visit->reply->body);
    json_out_object_begin(&json);
    json_out_pair_bool(&json, "counted", true);
    json_out_pair_bool(&json, "known", status == 200);
    json_out_object_end(&json);
    buf_char(&visit->reply->body, '\n');
    visit->reply->type = json_type;
    visit->reply->status = status;
}

static void
serve(const struct visit *visit)
{
    if (visit->request->job.work) {
        write_answer(visit, visit->request->job.work);
    } else if (visit->request->method != METHOD_POST) {
        visit->reply->allow = "POST";
        api_serve_error(visit, 405,
                        "reports are sent here by POST; /api/v1/stats/self-reported "
                        "has the figures");
    } else {
        take_report(visit);
    }
}

const struct page api_self_report_challenge = {
    .path = {"/api/v1/self-reports/challenge", NULL},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_API,
    .serve = serve_challenge,
};

const struct page api_self_reports = {
    .path = {"/api/v1/self-reports", NULL},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_API,
    .serve = serve,
};

size_t
site_body_max(void *context, str path)
{
    const struct site *site = context;
    return site->intake && str_eq(path, str_of(api_self_reports.path[0])) ? LIMIT_SELF_REPORT : 0;
}
