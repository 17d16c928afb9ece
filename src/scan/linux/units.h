/* SPDX-License-Identifier: Apache-2.0 */
/* systemd's units of the administrator and of users, and those that packages do not own. */
#pragma once

#include "scan/linux/judge.h"

/* Judges what they run: units that a timer beside them starts, or all others. */
void units_judge(const struct look *look, bool timed);
