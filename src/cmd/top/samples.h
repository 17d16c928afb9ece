/* SPDX-License-Identifier: Apache-2.0 */
/* Reading Prometheus text (exposition format 0.0.4) strictly: what is not of that form is refused
 * with its line, and every size has a cap. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* Views into the text, which must outlive them. */
struct sample {
    str name;
    str labels; /* between the braces, checked: name="value",… with escapes as they were written */
    double value;
};

struct samples {
    struct sample *items;
    size_t count, room;
};

/* ERR_FORMAT names the line; more than LIMIT_METRICS_BYTES, _SAMPLES or _LABELS is ERR_LIMIT. */
errcode samples_parse(str text, struct samples *ret, struct err *err);
void samples_clear(struct samples *samples);
/* The label's value as it was written; false when there is none of that name. */
bool sample_label(const struct sample *sample, str name, str *ret);
/* The value of the only sample without labels of that name; false when there is none. */
bool samples_value(const struct samples *samples, str name, double *ret);
