/* SPDX-License-Identifier: Apache-2.0 */
/* A witness: a source that was sound all the time and still reported the network of an address
 * that is gone. Without one, "gone" may only mean that nobody looked any more. */
#pragma once

#include "intel/intel.h"
#include "sightings/ipset.h"

/* The members of GONE whose network SEEN (the same source's later addresses) has a member of. The
 * network is the registry's, where MAP (may be NULL) knows one, else the /16 or IPv6 /32. */
struct ipset *witness_select(const struct network_map *map, const struct ipset *gone,
                             const struct ipset *seen);
