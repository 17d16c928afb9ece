/* SPDX-License-Identifier: Apache-2.0 */
/* What the sections show, as tables for CSV and JSON. */
#include "base/cleanup.h"
#include "base/json_in.h"
#include "base/require.h"
#include "portal/figures/view.h"

static const struct table_column daily_columns[] = {
    {"day", TABLE_DAY, 0},         {"class", TABLE_TEXT, 0},   {"family", TABLE_TEXT, 0},
    {"distinct", TABLE_COUNT, 0},  {"ipv4", TABLE_COUNT, 0},   {"ipv6_64", TABLE_COUNT, 0},
    {"comparable", TABLE_FLAG, 0}, {"reasons", TABLE_LIST, 0},
};

static void
put_series(const struct figures_view *view, enum event_class class, str family, struct table *table)
{
    struct figures_series series;
    if (!figures_find(view->figures, class, family, FIGURES_TOTAL, (str){NULL, 0}, &series))
        return;
    for (day at = view->from; at <= view->to; at++) {
        struct figures_count count = figures_on(&series, at);
        struct reasons reasons = {0};
        if (count.ipv4 + count.ipv6_64 == 0)
            continue;
        figures_reasons(view->figures, class, family, FIGURES_TOTAL, (str){NULL, 0},
                        at > view->from ? at - 1 : at, at, &reasons);
        table_row(table);
        table_put_day(table, "day", at);
        table_put_z(table, "class", event_class_name(class));
        table_put_str(table, "family", family);
        table_put_u64(table, "distinct", (uint64_t)count.ipv4 + count.ipv6_64);
        table_put_u64(table, "ipv4", count.ipv4);
        table_put_u64(table, "ipv6_64", count.ipv6_64);
        reasons_put(&reasons, table);
        reasons_clear(&reasons);
    }
}

static struct table *
daily(const struct figures_view *view, enum event_class class, str family)
{
    struct table *table = table_new(daily_columns, sizeof daily_columns / sizeof *daily_columns);
    put_series(view, class, family, table);
    return table;
}

static struct table *
families(const struct figures_view *view)
{
    struct figures_ranked ranked[FIGURES_TOP];
    struct table *table = table_new(daily_columns, sizeof daily_columns / sizeof *daily_columns);
    size_t count = figures_rank(view->figures, CLASS_INFECTED_SYSTEM, view->from, view->to, ranked,
                                FIGURES_TOP);
    for (size_t i = 0; i < count; i++)
        put_series(view, CLASS_INFECTED_SYSTEM, ranked[i].family, table);
    return table;
}

static struct table *
flows(const struct figures_view *view)
{
    static const struct table_column columns[] = {
        {"day", TABLE_DAY, 0},         {"family", TABLE_TEXT, 0},  {"new", TABLE_COUNT, 0},
        {"returning", TABLE_COUNT, 0}, {"stayed", TABLE_COUNT, 0}, {"gone", TABLE_COUNT, 0},
    };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    struct figures_flows all;
    if (!figures_flows(view->figures, view->family, &all))
        return table;
    for (size_t i = 0; i < all.count; i++) {
        day at = all.first + (day)i;
        if (at < view->from || at > view->to)
            continue;
        table_row(table);
        table_put_day(table, "day", at);
        table_put_str(table, "family", view->family);
        table_put_u64(table, "new", all.days[i].fresh);
        table_put_u64(table, "returning", all.days[i].returning);
        table_put_u64(table, "stayed", all.days[i].stayed);
        table_put_u64(table, "gone", all.days[i].gone);
    }
    return table;
}

static struct table *
rates(const struct figures_view *view, enum figures_dimension dimension)
{
    static const struct table_column columns[] = {
        {"network", TABLE_TEXT, 0},
        {"family", TABLE_TEXT, 0},
        {"from", TABLE_DAY, 0},
        {"to", TABLE_DAY, 0},
        {"mean_daily", TABLE_NUMBER, 1},
        {"announced_ipv4", TABLE_COUNT, 0},
        {"per_10000_addresses", TABLE_NUMBER, 2},
        {"addresses_low", TABLE_NUMBER, 2},
        {"addresses_high", TABLE_NUMBER, 2},
        {"comparable", TABLE_FLAG, 0},
        {"reasons", TABLE_LIST, 0},
    };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    struct reasons reasons = {0};
    struct rate *items;
    uint32_t days;
    size_t count = figures_rates(view->figures, CLASS_INFECTED_SYSTEM, view->family, dimension,
                                 view->from, view->to, &items, &days);
    figures_reasons(view->figures, CLASS_INFECTED_SYSTEM, view->family, dimension, (str){NULL, 0},
                    view->from, view->to, &reasons);
    for (size_t i = 0; i < count; i++) {
        if (items[i].announced < FIGURES_NAMED_FROM && !str_eq(items[i].key, STR("unknown")))
            continue;
        table_row(table);
        table_put_str(table, "network", items[i].key);
        table_put_str(table, "family", view->family);
        table_put_day(table, "from", view->from);
        table_put_day(table, "to", view->to);
        table_put_double(table, "mean_daily", (double)(items[i].sum4 + items[i].sum6) / days);
        if (items[i].announced)
            table_put_u64(table, "announced_ipv4", items[i].announced);
        table_put_double(table, "per_10000_addresses", items[i].per_address * 10000);
        table_put_double(table, "addresses_low", items[i].interval.low * 10000);
        table_put_double(table, "addresses_high", items[i].interval.high * 10000);
        reasons_put(&reasons, table);
    }
    reasons_clear(&reasons);
    free(items);
    return table;
}

/* One object of the ready comparison, by the columns' names and types. */
static void
put_scope(struct table *table, const struct table_column *columns, size_t count,
          const json_t *scope)
{
    table_row(table);
    for (size_t i = 0; i < count; i++) {
        const char *name = columns[i].name;
        const json_t *value = json_object_get(scope, name);
        size_t item;
        const json_t *reason;
        day at;
        if (columns[i].type == TABLE_DAY && day_parse(json_text(scope, name), &at))
            table_put_day(table, name, at);
        else if (columns[i].type == TABLE_TEXT)
            table_put_str(table, name, json_text(scope, name));
        else if (columns[i].type == TABLE_COUNT && json_is_integer(value))
            table_put_u64(table, name, (uint64_t)json_integer_value(value));
        else if (columns[i].type == TABLE_NUMBER && json_is_number(value))
            table_put_double(table, name, json_number_value(value));
        else if (columns[i].type == TABLE_FLAG && json_is_boolean(value))
            table_put_bool(table, name, json_is_true(value));
        if (columns[i].type != TABLE_LIST)
            continue;
        table_put_list(table, name);
        json_array_foreach(value, item, reason)
            table_add(table, name, str_of(json_string_value(reason)));
    }
}

/* The ready comparison of the campaign's windows, a row a scope. */
static struct table *
target(const struct figures_view *view)
{
    static const struct table_column columns[] = {
        {"scope", TABLE_TEXT, 0},
        {"class", TABLE_TEXT, 0},
        {"baseline_from", TABLE_DAY, 0},
        {"baseline_to", TABLE_DAY, 0},
        {"baseline_days", TABLE_COUNT, 0},
        {"baseline_sum", TABLE_COUNT, 0},
        {"result_from", TABLE_DAY, 0},
        {"result_to", TABLE_DAY, 0},
        {"result_days", TABLE_COUNT, 0},
        {"result_sum", TABLE_COUNT, 0},
        {"change_percent", TABLE_NUMBER, 2},
        {"interval_low", TABLE_NUMBER, 2},
        {"interval_high", TABLE_NUMBER, 2},
        {"target_percent", TABLE_NUMBER, 0},
        {"target_met", TABLE_FLAG, 0},
        {"comparable", TABLE_FLAG, 0},
        {"reasons", TABLE_LIST, 0},
    };
    enum { COLUMNS = sizeof columns / sizeof *columns };
    cleanup(cleanup_json) json_t *compare = NULL;
    struct table *table = table_new(columns, COLUMNS);
    str text = figures_ready(view->figures, STR("compare"), NULL);
    if (!text.n || json_read(text, STATS_BODY_MAX, &compare, NULL) != OK)
        return table;
    size_t row;
    const json_t *scope;
    put_scope(table, columns, COLUMNS, compare);
    json_array_foreach(json_object_get(compare, "scopes"), row, scope)
        put_scope(table, columns, COLUMNS, scope);
    return table;
}

struct table *
figures_data(const struct figures_view *view, str name)
{
    if (str_eq(name, STR("target")))
        return target(view);
    if (str_eq(name, STR("trend")))
        return daily(view, CLASS_INFECTED_SYSTEM, view->family);
    if (str_eq(name, STR("families")))
        return families(view);
    if (str_eq(name, STR("provinces")))
        return rates(view, FIGURES_PROVINCE);
    if (str_eq(name, STR("providers")))
        return rates(view, FIGURES_ISP);
    if (str_eq(name, STR("flows")))
        return flows(view);
    if (str_eq(name, STR("blocklist")))
        return daily(view, CLASS_BLACKLIST, FIGURES_ALL);
    if (str_eq(name, STR("self-reported")))
        return self_reported_data(view);
    return NULL;
}
