/* SPDX-License-Identifier: Apache-2.0 */
/* The list of measures. */
#include "sightings/measures/measures.h"

#include <stddef.h>
#include <stdio.h>

const struct measure measures[] = {
    {"daily", "distinct addresses a day, by family, source, network or in total", measure_daily},
    {"mean", "the mean of daily distincts over a period, with minimum and maximum", measure_mean},
    {"hourly", "most addresses within one hour, beside those of the day", measure_hourly},
    {"churn", "what stayed, went, came back and is new between two windows", measure_churn},
    {"survival", "how long addresses stay infected (Kaplan-Meier)", measure_survival},
    {"recurrence", "how many come back within 30 and 90 days", measure_recurrence},
    {"top", "the largest families by address-days", measure_top},
    {"compare", "a baseline window against a result window, and the target", measure_compare},
    {"health", "what each source delivered on each day, and its state", measure_health},
    {"networks", "infected addresses by provider, AS, province or kind, with rates",
     measure_networks},
    {"estimate", "what the counts say about infected connections, and their limits",
     measure_estimate},
    {"self-reported", "what scanners sent in of their own accord; apart from all that is measured",
     measure_self_reported},
    {NULL, NULL, NULL},
};

const struct measure *
measure_find(str name)
{
    for (const struct measure *m = measures; m->name; m++)
        if (str_eq(str_of(m->name), name))
            return m;
    return NULL;
}

static const char *const by_names[BY_COUNT] = {[BY_DEFAULT] = "",
#define X(suffix, name) [BY_##suffix] = name,
                                               MEASURE_BYS(X)
#undef X
};

const char *
measure_by_name(enum measure_by by)
{
    return by_names[by];
}

enum measure_by
measure_by_find(str name)
{
    for (int i = BY_DEFAULT + 1; i < BY_COUNT; i++)
        if (str_eq(str_of(by_names[i]), name))
            return (enum measure_by)i;
    return BY_DEFAULT;
}

/* A request from named texts, so that the command's options and the web API's parameters are the
 * same things with the same bounds. One row a parameter. */
enum parameter_type {
    TYPE_DAY,
    TYPE_CLASS,
    TYPE_BY,
    TYPE_TEXT,
    TYPE_CAPITALS, /* two of A … Z */
    TYPE_DIGITS,   /* two of 0 … 9: a code that cannot be right would only give "no data" */
    TYPE_NUMBER,   /* uint32_t */
    TYPE_SEED,     /* uint64_t */
    TYPE_FALL,     /* percent to fall by, stored as a negative int32_t */
    TYPE_FLAG,
};

struct parameter {
    const char *name;
    enum parameter_type type;
    size_t offset;
    uint64_t min, max;
};
#define AT(field) offsetof(struct measure_request, field)

static const struct parameter parameters[] = {
    {"from", TYPE_DAY, AT(from), 0, 0},
    {"to", TYPE_DAY, AT(to), 0, 0},
    {"class", TYPE_CLASS, AT(class), 0, 0},
    {"family", TYPE_TEXT, AT(family), 0, 0},
    {"source", TYPE_TEXT, AT(source), 0, 0},
    {"by", TYPE_BY, AT(by), 0, 0},
    {"country", TYPE_CAPITALS, AT(country), 0, 0},
    {"province", TYPE_DIGITS, AT(province), 0, 0},
    {"isp", TYPE_TEXT, AT(isp), 0, 0},
    {"asn", TYPE_NUMBER, AT(asn), 1, UINT32_MAX},
    {"kind", TYPE_TEXT, AT(kind), 0, 0},
    {"window", TYPE_NUMBER, AT(window_days), 1, 366},
    {"quiet", TYPE_NUMBER, AT(quiet_days), 1, 366},
    {"top", TYPE_NUMBER, AT(top), 0, 1000000},
    {"baseline", TYPE_TEXT, AT(baseline_name), 0, 0},
    {"baseline-from", TYPE_DAY, AT(baseline.from), 0, 0},
    {"baseline-to", TYPE_DAY, AT(baseline.to), 0, 0},
    {"result-from", TYPE_DAY, AT(result.from), 0, 0},
    {"result-to", TYPE_DAY, AT(result.to), 0, 0},
    {"target", TYPE_FALL, AT(target), 1, 100},
    {"control", TYPE_TEXT, AT(control), 0, 0},
    {"curve", TYPE_FLAG, AT(curve), 0, 0},
    {"cumulative", TYPE_FLAG, AT(cumulative), 0, 0},
    {"seed", TYPE_SEED, AT(seed), 0, UINT64_MAX},
    {0},
};

const char *
measure_parameter(size_t i)
{
    return i < sizeof parameters / sizeof *parameters ? parameters[i].name : NULL;
}

static errcode
must_be(const struct parameter *p, const char *what, str value, struct err *err)
{
    return err_set(err, ERR_USAGE, "%s must be %s, not \"%.*s\"", p->name, what, STR_ARG(value));
}

static errcode
set_number(const struct parameter *p, void *field, str value, struct err *err)
{
    uint64_t number;
    if (!str_to_u64(value, p->max, &number) || number < p->min) {
        char what[64];
        snprintf(what, sizeof what, "a number from %llu to %llu", (unsigned long long)p->min,
                 (unsigned long long)p->max);
        return must_be(p, what, value, err);
    }
    if (p->type == TYPE_SEED)
        *(uint64_t *)field = number;
    else if (p->type == TYPE_FALL)
        *(int32_t *)field = -(int32_t)number;
    else
        *(uint32_t *)field = (uint32_t)number;
    return OK;
}

static errcode
set_pair(const struct parameter *p, str *field, str value, struct err *err)
{
    bool capitals = p->type == TYPE_CAPITALS;
    char least = capitals ? 'A' : '0', most = capitals ? 'Z' : '9';
    bool fine = value.n == 2;
    for (size_t i = 0; i < value.n && fine; i++)
        fine = value.p[i] >= least && value.p[i] <= most;
    if (!fine)
        return must_be(p, capitals ? "two characters from A to Z" : "two characters from 0 to 9",
                       value, err);
    *field = value;
    return OK;
}

static errcode
set_by(const struct parameter *p, enum measure_by *field, str value, struct err *err)
{
    enum measure_by by = measure_by_find(value);
    if (by == BY_DEFAULT)
        return must_be(p, "family, class, source, isp, asn, province, kind or total", value, err);
    *field = by;
    return OK;
}

static errcode
set_flag(const struct parameter *p, bool *field, str value, struct err *err)
{
    bool yes = str_eq(value, STR("yes"));
    if (!yes && !str_eq(value, STR("no")))
        return must_be(p, "yes or no", value, err);
    *field = yes;
    return OK;
}

static errcode
set(const struct parameter *p, void *field, str value, struct err *err)
{
    switch (p->type) {
    case TYPE_DAY:
        return day_parse(value, field) ? OK : must_be(p, "a day such as 2026-11-21", value, err);
    case TYPE_CLASS:
        *(enum event_class *)field = event_class_find(value);
        return *(enum event_class *)field != CLASS_NONE
                   ? OK
                   : must_be(p, "a class of the taxonomy such as infected-system", value, err);
    case TYPE_BY:
        return set_by(p, field, value, err);
    case TYPE_TEXT:
        *(str *)field = value;
        return OK;
    case TYPE_CAPITALS:
    case TYPE_DIGITS:
        return set_pair(p, field, value, err);
    case TYPE_FLAG:
        return set_flag(p, field, value, err);
    default:
        return set_number(p, field, value, err);
    }
}

errcode
measure_request_set(struct measure_request *request, str name, str value, struct err *err)
{
    for (const struct parameter *p = parameters; p->name; p++)
        if (str_eq(name, str_of(p->name)))
            return set(p, (char *)request + p->offset, value, err);
    return err_set(err, ERR_NOT_FOUND, "there is no parameter \"%.*s\"", STR_ARG(name));
}

static bool
is_half(struct measure_window window)
{
    return (window.from == DAY_NONE) != (window.to == DAY_NONE);
}

errcode
measure_request_check(const struct measure_request *request, struct err *err)
{
    if (is_half(request->baseline))
        return err_set(err, ERR_USAGE, "baseline-from and baseline-to need each other");
    if (is_half(request->result))
        return err_set(err, ERR_USAGE, "result-from and result-to need each other");
    return OK;
}

bool
measure_needs_networks(const struct measure *measure, const struct measure_request *request)
{
    enum measure_by by = request->by;
    return by == BY_ISP || by == BY_ASN || by == BY_PROVINCE || by == BY_KIND ||
           measure->compute == measure_networks || measure->compute == measure_churn ||
           measure->compute == measure_estimate || request->country.n || request->province.n ||
           request->isp.n || request->asn || request->kind.n || request->control.n;
}
