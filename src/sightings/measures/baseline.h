/* SPDX-License-Identifier: Apache-2.0 */
/* A frozen baseline: the counts of each day of a window, as they were when a campaign began. Later
 * changes of the stored sets (late files, a replay) cannot move it; they show. */
#pragma once

#include "sightings/measures/scope.h"

#include <jansson.h>

struct baseline {
    json_t *json;
    day from, to;
    enum event_class class;
    str family, source; /* as frozen; views into the JSON */
    struct names largest;
};

/* ERR_NOT_FOUND when nothing was frozen under NAME. */
errcode baseline_load(struct sightings *sightings, str name, struct baseline *ret, struct err *err);
void baseline_clear(struct baseline *baseline);
/* The counts of the window's days: what "total", "largest" or a family (KEY "family:NAME") had. */
void baseline_counts(const struct baseline *baseline, str key, uint64_t *out, size_t count);
