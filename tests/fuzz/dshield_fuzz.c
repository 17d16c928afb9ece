/* SPDX-License-Identifier: Apache-2.0 */
/* DShield block list. */
#include "feed_fuzz.h"

FEED_FUZZ(dshield);
