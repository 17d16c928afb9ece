/* SPDX-License-Identifier: Apache-2.0 */
/* Counts in total and by source, and flows. Sets come in the order day, class, family, source: so
 * one family's union is pending at a time, and one of each source for the day. */
#include "sightings/figures/building.h"

#include "base/require.h"

/* What a family's flow is told from. */
struct flowing {
    str family;
    struct ipset *seen;   /* all days before */
    struct ipset *before; /* the last day with any, or NULL */
    day last;
};

struct totals {
    struct figures_building *b;
    enum event_class class;
    day day;
    bool flows; /* of this class */
    day flows_from;
    struct names families; /* as FLOWING */
    struct flowing *flowing;
    size_t room;
    struct ipset *pending; /* of FAMILY */
    char family[128];
    struct names sources; /* as SOURCE_SETS */
    struct ipset **source_sets;
    size_t source_room;
};

static struct figures_count
count_of(const struct ipset *set)
{
    return (struct figures_count){(uint32_t)ipset_count4(set), (uint32_t)ipset_count6(set)};
}

static struct flowing *
flowing_of(struct totals *t, str family)
{
    size_t before = t->families.count, at = names_index(&t->families, family);
    if (at == before) {
        if (at == t->room) {
            t->room = t->room ? t->room * 2 : 32;
            t->flowing = mem_resize(t->flowing, t->room, sizeof *t->flowing);
        }
        t->flowing[at] = (struct flowing){.family = t->families.items[at], .seen = ipset_new()};
    }
    return &t->flowing[at];
}

/* After a day without any, all of the day before are gone. */
static void
flow_end(struct totals *t, struct flowing *f)
{
    struct figures_flow flow = {.gone = (uint32_t)ipset_count(f->before)};
    figures_writer_flow(t->b->writer, f->family, f->last + 1, flow);
    ipset_free(f->before);
    f->before = NULL;
}

/* SET is taken. */
static void
flow_add(struct totals *t, str family, struct ipset *set)
{
    struct flowing *f = flowing_of(t, family);
    if (f->before && f->last + 1 < t->day)
        flow_end(t, f);
    uint64_t members = ipset_count(set), fresh = ipset_andnot_count(set, f->seen);
    uint64_t stayed = f->before ? ipset_and_count(set, f->before) : 0;
    uint64_t there = f->before ? ipset_count(f->before) : 0;
    figures_writer_flow(t->b->writer, family, t->day,
                        (struct figures_flow){.fresh = (uint32_t)fresh,
                                              .returning = (uint32_t)(members - fresh - stayed),
                                              .stayed = (uint32_t)stayed,
                                              .gone = (uint32_t)(there - stayed)});
    ipset_or(f->seen, set);
    ipset_free(f->before);
    f->before = set;
    f->last = t->day;
}

/* ---- one unit ---- */

static bool
is_kept(const struct totals *t, str family)
{
    return names_find(&t->b->parts[t->class].kept, family) != SIZE_MAX;
}

/* SET is taken. */
static void
sum_finish(struct totals *t, str family, struct ipset *set)
{
    figures_writer_count(t->b->writer, t->class, family, FIGURES_TOTAL, STR(""), t->day,
                         count_of(set));
    bool named = family.n > 0; /* a query for the empty name means any */
    if (t->flows && named && t->day >= t->flows_from && ipset_count(set))
        flow_add(t, family, set);
    else
        ipset_free(set);
}

static void
family_finish(struct totals *t)
{
    str family = str_of(t->family);
    if (t->pending && is_kept(t, family))
        sum_finish(t, family, t->pending);
    else
        ipset_free(t->pending);
    t->pending = NULL;
}

static void
source_add(struct totals *t, str source, const struct ipset *set)
{
    size_t before = t->sources.count, at = names_index(&t->sources, source);
    if (at == before) {
        if (at == t->source_room) {
            t->source_room = t->source_room ? t->source_room * 2 : 16;
            t->source_sets = mem_resize(t->source_sets, t->source_room, sizeof *t->source_sets);
        }
        t->source_sets[at] = NULL;
    }
    if (t->source_sets[at])
        ipset_or(t->source_sets[at], set);
    else
        t->source_sets[at] = ipset_copy(set);
}

static errcode
set_add(void *context, const struct set_key *key, const struct ipset *set, struct err *err)
{
    (void)err;
    struct totals *t = context;
    if (t->pending && !str_eq(str_of(t->family), key->family))
        family_finish(t);
    if (!t->pending)
        require(str_copy(key->family, t->family, sizeof t->family));
    if (is_kept(t, key->family))
        figures_writer_count(t->b->writer, t->class, key->family, FIGURES_SOURCE, key->source,
                             t->day, count_of(set));
    if (t->pending)
        ipset_or(t->pending, set);
    else
        t->pending = ipset_copy(set);
    source_add(t, key->source, set);
    return OK;
}

static void
sources_finish(struct totals *t)
{
    struct ipset *all =
        ipset_or_many((const struct ipset *const *)t->source_sets, t->sources.count);
    for (size_t i = 0; i < t->sources.count; i++) {
        figures_writer_count(t->b->writer, t->class, FIGURES_ALL, FIGURES_SOURCE,
                             t->sources.items[i], t->day, count_of(t->source_sets[i]));
        ipset_free(t->source_sets[i]);
    }
    names_clear(&t->sources);
    sum_finish(t, FIGURES_ALL, all);
}

static errcode
unit_count(struct totals *t, const struct figures_unit *unit, struct err *err)
{
    struct set_query query = SET_QUERY_ALL;
    query.from = query.to = t->day = unit->day;
    query.class = unit->class;
    errcode code = sightings_each(t->b->sightings, &query, set_add, t, err);
    if (code == OK) {
        family_finish(t);
        sources_finish(t);
    }
    return code;
}

/* ---- what the old file has ---- */

/* Calls for each day of an old series. */
static void
series_copy(struct totals *t, const struct figures_series *series)
{
    for (size_t i = 0; i < series->count; i++) {
        day at = series->first + (day)i;
        const struct figures_unit *unit = figures_unit_at(t->b, t->class, at);
        if (unit && !unit->load)
            figures_writer_count(t->b->writer, t->class, series->family, series->dimension,
                                 series->key, at, series->days[i]);
    }
}

static void
counts_copy(struct totals *t)
{
    for (uint32_t i = 0; i < t->b->old->series_count; i++) {
        struct figures_series series = figures_at(t->b->old, i);
        bool wanted = (series.dimension == FIGURES_TOTAL || series.dimension == FIGURES_SOURCE) &&
                      (str_eq(series.family, FIGURES_ALL) || is_kept(t, series.family));
        if (series.class == t->class && wanted)
            series_copy(t, &series);
    }
}

/* The first day of which a flow is not known: all days before must be as they were. */
static day
flows_begin(const struct figures_building *b)
{
    const struct figures *old = b->old;
    const struct figures_part *part = &b->parts[CLASS_INFECTED_SYSTEM];
    uint32_t class = old ? figures_name_find(old, STR("infected-system")) : UINT32_MAX;
    day last = DAY_NONE, from = part->first;
    for (uint32_t i = 0; class != UINT32_MAX && i < old->units_count; i++) {
        if (old->units[i].class != class)
            continue;
        if (!figures_unit_at(b, CLASS_INFECTED_SYSTEM, old->units[i].day))
            return part->first; /* days that went: nothing is as it was */
        last = old->units[i].day;
    }
    for (size_t i = 0; last != DAY_NONE && i < b->unit_count; i++) {
        from = b->units[i].day;
        if (b->units[i].class == CLASS_INFECTED_SYSTEM && b->units[i].load)
            break;
        from = last + 1;
    }
    return last != DAY_NONE && from > last ? last + 1 : from;
}

static void
flows_copy(struct totals *t)
{
    for (uint32_t i = 0; i < t->b->old->flows_count; i++) {
        const struct figures_flow_record *old = &t->b->old->flows[i];
        str family = figures_name(t->b->old, old->family);
        if (!str_eq(family, FIGURES_ALL) && !is_kept(t, family))
            continue;
        for (uint32_t k = 0; k < old->count && old->first + (day)k < t->flows_from; k++)
            figures_writer_flow(t->b->writer, family, old->first + (day)k,
                                t->b->old->flow_days[old->start + k]);
    }
}

static errcode
union_of(struct totals *t, str family, day from, day to, struct ipset **ret, struct err *err)
{
    struct set_query query = SET_QUERY_ALL;
    query.class = t->class;
    query.family = family;
    query.from = from;
    query.to = to;
    return sightings_union(t->b->sightings, &query, ret, err);
}

/* FAMILY empty: all. SEEN is taken, or NULL: it is looked up. */
static errcode
flow_resume(struct totals *t, str name, str family, struct ipset *seen, struct err *err)
{
    struct ipset *before = NULL;
    day last = t->flows_from - 1;
    errcode code = seen ? OK : union_of(t, family, DAY_NONE, last, &seen, err);
    if (code == OK)
        code = union_of(t, family, last, last, &before, err);
    if (code) {
        ipset_free(seen);
        return code;
    }
    struct flowing *f = flowing_of(t, name);
    ipset_free(f->seen);
    f->seen = seen;
    f->last = last;
    f->before = ipset_count(before) ? before : NULL;
    if (!f->before)
        ipset_free(before);
    return OK;
}

/* From the days before FLOWS_FROM. */
static errcode
flows_resume(struct totals *t, struct err *err)
{
    const struct figures_part *part = &t->b->parts[t->class];
    errcode code = OK;
    for (size_t i = 0; i < part->kept.count && code == OK; i++)
        if (part->kept.items[i].n)
            code = flow_resume(t, part->kept.items[i], part->kept.items[i], NULL, err);
    struct ipset *seen = NULL;
    if (code == OK && part->all_kept && names_find(&part->kept, STR("")) == SIZE_MAX) {
        const struct ipset **list = mem_calloc(t->families.count + 1, sizeof *list);
        for (size_t i = 0; i < t->families.count; i++)
            list[i] = t->flowing[i].seen;
        seen = ipset_or_many(list, t->families.count);
        free(list);
    }
    return code ? code : flow_resume(t, FIGURES_ALL, STR(""), seen, err);
}

static void
totals_clear(struct totals *t)
{
    for (size_t i = 0; i < t->families.count; i++) {
        ipset_free(t->flowing[i].seen);
        ipset_free(t->flowing[i].before);
    }
    for (size_t i = 0; i < t->sources.count; i++)
        ipset_free(t->source_sets[i]);
    ipset_free(t->pending);
    free(t->flowing);
    free(t->source_sets);
    names_clear(&t->families);
    names_clear(&t->sources);
}

static errcode
flows_open(struct totals *t, struct err *err)
{
    const struct figures_part *part = &t->b->parts[t->class];
    t->flows = true;
    t->flows_from = flows_begin(t->b);
    for (size_t i = 0; i < t->b->unit_count; i++)
        if (t->b->units[i].class == t->class && t->b->units[i].day >= t->flows_from)
            t->b->units[i].load = true;
    if (t->b->old)
        flows_copy(t);
    if (t->flows_from <= part->first || t->flows_from > part->last)
        return OK;
    return flows_resume(t, err);
}

static errcode
class_count(struct figures_building *b, enum event_class class, struct err *err)
{
    struct totals t = {.b = b, .class = class};
    errcode code = class == CLASS_INFECTED_SYSTEM ? flows_open(&t, err) : OK;
    if (code == OK && b->old)
        counts_copy(&t);
    for (size_t i = 0; i < b->unit_count && code == OK; i++)
        if (b->units[i].class == class && b->units[i].load)
            code = unit_count(&t, &b->units[i], err);
    for (size_t i = 0; i < t.families.count && code == OK; i++)
        if (t.flowing[i].before && t.flowing[i].last < b->parts[class].last)
            flow_end(&t, &t.flowing[i]);
    totals_clear(&t);
    return code;
}

errcode
figures_count_totals(struct figures_building *b, struct err *err)
{
    errcode code = OK;
    for (enum event_class class = CLASS_NONE + 1; class < CLASS_COUNT && code == OK; class ++)
        if (b->parts[class].families.count)
            code = class_count(b, class, err);
    return code;
}
