/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of a build. A unit is a day of a class; what was told of it the last time stands as long
 * as its sets have the same checksums, and, for flows, those of all days before. */
#pragma once

#include "sightings/figures/build.h"
#include "sightings/figures/layout.h"
#include "sightings/figures/writer.h"
#include "sightings/sets_internal.h"

struct figures_unit {
    day day;
    enum event_class class;
    struct checksum sets;
    bool same;          /* as in the old file */
    bool load;          /* the totals must be counted */
    bool networks_same; /* the registry as of the day is as it was for the old file */
};

/* One class. */
struct figures_part {
    day first, last;
    struct names families; /* all that are stored */
    uint64_t *members;     /* of each, over all sets */
    size_t room;
    struct names kept, picks; /* told by name; told by network */
    bool all_kept;
    size_t *unit_of; /* by day - FIRST: a unit's place + 1 */
};

struct figures_building {
    struct sightings *sightings;
    const struct networks *networks;
    const struct figures_plan *plan;
    struct figures *old; /* NULL: nothing is taken from it */
    struct figures_writer *writer;
    struct figures_meta meta;
    struct checksum registry;
    struct names largest;
    bool largest_same;
    struct figures_unit *units; /* in the order of days */
    size_t unit_count, unit_room;
    struct figures_part parts[CLASS_COUNT];
};

/* NULL when nothing of the class is stored on the day. */
struct figures_unit *figures_unit_at(const struct figures_building *b, enum event_class class,
                                     day at);
/* The request of the measures, without windows. */
struct measure_request figures_request(const struct figures_building *b);

/* units.c: finds the units and what the old file has of them. */
errcode figures_find_units(struct figures_building *b, struct err *err);
/* totals.c: counts in total and by source, and flows. */
errcode figures_count_totals(struct figures_building *b, struct err *err);
/* networks.c: groups, and counts by network and of the largest families. */
void figures_registry(struct figures_building *b);
errcode figures_count_networks(struct figures_building *b, struct err *err);
/* ready.c: health and the ready answers. */
errcode figures_put_health(struct figures_building *b, struct err *err);
errcode figures_put_ready(struct figures_building *b, struct err *err);
