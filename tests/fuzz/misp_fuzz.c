/* SPDX-License-Identifier: Apache-2.0 */
/* MISP events, responses and feed folders' files. */
#include "events_fuzz.h"

EVENTS_FUZZ(misp);
