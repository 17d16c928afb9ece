/* SPDX-License-Identifier: Apache-2.0 */
/* The part's public header: feed formats → normalised events; the network registry; the compiled
 * snapshot and its lookups. No database. Other parts include this file, never those below. */
#pragma once

#include "intel/container.h"
#include "intel/event.h"
#include "intel/family.h"
#include "intel/feed.h"
#include "intel/networks.h"
#include "intel/numbered.h"
#include "intel/snapshot.h"
