/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot in use: newest_ref gives a struct snapshot (inner to the part). */
#pragma once

#include "intel/intel.h"
#include "portal/newest.h"

extern const struct newest_kind snapshots_kind;
