/* SPDX-License-Identifier: Apache-2.0 */
/* The union of many stored sets without unpacking each: every block of 65,536 addresses is a short
 * list until it grows, then a bitmap into which lists and bitmaps are OR-ed as they are stored. */
#pragma once

#include "sightings/ipset.h"

struct ipset_union;

struct ipset_union *ipset_union_new(void);
void ipset_union_free(struct ipset_union *all);
/* STORED is what ipset_store wrote; damage is ERR_CORRUPT. */
errcode ipset_union_add(struct ipset_union *all, str stored, struct err *err);
struct ipset *ipset_union_finish(struct ipset_union *all); /* frees it */
