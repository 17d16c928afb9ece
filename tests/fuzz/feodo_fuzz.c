/* SPDX-License-Identifier: Apache-2.0 */
/* Feodo Tracker: JSON, CSV, addresses. */
#include "feed_fuzz.h"

FEED_FUZZ(feodo);
