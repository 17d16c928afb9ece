/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses → networks over time: the registry is compiled once for each stretch of days within
 * which it does not change. Counting walks set and ranges side by side, so that its cost is that of
 * the members, not of lookups. */
#pragma once

#include "intel/intel.h"
#include "sightings/ipset.h"

struct attribution;
/* NETWORKS must outlive it. */
struct attribution *attribution_new(const struct networks *networks);
void attribution_free(struct attribution *attribution);
/* The map as of DAY; lives as long as ATTRIBUTION keeps to the same stretch of days: the next call
 * for a day of another stretch frees it. */
errcode attribution_map(struct attribution *attribution, day day, const struct network_map **ret,
                        struct err *err);
/* Changes whenever attribution_map gives another map. */
unsigned attribution_stretch(const struct attribution *attribution);

/* Members of SET in each network: COUNTS[index] += …, COUNTS has network_map_count + 1 items, and
 * item 0 takes what no network holds. COUNTS4 and COUNTS6 may be the same array. */
void attribution_count(const struct network_map *map, const struct ipset *set, uint64_t *counts4,
                       uint64_t *counts6);
/* All IPv4 addresses of the networks that WANTED says yes to (WANTED[index], item 0 for none). */
struct ipset *attribution_mask(const struct network_map *map, const bool *wanted);
/* The members of SET in them; MASK is the above. */
struct ipset *attribution_select(const struct network_map *map, const bool *wanted,
                                 const struct ipset *mask, const struct ipset *set);
/* Announced IPv4 addresses of each network: SIZES[index]. */
void attribution_sizes(const struct network_map *map, uint64_t *sizes);
