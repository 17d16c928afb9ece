/* SPDX-License-Identifier: Apache-2.0 */
/* URLhaus: CSV with quotes. */
#include "feed_fuzz.h"

FEED_FUZZ(urlhaus);
