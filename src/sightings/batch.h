/* SPDX-License-Identifier: Apache-2.0 */
/* The sets of one input in memory, before they are merged into the stored ones. */
#pragma once

#include "sightings/ingest.h"

/* One key's addresses: fresh ones in arrays that are sorted into the set when they are full. */
struct batch_set {
    struct set_key key; /* text owned by the batch */
    struct ipset *set;
    uint32_t *fresh4;
    uint64_t *fresh6;
    size_t fresh4_count, fresh4_room, fresh6_count, fresh6_room;
    uint64_t events;   /* with an address */
    bool unknown_name; /* the family is a malware name that no table knows */
};

struct batch;
/* FAMILIES canonicalises malware names; NETWORKS (may be NULL) is asked for each source address.
 * RECEIVED dates events without a time and bounds those of the future. */
struct batch *batch_new(const struct families *families, const struct network_map *networks,
                        usec received);
void batch_free(struct batch *batch);

/* Adds an event. ERR_FORMAT: its time cannot be (the caller counts it as refused). ERR_LIMIT: more
 * than LIMIT_SET_KEYS keys. */
errcode batch_add(struct batch *batch, const struct event *event, struct err *err);
/* Sorts what is fresh; sets are complete after it. */
void batch_finish(struct batch *batch);
size_t batch_count(const struct batch *batch);
struct batch_set *batch_get(struct batch *batch, size_t at);

struct batch_totals {
    uint64_t events;          /* taken */
    uint64_t without_address; /* nothing that a set could hold */
    uint64_t unattributed;    /* address in no known network */
    bool undated;             /* some events had no time of their own */
};
struct batch_totals batch_totals(const struct batch *batch);
