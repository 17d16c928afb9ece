/* SPDX-License-Identifier: Apache-2.0 */
/* Resolving requests and loading day sets. */
#include "sightings/measures/scope.h"

#include "base/require.h"

#include <stdlib.h>

static bool
network_filter(const struct measure_request *r)
{
    return r->country.n || r->province.n || r->isp.n || r->asn || r->kind.n;
}

errcode
scope_open(struct scope *ret, const struct measure_request *request, enum event_class class,
           struct err *err)
{
    struct scope scope = {.request = request, .filtered = network_filter(request)};
    scope.class = request->class == CLASS_NONE ? class : request->class;
    if (scope.filtered && !request->networks)
        return err_set(err, ERR_USAGE,
                       "a filter by network needs the registry; import one with `khien networks "
                       "import FILE`");
    if (request->kind.n && network_kind_find(request->kind) == NETWORK_UNKNOWN &&
        !str_eq(request->kind, STR("unknown")))
        return err_set(err, ERR_USAGE, "there is no kind of network \"%.*s\"",
                       STR_ARG(request->kind));
    struct set_query query = scope_query(&scope, DAY_NONE, DAY_NONE, (str){NULL, 0});
    errcode code = sightings_days(request->sightings, &query, &scope.first, &scope.last, err);
    if (code)
        return code;
    scope.from = request->from == DAY_NONE ? scope.first : request->from;
    scope.to = request->to == DAY_NONE ? scope.last : request->to;
    if (request->to == DAY_NONE && scope.to >= clock_today() && scope.first < clock_today())
        scope.to = clock_today() - 1;
    if (request->from != DAY_NONE && request->to != DAY_NONE && request->from > request->to)
        return err_set(err, ERR_USAGE, "the period ends before it begins");
    if (request->networks)
        scope.attribution = attribution_new(request->networks);
    *ret = scope;
    return OK;
}

void
scope_close(struct scope *scope)
{
    attribution_free(scope->attribution);
    ipset_free(scope->mask);
    free(scope->wanted);
    *scope = (struct scope){0};
}

struct set_query
scope_query(const struct scope *scope, day from, day to, str family)
{
    return (struct set_query){
        .from = from,
        .to = to,
        .class = scope->class,
        .family = family.n ? family : scope->request->family,
        .source = scope->request->source,
    };
}

static bool
network_matches(const struct measure_request *r, const struct network *network)
{
    return (!r->country.n || str_eq_nocase(r->country, str_of(network->country))) &&
           (!r->province.n || str_eq(r->province, str_of(network->province))) &&
           (!r->isp.n || str_eq_nocase(r->isp, network->isp)) &&
           (!r->asn || r->asn == network->asn) &&
           (!r->kind.n || network_kind_find(r->kind) == network->kind);
}

/* MASK and WANTED for MAP, which is the current one. */
static void
mask_make(struct scope *scope, const struct network_map *map)
{
    unsigned stretch = attribution_stretch(scope->attribution);
    if (stretch == scope->mask_stretch)
        return;
    uint32_t count = network_map_count(map);
    free(scope->wanted);
    scope->wanted = mem_calloc((size_t)count + 1, sizeof *scope->wanted);
    for (uint32_t i = 1; i <= count; i++) {
        struct network network = network_map_get(map, i);
        scope->wanted[i] = network_matches(scope->request, &network);
    }
    ipset_free(scope->mask);
    scope->mask = attribution_mask(map, scope->wanted);
    scope->mask_stretch = stretch;
}

errcode
scope_filter(struct scope *scope, day as_of, struct ipset **set, struct err *err)
{
    if (!scope->filtered || !*set)
        return OK;
    const struct network_map *map;
    errcode code = attribution_map(scope->attribution, as_of, &map, err);
    if (code)
        return code;
    mask_make(scope, map);
    struct ipset *selected = attribution_select(map, scope->wanted, scope->mask, *set);
    ipset_free(*set);
    *set = selected;
    return OK;
}

void
day_sets_clear(struct day_sets *days)
{
    for (size_t i = 0; i < days->count; i++)
        ipset_free(days->sets[i]);
    free(days->sets);
    *days = (struct day_sets){0};
}

struct day_loading {
    struct day_sets *days;
    const struct names *families; /* NULL: all */
};

static errcode
day_add(void *context, const struct set_key *key, const struct ipset *set, struct err *err)
{
    (void)err;
    struct day_loading *loading = context;
    if (loading->families && names_find(loading->families, key->family) == SIZE_MAX)
        return OK;
    struct ipset **day_set = &loading->days->sets[key->day - loading->days->first];
    if (*day_set)
        ipset_or(*day_set, set);
    else
        *day_set = ipset_copy(set);
    return OK;
}

static errcode
days_load(struct scope *scope, day from, day to, str family, const struct names *families,
          struct day_sets *ret, struct err *err)
{
    struct day_sets days = {.first = from};
    if (from > to) {
        *ret = days;
        return OK;
    }
    days.count = (size_t)(to - from) + 1;
    days.sets = mem_calloc(days.count, sizeof *days.sets);
    struct set_query query = scope_query(scope, from, to, family);
    struct day_loading loading = {&days, families};
    errcode code = sightings_each(scope->request->sightings, &query, day_add, &loading, err);
    for (size_t i = 0; i < days.count && code == OK; i++)
        code = scope_filter(scope, from + (day)i, &days.sets[i], err);
    if (code) {
        day_sets_clear(&days);
        return code;
    }
    *ret = days;
    return OK;
}

errcode
day_sets_load(struct scope *scope, day from, day to, str family, struct day_sets *ret,
              struct err *err)
{
    return days_load(scope, from, to, family, NULL, ret, err);
}

errcode
day_sets_load_families(struct scope *scope, day from, day to, const struct names *families,
                       struct day_sets *ret, struct err *err)
{
    return days_load(scope, from, to, (str){NULL, 0}, families, ret, err);
}

struct ipset *
day_sets_union(const struct day_sets *days, day from, day to)
{
    const struct ipset **list = mem_calloc(days->count + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < days->count; i++) {
        day at = days->first + (day)i;
        if (at >= from && at <= to && days->sets[i])
            list[n++] = days->sets[i];
    }
    struct ipset *all = ipset_or_many(list, n);
    free(list);
    return all;
}

uint64_t
day_sets_members(const struct day_sets *days, day at)
{
    if (at < days->first || at >= days->first + (day)days->count)
        return 0;
    const struct ipset *set = days->sets[at - days->first];
    return set ? ipset_count(set) : 0;
}

struct name_gathering {
    struct names *names;
    bool sources;
};

static errcode
name_add(void *context, const struct set_key *key, struct err *err)
{
    (void)err;
    struct name_gathering *gathering = context;
    names_index(gathering->names, gathering->sources ? key->source : key->family);
    return OK;
}

static int
by_text(const void *a, const void *b)
{
    return str_compare(*(const str *)a, *(const str *)b);
}

errcode
scope_names(struct scope *scope, day from, day to, bool sources, struct names *ret, struct err *err)
{
    struct names names = {0};
    struct name_gathering gathering = {&names, sources};
    struct set_query query = scope_query(scope, from, to, (str){NULL, 0});
    errcode code = sightings_each_key(scope->request->sightings, &query, name_add, &gathering, err);
    if (code) {
        names_clear(&names);
        return code;
    }
    struct names sorted = {0};
    if (names.count)
        qsort(names.items, names.count, sizeof *names.items, by_text);
    for (size_t i = 0; i < names.count; i++)
        names_index(&sorted, names.items[i]);
    names_clear(&names);
    *ret = sorted;
    return OK;
}

void
scope_note_empty(const struct scope *scope, struct table *table)
{
    table_note(table, "no sightings%s%s%s%.*s in this period",
               scope->class == CLASS_NONE ? "" : " of class ",
               scope->class == CLASS_NONE ? "" : event_class_name(scope->class),
               scope->request->family.n ? ", family " : "", STR_ARG(scope->request->family));
}
