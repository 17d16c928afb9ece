/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot in use. One thread looks for newer ones; readers take a counted reference, so that
 * a swap neither waits for them nor pulls data from under them (inner to the part). */
#pragma once

#include "intel/intel.h"
#include "portal/http/metrics.h"

struct snapshots;
struct snapshots *snapshots_new(const char *folder, struct metrics *metrics);
void snapshots_free(struct snapshots *snapshots);
/* Looks at the folder, about once a second, from one thread: verifies a newer file, takes it into
 * use, logs what it did and what it refused. */
void snapshots_tick(struct snapshots *snapshots);
/* A reference that the caller unrefs; NULL when there is none yet. *RET_EPOCH (may be NULL) is
 * another number after each swap. */
struct snapshot *snapshots_ref(struct snapshots *snapshots, uint64_t *ret_epoch);
