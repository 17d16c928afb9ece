/* SPDX-License-Identifier: Apache-2.0 */
/* What most commands open: the stored sets, the family names, the network registry, the newest
 * snapshot, all as the configuration says. */
#pragma once

#include "base/file.h"
#include "cmd/command.h"
#include "sightings/sightings.h"

/* Family names and the text they are views of. */
struct vocabulary {
    struct buf text;
    struct families *families;
};
errcode vocabulary_open(const struct conf *conf, struct vocabulary *ret, struct err *err);
void vocabulary_close(struct vocabulary *vocabulary);

/* The stored sets of state.folder; WRITE makes them. */
errcode state_sightings(const struct call *call, bool write, struct sightings **ret,
                        struct err *err);
static inline void
cleanup_sightings(struct sightings **sightings)
{
    sightings_close(*sightings);
}

/* A folder or file below state.folder ("networks"). */
errcode state_path(const struct call *call, const char *name, char out[PATH_TEXT], struct err *err);
errcode state_networks(const struct call *call, struct networks **ret, struct err *err);
static inline void
cleanup_networks(struct networks **networks)
{
    networks_free(*networks);
}
static inline void
cleanup_network_map(struct network_map **map)
{
    network_map_free(*map);
}
/* The newest snapshot that opens; a damaged newer one is warned of. ERR_NOT_FOUND says how to
 * begin. */
errcode state_snapshot(const struct call *call, struct snapshot **ret, struct err *err);
static inline void
cleanup_snapshot(struct snapshot **snapshot)
{
    *snapshot = snapshot_unref(*snapshot);
}
/* Builds the next snapshot from what is stored. */
errcode state_snapshot_build(const struct call *call, struct sightings *sightings,
                             char path[PATH_TEXT], struct err *err);
