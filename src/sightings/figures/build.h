/* SPDX-License-Identifier: Apache-2.0 */
/* From stored sets to the next figures file. Days of the newest file whose sets, and all that their
 * figures depend on, are the same are taken from it; the result is the same, byte for byte. */
#pragma once

#include "sightings/sets.h"

/* What the configuration says. Text must live as long as the call. */
struct figures_plan {
    bool demonstration;
    str slug, home_country;
    day baseline_from, baseline_to, result_from, result_to; /* DAY_NONE: not given */
    int32_t target;                                         /* percent: -50 */
    bool afresh;                                            /* take nothing from the newest file */
};
/* Writes the next var/figures/<n>.fig and removes all but the newest three. NETWORKS may be empty,
 * not NULL. One build at a time; others wait. */
errcode figures_build(struct sightings *sightings, const struct networks *networks,
                      const struct figures_plan *plan, char *ret_path, size_t path_size,
                      struct err *err);
