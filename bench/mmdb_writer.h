/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the ranges of a network map as a MaxMind DB, so that libmaxminddb can be measured on the
 * same data. Format: MaxMind DB File Format Specification 2.0. */
#pragma once

#include "intel/networks.h"

/* IPv4 only, without a level for IPv6: the quickest form for its reader. Records are of 24 bits.
 * Each network is a map of its AS number and name. RET_OFFSETS (allocated, one a network, from
 * index 1) are the places in the data section that its reader answers with. */
void mmdb_write(const struct network_map *map, const char *path, uint32_t **ret_offsets);
