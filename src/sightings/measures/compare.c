/* SPDX-License-Identifier: Apache-2.0 */
/* The target gauge: a baseline window against a result window of the same length, in sums of daily
 * distinct addresses. Percentages are exact fractions cut (never rounded) to two decimals. */
#include "sightings/measures/baseline.h"
#include "sightings/measures/health.h"
#include "sightings/measures/ranking.h"
#include "sightings/measures/windows.h"
#include "sightings/statistics/intervals.h"

#include "base/require.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct table_column columns[] = {
    {"scope", TABLE_TEXT, 0},
    {"class", TABLE_TEXT, 0},
    {"baseline_from", TABLE_DAY, 0},
    {"baseline_to", TABLE_DAY, 0},
    {"baseline_days", TABLE_COUNT, 0},
    {"baseline_sum", TABLE_COUNT, 0},
    {"baseline_mean", TABLE_NUMBER, 1},
    {"result_from", TABLE_DAY, 0},
    {"result_to", TABLE_DAY, 0},
    {"result_days", TABLE_COUNT, 0},
    {"result_sum", TABLE_COUNT, 0},
    {"result_mean", TABLE_NUMBER, 1},
    {"change_percent", TABLE_NUMBER, 2},
    {"interval_low", TABLE_NUMBER, 2},
    {"interval_high", TABLE_NUMBER, 2},
    {"target_percent", TABLE_NUMBER, 0},
    {"target_met", TABLE_FLAG, 0},
    {"control_change_percent", TABLE_NUMBER, 2},
    {"net_change_percent", TABLE_NUMBER, 2},
    {"baseline_changed", TABLE_FLAG, 0},
    {"comparable", TABLE_FLAG, 0},
    {"reasons", TABLE_LIST, 0},
};

/* One window's counts, a day each; days that the operator explained as gaps are left out. */
struct side {
    uint64_t *days;
    size_t count;
    uint64_t sum;
};

struct comparison {
    struct scope scope, control;
    bool has_control;
    struct measure_window before, after;
    struct baseline frozen;
    bool has_frozen;
    struct health health;
    struct names largest;
    struct table *table;
};

static bool
gap_explained(const struct comparison *c, day at)
{
    for (size_t i = 0; i < c->health.count; i++) {
        const struct health_series *series = &c->health.series[i];
        if (series->family.n || at < series->first || at >= series->first + (day)series->count)
            continue;
        const struct health_day *d = &series->days[at - series->first];
        if (d->state == HEALTH_EXPLAINED && !d->present)
            return true;
    }
    return false;
}

static void
side_take(const struct comparison *c, struct measure_window window, const uint64_t *counts,
          struct side *ret)
{
    *ret = (struct side){.days = mem_calloc(window_days(window) + 1, sizeof *ret->days)};
    for (size_t i = 0; i < window_days(window); i++) {
        if (gap_explained(c, window.from + (day)i))
            continue;
        ret->days[ret->count++] = counts[i];
        ret->sum += counts[i];
    }
}

/* What is compared: everything, the largest families together, or one family. */
struct subject {
    str scope; /* "all", "largest", "family:NAME" */
    str family;
    const struct names *families; /* NULL: by FAMILY */
};

static errcode
counts_load(struct scope *scope, const struct subject *subject, struct measure_window window,
            uint64_t *out, struct err *err)
{
    struct day_sets days;
    errcode code =
        subject->families
            ? day_sets_load_families(scope, window.from, window.to, subject->families, &days, err)
            : day_sets_load(scope, window.from, window.to, subject->family, &days, err);
    if (code)
        return code;
    for (size_t i = 0; i < days.count; i++)
        out[i] = day_sets_members(&days, window.from + (day)i);
    day_sets_clear(&days);
    return OK;
}

struct pair {
    struct side before, after;
    bool changed; /* the stored sets no longer give the frozen counts */
};

static void
pair_clear(struct pair *pair)
{
    free(pair->before.days);
    free(pair->after.days);
}

static errcode
pair_load(struct comparison *c, struct scope *scope, const struct subject *subject,
          struct pair *ret, struct err *err)
{
    size_t n = window_days(c->before);
    uint64_t *before = mem_calloc(n, sizeof *before), *after = mem_calloc(n, sizeof *after);
    uint64_t *kept = mem_calloc(n, sizeof *kept);
    struct pair pair = {0};
    errcode code = counts_load(scope, subject, c->before, before, err);
    if (code == OK)
        code = counts_load(scope, subject, c->after, after, err);
    if (code == OK) {
        if (c->has_frozen && scope == &c->scope) {
            baseline_counts(&c->frozen,
                            str_eq(subject->scope, STR("all")) ? STR("total") : subject->scope,
                            kept, n);
            pair.changed = memcmp(kept, before, n * sizeof *kept) != 0;
            memcpy(before, kept, n * sizeof *kept);
        }
        side_take(c, c->before, before, &pair.before);
        side_take(c, c->after, after, &pair.after);
        *ret = pair;
    }
    free(before);
    free(after);
    free(kept);
    return code;
}

/* (after / days) / (before / days) - 1 in percent, cut to hundredths; NaN without a baseline. */
static double
change_percent(const struct pair *pair)
{
    __int128 before = (__int128)pair->before.sum * (__int128)pair->after.count;
    __int128 after = (__int128)pair->after.sum * (__int128)pair->before.count;
    if (before == 0 || pair->before.count == 0)
        return NAN;
    return (double)(int64_t)((after - before) * 10000 / before) / 100;
}

static bool
target_met(const struct pair *pair, int32_t target)
{
    __int128 before = (__int128)pair->before.sum * (__int128)pair->after.count;
    __int128 after = (__int128)pair->after.sum * (__int128)pair->before.count;
    return after * 100 <= before * (100 + target);
}

static double
mean(const struct side *side)
{
    return side->count ? (double)side->sum / (double)side->count : NAN;
}

static void
put_counts(struct comparison *c, const struct pair *pair)
{
    struct table *table = c->table;
    table_put_z(table, "class", event_class_name(c->scope.class));
    table_put_day(table, "baseline_from", c->before.from);
    table_put_day(table, "baseline_to", c->before.to);
    table_put_u64(table, "baseline_days", pair->before.count);
    table_put_u64(table, "baseline_sum", pair->before.sum);
    table_put_double(table, "baseline_mean", mean(&pair->before));
    table_put_day(table, "result_from", c->after.from);
    table_put_day(table, "result_to", c->after.to);
    table_put_u64(table, "result_days", pair->after.count);
    table_put_u64(table, "result_sum", pair->after.sum);
    table_put_double(table, "result_mean", mean(&pair->after));
    table_put_double(table, "change_percent", change_percent(pair));
    struct interval interval =
        interval_ratio(pair->before.days, pair->before.count, pair->after.days, pair->after.count,
                       c->scope.request->seed);
    table_put_double(table, "interval_low", (interval.low - 1) * 100);
    table_put_double(table, "interval_high", (interval.high - 1) * 100);
}

static errcode
put_control(struct comparison *c, const struct subject *subject, const struct pair *pair,
            struct err *err)
{
    struct pair control;
    errcode code = pair_load(c, &c->control, subject, &control, err);
    if (code)
        return code;
    double own = change_percent(pair), other = change_percent(&control);
    table_put_double(c->table, "control_change_percent", other);
    table_put_double(c->table, "net_change_percent",
                     ((1 + own / 100) / (1 + other / 100) - 1) * 100);
    pair_clear(&control);
    return OK;
}

static void
put_verdict(struct comparison *c, const struct subject *subject, const struct pair *pair)
{
    struct reasons reasons = {0};
    str family = subject->family.n ? subject->family : c->scope.request->family;
    health_reasons(&c->health, c->scope.request->source, family, c->before.from, c->after.to,
                   &reasons);
    if (pair->before.sum == 0)
        reasons_add(&reasons, "nothing was seen in the baseline window");
    table_put_double(c->table, "target_percent", c->scope.request->target);
    if (reasons.count == 0)
        table_put_bool(c->table, "target_met", target_met(pair, c->scope.request->target));
    if (c->has_frozen)
        table_put_bool(c->table, "baseline_changed", pair->changed);
    reasons_put(&reasons, c->table);
    reasons_clear(&reasons);
}

static errcode
put_subject(struct comparison *c, const struct subject *subject, struct err *err)
{
    struct pair pair;
    errcode code = pair_load(c, &c->scope, subject, &pair, err);
    if (code)
        return code;
    table_row(c->table);
    table_put_str(c->table, "scope", subject->scope);
    put_counts(c, &pair);
    put_verdict(c, subject, &pair);
    if (c->has_control)
        code = put_control(c, subject, &pair, err);
    pair_clear(&pair);
    return code;
}

static errcode
put_all(struct comparison *c, struct err *err)
{
    struct subject all = {STR("all"), {NULL, 0}, NULL};
    struct subject largest = {STR("largest"), {NULL, 0}, &c->largest};
    errcode code = put_subject(c, &all, err);
    if (code == OK && c->largest.count > 0 && c->scope.request->family.n == 0)
        code = put_subject(c, &largest, err);
    for (size_t i = 0; i < c->largest.count && code == OK; i++) {
        char text[160];
        snprintf(text, sizeof text, "family:%.*s", STR_ARG(c->largest.items[i]));
        struct subject one = {str_of(text), c->largest.items[i], NULL};
        code = put_subject(c, &one, err);
    }
    return code;
}

/* "isp:KEY", "province:CODE" or "asn:NUMBER" in place of the request's filters. */
static errcode
control_open(struct comparison *c, struct measure_request *request, struct err *err)
{
    str control = c->scope.request->control;
    *request = *c->scope.request;
    request->isp = request->province = request->country = (str){NULL, 0};
    request->asn = 0;
    uint64_t asn = 0;
    if (str_starts(control, STR("isp:")))
        request->isp = str_from(control, 4);
    else if (str_starts(control, STR("province:")))
        request->province = str_from(control, 9);
    else if (str_starts(control, STR("asn:")) && str_to_u64(str_from(control, 4), UINT32_MAX, &asn))
        request->asn = (uint32_t)asn;
    if (!request->isp.n && !request->province.n && !request->asn)
        return err_set(err, ERR_USAGE,
                       "the control group is isp:KEY, province:CODE or asn:NUMBER, not \"%.*s\"",
                       STR_ARG(control));
    errcode code = scope_open(&c->control, request, CLASS_INFECTED_SYSTEM, err);
    c->has_control = code == OK;
    return code;
}

static errcode
frozen_open(struct comparison *c, struct err *err)
{
    const struct measure_request *r = c->scope.request;
    errcode code = baseline_load(r->sightings, r->baseline_name, &c->frozen, err);
    if (code)
        return code;
    c->has_frozen = true;
    if (c->scope.filtered || c->frozen.class != c->scope.class ||
        !str_eq(c->frozen.family, r->family) || !str_eq(c->frozen.source, r->source))
        return err_set(err, ERR_USAGE,
                       "the baseline \"%.*s\" was frozen with other filters; use the same",
                       STR_ARG(r->baseline_name));
    return OK;
}

static errcode
largest_choose(struct comparison *c, struct err *err)
{
    if (c->has_frozen) {
        for (size_t i = 0; i < c->frozen.largest.count; i++)
            names_index(&c->largest, c->frozen.largest.items[i]);
        return OK;
    }
    struct ranking ranking;
    errcode code = ranking_compute(&c->scope, c->before.from, c->before.to, &ranking, err);
    if (code)
        return code;
    ranking_largest(&ranking, c->scope.request->top, &c->largest);
    ranking_clear(&ranking);
    return OK;
}

static errcode
compare(struct comparison *c, struct err *err)
{
    const struct measure_request *r = c->scope.request;
    struct measure_request control;
    bool enough = false;
    errcode code = r->baseline_name.n ? frozen_open(c, err) : OK;
    c->before = r->baseline;
    c->after = r->result;
    if (code == OK && c->has_frozen)
        c->before = (struct measure_window){c->frozen.from, c->frozen.to};
    if (code == OK)
        code = windows_choose(&c->scope, &c->before, &c->after, &enough, err);
    if (code || !enough) {
        table_note(c->table, "there are too few days of data for two windows");
        return code;
    }
    if ((code = health_load(&c->health, &c->scope, c->before.from, c->after.to, err)) ||
        (code = largest_choose(c, err)) ||
        (r->control.n && (code = control_open(c, &control, err))))
        return code;
    code = put_all(c, err);
    table_note(c->table, "sums of daily distinct addresses; change = (result / days) / (baseline / "
                         "days) - 1, cut to two decimals; 95 %% interval by moving block bootstrap "
                         "over days");
    table_note(c->table,
               "\"largest\" are the %zu largest families of the baseline window by "
               "address-days, or the operator's list",
               c->largest.count);
    return code;
}

errcode
measure_compare(const struct measure_request *request, struct table **ret, struct err *err)
{
    struct comparison c = {0};
    errcode code = scope_open(&c.scope, request, CLASS_INFECTED_SYSTEM, err);
    if (code)
        return code;
    c.table = table_new(columns, sizeof columns / sizeof *columns);
    table_as_object(c.table, "scopes");
    code = compare(&c, err);
    if (c.has_frozen)
        baseline_clear(&c.frozen);
    health_clear(&c.health);
    names_clear(&c.largest);
    scope_close(&c.scope);
    scope_close(&c.control);
    if (code) {
        table_free(c.table);
        return code;
    }
    *ret = c.table;
    return OK;
}
