/* SPDX-License-Identifier: Apache-2.0 */
/* Which guide fits a finding (inner to the pages). */
#pragma once

#include "intel/intel.h"
#include "portal/content/content.h"

/* The guide of the family itself, else of its kind on its platform, else of its platform; NULL when
 * none fits. */
const struct content_item *guide_for(const struct content *content, const struct family *family,
                                     day today);
