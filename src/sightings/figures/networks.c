/* SPDX-License-Identifier: Apache-2.0 */
/* Counts by network and of the largest families. They stand as long as the sets, the registry as of
 * the day and the choice of families do. */
#include "sightings/figures/building.h"

#include "base/catalog.h"
#include "base/embed.h"
#include "base/require.h"
#include "base/tsv.h"
#include "sightings/measures/groups.h"

enum { DIMENSIONS = 3 };
static const struct {
    enum figures_dimension dimension;
    enum measure_by by;
} dimensions[DIMENSIONS] = {
    {FIGURES_ISP, BY_ISP}, {FIGURES_PROVINCE, BY_PROVINCE}, {FIGURES_KIND, BY_KIND}};

/* Stretches of days within which registry and province table stand still. */
struct stretches {
    day *from;
    size_t count;
};

struct counting {
    struct figures_building *b;
    enum event_class class;
    day day;
    struct attribution *attribution;
    struct stretches stretches;
    unsigned stretch; /* of GROUPS */
    struct groups groups[DIMENSIONS];
    bool has_groups;
    uint64_t *counts4, *counts6;
    const struct figures_unit *unit;
    struct names old_picks;
    bool all, largest; /* what of the unit must be counted */
    char family[128];
    struct ipset *pending, *whole, *largest_set;
    struct names sources; /* of the largest */
    struct ipset **source_sets;
    size_t source_room;
};

static const char *const kind_texts[NETWORK_KIND_COUNT] = {
    [NETWORK_UNKNOWN] = N_("Unknown"),
    [NETWORK_FIXED] = N_("Fixed line"),
    [NETWORK_MOBILE] = N_("Mobile network"),
    [NETWORK_CGNAT] = N_("Shared addresses (carrier-grade NAT)"),
    [NETWORK_MIXED] = N_("Fixed line and mobile"),
    [NETWORK_HOSTING] = N_("Servers and data centres"),
    [NETWORK_GOVERNMENT] = N_("Public bodies"),
};

void
figures_registry(struct figures_building *b)
{
    struct buf words = BUF(1 << 16);
    for (size_t i = 0; i < NETWORK_KIND_COUNT; i++)
        buf_z(&words, catalog_text(LANGUAGE_VI, kind_texts[i]));
    const struct checksum parts[] = {networks_checksum(b->networks),
                                     checksum_of(embed_file("provinces.tsv")),
                                     checksum_of(buf_view(&words))};
    buf_clear(&words);
    b->registry = checksum_of((str){(const char *)parts, sizeof parts});
}

/* ---- stretches and groups ---- */

static int
by_day(const void *a, const void *b)
{
    day x = *(const day *)a, y = *(const day *)b;
    return x < y ? -1 : x > y;
}

/* Province I of the table: its code, both names and the days on which it is there. */
struct province {
    str code, name_vi, name_en;
    day from, to;
};

static bool
province_next(struct tsv *tsv, struct province *ret)
{
    str cells[TSV_CELLS_MAX];
    bool more;
    require(tsv_next(tsv, cells, &more, NULL) == OK); /* the built-in table */
    if (!more)
        return false;
    *ret = (struct province){cells[0], cells[1], cells[2], DAY_NONE, INT32_MAX};
    day_parse(cells[4], &ret->from);
    day_parse(cells[5], &ret->to);
    return true;
}

static struct tsv
provinces_open(void)
{
    return tsv_open("provinces.tsv", embed_file("provinces.tsv"), 6);
}

/* The first one begins at the last change before the data, whatever their first day. */
static struct stretches
stretches_find(const struct figures_building *b)
{
    enum { TABLE = 512 };
    size_t count = networks_changes(b->networks, DAY_NONE + 1, b->meta.last, NULL, 0), n = 0;
    day *days = mem_calloc(count + TABLE + 1, sizeof *days);
    networks_changes(b->networks, DAY_NONE + 1, b->meta.last, days, count);
    size_t room = count + TABLE;
    struct tsv tsv = provinces_open();
    for (struct province p; province_next(&tsv, &p);) {
        require(count + 2 <= room);
        if (p.from != DAY_NONE && p.from <= b->meta.last)
            days[count++] = p.from;
        if (p.to < b->meta.last)
            days[count++] = p.to + 1;
    }
    days[count++] = 0;
    qsort(days, count, sizeof *days, by_day);
    for (size_t i = 0; i < count; i++) {
        if (n > 0 && (days[i] == days[n - 1] || days[i] <= b->meta.first))
            n--;
        days[n++] = days[i];
    }
    return (struct stretches){days, n};
}

static struct checksum
stretch_checksum(const struct figures_building *b, day from)
{
    const uint64_t parts[] = {b->registry.high, b->registry.low, (uint64_t)(uint32_t)from};
    return checksum_of((str){(const char *)parts, sizeof parts});
}

static day
stretch_of(const struct stretches *stretches, day at)
{
    size_t i = stretches->count;
    while (i > 1 && stretches->from[i - 1] > at)
        i--;
    return stretches->from[i - 1];
}

static const struct figures_stretch_record *
old_stretch(const struct figures_building *b, enum figures_dimension dimension, day from)
{
    const struct figures_stretch_record *old =
        b->old ? figures_stretch(b->old, dimension, from) : NULL;
    return old && checksum_eq(old->networks, stretch_checksum(b, from)) ? old : NULL;
}

/* The groups as of AT, compiled only where they are asked for. */
static errcode
groups_make(struct counting *c, day at, struct err *err)
{
    const struct network_map *map;
    errcode code = attribution_map(c->attribution, at, &map, err);
    unsigned stretch = attribution_stretch(c->attribution);
    if (code || (c->has_groups && stretch == c->stretch))
        return code;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        if (c->has_groups)
            groups_close(&c->groups[i]);
        groups_open(&c->groups[i], map, dimensions[i].by);
    }
    size_t count = (size_t)network_map_count(map) + 1;
    c->counts4 = mem_resize(c->counts4, count, sizeof *c->counts4);
    c->counts6 = mem_resize(c->counts6, count, sizeof *c->counts6);
    c->has_groups = true;
    c->stretch = stretch;
    return OK;
}

static struct figures_group
group_named(const struct figures_building *b, enum figures_dimension dimension,
            const struct group *group, day at)
{
    struct figures_group named = {.key = group->key,
                                  .name_vi = group->key,
                                  .name_en = group->key,
                                  .announced = group->announced,
                                  .subscribers = group->subscribers};
    if (str_eq(group->key, STR("unknown")) || dimension == FIGURES_KIND) {
        const char *text = kind_texts[network_kind_find(group->key)];
        named.name_vi = str_of(catalog_text(LANGUAGE_VI, text));
        named.name_en = str_of(text);
    } else if (dimension == FIGURES_ISP) {
        networks_isp_names(b->networks, group->key, at, &named.name_vi, &named.name_en);
    }
    return named;
}

static int
by_key(const void *a, const void *b)
{
    const struct figures_group *x = a, *y = b;
    return str_compare(x->key, y->key);
}

/* Names of the provinces of the day; those without networks are added. *COUNT has room. */
static void
provinces_add(struct figures_group *list, size_t *count, day at)
{
    struct tsv tsv = provinces_open();
    for (struct province p; province_next(&tsv, &p);) {
        if (at < p.from || at > p.to)
            continue;
        struct figures_group *found = NULL;
        for (size_t i = 0; i < *count && !found; i++)
            if (str_eq(list[i].key, p.code))
                found = &list[i];
        if (!found) {
            found = &list[(*count)++];
            *found = (struct figures_group){.key = p.code};
        }
        found->name_vi = p.name_vi;
        found->name_en = p.name_en;
    }
}

/* Within a stretch every day has the same groups. */
static errcode
stretch_make(struct counting *c, size_t which, day from, struct err *err)
{
    enum { PROVINCES_MOST = 100 };
    const struct groups *groups = &c->groups[which];
    enum figures_dimension dimension = dimensions[which].dimension;
    errcode code = groups_make(c, from, err);
    if (code)
        return code;
    struct figures_group *list = mem_calloc(groups->count + PROVINCES_MOST, sizeof *list);
    size_t count = groups->count;
    for (size_t i = 0; i < count; i++)
        list[i] = group_named(c->b, dimension, &groups->items[i], from);
    if (dimension == FIGURES_PROVINCE)
        provinces_add(list, &count, from);
    qsort(list, count, sizeof *list, by_key);
    for (size_t i = 0; i < count; i++)
        figures_writer_group(c->b->writer, &list[i]);
    free(list);
    return OK;
}

static errcode
stretches_put(struct counting *c, struct err *err)
{
    const struct figures_building *b = c->b;
    errcode code = OK;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        enum figures_dimension dimension = dimensions[i].dimension;
        for (size_t k = 0; k < c->stretches.count && code == OK; k++) {
            day from = c->stretches.from[k];
            const struct figures_stretch_record *old = old_stretch(b, dimension, from);
            figures_writer_stretch(b->writer, dimension, from, stretch_checksum(b, from));
            for (uint32_t g = 0; old && g < old->count; g++) {
                struct figures_group group = figures_group_at(b->old, dimension, from, g);
                figures_writer_group(b->writer, &group);
            }
            if (!old)
                code = stretch_make(c, i, from, err);
        }
    }
    return code;
}

/* ---- one unit ---- */

static void
networks_count(struct counting *c, str family, const struct ipset *set)
{
    size_t count = (size_t)network_map_count(c->groups[0].map) + 1;
    memset(c->counts4, 0, count * sizeof *c->counts4);
    memset(c->counts6, 0, count * sizeof *c->counts6);
    attribution_count(c->groups[0].map, set, c->counts4, c->counts6);
    for (size_t i = 0; i < DIMENSIONS; i++) {
        groups_take(&c->groups[i], c->counts4, c->counts6);
        for (size_t k = 0; k < c->groups[i].count; k++) {
            const struct group *group = &c->groups[i].items[k];
            figures_writer_count(
                c->b->writer, c->class, family, dimensions[i].dimension, group->key, c->day,
                (struct figures_count){(uint32_t)group->ipv4, (uint32_t)group->ipv6});
        }
    }
}

static bool
family_same(const struct counting *c, str family)
{
    return c->unit->same && c->unit->networks_same && names_find(&c->old_picks, family) != SIZE_MAX;
}

static void
or_into(struct ipset **all, const struct ipset *set)
{
    if (*all)
        ipset_or(*all, set);
    else
        *all = ipset_copy(set);
}

static void
family_finish(struct counting *c)
{
    str family = str_of(c->family);
    if (!c->pending)
        return;
    if (names_find(&c->b->parts[c->class].picks, family) != SIZE_MAX && !family_same(c, family))
        networks_count(c, family, c->pending);
    if (c->all)
        or_into(&c->whole, c->pending);
    if (c->largest && names_find(&c->b->largest, family) != SIZE_MAX)
        or_into(&c->largest_set, c->pending);
    ipset_free(c->pending);
    c->pending = NULL;
}

static errcode
set_add(void *context, const struct set_key *key, const struct ipset *set, struct err *err)
{
    (void)err;
    struct counting *c = context;
    if (c->pending && !str_eq(str_of(c->family), key->family))
        family_finish(c);
    if (!c->pending)
        require(str_copy(key->family, c->family, sizeof c->family));
    or_into(&c->pending, set);
    if (!c->largest || names_find(&c->b->largest, key->family) == SIZE_MAX)
        return OK;
    size_t before = c->sources.count, at = names_index(&c->sources, key->source);
    if (at == before) {
        if (at == c->source_room) {
            c->source_room = c->source_room ? c->source_room * 2 : 16;
            c->source_sets = mem_resize(c->source_sets, c->source_room, sizeof *c->source_sets);
        }
        c->source_sets[at] = NULL;
    }
    or_into(&c->source_sets[at], set);
    return OK;
}

static struct figures_count
count_of(const struct ipset *set)
{
    return (struct figures_count){(uint32_t)ipset_count4(set), (uint32_t)ipset_count6(set)};
}

static void
largest_finish(struct counting *c)
{
    for (size_t i = 0; i < c->sources.count; i++) {
        figures_writer_count(c->b->writer, c->class, FIGURES_LARGEST, FIGURES_SOURCE,
                             c->sources.items[i], c->day, count_of(c->source_sets[i]));
        ipset_free(c->source_sets[i]);
    }
    names_clear(&c->sources);
    if (!c->largest_set)
        return;
    figures_writer_count(c->b->writer, c->class, FIGURES_LARGEST, FIGURES_TOTAL, STR(""), c->day,
                         count_of(c->largest_set));
    networks_count(c, FIGURES_LARGEST, c->largest_set);
    ipset_free(c->largest_set);
    c->largest_set = NULL;
}

static void
unit_finish(struct counting *c)
{
    family_finish(c);
    if (c->whole)
        networks_count(c, FIGURES_ALL, c->whole);
    ipset_free(c->whole);
    c->whole = NULL;
    largest_finish(c);
}

static errcode
family_load(struct counting *c, str family, struct err *err)
{
    struct set_query query = {c->day, c->day, c->class, family, {NULL, 0}};
    return sightings_each(c->b->sightings, &query, set_add, c, err);
}

/* Only what is missing: everything, or single families. */
static errcode
unit_load(struct counting *c, struct err *err)
{
    const struct names *picks = &c->b->parts[c->class].picks, *largest = &c->b->largest;
    errcode code = OK;
    if (c->all)
        return family_load(c, (str){NULL, 0}, err);
    for (size_t i = 0; i < picks->count && code == OK; i++)
        if (!family_same(c, picks->items[i]))
            code = family_load(c, picks->items[i], err);
    for (size_t i = 0; i < largest->count && code == OK && c->largest; i++)
        if (largest->items[i].n &&
            (names_find(picks, largest->items[i]) == SIZE_MAX || family_same(c, largest->items[i])))
            code = family_load(c, largest->items[i], err);
    return code;
}

static bool
needs_any(const struct counting *c)
{
    const struct names *picks = &c->b->parts[c->class].picks;
    for (size_t i = 0; i < picks->count; i++)
        if (!family_same(c, picks->items[i]))
            return true;
    return c->all || c->largest;
}

static void
unit_begin(struct counting *c, const struct figures_unit *unit)
{
    c->unit = unit;
    c->day = unit->day;
    c->all = !unit->same || !unit->networks_same;
    c->largest = c->class == CLASS_INFECTED_SYSTEM && (c->all || !c->b->largest_same);
}

static errcode
unit_count(struct counting *c, const struct figures_unit *unit, struct err *err)
{
    unit_begin(c, unit);
    if (!needs_any(c))
        return OK;
    errcode code = groups_make(c, unit->day, err);
    if (code == OK)
        code = unit_load(c, err);
    if (code == OK)
        unit_finish(c);
    return code;
}

/* ---- what the old file has ---- */

static bool
is_wanted(const struct counting *c, const struct figures_series *series)
{
    const struct names *picks = &c->b->parts[c->class].picks;
    bool network = series->dimension != FIGURES_TOTAL && series->dimension != FIGURES_SOURCE;
    if (series->class != c->class)
        return false;
    if (str_eq(series->family, FIGURES_LARGEST))
        return c->class == CLASS_INFECTED_SYSTEM && c->b->largest_same;
    if (!network) /* totals.c has them */
        return false;
    return str_eq(series->family, FIGURES_ALL) ||
           (names_find(picks, series->family) != SIZE_MAX &&
            names_find(&c->old_picks, series->family) != SIZE_MAX);
}

static void
old_copy(struct counting *c)
{
    for (size_t i = 0; i < c->b->old->series_count; i++) {
        struct figures_series series = figures_at(c->b->old, i);
        bool wanted = is_wanted(c, &series);
        for (size_t k = 0; k < series.count && wanted; k++) {
            const struct figures_unit *unit =
                figures_unit_at(c->b, c->class, series.first + (day)k);
            if (unit && unit->same && unit->networks_same)
                figures_writer_count(c->b->writer, c->class, series.family, series.dimension,
                                     series.key, unit->day, series.days[k]);
        }
    }
}

static void
old_picks_read(struct counting *c)
{
    const struct figures *old = c->b->old;
    uint32_t class = old ? figures_name_find(old, str_of(event_class_name(c->class))) : 0;
    for (uint32_t i = 0; old && i < old->picks_count; i++)
        if (old->picks[i].class == class)
            names_index(&c->old_picks, figures_name(old, old->picks[i].family));
}

static errcode
class_count(struct counting *c, enum event_class class, struct err *err)
{
    errcode code = OK;
    c->class = class;
    old_picks_read(c);
    for (size_t i = 0; i < c->b->unit_count; i++) {
        day from = stretch_of(&c->stretches, c->b->units[i].day);
        c->b->units[i].networks_same = old_stretch(c->b, FIGURES_ISP, from) != NULL;
    }
    if (c->b->old)
        old_copy(c);
    for (size_t i = 0; i < c->b->unit_count && code == OK; i++)
        if (c->b->units[i].class == class)
            code = unit_count(c, &c->b->units[i], err);
    names_clear(&c->old_picks);
    return code;
}

static void
counting_clear(struct counting *c)
{
    for (size_t i = 0; i < DIMENSIONS && c->has_groups; i++)
        groups_close(&c->groups[i]);
    for (size_t i = 0; i < c->sources.count; i++)
        ipset_free(c->source_sets[i]);
    names_clear(&c->sources);
    ipset_free(c->pending);
    ipset_free(c->whole);
    ipset_free(c->largest_set);
    free(c->source_sets);
    free(c->counts4);
    free(c->counts6);
    free(c->stretches.from);
    attribution_free(c->attribution);
}

errcode
figures_count_networks(struct figures_building *b, struct err *err)
{
    struct counting c = {.b = b};
    if (b->meta.last == DAY_NONE)
        return OK;
    c.attribution = attribution_new(b->networks);
    c.stretches = stretches_find(b);
    errcode code = stretches_put(&c, err);
    if (code == OK && b->parts[CLASS_INFECTED_SYSTEM].families.count)
        code = class_count(&c, CLASS_INFECTED_SYSTEM, err);
    if (code == OK && b->parts[CLASS_BLACKLIST].families.count)
        code = class_count(&c, CLASS_BLACKLIST, err);
    counting_clear(&c);
    return code;
}
