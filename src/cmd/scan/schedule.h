/* SPDX-License-Identifier: Apache-2.0 */
/* khien scan --schedule: a timer of systemd that makes the very scan that the call describes. */
#pragma once

#include "cmd/command.h"

/* Whether this call makes, removes or tells of the schedule rather than scans. */
bool schedule_wanted(const struct call *call);
/* Writes the units and enables the timer, removes both, or says how it stands, and tells on
 * standard output what it did and how that is undone. For root, and with --root, they are the
 * system's, else the user's. Runs systemctl where systemd runs, so it is for outside of the
 * sandbox. */
errcode schedule_run(const struct call *call, struct err *err);
