/* SPDX-License-Identifier: Apache-2.0 */
/* Microsoft CTIP: JSON list, JSON lines, CSV. */
#include "feed_fuzz.h"

FEED_FUZZ(ctip);
