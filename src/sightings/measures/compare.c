/* SPDX-License-Identifier: Apache-2.0 */
/* The target gauge: a baseline window against a result window of the same length, in sums of daily
 * distinct addresses. Percentages are exact fractions cut (never rounded) to two decimals. */
#include "sightings/measures/baseline.h"
#include "sightings/measures/health.h"
#include "sightings/measures/ranking.h"
#include "sightings/measures/windows.h"
#include "sightings/statistics/change.h"

#include "base/arena.h"
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

static void
side_take(const struct comparison *c, str family, struct measure_window window,
          const uint64_t *counts, struct change_side *ret)
{
    *ret = (struct change_side){.days = mem_calloc(window_days(window) + 1, sizeof *ret->days)};
    for (size_t i = 0; i < window_days(window); i++) {
        if (!health_gap(&c->health, family, window.from + (day)i))
            change_side_add(ret, counts[i]);
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
    struct change_side before, after;
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
        str family = subject->family.n ? subject->family : c->scope.request->family;
        side_take(c, family, c->before, before, &pair.before);
        side_take(c, family, c->after, after, &pair.after);
        *ret = pair;
    }
    free(before);
    free(after);
    free(kept);
    return code;
}

static double
mean(const struct change_side *side)
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
    table_put_double(table, "change_percent", change_percent(&pair->before, &pair->after));
    struct interval interval = change_interval(&pair->before, &pair->after, c->scope.request->seed);
    table_put_double(table, "interval_low", interval.low);
    table_put_double(table, "interval_high", interval.high);
}

static errcode
put_control(struct comparison *c, const struct subject *subject, const struct pair *pair,
            struct err *err)
{
    struct pair control;
    errcode code = pair_load(c, &c->control, subject, &control, err);
    if (code)
        return code;
    double own = change_percent(&pair->before, &pair->after),
           other = change_percent(&control.before, &control.after);
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
    for (size_t i = 0; subject->families && i < subject->families->count; i++)
        health_reported(&c->health, c->scope.request->source, subject->families->items[i],
                        &reasons);
    if (pair->before.sum == 0)
        reasons_add(&reasons, (struct reason){.kind = REASON_NO_BASELINE},
                    "nothing was seen in the baseline window");
    table_put_double(c->table, "target_percent", c->scope.request->target);
    if (reasons.count == 0)
        table_put_bool(c->table, "target_met",
                       change_met(&pair->before, &pair->after, c->scope.request->target));
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

enum { TEXT_BYTES = 4 << 20 };

/* What the text form is made of: cells as they are in the other forms. */
struct told {
    const struct table *table;
    size_t row;
    struct arena arena;
};

static const char *
cell(struct told *t, const char *column)
{
    str text = table_text(t->table, t->row, column, &t->arena);
    return arena_str(&t->arena, text).p;
}

static const char *
verdict(struct told *t)
{
    const char *met = cell(t, "target_met");
    return !*met ? "not comparable" : *met == 'y' ? "met" : "not met";
}

static const char *
sign(const char *number)
{
    return *number == '-' ? "" : "+";
}

static void
tell_window(struct told *t, const char *name, struct buf *out)
{
    char column[32];
    const char *cells[5];
    static const char *const parts[] = {"from", "to", "sum", "days", "mean"};
    for (size_t i = 0; i < 5; i++) {
        snprintf(column, sizeof column, "%s_%s", name, parts[i]);
        cells[i] = cell(t, column);
    }
    buf_printf(out, "  %-10s %s to %s: %s in %s days, mean %s\n", name, cells[0], cells[1],
               cells[2], cells[3], cells[4]);
}

/* "(46611/5) ÷ (45863/5) − 1 = +1.63 %, 95 % interval -2.10 to +5.31" */
static void
tell_change(struct told *t, struct buf *out)
{
    const char *change = cell(t, "change_percent"), *low = cell(t, "interval_low"),
               *high = cell(t, "interval_high"), *control = cell(t, "control_change_percent"),
               *net = cell(t, "net_change_percent");
    if (*change)
        buf_printf(out, "  change     (%s/%s) ÷ (%s/%s) − 1 = %s%s %%", cell(t, "result_sum"),
                   cell(t, "result_days"), cell(t, "baseline_sum"), cell(t, "baseline_days"),
                   sign(change), change);
    if (*change && *low)
        buf_printf(out, ", 95 %% interval %s%s to %s%s", sign(low), low, sign(high), high);
    buf_z(out, *change ? "\n" : "  change     cannot be told\n");
    if (*control)
        buf_printf(out, "  control    %s%s %%; net of it %s%s %%\n", sign(control), control,
                   sign(net), net);
}

static void
tell_scope(struct told *t, struct buf *out)
{
    buf_printf(out, "\n%s\n", cell(t, "scope"));
    tell_window(t, "baseline", out);
    tell_window(t, "result", out);
    tell_change(t, out);
    buf_printf(out, "  target     %s %%: %s\n", cell(t, "target_percent"), verdict(t));
    if (*cell(t, "baseline_changed") == 'y')
        buf_z(out, "  baseline   the stored sets have changed since it was frozen\n");
    for (size_t i = 0; i < table_list_count(t->table, t->row, "reasons"); i++) {
        str reason = table_list_at(t->table, t->row, "reasons", i);
        buf_printf(out, "  %-10s %.*s\n", i ? "" : "because", STR_ARG(reason));
    }
}

/* A verdict, then a block for each scope: a table of these columns is 300 characters wide. */
static void
tell(struct table *table)
{
    struct told t = {.table = table, .arena = ARENA};
    struct buf text = BUF(TEXT_BYTES);
    if (table_rows(table) == 0)
        return;
    const char *change = cell(&t, "change_percent"), *result = verdict(&t);
    if (*cell(&t, "target_met"))
        buf_printf(&text, "Target %s: %s%s %% where %s %% is asked for (class %s)\n", result,
                   sign(change), change, cell(&t, "target_percent"), cell(&t, "class"));
    else
        buf_printf(&text,
                   "Not comparable: whether the target of %s %% is met cannot be told (class "
                   "%s)\n",
                   cell(&t, "target_percent"), cell(&t, "class"));
    for (; t.row < table_rows(table); t.row++)
        tell_scope(&t, &text);
    buf_char(&text, '\n');
    table_text_form(table, buf_view(&text));
    buf_clear(&text);
    arena_clear(&t.arena);
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
    if (code == OK)
        tell(c.table);
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
