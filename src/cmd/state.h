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
/* The newest figures that open; a damaged newer one is warned of. */
errcode state_figures(const struct call *call, struct figures **ret, struct err *err);
static inline void
cleanup_figures(struct figures **figures)
{
    *figures = figures_unref(*figures);
}
/* Builds the next figures from what is stored; with AFRESH nothing is taken from the newest. */
errcode state_figures_build(const struct call *call, struct sightings *sightings, bool afresh,
                            char path[PATH_TEXT], struct err *err);
/* Whether the newest figures are what a build would make now, apart from the registry. */
bool state_figures_current(const struct call *call, struct sightings *sightings);
/* The same for a command that has done its own work: the error says that it is done. */
errcode state_figures_follow(const struct call *call, struct sightings *sightings, const char *done,
                             struct err *err);
