/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated country: subscribers with infected hosts behind dynamic, static and shared addresses,
 * seen by a simulated sinkhole. It writes daily Shadowserver-format files and, beside them, the
 * truth, so that every estimator can be judged. The same seed gives the same bytes. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "intel/intel.h"

struct simulate_options {
    const char *out; /* folder, made when missing; files of the same name are replaced */
    day first;       /* DAY_NONE: so that the last day is yesterday (UTC) */
    uint32_t days;   /* at least 1 */
    uint64_t daily;  /* rows a day at the start, about */
    uint64_t seed;
    /* Where the addresses come from: PREFIXES (text: one IPv4 prefix a line, then perhaps a blank
     * and a name: prefixes of one name are one provider), else the ranges of MAP in COUNTRY, else a
     * few large prefixes of the country. */
    const struct network_map *map;
    const char *country;   /* NULL: VN */
    str prefixes;          /* empty: none */
    uint32_t campaign_day; /* day number (0 …) from which clean-up is faster; UINT32_MAX: never */
    double campaign_factor;           /* how much faster: 0 means the default, 4 */
    uint32_t outage_day, outage_days; /* the sinkhole delivers no file; outage_days 0: never */
    uint32_t policy_day;              /* from here the second source lists a fifth only; 0: never */
    bool wide;                        /* 33 columns instead of 30 */
    bool second_source; /* also a plain block list of a part of the hosts, one file a day */
    /* May be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};

enum { SIMULATE_DAYS_MAX = 3660 };
#define SIMULATE_OPTIONS                                                                           \
    ((struct simulate_options){.first = DAY_NONE, .seed = 1, .campaign_day = UINT32_MAX})

struct simulate_report {
    uint64_t files, rows, bytes;
    uint64_t hosts, subscribers; /* ever infected */
    day first, last;
};

/* Writes DAY-event4_sinkhole-simulated.csv, DAY-event6_sinkhole-simulated.csv, truth.json (per day
 * and family infected hosts and subscribers; means and medians of the infections' true length),
 * hosts.tsv (each infection: family, subscriber, first and last day) and README.txt. */
errcode simulate(const struct simulate_options *options, struct simulate_report *ret,
                 struct err *err);
