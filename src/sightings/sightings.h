/* SPDX-License-Identifier: Apache-2.0 */
/* The part's public header: sets of addresses per (day, class, family, source), their ingest from
 * the archive, and the measures computed from them. Other parts include this file only. */
#pragma once

#include "sightings/archive.h"
#include "sightings/figures/build.h"
#include "sightings/figures/figures.h"
#include "sightings/figures/range.h"
#include "sightings/ingest.h"
#include "sightings/ipset.h"
#include "sightings/measures/measures.h"
#include "sightings/self_reports/files.h"
#include "sightings/self_reports/table.h"
#include "sightings/sets.h"
#include "sightings/simulate/simulate.h"
