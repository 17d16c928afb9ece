/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot is one read-only file, mapped whole (docs/format-snapshot.md): networks, and the
 * listed addresses with families and first and last sighting. Readers never lock: the compiler
 * writes a new file and renames it over the old one, and the old mapping lives until its last
 * reader lets go. A node with a snapshot needs no database to answer a check. */
#pragma once

#include "intel/event.h"
#include "intel/networks.h"

/* Building: add, then write. */
struct snapshot_builder;
struct snapshot_builder *snapshot_builder_new(void);
void snapshot_builder_free(struct snapshot_builder *builder);
struct snapshot_meta {
    day as_of; /* newest day of the data; DAY_NONE when there are none */
    usec built;
    uint32_t window_days; /* "recently" in answers */
    bool demonstration;   /* the data are simulated */
    uint64_t generation;  /* of the stored sets */
};
void snapshot_builder_meta(struct snapshot_builder *builder, const struct snapshot_meta *meta);
/* The map is read at write time and must live until then. */
void snapshot_builder_networks(struct snapshot_builder *builder, const struct network_map *map);
/* The index for FAMILY in CLASS, made when new. */
uint32_t snapshot_builder_family(struct snapshot_builder *builder, str family,
                                 enum event_class class);
/* One address (IPv4) or /64 (IPv6: only the high half counts) seen for one family. Addresses may
 * come in any order, families of one address too; the same twice is joined. DAYS (at least 1) = how
 * many distinct days, told up to 65,535. */
void snapshot_builder_add(struct snapshot_builder *builder, ip addr, uint32_t family, day first,
                          day last, uint32_t days);
errcode snapshot_builder_write(struct snapshot_builder *builder, const char *path, struct err *err);

/* Reading. Opening always checks what lookups rely on, so that no file can lead them astray; this
 * takes time with the networks, not with the listed addresses. It fails without a trace. */
enum snapshot_depth {
    SNAPSHOT_SAFE,  /* nothing more */
    SNAPSHOT_WHOLE, /* the hash too: the file is as it was written */
    SNAPSHOT_RIGHT, /* all invariants of docs/format-snapshot.md too: it was written rightly */
};
struct snapshot;
errcode snapshot_open(const char *path, enum snapshot_depth depth, struct snapshot **ret,
                      struct err *err);
struct snapshot *snapshot_ref(struct snapshot *snapshot);   /* counted, thread-safe */
struct snapshot *snapshot_unref(struct snapshot *snapshot); /* always NULL; the last one unmaps */
const struct snapshot_meta *snapshot_meta(const struct snapshot *snapshot);
/* As it was opened; the file may be gone meanwhile. */
const char *snapshot_path(const struct snapshot *snapshot);
/* The newest var/snapshot/<n>.snap that opens; a damaged newer one is named in *WARNING (may be
 * NULL) and passed over. ERR_NOT_FOUND when there is none. */
errcode snapshot_open_newest(const char *folder, enum snapshot_depth depth, struct snapshot **ret,
                             struct err *warning, struct err *err);
/* The path the next one gets, and the removal of all but the newest KEEP. */
errcode snapshot_next_path(const char *folder, char out[], size_t size, struct err *err);
errcode snapshot_remove_old(const char *folder, unsigned keep, struct err *err);

struct snapshot_sighting {
    str family;
    enum event_class class;
    day first, last;
    uint32_t days;
};
enum { SNAPSHOT_SIGHTINGS_MAX = 32 };
struct snapshot_answer {
    struct network network; /* zero where unknown */
    bool has_network;
    size_t count; /* the newest last day first, at most SNAPSHOT_SIGHTINGS_MAX are given */
    struct snapshot_sighting sightings[SNAPSHOT_SIGHTINGS_MAX];
};
/* One check. No allocation, no lock; text lives as long as the snapshot. */
void snapshot_lookup(const struct snapshot *snapshot, ip addr, struct snapshot_answer *ret);
/* Only the network: its index as in network_map, 0 = none. */
uint32_t snapshot_network(const struct snapshot *snapshot, ip addr);
/* Counts for `khien snapshot info`. */
struct snapshot_counts {
    uint64_t addresses4, prefixes6, sightings, families, networks, ranges4, ranges6, bytes;
};
struct snapshot_counts snapshot_counts(const struct snapshot *snapshot);
/* The snapshot's networks as a map that lives as long as the snapshot. */
const struct network_map *snapshot_network_map(const struct snapshot *snapshot);
