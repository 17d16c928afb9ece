/* SPDX-License-Identifier: Apache-2.0 */
/* What became of the addresses of one window in a later one. Gone ones are split: cleaned where a
 * sound source that had them still reported their network, unwitnessed otherwise. */
#include "sightings/attribution/witness.h"
#include "sightings/measures/health.h"
#include "sightings/measures/windows.h"

static const struct table_column columns[] = {
    {"family", TABLE_TEXT, 0},     {"class", TABLE_TEXT, 0},      {"baseline_from", TABLE_DAY, 0},
    {"baseline_to", TABLE_DAY, 0}, {"result_from", TABLE_DAY, 0}, {"result_to", TABLE_DAY, 0},
    {"before", TABLE_COUNT, 0},    {"after", TABLE_COUNT, 0},     {"stayed", TABLE_COUNT, 0},
    {"gone", TABLE_COUNT, 0},      {"cleaned", TABLE_COUNT, 0},   {"unwitnessed", TABLE_COUNT, 0},
    {"returning", TABLE_COUNT, 0}, {"new", TABLE_COUNT, 0},       {"known_since", TABLE_DAY, 0},
    {"comparable", TABLE_FLAG, 0}, {"reasons", TABLE_LIST, 0},
};

struct churn {
    struct scope scope;
    struct measure_window before, after;
    struct health health;
    struct names families, sources;
    struct table *table;
};

/* The union of the days FROM … TO of FAMILY, from SOURCE (empty: the request's). */
static errcode
union_load(struct churn *c, str family, str source, day from, day to, struct ipset **ret,
           struct err *err)
{
    struct ipset *all = NULL;
    if (from > to) {
        *ret = ipset_new();
        return OK;
    }
    struct set_query query = scope_query(&c->scope, from, to, family);
    if (source.n)
        query.source = source;
    errcode code = sightings_union(c->scope.request->sightings, &query, &all, err);
    if (code == OK)
        code = scope_filter(&c->scope, to, &all, err);
    if (code == OK)
        *ret = all;
    else
        ipset_free(all);
    return code;
}

/* Adds to CLEANED what SOURCE witnesses. */
static errcode
witness_add(struct churn *c, str family, str source, const struct ipset *gone,
            struct ipset *cleaned, struct err *err)
{
    const struct network_map *map = NULL;
    struct ipset *had = NULL, *seen = NULL;
    if (!health_sound(&c->health, source, c->before.from, c->after.to))
        return OK;
    errcode code = union_load(c, family, source, c->before.from, c->before.to, &had, err);
    if (code == OK) /* any family will do: the source looked there */
        code =
            union_load(c, c->scope.request->family, source, c->after.from, c->after.to, &seen, err);
    if (code == OK && c->scope.attribution)
        code = attribution_map(c->scope.attribution, c->after.to, &map, err);
    if (code == OK) {
        ipset_and(had, gone);
        struct ipset *witnessed = witness_select(map, had, seen);
        ipset_or(cleaned, witnessed);
        ipset_free(witnessed);
    }
    ipset_free(had);
    ipset_free(seen);
    return code;
}

static void
put_counts(struct churn *c, str family, const struct ipset *before, const struct ipset *after,
           const struct ipset *history, const struct ipset *gone, const struct ipset *cleaned)
{
    struct table *table = c->table;
    struct ipset *fresh = ipset_copy(after);
    ipset_andnot(fresh, before);
    uint64_t returning = ipset_and_count(fresh, history);
    table_row(table);
    table_put_str(table, "family", family.n ? family : STR("*"));
    table_put_z(table, "class", event_class_name(c->scope.class));
    table_put_day(table, "baseline_from", c->before.from);
    table_put_day(table, "baseline_to", c->before.to);
    table_put_day(table, "result_from", c->after.from);
    table_put_day(table, "result_to", c->after.to);
    table_put_u64(table, "before", ipset_count(before));
    table_put_u64(table, "after", ipset_count(after));
    table_put_u64(table, "stayed", ipset_and_count(before, after));
    table_put_u64(table, "gone", ipset_count(gone));
    table_put_u64(table, "cleaned", ipset_count(cleaned));
    table_put_u64(table, "unwitnessed", ipset_count(gone) - ipset_count(cleaned));
    table_put_u64(table, "returning", returning);
    table_put_u64(table, "new", ipset_count(fresh) - returning);
    table_put_day(table, "known_since", c->scope.first);
    struct reasons reasons = {0};
    health_reasons(&c->health, c->scope.request->source, family, c->before.from, c->after.to,
                   &reasons);
    reasons_put(&reasons, table);
    reasons_clear(&reasons);
    ipset_free(fresh);
}

static errcode
put_family(struct churn *c, str family, struct err *err)
{
    struct ipset *before = NULL, *after = NULL, *older = NULL, *between = NULL;
    str any = {NULL, 0};
    struct measure_window b = c->before, a = c->after;
    errcode code = union_load(c, family, any, b.from, b.to, &before, err);
    if (code == OK)
        code = union_load(c, family, any, a.from, a.to, &after, err);
    if (code == OK)
        code = union_load(c, family, any, c->scope.first, b.from - 1, &older, err);
    if (code == OK)
        code = union_load(c, family, any, b.to + 1, a.from - 1, &between, err);
    if (code == OK) {
        struct ipset *gone = ipset_copy(before), *cleaned = ipset_new();
        ipset_andnot(gone, after);
        ipset_or(older, between);
        for (size_t i = 0; i < c->sources.count && code == OK; i++)
            code = witness_add(c, family, c->sources.items[i], gone, cleaned, err);
        if (code == OK)
            put_counts(c, family, before, after, older, gone, cleaned);
        ipset_free(gone);
        ipset_free(cleaned);
    }
    ipset_free(before);
    ipset_free(after);
    ipset_free(older);
    ipset_free(between);
    return code;
}

static errcode
compute(struct churn *c, struct err *err)
{
    const struct measure_request *r = c->scope.request;
    bool enough;
    c->before = r->baseline;
    c->after = r->result;
    errcode code = windows_choose(&c->scope, &c->before, &c->after, &enough, err);
    if (code)
        return code;
    if (!enough) {
        table_note(c->table, "there are too few days of data for two windows");
        return OK;
    }
    day from = c->before.from, to = c->after.to;
    if ((code = health_load(&c->health, &c->scope, from, to, err)) ||
        (code = scope_names(&c->scope, from, to, true, &c->sources, err)) ||
        (!r->family.n && (code = scope_names(&c->scope, from, to, false, &c->families, err))) ||
        (code = put_family(c, r->family, err)))
        return code;
    for (size_t i = 0; i < c->families.count && code == OK; i++)
        if (c->families.items[i].n)
            code = put_family(c, c->families.items[i], err);
    table_note(c->table,
               "cleaned: gone where a source that was sound throughout and had the address "
               "still reported its network; unwitnessed: gone, but nobody can tell why; "
               "new: never stored before, returning: stored on other days before; where addresses "
               "change hands, a new lease is gone and new as well");
    return code;
}

errcode
measure_churn(const struct measure_request *request, struct table **ret, struct err *err)
{
    struct churn c = {0};
    errcode code = scope_open(&c.scope, request, CLASS_INFECTED_SYSTEM, err);
    if (code)
        return code;
    c.table = table_new(columns, sizeof columns / sizeof *columns);
    code = compute(&c, err);
    health_clear(&c.health);
    names_clear(&c.families);
    names_clear(&c.sources);
    scope_close(&c.scope);
    if (code) {
        table_free(c.table);
        return code;
    }
    *ret = c.table;
    return OK;
}
