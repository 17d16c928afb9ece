/* SPDX-License-Identifier: Apache-2.0 */
/* `khien stats top`: the largest families, the operator's list beside the computed one. */
#include "sightings/measures/health.h"
#include "sightings/measures/ranking.h"

static const struct table_column columns[] = {
    {"rank", TABLE_COUNT, 0},
    {"family", TABLE_TEXT, 0},
    {"class", TABLE_TEXT, 0},
    {"address_days", TABLE_COUNT, 0},
    {"mean_daily", TABLE_NUMBER, 1},
    {"days_seen", TABLE_COUNT, 0},
    {"share_percent", TABLE_NUMBER, 2},
    {"computed_rank", TABLE_COUNT, 0},
    {"pinned", TABLE_FLAG, 0},
    {"from", TABLE_DAY, 0},
    {"to", TABLE_DAY, 0},
    {"comparable", TABLE_FLAG, 0},
    {"reasons", TABLE_LIST, 0},
};

struct top {
    struct scope scope;
    day from;
    struct ranking ranking;
    struct health health;
    struct table *table;
};

static void
put_ranked(struct top *top, size_t at, uint64_t whole)
{
    const struct ranked *ranked = &top->ranking.items[at];
    struct table *table = top->table;
    struct reasons reasons = {0};
    size_t days = 0;
    for (day on = top->from; on <= top->scope.to; on++)
        days += !health_gap(&top->health, ranked->family, on);
    table_row(table);
    table_put_u64(table, "rank", at + 1);
    table_put_str(table, "family", ranked->family);
    table_put_z(table, "class", event_class_name(top->scope.class));
    table_put_u64(table, "address_days", ranked->address_days);
    table_put_double(table, "mean_daily", (double)ranked->address_days / (double)days);
    table_put_u64(table, "days_seen", ranked->days);
    if (whole)
        table_put_double(table, "share_percent",
                         100.0 * (double)ranked->address_days / (double)whole);
    if (ranked->rank)
        table_put_u64(table, "computed_rank", ranked->rank);
    table_put_bool(table, "pinned", ranked->pinned_rank > 0);
    table_put_day(table, "from", top->from);
    table_put_day(table, "to", top->scope.to);
    health_reasons(&top->health, top->scope.request->source, ranked->family, top->from,
                   top->scope.to, &reasons);
    reasons_put(&reasons, table);
    reasons_clear(&reasons);
}

static errcode
compute(struct top *top, struct err *err)
{
    const struct measure_request *r = top->scope.request;
    top->from = top->scope.from;
    if (r->from == DAY_NONE && top->scope.to - top->from >= (day)r->window_days)
        top->from = top->scope.to - (day)r->window_days + 1;
    errcode code = ranking_compute(&top->scope, top->from, top->scope.to, &top->ranking, err);
    if (code == OK)
        code = health_load(&top->health, &top->scope, top->from, top->scope.to, err);
    if (code)
        return code;
    uint64_t whole = 0;
    for (size_t i = 0; i < top->ranking.count; i++)
        whole += top->ranking.items[i].address_days;
    for (size_t i = 0; i < top->ranking.count && (r->top == 0 || i < r->top); i++)
        put_ranked(top, i, whole);
    if (top->ranking.pinned)
        table_note(top->table,
                   "the operator's list comes first; computed_rank is what the data say");
    return OK;
}

errcode
measure_top(const struct measure_request *request, struct table **ret, struct err *err)
{
    struct top top = {0};
    errcode code = scope_open(&top.scope, request, CLASS_INFECTED_SYSTEM, err);
    if (code)
        return code;
    top.table = table_new(columns, sizeof columns / sizeof *columns);
    if (scope_empty(&top.scope))
        scope_note_empty(&top.scope, top.table);
    else
        code = compute(&top, err);
    ranking_clear(&top.ranking);
    health_clear(&top.health);
    scope_close(&top.scope);
    if (code) {
        table_free(top.table);
        return code;
    }
    *ret = top.table;
    return OK;
}
