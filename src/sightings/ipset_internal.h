/* SPDX-License-Identifier: Apache-2.0 */
/* The stored form's two halves, for ipset.c and ipset_union.c only. */
#pragma once

#include "sightings/ipset.h"

/* The portable Roaring bytes and the IPv6 part of a stored set. */
errcode ipset_split(str stored, str *ret_v4, str *ret_v6, struct err *err);
/* The /64 halves of the IPv6 part, sorted; the caller frees *RET. */
errcode ipset_read6(str v6, uint64_t **ret, size_t *ret_count, struct err *err);
/* Takes portable Roaring bytes; NULL when they are broken. */
struct ipset *ipset_from_portable(str v4);
