/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the figures: the layout of the chunks (docs/format-figures.md says the same in words)
 * and what an opened file holds. Texts are numbers of the sorted list of names, so that comparing
 * numbers compares texts. */
#pragma once

#include "base/chunk.h"
#include "sightings/figures/figures.h"

#include <stdatomic.h>

#define FIGURES_MAGIC "KHFIGS\x01\n"
#define FIGURES_SUFFIX ".fig"

struct figures_meta_record {
    int64_t built;
    uint64_t generation;
    int32_t first, last, today, target;
    int32_t baseline_from, baseline_to, result_from, result_to;
    uint32_t flags, slug, baseline_name, home_country, program;
    uint32_t zero[3];
    struct checksum registry; /* of all that names and places networks */
};
enum { FIGURES_FLAG_DEMONSTRATION = 1 };

struct figures_name_record {
    uint32_t at, size; /* in NTXT */
};
/* In the order class, dimension, family, key. */
struct figures_series_record {
    uint32_t class, dimension, family, key;
    int32_t first;
    uint32_t count;
    uint64_t start; /* in COUN */
};
/* In the order of families. */
struct figures_flow_record {
    uint32_t family;
    int32_t first;
    uint32_t count, zero;
    uint64_t start; /* in FDAY */
};
/* In the order dimension, from. Each holds until the next of its dimension. */
struct figures_stretch_record {
    uint32_t dimension;
    int32_t from;
    uint32_t start, count;    /* in GRPS */
    struct checksum networks; /* of the map, and of what the groups are called */
};
struct figures_group_record {
    uint32_t key, name_vi, name_en, zero;
    uint64_t announced, subscribers;
};
struct figures_health_record {
    uint32_t class;
    int32_t last;
    uint32_t series, series_count; /* in HSER */
    uint32_t pairs, pairs_count;   /* in HPAR */
};
struct figures_health_series_record {
    uint32_t source, family, flags, count;
    int32_t first;
    uint32_t zero;
    uint64_t start; /* in HDAY */
};
enum { FIGURES_SERIES_OLDER = 1, FIGURES_SERIES_MINOR = 2 };
struct figures_health_day_record {
    uint64_t rows, members;
    double expected;
    uint32_t note;
    uint16_t state, present;
};
struct figures_pair_record {
    uint32_t source, family;
};
struct figures_ready_record {
    uint32_t name, fault; /* fault: the text is why there is no answer */
    uint64_t at, size;    /* in ATXT */
};
/* What a day's figures of a class were made from. In the order day, class. */
struct figures_unit_record {
    int32_t day;
    uint32_t class;
    struct checksum sets;
};
/* A family of a class that is told by network. */
struct figures_pick_record {
    uint32_t class, family;
};

#define ARRAY(type, name)                                                                          \
    const struct type *name;                                                                       \
    uint32_t name##_count
struct figures {
    struct chunk_file file;
    atomic_uint refs;
    struct figures_meta meta;
    const struct figures_meta_record *record;
    str names_text, ready_text;
    ARRAY(figures_name_record, names);
    ARRAY(figures_series_record, series);
    ARRAY(figures_count, counts);
    ARRAY(figures_flow_record, flows);
    ARRAY(figures_flow, flow_days);
    ARRAY(figures_stretch_record, stretches);
    ARRAY(figures_group_record, groups);
    ARRAY(figures_health_record, healths);
    ARRAY(figures_health_series_record, health_series);
    ARRAY(figures_health_day_record, health_days);
    ARRAY(figures_pair_record, pairs);
    ARRAY(figures_ready_record, ready);
    ARRAY(figures_unit_record, units);
    ARRAY(figures_pick_record, picks);
    const uint32_t *largest;
    uint32_t largest_count;
    struct health *health[CLASS_COUNT]; /* owned */
};
#undef ARRAY

/* The text of a name's number, and the reverse (UINT32_MAX: there is none). */
str figures_name(const struct figures *figures, uint32_t number);
uint32_t figures_name_find(const struct figures *figures, str text);
/* The stretch of the dimension that holds on the day; NULL when there is none. */
const struct figures_stretch_record *figures_stretch(const struct figures *figures,
                                                     enum figures_dimension dimension, day at);
