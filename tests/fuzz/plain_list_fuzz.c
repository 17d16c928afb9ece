/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of addresses, prefixes and ranges. */
#include "feed_fuzz.h"

FEED_FUZZ(plain_list);
