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

/* The option NAME, if it is given or has a default. */
static errcode
take_option(const struct call *call, const char *name, struct measure_request *request,
            struct err *err)
{
    const char *value = call_option(call, name);
    if (!value)
        return OK;
    if (strcmp(name, "class") == 0 && event_class_find(str_of(value)) == CLASS_NONE)
        return unknown_class(value, err);
    struct err found;
    errcode code = measure_request_set(request, str_of(name), str_of(value), &found);
    return code == OK ? OK : err_set(err, code, "--%s", found.text);
}

errcode
measure_filters(const struct call *call, struct measure_request *request, struct err *err)
{
    static const char *const names[] = {"from", "to", "class", "family", "source"};
    errcode code = OK;
    for (size_t i = 0; i < sizeof names / sizeof *names && code == OK; i++)
        code = take_option(call, names[i], request, err);
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
all_options(const struct call *call, const char *measure, struct measure_request *request,
            struct err *err)
{
    errcode code = OK;
    request->target = -(int32_t)conf_number(call->conf, "campaign.target_percent");
    request->curve = call_given(call, "curve");
    request->cumulative = call_given(call, "cumulative");
    for (size_t i = 0; measure_parameter(i) && code == OK; i++)
        if (strcmp(measure_parameter(i), "curve") != 0 &&
            strcmp(measure_parameter(i), "cumulative") != 0)
            code = take_option(call, measure_parameter(i), request, err);
    if (code == OK)
        code = measure_request_check(request, err);
    if (code == OK && strcmp(measure, "compare") == 0) {
        if (!request->baseline_name.n)
            default_window(call, "campaign.baseline_from", "campaign.baseline_to",
                           &request->baseline);
        default_window(call, "campaign.result_from", "campaign.result_to", &request->result);
    }
    return code;
}

errcode
measure_inputs_open(const struct call *call, const struct measure *measure,
                    struct measure_inputs *ret, struct err *err)
{
    struct measure_request *request = &ret->request;
    *request = MEASURE_REQUEST;
    errcode code = all_options(call, measure->name, request, err);
    if (code == OK)
        code = vocabulary_open(call->conf, &ret->vocabulary, err);
    if (code == OK)
        code = state_sightings(call, false, &ret->sightings, err);
    if (code == OK && measure_needs_networks(measure, request))
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
