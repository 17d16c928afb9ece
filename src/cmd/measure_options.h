/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a measure and the request made of them: shared by stats, baseline and ranking. */
#pragma once

#include "cmd/command.h"
#include "cmd/state.h"

extern const struct option measure_options[];
extern const struct option filter_options[]; /* period, class, family, source; and the output's */

struct measure_inputs {
    struct measure_request request;
    struct sightings *sightings;
    struct networks *networks; /* read only where they are asked for */
    struct vocabulary vocabulary;
};
/* MEASURE tells what must be opened. Close it whether or not this succeeds. */
errcode measure_inputs_open(const struct call *call, const struct measure *measure,
                            struct measure_inputs *ret, struct err *err);
void measure_inputs_close(struct measure_inputs *inputs);
/* For measures that read the archive again. */
errcode measure_grant(const struct call *call, struct grants *grants, struct err *err);
/* Only the filters, for calls with filter_options. */
errcode measure_filters(const struct call *call, struct measure_request *request, struct err *err);
