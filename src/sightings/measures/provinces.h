/* SPDX-License-Identifier: Apache-2.0 */
/* When a province code changed what it stands for (data/province-merges.tsv): figures for it before
 * and after are about different areas. */
#pragma once

#include "sightings/measures/measures.h"

/* The last day after FROM, up to TO, from which on the provinces that REQUEST speaks of (grouping,
 * filter or control group) have other borders; else DAY_NONE. */
errcode provinces_merged(const struct measure_request *request, day from, day to, day *ret,
                         struct err *err);
