/* SPDX-License-Identifier: Apache-2.0 */
/* The figures in use: newest_ref gives a struct figures (inner to the part). */
#pragma once

#include "portal/newest.h"
#include "sightings/sightings.h"

extern const struct newest_kind figures_kind;
