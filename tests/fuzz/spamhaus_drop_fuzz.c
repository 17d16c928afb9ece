/* SPDX-License-Identifier: Apache-2.0 */
/* Spamhaus DROP: text and JSON lines. */
#include "feed_fuzz.h"

FEED_FUZZ(spamhaus_drop);
