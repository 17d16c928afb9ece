/* SPDX-License-Identifier: Apache-2.0 */
/* A request made definite: which days there are, which class is meant, which addresses count. All
 * measures read the stored sets through it, so that a filter means the same everywhere. */
#pragma once

#include "sightings/attribution/attribution.h"
#include "sightings/attribution/names.h"
#include "sightings/measures/measures.h"

struct scope {
    const struct measure_request *request;
    enum event_class class; /* CLASS_NONE only where the measure allows it */
    day first, last; /* stored days that match class, family and source; DAY_NONE without data */
    day from, to;    /* the request's period; else all stored days that are over (if any is) */
    struct attribution *attribution; /* NULL without a registry */
    bool filtered;                   /* by network */
    struct ipset *mask;              /* of the networks wanted, for MASK_STRETCH */
    bool *wanted;
    unsigned mask_stretch;
};

/* CLASS: what CLASS_NONE in the request means. ERR_USAGE for filters that cannot work. */
errcode scope_open(struct scope *ret, const struct measure_request *request, enum event_class class,
                   struct err *err);
void scope_close(struct scope *scope);
static inline bool
scope_empty(const struct scope *scope)
{
    return scope->first == DAY_NONE || scope->from > scope->to;
}
/* The stored sets the scope is about, within FROM … TO; FAMILY empty: the request's. */
struct set_query scope_query(const struct scope *scope, day from, day to, str family);

/* *SET's members in the wanted networks as of DAY; *SET is replaced where there is a filter. */
errcode scope_filter(struct scope *scope, day day, struct ipset **set, struct err *err);

/* One set a day (NULL: nothing stored), filtered. */
struct day_sets {
    day first;
    size_t count;
    struct ipset **sets;
};
void day_sets_clear(struct day_sets *days);
errcode day_sets_load(struct scope *scope, day from, day to, str family, struct day_sets *ret,
                      struct err *err);
/* The same for several families at once: in one union a day. */
errcode day_sets_load_families(struct scope *scope, day from, day to, const struct names *families,
                               struct day_sets *ret, struct err *err);
/* The union of the days FROM … TO. */
struct ipset *day_sets_union(const struct day_sets *days, day from, day to);
uint64_t day_sets_members(const struct day_sets *days, day day);

/* Families (or sources) with any set within FROM … TO, in alphabetical order. */
errcode scope_names(struct scope *scope, day from, day to, bool sources, struct names *ret,
                    struct err *err);
/* "no sightings of class …" for a table without rows. */
void scope_note_empty(const struct scope *scope, struct table *table);
