/* SPDX-License-Identifier: Apache-2.0 */
/* Networks put together by ISP, AS, province or kind, with how many announced addresses and
 * subscribers each group has, and counts of members added by walking sets. */
#pragma once

#include "sightings/attribution/attribution.h"
#include "sightings/attribution/names.h"
#include "sightings/measures/measures.h"

struct group {
    str key, name;      /* "viettel"; "AS7552"; "01"; "mobile"; "unknown" where nothing is known */
    uint64_t announced; /* IPv4 addresses */
    uint64_t subscribers; /* 0 unknown */
    uint64_t ipv4, ipv6;
};

struct groups {
    const struct network_map *map;
    struct names keys;
    struct group *items;
    size_t count;
    uint32_t *group_of; /* network index → item */
    uint64_t *counts4, *counts6;
};

/* BY is ISP, ASN, PROVINCE or KIND; MAP must outlive it. */
void groups_open(struct groups *ret, const struct network_map *map, enum measure_by by);
void groups_close(struct groups *groups);
/* Sets every item's ipv4 and ipv6 to SET's. */
void groups_count(struct groups *groups, const struct ipset *set);
/* The same of counts by network that are known (attribution_count). */
void groups_take(struct groups *groups, const uint64_t *counts4, const uint64_t *counts6);
