/* SPDX-License-Identifier: Apache-2.0 */
/* ThreatFox: CSV and JSON. */
#include "feed_fuzz.h"

FEED_FUZZ(threatfox);
