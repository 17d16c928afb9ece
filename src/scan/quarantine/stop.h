/* SPDX-License-Identifier: Apache-2.0 */
/* What the quarantine asks about processes. */
#pragma once

#include "scan/quarantine/inner.h"

/* Its start time, in clock ticks since the system's, on Windows in 100 ns since 1601; false when
 * there is none of that number. */
bool process_started(uint32_t pid, uint64_t *ret);
