/* SPDX-License-Identifier: Apache-2.0 */
/* `khien stats networks`: mean daily distinct addresses of each group of networks, as a share of
 * what it announces and of its subscribers. Ranked by the lower end of the rate's interval, so that
 * a large provider is not first for its size, nor a tiny one for two addresses. */
#include "sightings/measures/groups.h"
#include "sightings/measures/health.h"
#include "sightings/statistics/intervals.h"
#include "sightings/statistics/rates.h"

#include "base/require.h"

#include <math.h>
#include <stdlib.h>

static const struct table_column columns[] = {
    {"network", TABLE_TEXT, 0},
    {"name", TABLE_TEXT, 0},
    {"class", TABLE_TEXT, 0},
    {"from", TABLE_DAY, 0},
    {"to", TABLE_DAY, 0},
    {"mean_daily", TABLE_NUMBER, 1},
    {"mean_ipv4", TABLE_NUMBER, 1},
    {"mean_ipv6_64", TABLE_NUMBER, 1},
    {"share_percent", TABLE_NUMBER, 2},
    {"announced_ipv4", TABLE_COUNT, 0},
    {"per_10000_addresses", TABLE_NUMBER, 2},
    {"addresses_low", TABLE_NUMBER, 2},
    {"addresses_high", TABLE_NUMBER, 2},
    {"subscribers", TABLE_COUNT, 0},
    {"per_10000_subscribers", TABLE_NUMBER, 2},
    {"subscribers_low", TABLE_NUMBER, 2},
    {"subscribers_high", TABLE_NUMBER, 2},
    {"new", TABLE_COUNT, 0},
    {"gone", TABLE_COUNT, 0},
    {"comparable", TABLE_FLAG, 0},
    {"reasons", TABLE_LIST, 0},
};

/* Keys outlive the maps, which change with the registry. */
struct rates {
    struct scope scope;
    enum measure_by by;
    day from;
    double days; /* without explained gaps */
    bool has_halves;
    struct names keys;
    struct rate *items;
    size_t room;
    struct groups groups;
    bool has_groups;
    unsigned stretch;
    struct table *table;
};

static struct rate *
rate_of(struct rates *rates, const struct group *group)
{
    size_t before = rates->keys.count, at = names_index(&rates->keys, group->key);
    if (at == before) {
        if (at == rates->room) {
            rates->room = rates->room ? rates->room * 2 : 64;
            rates->items = mem_resize(rates->items, rates->room, sizeof *rates->items);
        }
        rates->items[at] = (struct rate){.key = rates->keys.items[at]};
    }
    struct rate *rate = &rates->items[at];
    if (!rate->name.n && group->name.n)
        rate->name = arena_str(&rates->keys.arena, group->name);
    return rate;
}

/* The groups as of DAY. */
static errcode
groups_for(struct rates *rates, day at, struct err *err)
{
    const struct network_map *map;
    errcode code = attribution_map(rates->scope.attribution, at, &map, err);
    unsigned stretch = attribution_stretch(rates->scope.attribution);
    if (code || (rates->has_groups && stretch == rates->stretch))
        return code;
    if (rates->has_groups)
        groups_close(&rates->groups);
    groups_open(&rates->groups, map, rates->by);
    rates->has_groups = true;
    rates->stretch = stretch;
    for (size_t i = 0; i < rates->groups.count; i++) {
        struct rate *rate = rate_of(rates, &rates->groups.items[i]);
        rate->announced = rates->groups.items[i].announced;
        rate->subscribers = rates->groups.items[i].subscribers;
    }
    return OK;
}

static errcode
days_count(struct rates *rates, const struct day_sets *days, const struct health *health,
           struct err *err)
{
    for (size_t i = 0; i < days->count; i++) {
        if (health_gap(health, rates->scope.request->family, days->first + (day)i))
            continue;
        rates->days++;
        if (!days->sets[i])
            continue;
        errcode code = groups_for(rates, days->first + (day)i, err);
        if (code)
            return code;
        groups_count(&rates->groups, days->sets[i]);
        for (size_t k = 0; k < rates->groups.count; k++) {
            struct rate *rate = rate_of(rates, &rates->groups.items[k]);
            rate->sum4 += rates->groups.items[k].ipv4;
            rate->sum6 += rates->groups.items[k].ipv6;
        }
    }
    return OK;
}

/* New and gone: the second half of the period against the first; the day in the middle of an odd
 * number is in neither. */
static errcode
halves_count(struct rates *rates, const struct day_sets *days, struct err *err)
{
    day to = rates->scope.to, half = (to - rates->from + 1) / 2;
    errcode code = groups_for(rates, to, err);
    rates->has_halves = half > 0;
    if (code || half == 0)
        return code;
    struct ipset *before = day_sets_union(days, rates->from, rates->from + half - 1);
    struct ipset *after = day_sets_union(days, to - half + 1, to);
    struct ipset *gone = ipset_copy(before);
    ipset_andnot(gone, after);
    ipset_andnot(after, before);
    groups_count(&rates->groups, gone);
    for (size_t k = 0; k < rates->groups.count; k++)
        rate_of(rates, &rates->groups.items[k])->gone =
            rates->groups.items[k].ipv4 + rates->groups.items[k].ipv6;
    groups_count(&rates->groups, after);
    for (size_t k = 0; k < rates->groups.count; k++)
        rate_of(rates, &rates->groups.items[k])->new =
            rates->groups.items[k].ipv4 + rates->groups.items[k].ipv6;
    ipset_free(before);
    ipset_free(after);
    ipset_free(gone);
    return OK;
}

static void
put_subscribers(const struct rate *rate, double mean, struct table *table)
{
    if (!rate->subscribers)
        return;
    double scale = 10000.0 / (double)rate->subscribers;
    struct interval interval = interval_poisson(mean);
    table_put_u64(table, "subscribers", rate->subscribers);
    table_put_double(table, "per_10000_subscribers", mean * scale);
    table_put_double(table, "subscribers_low", interval.low * scale);
    table_put_double(table, "subscribers_high", interval.high * scale);
}

static void
put_rate(struct rates *rates, const struct rate *rate, uint64_t whole,
         const struct reasons *reasons)
{
    struct table *table = rates->table;
    double mean4 = (double)rate->sum4 / rates->days, mean6 = (double)rate->sum6 / rates->days;
    table_row(table);
    table_put_str(table, "network", rate->key);
    table_put_str(table, "name", rate->name);
    table_put_z(table, "class", event_class_name(rates->scope.class));
    table_put_day(table, "from", rates->from);
    table_put_day(table, "to", rates->scope.to);
    table_put_double(table, "mean_daily", mean4 + mean6);
    table_put_double(table, "mean_ipv4", mean4);
    table_put_double(table, "mean_ipv6_64", mean6);
    table_put_double(table, "share_percent",
                     100.0 * (double)(rate->sum4 + rate->sum6) / (double)whole);
    if (isfinite(rate->interval.low)) {
        table_put_u64(table, "announced_ipv4", rate->announced);
        table_put_double(table, "per_10000_addresses", rate->per_address * 10000);
        table_put_double(table, "addresses_low", rate->interval.low * 10000);
        table_put_double(table, "addresses_high", rate->interval.high * 10000);
    }
    put_subscribers(rate, mean4 + mean6, table);
    if (rates->has_halves) {
        table_put_u64(table, "new", rate->new);
        table_put_u64(table, "gone", rate->gone);
    }
    reasons_put(reasons, table);
}

static void
put_rates(struct rates *rates, const struct reasons *reasons)
{
    uint64_t whole = rates_rank(rates->items, rates->keys.count, rates->days);
    size_t shown = 0, top = rates->scope.request->top;
    for (size_t i = 0; i < rates->keys.count; i++) {
        const struct rate *rate = &rates->items[i];
        if (rate->sum4 + rate->sum6 == 0 || (top && shown >= top))
            continue;
        put_rate(rates, rate, whole, reasons);
        shown++;
    }
}

static errcode
compute(struct rates *rates, struct err *err)
{
    const struct measure_request *r = rates->scope.request;
    rates->from = rates->scope.from;
    if (r->from == DAY_NONE && rates->scope.to - rates->from >= (day)r->window_days)
        rates->from = rates->scope.to - (day)r->window_days + 1;
    struct day_sets days;
    struct health health = {0};
    struct reasons reasons = {0};
    errcode code =
        day_sets_load(&rates->scope, rates->from, rates->scope.to, (str){NULL, 0}, &days, err);
    if (code)
        return code;
    if ((code = health_load(&health, &rates->scope, rates->from, rates->scope.to, err)) == OK &&
        (code = days_count(rates, &days, &health, err)) == OK &&
        (code = halves_count(rates, &days, err)) == OK) {
        health_reasons(&health, r->source, r->family, rates->from, rates->scope.to, &reasons);
        put_rates(rates, &reasons);
    }
    table_note(rates->table,
               "ranked by the lower end of the 95 %% interval of the rate; addresses: "
               "Wilson, subscribers: exact Poisson; new and gone: second half of the "
               "period against the first");
    reasons_clear(&reasons);
    health_clear(&health);
    day_sets_clear(&days);
    return code;
}

errcode
measure_networks(const struct measure_request *request, struct table **ret, struct err *err)
{
    struct rates rates = {.by = request->by == BY_DEFAULT ? BY_ISP : request->by};
    if (rates.by != BY_ISP && rates.by != BY_ASN && rates.by != BY_PROVINCE && rates.by != BY_KIND)
        return err_set(err, ERR_USAGE, "networks are told by isp, asn, province or kind");
    struct networks *none = NULL;
    struct measure_request with = *request;
    if (!request->networks) /* then everything is unknown, and counted as such */
        with.networks = none = networks_new();
    errcode code = scope_open(&rates.scope, &with, CLASS_INFECTED_SYSTEM, err);
    if (code == OK) {
        rates.table = table_new(columns, sizeof columns / sizeof *columns);
        if (none)
            table_note(rates.table, "no registry is there; import one with `khien networks import "
                                    "FILE`");
        if (scope_empty(&rates.scope))
            scope_note_empty(&rates.scope, rates.table);
        else
            code = compute(&rates, err);
        if (rates.has_groups)
            groups_close(&rates.groups);
        names_clear(&rates.keys);
        free(rates.items);
        scope_close(&rates.scope);
    }
    networks_free(none);
    if (code) {
        table_free(rates.table);
        return code;
    }
    *ret = rates.table;
    return OK;
}
