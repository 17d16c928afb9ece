/* SPDX-License-Identifier: Apache-2.0 */
/* IntelMQ JSON lines, flat and nested. */
#include "events_fuzz.h"

EVENTS_FUZZ(intelmq);
