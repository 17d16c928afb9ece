/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a measure and the request made of them. */
#include "cmd/measure_options.h"

#include "cmd/output.h"
#include "cmd/suggest.h"

#define FILTERS                                                                                    \
    {"from", "DAY", NULL, "first day (2026-11-21); else the first stored one", 0},                 \
        {"to", "DAY", NULL, "last day; else the last stored one", 0},                              \
        {"class", "CLASS", NULL, "only this class of the taxonomy, such as infected-system", 0},   \
        {"family", "FAMILY", NULL, "only this malware family", 0},                                 \
    {                                                                                              \
        "source", "NAME", NULL, "only this source", 0                                              \
    }

const struct option filter_options[] = {FILTERS, OPTION_JSON, OPTION_CSV, {0}};

const struct option measure_options[] = {
    FILTERS,
    {"by", "WHAT", NULL, "a row for each family, class, source, isp, asn, province, kind or total",
     0},
    {"country", "CC", NULL, "only addresses in networks of this country", 0},
    {"province", "CODE", NULL, "only addresses in networks of this province", 0},
    {"isp", "KEY", NULL, "only addresses in networks of this provider", 0},
    {"asn", "NUMBER", NULL, "only addresses in this autonomous system", 0},
    {"kind", "KIND", NULL, "only fixed, mobile, cgnat, mixed, hosting or government networks", 0},
    {"window", "DAYS", "30", "length of windows that are not given", 0},
    {"quiet", "DAYS", "14", "survival: an address unseen this long is gone", 0},
    {"top", "COUNT", "10", "how many families or networks; 0 for all", 0},
    {"baseline", "NAME", NULL, "compare: with the baseline frozen under this name", 0},
    {"baseline-from", "DAY", NULL, "compare, churn: the earlier window", 0},
    {"baseline-to", "DAY", NULL, "its last day", 0},
    {"result-from", "DAY", NULL, "compare, churn: the later window", 0},
    {"result-to", "DAY", NULL, "its last day", 0},
    {"target", "PERCENT", NULL, "compare: by how many percent it shall fall", 0},
    {"control", "NETWORKS", NULL,
     "compare: the networks that were not notified, as isp:KEY, province:CODE or asn:NUMBER", 0},
    {"curve", NULL, NULL, "survival: every point of the curve", 0},
    {"cumulative", NULL, NULL, "mean: also the distinct addresses of the whole window", 0},
    {"seed", "NUMBER", "1", "of the resampling that gives intervals", 0},
    OPTION_JSON,
    OPTION_CSV,
    {0},
};

static str
text_option(const struct call *call, const char *name)
{
    return str_of(call_option(call, name));
}

/* A code that cannot be right would only give "no data". */
static errcode
pair_option(const struct call *call, const char *name, char least, char most, str *ret,
            struct err *err)
{
    str value = text_option(call, name);
    bool fine = value.n == 0 || value.n == 2;
    for (size_t i = 0; i < value.n && fine; i++)
        fine = value.p[i] >= least && value.p[i] <= most;
    if (!fine)
        return err_set(err, ERR_USAGE, "--%s must be two characters from %c to %c, not \"%.*s\"",
                       name, least, most, STR_ARG(value));
    *ret = value;
    return OK;
}

static errcode
unknown_class(const char *name, struct err *err)
{
    struct suggestion near = suggestion_for(str_of(name));
    for (enum event_class class = CLASS_NONE + 1; class < CLASS_COUNT; class ++)
        suggestion_try(&near, event_class_name(class));
    return err_set(err, ERR_USAGE, "there is no class \"%s\"%s%s%s", name,
                   near.best ? "; did you mean \"" : "", near.best ? near.best : "",
                   near.best ? "\"?" : "");
}

errcode
measure_filters(const struct call *call, struct measure_request *request, struct err *err)
{
    const char *class = call_option(call, "class");
    errcode code = call_day(call, "from", &request->from, err);
    if (code == OK)
        code = call_day(call, "to", &request->to, err);
    if (code == OK && class)
        request->class = event_class_find(str_of(class));
    if (code == OK && class && request->class == CLASS_NONE)
        code = unknown_class(class, err);
    request->family = text_option(call, "family");
    request->source = text_option(call, "source");
    return code;
}

static errcode
by_option(const struct call *call, struct measure_request *request, struct err *err)
{
    const char *by = call_option(call, "by");
    if (!by)
        return OK;
    request->by = measure_by_find(str_of(by));
    if (request->by != BY_DEFAULT)
        return OK;
    return err_set(err, ERR_USAGE,
                   "--by must be family, class, source, isp, asn, province, kind or total, "
                   "not \"%s\"",
                   by);
}

static errcode
window_option(const struct call *call, const char *from, const char *to,
              struct measure_window *window, struct err *err)
{
    errcode code = call_day(call, from, &window->from, err);
    if (code == OK)
        code = call_day(call, to, &window->to, err);
    if (code == OK && (window->from == DAY_NONE) != (window->to == DAY_NONE))
        code = err_set(err, ERR_USAGE, "--%s and --%s need each other", from, to);
    return code;
}

/* The campaign's own windows stand in for those that are not given. */
static void
default_window(const struct call *call, const char *from, const char *to,
               struct measure_window *window)
{
    if (window->from == DAY_NONE)
        *window = (struct measure_window){conf_day(call->conf, from), conf_day(call->conf, to)};
}

static errcode
number_options(const struct call *call, struct measure_request *request, struct err *err)
{
    uint64_t window = 0, quiet = 0, top = 0, asn = 0,
             target = conf_number(call->conf, "campaign.target_percent");
    errcode code = call_number(call, "window", 1, 366, &window, err);
    if (code == OK)
        code = call_number(call, "quiet", 1, 366, &quiet, err);
    if (code == OK)
        code = call_number(call, "top", 0, 1000000, &top, err);
    if (code == OK)
        code = call_number(call, "asn", 1, UINT32_MAX, &asn, err);
    if (code == OK)
        code = call_number(call, "target", 1, 100, &target, err);
    if (code == OK)
        code = call_number(call, "seed", 0, UINT64_MAX, &request->seed, err);
    request->window_days = (uint32_t)window;
    request->quiet_days = (uint32_t)quiet;
    request->top = (uint32_t)top;
    request->asn = (uint32_t)asn;
    request->target = -(int32_t)target;
    return code;
}

static errcode
all_options(const struct call *call, const char *measure, struct measure_request *request,
            struct err *err)
{
    errcode code = measure_filters(call, request, err);
    request->isp = text_option(call, "isp");
    request->kind = call_option(call, "kind");
    request->baseline_name = text_option(call, "baseline");
    request->control = text_option(call, "control");
    request->curve = call_given(call, "curve");
    request->cumulative = call_given(call, "cumulative");
    if (code == OK)
        code = pair_option(call, "country", 'A', 'Z', &request->country, err);
    if (code == OK)
        code = pair_option(call, "province", '0', '9', &request->province, err);
    if (code == OK)
        code = number_options(call, request, err);
    if (code == OK)
        code = by_option(call, request, err);
    if (code == OK)
        code = window_option(call, "baseline-from", "baseline-to", &request->baseline, err);
    if (code == OK)
        code = window_option(call, "result-from", "result-to", &request->result, err);
    if (code == OK && strcmp(measure, "compare") == 0) {
        if (!request->baseline_name.n)
            default_window(call, "campaign.baseline_from", "campaign.baseline_to",
                           &request->baseline);
        default_window(call, "campaign.result_from", "campaign.result_to", &request->result);
    }
    return code;
}

/* Reading the registry takes a moment, so only what speaks of networks does it. */
static bool
needs_networks(const char *measure, const struct measure_request *request)
{
    switch (request->by) {
    case BY_ISP:
    case BY_ASN:
    case BY_PROVINCE:
    case BY_KIND:
        return true;
    default:
        break;
    }
    return strcmp(measure, "networks") == 0 || strcmp(measure, "estimate") == 0 ||
           request->country.n || request->province.n || request->isp.n || request->asn ||
           request->kind || request->control.n;
}

errcode
measure_inputs_open(const struct call *call, const char *measure, struct measure_inputs *ret,
                    struct err *err)
{
    struct measure_request *request = &ret->request;
    *request = MEASURE_REQUEST;
    errcode code = all_options(call, measure, request, err);
    if (code == OK)
        code = vocabulary_open(call->conf, &ret->vocabulary, err);
    if (code == OK)
        code = state_sightings(call, false, &ret->sightings, err);
    if (code == OK && needs_networks(measure, request))
        code = state_networks(call, &ret->networks, err);
    request->sightings = ret->sightings;
    request->networks = ret->networks;
    request->families = ret->vocabulary.families;
    return code;
}

void
measure_inputs_close(struct measure_inputs *inputs)
{
    networks_free(inputs->networks);
    sightings_close(inputs->sightings);
    vocabulary_close(&inputs->vocabulary);
}

errcode
measure_grant(const struct call *call, struct grants *grants, struct err *err)
{
    if (call->word_count == 0 || strcmp(call->words[0], "hourly") != 0)
        return OK;
    /* Archive entries are unpacked into files without a name in the state folder. */
    errcode code = grant_write(grants, conf_text(call->conf, "state.folder"), err);
    return code == OK ? grant_temp(call, grants, err) : code;
}
