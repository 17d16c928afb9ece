/* SPDX-License-Identifier: Apache-2.0 */
/* Team Cymru CAP reports, both forms. */
#include "feed_fuzz.h"

FEED_FUZZ(cymru);
