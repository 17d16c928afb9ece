/* SPDX-License-Identifier: Apache-2.0 */
/* `khien stats health`: one row a source and day. */
#include "sightings/measures/health.h"

static const struct table_column columns[] = {
    {"source", TABLE_TEXT, 0},    {"day", TABLE_DAY, 0},       {"rows", TABLE_COUNT, 0},
    {"distinct", TABLE_COUNT, 0}, {"members", TABLE_COUNT, 0}, {"expected", TABLE_NUMBER, 0},
    {"state", TABLE_TEXT, 0},     {"note", TABLE_TEXT, 0},     {"comparable", TABLE_FLAG, 0},
    {"reasons", TABLE_LIST, 0},
};

/* A source that has stopped for good would fill the table; this many days of a gap are told. */
enum { GAP_DAYS_SHOWN = 30, DELIVERY_DAYS = 2 };

static void
put_day(const struct health *health, const struct health_series *series, day at,
        const struct day_sets *distinct, struct table *table)
{
    const struct health_day *d = &series->days[at - series->first];
    struct reasons reasons = {0};
    table_row(table);
    table_put_str(table, "source", series->source);
    table_put_day(table, "day", at);
    table_put_u64(table, "rows", d->rows);
    table_put_u64(table, "distinct", day_sets_members(distinct, at));
    table_put_u64(table, "members", d->members);
    if (d->expected > 0)
        table_put_double(table, "expected", d->expected);
    table_put_z(table, "state", health_state_name(d->state));
    if (d->note.n)
        table_put_str(table, "note", d->note);
    /* Compared with the day before: so a change on the very day is a break. */
    health_reasons(health, series->source, (str){NULL, 0}, at - 1, at, &reasons);
    if (d->state == HEALTH_FIRST)
        reasons_clear(&reasons);
    if (d->state == HEALTH_FIRST)
        reasons_add(&reasons, (struct reason){.kind = REASON_FIRST_DAY, .from = at},
                    "the source's first day: nothing before it to compare with");
    reasons_put(&reasons, table);
    reasons_clear(&reasons);
}

/* Every day of the source from FROM on; *CUT when a long gap was not told whole. */
static void
put_source(const struct health *health, const struct health_series *series, day from,
           const struct day_sets *distinct, struct table *table, bool *cut)
{
    size_t gap = 0;
    for (day at = series->first > from ? series->first : from; at <= health->last; at++) {
        gap = series->days[at - series->first].present ? 0 : gap + 1;
        if (gap <= GAP_DAYS_SHOWN)
            put_day(health, series, at, distinct, table);
        else
            *cut = true;
    }
}

/* Without an end given, silence since the last stored day shows, too: up to two days ago, since a
 * day's file comes on the next. */
day
health_last_day(const struct scope *scope)
{
    day last = scope->to, expected = clock_today() - DELIVERY_DAYS;
    if (scope->request->to != DAY_NONE || expected <= last)
        return last;
    return expected < last + GAP_DAYS_SHOWN ? expected : last + GAP_DAYS_SHOWN;
}

errcode
measure_health(const struct measure_request *request, struct table **ret, struct err *err)
{
    struct measure_request all = *request;
    all.family = (str){NULL, 0};
    struct scope scope;
    struct health health = {0};
    bool cut = false;
    errcode code = scope_open(&scope, &all, CLASS_NONE, err);
    if (code)
        return code;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    scope.filtered = false;
    if (scope_empty(&scope))
        scope_note_empty(&scope, table);
    else
        scope.to = health_last_day(&scope);
    if (!scope_empty(&scope))
        code = health_load(&health, &scope, scope.from, scope.to, err);
    for (size_t i = 0; i < health.count && code == OK; i++) {
        const struct health_series *series = &health.series[i];
        if (series->family.n)
            continue;
        struct day_sets distinct;
        all.source = series->source;
        code = day_sets_load(&scope, scope.from, scope.to, (str){NULL, 0}, &distinct, err);
        if (code == OK)
            put_source(&health, series, scope.from, &distinct, table, &cut);
        if (code == OK)
            day_sets_clear(&distinct);
    }
    health_clear(&health);
    scope_close(&scope);
    if (code) {
        table_free(table);
        return code;
    }
    if (cut)
        table_note(table, "of a gap the first %d days are listed", GAP_DAYS_SHOWN);
    table_note(table, "members: addresses counted once for each family; the state compares them "
                      "with the median of the last 14 sound days");
    *ret = table;
    return OK;
}
