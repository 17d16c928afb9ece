/* SPDX-License-Identifier: Apache-2.0 */
/* Distinct addresses a day, by what the request asks for. Within a row everything is a union: an
 * address that two sources or two families report counts once; so rows of one day need not add up
 * to the total. */
#include "sightings/measures/groups.h"
#include "sightings/measures/health.h"

#include "base/require.h"

#include <stdlib.h>

/* The rows of one day: one for each (class, group). */
struct day_row {
    enum event_class class;
    str group; /* family or source, or "*" */
    struct ipset *set;
    struct names sources;
};

struct daily {
    struct scope scope;
    struct health health[CLASS_COUNT]; /* of the classes that occur */
    bool has_health[CLASS_COUNT];
    day last_seen[CLASS_COUNT]; /* the day before, with any row of the class */
    enum measure_by by;
    day day;
    struct day_row *rows;
    size_t count, room;
    struct table *table;
};

static const struct table_column columns[] = {
    {"day", TABLE_DAY, 0},        {"class", TABLE_TEXT, 0},      {"family", TABLE_TEXT, 0},
    {"source", TABLE_TEXT, 0},    {"network", TABLE_TEXT, 0},    {"name", TABLE_TEXT, 0},
    {"distinct", TABLE_COUNT, 0}, {"ipv4", TABLE_COUNT, 0},      {"ipv6_64", TABLE_COUNT, 0},
    {"sources", TABLE_LIST, 0},   {"comparable", TABLE_FLAG, 0}, {"reasons", TABLE_LIST, 0},
};

static bool
by_network(enum measure_by by)
{
    return by == BY_ISP || by == BY_ASN || by == BY_PROVINCE || by == BY_KIND;
}

static struct day_row *
row_of(struct daily *daily, enum event_class class, str group)
{
    for (size_t i = daily->count; i-- > 0;)
        if (daily->rows[i].class == class && str_eq(daily->rows[i].group, group))
            return &daily->rows[i];
    if (daily->count == daily->room) {
        daily->room = daily->room ? daily->room * 2 : 32;
        daily->rows = mem_resize(daily->rows, daily->room, sizeof *daily->rows);
    }
    struct day_row *row = &daily->rows[daily->count++];
    *row = (struct day_row){.class = class};
    row->group = (str){mem_strndup(group.p ? group.p : "", group.n), group.n};
    return row;
}

static void
rows_clear(struct daily *daily)
{
    for (size_t i = 0; i < daily->count; i++) {
        ipset_free(daily->rows[i].set);
        names_clear(&daily->rows[i].sources);
        free((char *)(uintptr_t)daily->rows[i].group.p);
    }
    daily->count = 0;
}

static void
put_row(struct daily *daily, const struct day_row *row, str network, str name, uint64_t ipv4,
        uint64_t ipv6)
{
    struct table *table = daily->table;
    table_row(table);
    table_put_day(table, "day", daily->day);
    table_put_z(table, "class", event_class_name(row->class));
    str family = daily->scope.request->family;
    table_put_str(table, "family",
                  daily->by == BY_FAMILY ? row->group
                  : family.n             ? family
                                         : STR("*"));
    if (daily->by == BY_SOURCE)
        table_put_str(table, "source", row->group);
    if (by_network(daily->by)) {
        table_put_str(table, "network", network);
        table_put_str(table, "name", name);
    }
    table_put_u64(table, "distinct", ipv4 + ipv6);
    table_put_u64(table, "ipv4", ipv4);
    table_put_u64(table, "ipv6_64", ipv6);
    table_put_list(table, "sources");
    struct reasons reasons = {0};
    day since = daily->last_seen[row->class];
    for (size_t i = 0; i < row->sources.count; i++)
        table_add(table, "sources", row->sources.items[i]);
    if (daily->has_health[row->class])
        health_reasons(&daily->health[row->class],
                       daily->by == BY_SOURCE ? row->group : daily->scope.request->source,
                       daily->by == BY_FAMILY ? row->group : family,
                       since == DAY_NONE ? daily->day : since, daily->day, &reasons);
    reasons_put(&reasons, table);
    reasons_clear(&reasons);
}

static errcode
put_networks(struct daily *daily, const struct day_row *row, struct err *err)
{
    const struct network_map *map;
    errcode code = attribution_map(daily->scope.attribution, daily->day, &map, err);
    if (code)
        return code;
    struct groups groups;
    groups_open(&groups, map, daily->by);
    groups_count(&groups, row->set);
    for (size_t i = 0; i < groups.count; i++)
        if (groups.items[i].ipv4 + groups.items[i].ipv6)
            put_row(daily, row, groups.items[i].key, groups.items[i].name, groups.items[i].ipv4,
                    groups.items[i].ipv6);
    groups_close(&groups);
    return OK;
}

static errcode
health_of_class(struct daily *daily, enum event_class class, struct err *err)
{
    if (daily->has_health[class])
        return OK;
    struct scope one = daily->scope;
    one.class = class;
    errcode code =
        health_load(&daily->health[class], &one, daily->scope.from, daily->scope.to, err);
    daily->has_health[class] = code == OK;
    return code;
}

static int
by_class_and_group(const void *a, const void *b)
{
    const struct day_row *x = a, *y = b;
    int order = strcmp(event_class_name(x->class), event_class_name(y->class));
    return order ? order : str_compare(x->group, y->group);
}

static errcode
day_finish(struct daily *daily, struct err *err)
{
    if (daily->count)
        qsort(daily->rows, daily->count, sizeof *daily->rows, by_class_and_group);
    for (size_t i = 0; i < daily->count; i++) {
        struct day_row *row = &daily->rows[i];
        errcode code = scope_filter(&daily->scope, daily->day, &row->set, err);
        if (code == OK)
            code = health_of_class(daily, row->class, err);
        if (code == OK && by_network(daily->by))
            code = put_networks(daily, row, err);
        else if (code == OK && (ipset_count(row->set) || !daily->scope.filtered))
            put_row(daily, row, (str){NULL, 0}, (str){NULL, 0}, ipset_count4(row->set),
                    ipset_count6(row->set));
        if (code)
            return code;
    }
    for (size_t i = 0; i < daily->count; i++)
        daily->last_seen[daily->rows[i].class] = daily->day;
    rows_clear(daily);
    return OK;
}

static errcode
daily_add(void *context, const struct set_key *key, const struct ipset *set, struct err *err)
{
    struct daily *daily = context;
    if (key->day != daily->day) {
        errcode code = day_finish(daily, err);
        if (code)
            return code;
        daily->day = key->day;
    }
    str group = daily->by == BY_FAMILY   ? key->family
                : daily->by == BY_SOURCE ? key->source
                                         : STR("*");
    struct day_row *row = row_of(daily, key->class, group);
    if (row->set)
        ipset_or(row->set, set);
    else
        row->set = ipset_copy(set);
    names_index(&row->sources, key->source);
    return OK;
}

static void
daily_notes(const struct daily *daily)
{
    if (table_rows(daily->table) == 0)
        scope_note_empty(&daily->scope, daily->table);
    else if (daily->by == BY_FAMILY)
        table_note(daily->table, "an address seen for two families counts in both rows; --by total "
                                 "counts it once");
    else if (daily->by == BY_TOTAL || daily->by == BY_CLASS)
        table_note(daily->table, "an address seen for two families counts once");
}

errcode
measure_daily(const struct measure_request *request, struct table **ret, struct err *err)
{
    struct daily daily = {.by = request->by, .day = DAY_NONE};
    if (daily.by == BY_DEFAULT)
        daily.by = BY_FAMILY;
    if (by_network(daily.by) && !request->networks)
        return err_set(err, ERR_USAGE,
                       "by %s needs the registry; import one with `khien networks "
                       "import FILE`",
                       measure_by_name(daily.by));
    errcode code = scope_open(&daily.scope, request, CLASS_NONE, err);
    if (code)
        return code;
    for (size_t i = 0; i < CLASS_COUNT; i++)
        daily.last_seen[i] = DAY_NONE;
    if (request->to == DAY_NONE) /* a day that is not over is shown, and said to be such */
        daily.scope.to = daily.scope.last;
    daily.table = table_new(columns, sizeof columns / sizeof *columns);
    if (!scope_empty(&daily.scope)) {
        struct set_query query =
            scope_query(&daily.scope, daily.scope.from, daily.scope.to, (str){NULL, 0});
        code = sightings_each(request->sightings, &query, daily_add, &daily, err);
        if (code == OK)
            code = day_finish(&daily, err);
    }
    daily_notes(&daily);
    rows_clear(&daily);
    free(daily.rows);
    for (size_t i = 0; i < CLASS_COUNT; i++)
        if (daily.has_health[i])
            health_clear(&daily.health[i]);
    scope_close(&daily.scope);
    if (code) {
        table_free(daily.table);
        return code;
    }
    *ret = daily.table;
    return OK;
}
