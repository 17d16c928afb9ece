/* SPDX-License-Identifier: Apache-2.0 */
/* The measures: each takes one request and gives one table (base/table.h). docs/measures.md has the
 * method, the formula and the source of each. Every row that compares days carries "comparable" and
 * "reasons": no figure is given across a broken source without saying so. */
#pragma once

#include "base/table.h"
#include "intel/intel.h"
#include "sightings/sets.h"

#define MEASURE_BYS(X)                                                                             \
    X(FAMILY, "family")                                                                            \
    X(CLASS, "class")                                                                              \
    X(SOURCE, "source")                                                                            \
    X(ISP, "isp")                                                                                  \
    X(ASN, "asn")                                                                                  \
    X(PROVINCE, "province")                                                                        \
    X(KIND, "kind")                                                                                \
    X(TOTAL, "total")

enum measure_by {
    BY_DEFAULT, /* the measure's own: family; networks: isp */
#define X(suffix, name) BY_##suffix,
    MEASURE_BYS(X)
#undef X
        BY_COUNT
};
const char *measure_by_name(enum measure_by by);
enum measure_by measure_by_find(str name); /* BY_DEFAULT when there is none */

struct measure_window {
    day from, to; /* both included; DAY_NONE: not given */
};

/* Start from MEASURE_REQUEST, which has every default. */
struct measure_request {
    struct sightings *sightings;
    const struct networks *networks; /* dated registry; NULL: nothing is attributed */
    const struct families *families; /* hourly only: to name what the archive holds */

    day from, to;           /* DAY_NONE: the first and last stored day */
    enum event_class class; /* CLASS_NONE: infected-system; daily: every class, a row each */
    str family, source;     /* empty: any */
    /* Only addresses in networks that match all that are given (needs networks). */
    str country, province, isp;
    str kind;     /* of network; empty: any */
    uint32_t asn; /* 0: any */

    enum measure_by by;
    struct measure_window baseline, result; /* compare, churn */
    str baseline_name;                      /* compare: the baseline frozen under this name */
    /* compare: networks not notified, as isp:KEY, province:CODE or asn:NUMBER; empty: none */
    str control;
    uint32_t window_days; /* length of default windows: 30 */
    uint32_t quiet_days;  /* survival: unseen this long is gone: 14 */
    uint32_t top;         /* how many families or networks: 10; 0 all */
    int32_t target;       /* compare: percent: -50 */
    bool curve;           /* survival: the points of the curve instead of its summary */
    bool cumulative;      /* mean: also distinct over the whole window, labelled so */
    uint64_t seed;        /* of the bootstrap: 1 */
};
#define MEASURE_REQUEST                                                                            \
    ((struct measure_request){.from = DAY_NONE,                                                    \
                              .to = DAY_NONE,                                                      \
                              .baseline = {DAY_NONE, DAY_NONE},                                    \
                              .result = {DAY_NONE, DAY_NONE},                                      \
                              .window_days = 30,                                                   \
                              .quiet_days = 14,                                                    \
                              .top = 10,                                                           \
                              .target = -50,                                                       \
                              .seed = 1})

/* Sets the field that NAME stands for: an option of `khien stats` and a parameter of the web API.
 * VALUE must outlive the request. ERR_USAGE begins with the name and says what it must be;
 * ERR_NOT_FOUND: there is no such parameter. */
errcode measure_request_set(struct measure_request *request, str name, str value, struct err *err);
/* Name I, NULL after the last one. */
const char *measure_parameter(size_t i);
/* What the parameters cannot be together. */
errcode measure_request_check(const struct measure_request *request, struct err *err);

/* Every measure, for `khien stats NAME`; the list ends with a NULL name. A request that the measure
 * cannot answer is ERR_USAGE with what to give; no data at all is an empty table with a note. */
struct measure {
    const char *name;
    const char *summary; /* one line */
    errcode (*compute)(const struct measure_request *request, struct table **ret, struct err *err);
};
extern const struct measure measures[];
const struct measure *measure_find(str name);
/* Whether it needs the registry: reading that takes a moment. */
bool measure_needs_networks(const struct measure *measure, const struct measure_request *request);

errcode measure_daily(const struct measure_request *request, struct table **ret, struct err *err);
errcode measure_mean(const struct measure_request *request, struct table **ret, struct err *err);
errcode measure_hourly(const struct measure_request *request, struct table **ret, struct err *err);
errcode measure_churn(const struct measure_request *request, struct table **ret, struct err *err);
errcode measure_survival(const struct measure_request *request, struct table **ret,
                         struct err *err);
errcode measure_recurrence(const struct measure_request *request, struct table **ret,
                           struct err *err);
/* Both of the above in one go, since they follow the same spells. */
errcode measure_spells(const struct measure_request *request, struct table **ret_survival,
                       struct table **ret_recurrence, struct err *err);
errcode measure_top(const struct measure_request *request, struct table **ret, struct err *err);
errcode measure_compare(const struct measure_request *request, struct table **ret, struct err *err);
errcode measure_health(const struct measure_request *request, struct table **ret, struct err *err);
errcode measure_networks(const struct measure_request *request, struct table **ret,
                         struct err *err);
errcode measure_estimate(const struct measure_request *request, struct table **ret,
                         struct err *err);
errcode measure_self_reported(const struct measure_request *request, struct table **ret,
                              struct err *err);

/* Freezes the request's baseline window (filters included, networks filters refused) under NAME:
 * per day and family the distinct counts, in the setting "baseline.NAME". A name that is there is
 * ERR_DENIED unless REPLACE. */
errcode measure_baseline_freeze(const struct measure_request *request, str name, bool replace,
                                struct err *err);
/* The operator's ranking (setting "ranking"): FAMILIES separated by commas, empty to go back to the
 * computed one. */
errcode measure_ranking_set(struct sightings *sightings, str families, struct err *err);
