/* SPDX-License-Identifier: Apache-2.0 */
/* Where this machine's power comes from. */
#pragma once

#include <stdbool.h>

/* Whether it runs from its battery; false on a machine without one, and where that cannot be told.
 * ROOT is put before the paths of Linux, for tests; else "". */
bool power_is_battery(const char *root);
