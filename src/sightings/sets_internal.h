/* SPDX-License-Identifier: Apache-2.0 */
/* What ingest, replay and the snapshot share with the stored sets; not for other parts. */
#pragma once

#include "base/hash.h"
#include "sightings/archive.h"
#include "sightings/ingest.h"
#include "sightings/sets.h"
#include "store/store.h"

struct sightings {
    struct store *store;
    char *folder;
};

/* Replay fills a second table beside the live one. */
enum set_table { SETS_LIVE, SETS_REPLAY };

/* Over key, members and stored bytes. */
struct checksum set_checksum(const struct set_key *key, str stored);
/* Key and stored checksum of each matching set, in the order day, class, family, source, without
 * loading it: what two moments have in common can be told by these. */
errcode sets_each_checksum(struct sightings *sightings, const struct set_query *query,
                           errcode (*each)(void *context, const struct set_key *key,
                                           struct checksum sum, struct err *err),
                           void *context, struct err *err);
/* *RET is NULL when there is no such set. */
errcode set_load(struct sightings *sightings, enum set_table table, const struct set_key *key,
                 struct ipset **ret, struct err *err);
/* Puts the set; KEY's members are set from it. */
errcode set_save(struct sightings *sightings, enum set_table table, struct set_key *key,
                 const struct ipset *set, struct err *err);
/* ORs into what is stored; adds the number of new members to *RET_ADDED. */
errcode set_merge(struct sightings *sightings, enum set_table table, struct set_key *key,
                  const struct ipset *set, uint64_t *ret_added, struct err *err);
errcode generation_grow(struct sightings *sightings, struct err *err);
