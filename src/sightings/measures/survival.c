/* SPDX-License-Identifier: Apache-2.0 */
/* Survival and recurrence per family. Subjects are addresses, not subscribers: where addresses
 * change hands every day, a spell ends with the lease. A break of a source ends the stretch: spells
 * are censored before it, and a new stretch begins after it. */
#include "sightings/measures/health.h"
#include "sightings/statistics/intervals.h"
#include "sightings/statistics/spells.h"

#include "base/require.h"

#include <math.h>
#include <stdlib.h>

static const struct table_column survival_columns[] = {
    {"family", TABLE_TEXT, 0},
    {"class", TABLE_TEXT, 0},
    {"from", TABLE_DAY, 0},
    {"to", TABLE_DAY, 0},
    {"subjects", TABLE_COUNT, 0},
    {"ended", TABLE_COUNT, 0},
    {"censored", TABLE_COUNT, 0},
    {"left_truncated", TABLE_COUNT, 0},
    {"median_days", TABLE_NUMBER, 0},
    {"median_low", TABLE_NUMBER, 0},
    {"median_high", TABLE_NUMBER, 0},
    {"mean_days", TABLE_NUMBER, 1},
    {"mean_up_to_day", TABLE_COUNT, 0},
    {"quiet_days", TABLE_COUNT, 0},
    {"comparable", TABLE_FLAG, 0},
    {"reasons", TABLE_LIST, 0},
};
static const struct table_column curve_columns[] = {
    {"family", TABLE_TEXT, 0},     {"class", TABLE_TEXT, 0},   {"day", TABLE_COUNT, 0},
    {"at_risk", TABLE_COUNT, 0},   {"ended", TABLE_COUNT, 0},  {"censored", TABLE_COUNT, 0},
    {"survival", TABLE_NUMBER, 4}, {"low", TABLE_NUMBER, 4},   {"high", TABLE_NUMBER, 4},
    {"comparable", TABLE_FLAG, 0}, {"reasons", TABLE_LIST, 0},
};
static const struct table_column recurrence_columns[] = {
    {"family", TABLE_TEXT, 0},
    {"class", TABLE_TEXT, 0},
    {"from", TABLE_DAY, 0},
    {"to", TABLE_DAY, 0},
    {"quiet_days", TABLE_COUNT, 0},
    {"gone_watched_30", TABLE_COUNT, 0},
    {"back_30", TABLE_COUNT, 0},
    {"back_30_percent", TABLE_NUMBER, 2},
    {"back_30_low", TABLE_NUMBER, 2},
    {"back_30_high", TABLE_NUMBER, 2},
    {"gone_watched_90", TABLE_COUNT, 0},
    {"back_90", TABLE_COUNT, 0},
    {"back_90_percent", TABLE_NUMBER, 2},
    {"back_90_low", TABLE_NUMBER, 2},
    {"back_90_high", TABLE_NUMBER, 2},
    {"comparable", TABLE_FLAG, 0},
    {"reasons", TABLE_LIST, 0},
};

struct follow {
    struct scope scope;
    struct health health;
    struct names families;
    struct table *survival, *recurrence; /* NULL: not asked for */
};

static bool
any_break(const struct follow *f, str family, day from, day to)
{
    struct reasons reasons = {0};
    health_reasons(&f->health, f->scope.request->source, family, from, to, &reasons);
    bool any = reasons.count > 0;
    reasons_clear(&reasons);
    return any;
}

/* Each stretch of days without a break, one after the other. */
static void
stretches_add(const struct follow *f, str family, const struct day_sets *days,
              struct spells *spells)
{
    size_t quiet = f->scope.request->quiet_days;
    size_t start = 0;
    for (size_t i = 0; i <= days->count; i++) {
        day at = days->first + (day)i;
        bool end = i == days->count, broken = !end && any_break(f, family, at, at);
        bool step = !end && !broken && i > start && any_break(f, family, at - 1, at);
        if (!end && !broken && !step)
            continue;
        if (i > start)
            spells_add(spells, days->sets + start, i - start, quiet);
        start = broken ? i + 1 : i;
    }
}

static void
put_curve(struct follow *f, str family, const struct spells *spells, const struct km_point *points,
          const struct reasons *reasons)
{
    for (size_t t = 0; t < spells->count; t++) {
        table_row(f->survival);
        table_put_str(f->survival, "family", family);
        table_put_z(f->survival, "class", event_class_name(f->scope.class));
        table_put_u64(f->survival, "day", t);
        table_put_u64(f->survival, "at_risk", points[t].at_risk);
        table_put_u64(f->survival, "ended", points[t].ended);
        table_put_u64(f->survival, "censored", points[t].censored);
        table_put_double(f->survival, "survival", points[t].survival);
        table_put_double(f->survival, "low", points[t].low);
        table_put_double(f->survival, "high", points[t].high);
        reasons_put(reasons, f->survival);
    }
}

static void
put_summary(struct follow *f, str family, const struct spells *spells,
            const struct km_point *points, const struct reasons *reasons)
{
    struct table *table = f->survival;
    uint64_t ended = 0;
    for (size_t t = 0; t < spells->count; t++)
        ended += spells->counts[t].ended;
    table_row(table);
    table_put_str(table, "family", family);
    table_put_z(table, "class", event_class_name(f->scope.class));
    table_put_day(table, "from", f->scope.from);
    table_put_day(table, "to", f->scope.to);
    table_put_u64(table, "subjects", spells->subjects);
    table_put_u64(table, "ended", ended);
    table_put_u64(table, "censored", spells->subjects - ended);
    table_put_u64(table, "left_truncated", spells->truncated);
    if (spells->subjects) {
        table_put_double(table, "median_days", km_median(points, spells->count));
        table_put_double(table, "median_low", km_median_low(points, spells->count));
        table_put_double(table, "median_high", km_median_high(points, spells->count));
        table_put_double(table, "mean_days", km_restricted_mean(points, spells->count));
        table_put_u64(table, "mean_up_to_day", spells->count - 1);
    }
    table_put_u64(table, "quiet_days", f->scope.request->quiet_days);
    reasons_put(reasons, table);
}

static void
put_share(struct table *table, const char *const columns[5], uint64_t watched, uint64_t back)
{
    struct interval interval = interval_wilson((double)back, (double)watched);
    table_put_u64(table, columns[0], watched);
    table_put_u64(table, columns[1], back);
    table_put_double(table, columns[2], watched ? 100.0 * (double)back / (double)watched : NAN);
    table_put_double(table, columns[3], 100 * interval.low);
    table_put_double(table, columns[4], 100 * interval.high);
}

static void
put_recurrence(struct follow *f, str family, const struct spells *spells,
               const struct reasons *reasons)
{
    static const char *const short_columns[] = {"gone_watched_30", "back_30", "back_30_percent",
                                                "back_30_low", "back_30_high"};
    static const char *const long_columns[] = {"gone_watched_90", "back_90", "back_90_percent",
                                               "back_90_low", "back_90_high"};
    struct table *table = f->recurrence;
    table_row(table);
    table_put_str(table, "family", family);
    table_put_z(table, "class", event_class_name(f->scope.class));
    table_put_day(table, "from", f->scope.from);
    table_put_day(table, "to", f->scope.to);
    table_put_u64(table, "quiet_days", f->scope.request->quiet_days);
    put_share(table, short_columns, spells->watched_short, spells->back_short);
    put_share(table, long_columns, spells->watched_long, spells->back_long);
    reasons_put(reasons, table);
}

static errcode
put_family(struct follow *f, str family, struct err *err)
{
    struct day_sets days;
    struct spells spells = {0};
    struct reasons reasons = {0};
    errcode code = day_sets_load(&f->scope, f->scope.from, f->scope.to, family, &days, err);
    if (code)
        return code;
    stretches_add(f, family, &days, &spells);
    health_reasons(&f->health, f->scope.request->source, family, f->scope.from, f->scope.to,
                   &reasons);
    struct km_point *points = mem_calloc(spells.count + 1, sizeof *points);
    kaplan_meier(spells.counts, spells.count, points);
    if (f->recurrence)
        put_recurrence(f, family, &spells, &reasons);
    if (f->survival && f->scope.request->curve)
        put_curve(f, family, &spells, points, &reasons);
    else if (f->survival)
        put_summary(f, family, &spells, points, &reasons);
    free(points);
    reasons_clear(&reasons);
    spells_clear(&spells);
    day_sets_clear(&days);
    return OK;
}

static errcode
compute(struct follow *f, struct err *err)
{
    const struct measure_request *r = f->scope.request;
    errcode code = health_load(&f->health, &f->scope, f->scope.from, f->scope.to, err);
    if (code == OK)
        code = scope_names(&f->scope, f->scope.from, f->scope.to, false, &f->families, err);
    for (size_t i = 0; i < f->families.count && code == OK; i++)
        if (f->families.items[i].n)
            code = put_family(f, f->families.items[i], err);
    if (f->recurrence)
        table_note(f->recurrence,
                   "gone: not seen for %u days; back: seen again within 30 or 90 days "
                   "after that; only those watched that long are counted",
                   r->quiet_days);
    if (f->survival)
        table_note(f->survival,
                   "subjects are addresses whose start was seen (unseen for %u days "
                   "before); an end is known after %u days; where addresses change hands "
                   "a spell ends with the lease, so this is a lower bound for infections",
                   r->quiet_days, r->quiet_days);
    return code;
}

static void
note_empty(struct follow *f)
{
    if (f->survival)
        scope_note_empty(&f->scope, f->survival);
    if (f->recurrence)
        scope_note_empty(&f->scope, f->recurrence);
}

/* Either of RET_SURVIVAL and RET_RECURRENCE may be NULL. */
static errcode
follow(const struct measure_request *request, struct table **ret_survival,
       struct table **ret_recurrence, struct err *err)
{
    struct follow f = {0};
    if (request->quiet_days < 1 || request->quiet_days > 365)
        return err_set(err, ERR_USAGE, "the quiet time is 1 to 365 days");
    errcode code = scope_open(&f.scope, request, CLASS_INFECTED_SYSTEM, err);
    if (code)
        return code;
    if (ret_recurrence)
        f.recurrence =
            table_new(recurrence_columns, sizeof recurrence_columns / sizeof *recurrence_columns);
    if (ret_survival)
        f.survival =
            request->curve
                ? table_new(curve_columns, sizeof curve_columns / sizeof *curve_columns)
                : table_new(survival_columns, sizeof survival_columns / sizeof *survival_columns);
    if (!scope_empty(&f.scope))
        code = compute(&f, err);
    else
        note_empty(&f);
    health_clear(&f.health);
    names_clear(&f.families);
    scope_close(&f.scope);
    if (code) {
        table_free(f.survival);
        table_free(f.recurrence);
        return code;
    }
    if (ret_survival)
        *ret_survival = f.survival;
    if (ret_recurrence)
        *ret_recurrence = f.recurrence;
    return OK;
}

errcode
measure_survival(const struct measure_request *request, struct table **ret, struct err *err)
{
    return follow(request, ret, NULL, err);
}

errcode
measure_recurrence(const struct measure_request *request, struct table **ret, struct err *err)
{
    return follow(request, NULL, ret, err);
}

errcode
measure_spells(const struct measure_request *request, struct table **ret_survival,
               struct table **ret_recurrence, struct err *err)
{
    return follow(request, ret_survival, ret_recurrence, err);
}
