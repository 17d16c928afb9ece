/* SPDX-License-Identifier: Apache-2.0 */
/* The public figures: what the page of figures shows, computed once from the stored sets and kept
 * in one read-only file, mapped whole (docs/format-figures.md). It holds counts and no address, so
 * a web node that has it needs no database. Readers never lock; every text is a view that lives as
 * long as the figures. The functions below allocate nothing unless they say so. */
#pragma once

#include "intel/intel.h"
#include "sightings/measures/health.h"

struct figures;

/* Opening checks everything that reading relies on and, with WHOLE, the file's checksum; what is
 * wrong is ERR_CORRUPT and nothing is returned. */
errcode figures_open(const char *path, bool whole, struct figures **ret, struct err *err);
/* The newest var/figures/<n>.fig that opens; a damaged newer one is named in *WARNING (may be NULL)
 * and passed over. ERR_NOT_FOUND when there is none. */
errcode figures_open_newest(const char *folder, bool whole, struct figures **ret,
                            struct err *warning, struct err *err);
struct figures *figures_ref(struct figures *figures);   /* counted, thread-safe */
struct figures *figures_unref(struct figures *figures); /* always NULL; the last one unmaps */

struct figures_meta {
    usec built;
    uint64_t generation; /* of the stored sets */
    day first, last;     /* stored days of any class; DAY_NONE without data */
    day today;           /* when it was built: counts of this day and later are not whole */
    bool demonstration;
    str slug;                               /* the campaign's */
    str baseline_name;                      /* the frozen baseline; empty when none is frozen */
    struct measure_window baseline, result; /* of the configuration; DAY_NONE: not given. Where a
                                               baseline is frozen, its own window */
    int32_t target;                         /* percent: -50 */
    str home_country;                       /* "VN" */
    uint64_t bytes;                         /* of the file */
};
const struct figures_meta *figures_meta(const struct figures *figures);
struct figures_size {
    uint64_t series, counts; /* counts: of all series */
};
struct figures_size figures_size(const struct figures *figures);
/* What opening leaves to a verification: flows agree with the counts, and the like. */
errcode figures_check(const struct figures *figures, struct err *err);

/* Dimensions: how the addresses of a family are told apart. Every class is there in total and by
 * source; by network only infected-system and blacklist, in all ("*"), for "largest", and for the
 * FIGURES_NETWORK_FAMILIES largest families of the class by address-days over all stored days. */
#define FIGURES_DIMENSIONS(X)                                                                      \
    X(TOTAL, "total")                                                                              \
    X(ISP, "isp")                                                                                  \
    X(PROVINCE, "province")                                                                        \
    X(KIND, "kind")                                                                                \
    X(SOURCE, "source")

enum figures_dimension {
#define X(suffix, name) FIGURES_##suffix,
    FIGURES_DIMENSIONS(X)
#undef X
        FIGURES_DIMENSION_COUNT
};
const char *figures_dimension_name(enum figures_dimension dimension);
/* FIGURES_DIMENSION_COUNT when there is none. */
enum figures_dimension figures_dimension_find(str name);

/* A family's canonical name, or one of these. Of a class with more than FIGURES_FAMILIES families
 * the largest are told by name, the others count in "*". */
#define FIGURES_ALL STR("*")           /* the union of all families */
#define FIGURES_LARGEST STR("largest") /* the union of the baseline's largest, or of today's */
enum { FIGURES_FAMILIES = 1000, FIGURES_NETWORK_FAMILIES = 50 };

/* Distinct addresses of one day. */
struct figures_count {
    uint32_t ipv4, ipv6_64;
};
/* One series: a count for each day FIRST … FIRST + COUNT - 1, zero on all others. The first and
 * the last count are not zero. */
struct figures_series {
    enum event_class class;
    enum figures_dimension dimension;
    str family, key; /* key: "" in total; "viettel"; "01"; "mobile"; the source's name; "unknown" */
    day first;
    size_t count;
    const struct figures_count *days;
};
/* False when there is no such series: then every count is zero. */
bool figures_find(const struct figures *figures, enum event_class class, str family,
                  enum figures_dimension dimension, str key, struct figures_series *ret);
/* Zero outside of the series. */
struct figures_count figures_on(const struct figures_series *series, day at);
/* The series *RET_FIRST … *RET_FIRST + n - 1 (n is returned) are those of the dimension, by key. */
size_t figures_keys(const struct figures *figures, enum event_class class, str family,
                    enum figures_dimension dimension, size_t *ret_first);
/* The same for the families of a class in total, by name: "*" and "largest" are among them, and the
 * empty name where some addresses have no family. */
size_t figures_families(const struct figures *figures, enum event_class class, size_t *ret_first);
/* The series of a place that one of the two gave. */
struct figures_series figures_at(const struct figures *figures, size_t place);
/* The classes that have any series, in alphabetical order. Returns how many there are. */
size_t figures_classes(const struct figures *figures, enum event_class out[CLASS_COUNT]);
/* The families that "largest" stands for, in their order: *RET is valid for I < the number that is
 * returned. */
size_t figures_largest(const struct figures *figures, size_t i, str *ret);

/* How the infected addresses of a day differ from those of the day before. The day's count is
 * fresh + returning + stayed; the day before's is stayed + gone. */
struct figures_flow {
    uint32_t fresh;     /* never stored before */
    uint32_t returning; /* stored before, not on the day before */
    uint32_t stayed;
    uint32_t gone; /* there on the day before, not on this one */
};
struct figures_flows {
    day first;
    size_t count;
    const struct figures_flow *days;
};
/* Class infected-system, a family or "*". False when there is none. */
bool figures_flows(const struct figures *figures, str family, struct figures_flows *ret);

/* Networks put together, as the registry and the province table stood on a day. Of provinces all
 * are there that the country had then, also those without any announced address. */
struct figures_group {
    str key, name_vi, name_en; /* names: the key where no table has one */
    uint64_t announced;        /* IPv4 addresses */
    uint64_t subscribers;      /* 0 unknown */
};
/* By key; returns how many. FROM and TO (may be NULL): the days for which this holds. */
size_t figures_groups(const struct figures *figures, enum figures_dimension dimension, day at,
                      day *ret_from, day *ret_to);
/* Of the groups of that day, number I. */
struct figures_group figures_group_at(const struct figures *figures,
                                      enum figures_dimension dimension, day at, size_t i);

/* Feed health over all stored days of the class, for health_reasons and its kin; NULL when nothing
 * of the class is stored. */
const struct health *figures_health(const struct figures *figures, enum event_class class);
/* health_reasons for what is shown: FAMILY may be "*" or "largest"; for provinces (KEY empty: all)
 * also that their borders changed. Allocates in RET. */
void figures_reasons(const struct figures *figures, enum event_class class, str family,
                     enum figures_dimension dimension, str key, day from, day to,
                     struct reasons *ret);

/* Ready answers: what `khien stats NAME --json` prints, with the campaign's windows and its frozen
 * baseline. Names: compare, churn, survival, recurrence, top, estimate, health, networks-isp,
 * networks-province, networks-kind. Empty when there is none; *RET_FAULT (may be NULL) then says
 * why (a configuration that the measure refuses), or is empty. */
str figures_ready(const struct figures *figures, str name, str *ret_fault);
