/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to count, from keys and checksums alone: units, families, and what the old file
 * knows already. */
#include "sightings/figures/building.h"

#include "base/require.h"

struct figures_unit *
figures_unit_at(const struct figures_building *b, enum event_class class, day at)
{
    const struct figures_part *part = &b->parts[class];
    if (!part->unit_of || at < part->first || at > part->last)
        return NULL;
    size_t place = part->unit_of[at - part->first];
    return place ? &b->units[place - 1] : NULL;
}

static struct figures_unit *
unit_of(struct figures_building *b, const struct set_key *key)
{
    struct figures_unit *last = b->unit_count ? &b->units[b->unit_count - 1] : NULL;
    if (last && last->day == key->day && last->class == key->class)
        return last;
    if (b->unit_count == b->unit_room) {
        b->unit_room = b->unit_room ? b->unit_room * 2 : 64;
        b->units = mem_resize(b->units, b->unit_room, sizeof *b->units);
    }
    struct figures_unit *unit = &b->units[b->unit_count++];
    *unit = (struct figures_unit){.day = key->day, .class = key->class};
    struct figures_part *part = &b->parts[key->class];
    if (!part->families.count)
        part->first = key->day;
    part->last = key->day;
    return unit;
}

static void
family_note(struct figures_part *part, const struct set_key *key)
{
    size_t before = part->families.count, at = names_index(&part->families, key->family);
    if (at == before) {
        if (at == part->room) {
            part->room = part->room ? part->room * 2 : 32;
            part->members = mem_resize(part->members, part->room, sizeof *part->members);
        }
        part->members[at] = 0;
    }
    part->members[at] += key->members;
}

static errcode
set_note(void *context, const struct set_key *key, struct checksum sum, struct err *err)
{
    (void)err;
    struct figures_building *b = context;
    if (key->class == CLASS_NONE) /* of a newer program */
        return OK;
    struct figures_unit *unit = unit_of(b, key);
    const struct checksum chain[] = {unit->sets, checksum_of(key->family), checksum_of(key->source),
                                     sum};
    unit->sets = checksum_of((str){(const char *)chain, sizeof chain});
    family_note(&b->parts[key->class], key);
    return OK;
}

struct sized {
    str family;
    uint64_t members;
};

static int
by_members(const void *a, const void *b)
{
    const struct sized *x = a, *y = b;
    if (x->members != y->members)
        return x->members < y->members ? 1 : -1;
    return str_compare(x->family, y->family);
}

/* The largest families; one that is called as a sum is called counts in that sum only. */
static void
keep(struct figures_part *part)
{
    struct sized *list = mem_calloc(part->families.count + 1, sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < part->families.count; i++) {
        str family = part->families.items[i];
        if (!str_eq(family, FIGURES_ALL) && !str_eq(family, FIGURES_LARGEST))
            list[count++] = (struct sized){family, part->members[i]};
    }
    if (count)
        qsort(list, count, sizeof *list, by_members);
    for (size_t i = 0; i < count && i < FIGURES_FAMILIES; i++)
        names_index(&part->kept, list[i].family);
    part->all_kept = part->kept.count == part->families.count;
    free(list);
}

static const struct figures_unit_record *
old_unit(const struct figures *old, uint32_t class, day at)
{
    uint32_t low = 0, high = old->units_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct figures_unit_record *u = &old->units[middle];
        if (u->day < at || (u->day == at && u->class < class))
            low = middle + 1;
        else
            high = middle;
    }
    const struct figures_unit_record *found = &old->units[low];
    return low < old->units_count && found->day == at && found->class == class ? found : NULL;
}

struct marking {
    struct figures_building *b;
    struct names fresh; /* families that the old file does not tell by name */
};

static errcode
mark_fresh(void *context, const struct set_key *key, struct err *err)
{
    (void)err;
    struct marking *m = context;
    if (names_find(&m->fresh, key->family) != SIZE_MAX)
        figures_unit_at(m->b, key->class, key->day)->load = true;
    return OK;
}

/* Days of families that were among the others up to now. */
static errcode
load_fresh(struct figures_building *b, enum event_class class, struct err *err)
{
    struct marking m = {.b = b};
    const struct figures_part *part = &b->parts[class];
    struct figures_series series;
    struct set_query query = SET_QUERY_ALL;
    query.class = class;
    for (size_t i = 0; i < part->kept.count; i++)
        if (!figures_find(b->old, class, part->kept.items[i], FIGURES_TOTAL, STR(""), &series))
            names_index(&m.fresh, part->kept.items[i]);
    errcode code =
        m.fresh.count ? sightings_each_key(b->sightings, &query, mark_fresh, &m, err) : OK;
    names_clear(&m.fresh);
    return code;
}

static errcode
compare_old(struct figures_building *b, struct err *err)
{
    errcode code = OK;
    for (size_t i = 0; i < b->unit_count; i++) {
        struct figures_unit *unit = &b->units[i];
        uint32_t class =
            b->old ? figures_name_find(b->old, str_of(event_class_name(unit->class))) : 0;
        const struct figures_unit_record *old = b->old ? old_unit(b->old, class, unit->day) : NULL;
        unit->same = old && checksum_eq(old->sets, unit->sets);
        unit->load = !unit->same;
    }
    for (enum event_class class = CLASS_NONE + 1; class < CLASS_COUNT && !code && b->old; class ++)
        if (b->parts[class].families.count)
            code = load_fresh(b, class, err);
    return code;
}

errcode
figures_find_units(struct figures_building *b, struct err *err)
{
    const struct set_query all = SET_QUERY_ALL;
    errcode code = sets_each_checksum(b->sightings, &all, set_note, b, err);
    if (code)
        return code;
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        struct figures_part *part = &b->parts[i];
        if (part->families.count == 0)
            continue;
        keep(part);
        part->unit_of = mem_calloc((size_t)(part->last - part->first) + 1, sizeof *part->unit_of);
    }
    for (size_t i = 0; i < b->unit_count; i++) {
        struct figures_unit *unit = &b->units[i];
        struct figures_part *part = &b->parts[unit->class];
        part->unit_of[unit->day - part->first] = i + 1;
        figures_writer_unit(b->writer, unit->day, unit->class, unit->sets);
    }
    return compare_old(b, err);
}
