/* SPDX-License-Identifier: Apache-2.0 */
/* The mean of daily distincts. Distinct over the whole window grows with the window and with every
 * change of address, so it is given only on request and called cumulative. */
#include "sightings/measures/health.h"

#include <math.h>

static const struct table_column columns[] = {
    {"family", TABLE_TEXT, 0},
    {"class", TABLE_TEXT, 0},
    {"from", TABLE_DAY, 0},
    {"to", TABLE_DAY, 0},
    {"days", TABLE_COUNT, 0},
    {"days_seen", TABLE_COUNT, 0},
    {"mean_daily", TABLE_NUMBER, 1},
    {"minimum", TABLE_COUNT, 0},
    {"maximum", TABLE_COUNT, 0},
    {"address_days", TABLE_COUNT, 0},
    {"cumulative_distinct", TABLE_COUNT, 0},
    {"comparable", TABLE_FLAG, 0},
    {"reasons", TABLE_LIST, 0},
};

static errcode
put_family(struct scope *scope, const struct health *health, str family, struct table *table,
           struct err *err)
{
    struct day_sets days;
    errcode code = day_sets_load(scope, scope->from, scope->to, family, &days, err);
    if (code)
        return code;
    uint64_t sum = 0, least = UINT64_MAX, most = 0, seen = 0, counted = 0;
    for (day at = scope->from; at <= scope->to; at++) {
        if (health_gap(health, family, at))
            continue;
        counted++;
        uint64_t members = day_sets_members(&days, at);
        sum += members;
        least = members < least ? members : least;
        most = members > most ? members : most;
        seen += members > 0;
    }
    struct reasons reasons = {0};
    health_reasons(health, scope->request->source, family, scope->from, scope->to, &reasons);
    table_row(table);
    table_put_str(table, "family", family.n ? family : STR("*"));
    table_put_z(table, "class", event_class_name(scope->class));
    table_put_day(table, "from", scope->from);
    table_put_day(table, "to", scope->to);
    table_put_u64(table, "days", counted);
    table_put_u64(table, "days_seen", seen);
    table_put_double(table, "mean_daily", (double)sum / (double)counted);
    table_put_u64(table, "minimum", counted ? least : 0);
    table_put_u64(table, "maximum", most);
    table_put_u64(table, "address_days", sum);
    if (scope->request->cumulative) {
        struct ipset *all = day_sets_union(&days, scope->from, scope->to);
        table_put_u64(table, "cumulative_distinct", ipset_count(all));
        ipset_free(all);
    }
    reasons_put(&reasons, table);
    reasons_clear(&reasons);
    day_sets_clear(&days);
    return OK;
}

errcode
measure_mean(const struct measure_request *request, struct table **ret, struct err *err)
{
    struct scope scope;
    struct health health = {0};
    struct names families = {0};
    errcode code = scope_open(&scope, request, CLASS_INFECTED_SYSTEM, err);
    if (code)
        return code;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    if (scope_empty(&scope)) {
        scope_note_empty(&scope, table);
    } else {
        code = health_load(&health, &scope, scope.from, scope.to, err);
        if (code == OK)
            code = put_family(&scope, &health, request->family, table, err);
        if (code == OK && !request->family.n && request->by != BY_TOTAL)
            code = scope_names(&scope, scope.from, scope.to, false, &families, err);
        for (size_t i = 0; i < families.count && code == OK; i++)
            if (families.items[i].n)
                code = put_family(&scope, &health, families.items[i], table, err);
        table_note(table,
                   "\"*\" is all families; an address in two of them counts once a day there");
        if (request->cumulative)
            table_note(table,
                       "cumulative_distinct counts every address ever seen in the period: it "
                       "grows with its length and with changes of address; it is no number "
                       "of infected machines");
    }
    names_clear(&families);
    health_clear(&health);
    scope_close(&scope);
    if (code) {
        table_free(table);
        return code;
    }
    *ret = table;
    return OK;
}
