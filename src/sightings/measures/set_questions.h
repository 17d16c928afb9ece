/* SPDX-License-Identifier: Apache-2.0 */
/* The questions that everything is built from, asked of the stored sets. Plain functions, so that
 * the benchmark runs what the commands run. */
#pragma once

#include "sightings/attribution/attribution.h"
#include "sightings/sets.h"

/* Distinct members per day and family (over all classes and sources of QUERY), in the order day,
 * family. Where one set is all there is, its stored count is the answer and it is not loaded. */
errcode question_day_family(struct sightings *sightings, const struct set_query *query,
                            void (*each)(void *context, day at, str family, uint64_t distinct),
                            void *context, struct err *err);
/* Distinct members of all that match. */
errcode question_distinct(struct sightings *sightings, const struct set_query *query, uint64_t *ret,
                          struct err *err);
/* Distinct members in each network of MAP: COUNTS[index], network_map_count + 1 items. */
errcode question_per_network(struct sightings *sightings, const struct set_query *query,
                             const struct network_map *map, uint64_t *counts, struct err *err);
/* Members of HAD that HAS lacks: gone since a baseline (HAD the baseline, HAS the later days), or
 * new in a week (HAD the week, HAS all days before). */
errcode question_difference(struct sightings *sightings, const struct set_query *had,
                            const struct set_query *has, uint64_t *ret, struct err *err);
/* Members of both that BETWEEN lacks: seen, away, seen again. */
errcode question_recurring(struct sightings *sightings, const struct set_query *first,
                           const struct set_query *between, const struct set_query *last,
                           uint64_t *ret, struct err *err);
