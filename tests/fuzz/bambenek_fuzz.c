/* SPDX-License-Identifier: Apache-2.0 */
/* Bambenek lists. */
#include "feed_fuzz.h"

FEED_FUZZ(bambenek);
