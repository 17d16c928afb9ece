/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said about the number of infected connections: counts of addresses, with what is
 * known of their bias. Corrections for silence and for changes of address were tried on the
 * simulator and made the error larger (docs/measures.md), so none is offered. The detection rate
 * tells how much a day misses: of the addresses seen the day before and the day after, the share
 * seen on the day. */
#include "sightings/measures/health.h"

static const struct table_column columns[] = {
    {"family", TABLE_TEXT, 0},
    {"class", TABLE_TEXT, 0},
    {"from", TABLE_DAY, 0},
    {"to", TABLE_DAY, 0},
    {"mean_daily", TABLE_NUMBER, 1},
    {"mean_ipv4", TABLE_NUMBER, 1},
    {"mean_ipv6_64", TABLE_NUMBER, 1},
    {"detection_percent", TABLE_NUMBER, 2},
    {"cumulative_distinct", TABLE_COUNT, 0},
    {"comparable", TABLE_FLAG, 0},
    {"reasons", TABLE_LIST, 0},
};

struct estimate {
    uint64_t sum4, sum6, detected, expected; /* the latter two of all triples of days */
};

static void
triple_add(struct estimate *e, const struct ipset *before, const struct ipset *on,
           const struct ipset *after)
{
    struct ipset *around = ipset_copy(before);
    ipset_and(around, after);
    e->expected += ipset_count(around);
    e->detected += ipset_and_count(around, on);
    ipset_free(around);
}

static errcode
put_family(struct scope *scope, const struct health *health, str family, struct table *table,
           struct err *err)
{
    struct day_sets days;
    errcode code = day_sets_load(scope, scope->from, scope->to, family, &days, err);
    if (code)
        return code;
    struct estimate e = {0};
    double count = 0;
    for (size_t i = 0; i < days.count; i++) {
        if (health_gap(health, family, days.first + (day)i))
            continue;
        count++;
        e.sum4 += days.sets[i] ? ipset_count4(days.sets[i]) : 0;
        e.sum6 += days.sets[i] ? ipset_count6(days.sets[i]) : 0;
        if (i > 0 && i + 1 < days.count && days.sets[i - 1] && days.sets[i] && days.sets[i + 1])
            triple_add(&e, days.sets[i - 1], days.sets[i], days.sets[i + 1]);
    }
    struct ipset *all = day_sets_union(&days, scope->from, scope->to);
    struct reasons reasons = {0};
    health_reasons(health, scope->request->source, family, scope->from, scope->to, &reasons);
    table_row(table);
    table_put_str(table, "family", family.n ? family : STR("*"));
    table_put_z(table, "class", event_class_name(scope->class));
    table_put_day(table, "from", scope->from);
    table_put_day(table, "to", scope->to);
    table_put_double(table, "mean_daily", (double)(e.sum4 + e.sum6) / count);
    table_put_double(table, "mean_ipv4", (double)e.sum4 / count);
    table_put_double(table, "mean_ipv6_64", (double)e.sum6 / count);
    if (e.expected)
        table_put_double(table, "detection_percent", 100 * (double)e.detected / (double)e.expected);
    table_put_u64(table, "cumulative_distinct", ipset_count(all));
    reasons_put(&reasons, table);
    reasons_clear(&reasons);
    ipset_free(all);
    day_sets_clear(&days);
    return OK;
}

static errcode
compute(struct scope *scope, struct table *table, struct err *err)
{
    struct health health = {0};
    struct names families = {0};
    str family = scope->request->family;
    errcode code = health_load(&health, scope, scope->from, scope->to, err);
    if (code == OK)
        code = put_family(scope, &health, family, table, err);
    if (code == OK && !family.n)
        code = scope_names(scope, scope->from, scope->to, false, &families, err);
    for (size_t i = 0; i < families.count && code == OK; i++)
        if (families.items[i].n)
            code = put_family(scope, &health, families.items[i], table, err);
    names_clear(&families);
    health_clear(&health);
    table_note(table, "addresses, not subscribers: a connection with IPv4 and IPv6, a new lease "
                      "within a day or carrier-grade NAT counts several times, a shared one once; "
                      "`khien stats hourly` gives a lower bound, mean_daily is the upper one");
    table_note(table, "cumulative_distinct grows with the period and is no number of infected "
                      "machines");
    return code;
}

errcode
measure_estimate(const struct measure_request *request, struct table **ret, struct err *err)
{
    struct scope scope;
    errcode code = scope_open(&scope, request, CLASS_INFECTED_SYSTEM, err);
    if (code)
        return code;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    if (scope_empty(&scope))
        scope_note_empty(&scope, table);
    else
        code = compute(&scope, table, err);
    scope_close(&scope);
    if (code) {
        table_free(table);
        return code;
    }
    *ret = table;
    return OK;
}
