/* SPDX-License-Identifier: Apache-2.0 */
/* What the quarantine asks about processes: in quarantine_linux and quarantine_windows. */
#pragma once

#include "scan/quarantine/inner.h"

/* Its start time, in clock ticks since the system's, on Windows in 100 ns since 1601; false when
 * there is none of that number. */
bool process_started(uint32_t pid, uint64_t *ret);

/* A process whose number stays its own. */
struct held {
    intptr_t handle; /* the system's own */
    uint32_t pid, owner, group;
    uint64_t started;
    char program[PATH_TEXT];
};
/* ERR_NOT_FOUND when it has ended; refuses those of the system, and this one. */
errcode process_hold(uint32_t pid, struct held *ret, struct err *err);
bool process_runs(const struct held *held, const char *program);
/* Waits until it has ended. */
errcode process_end(const struct held *held, struct err *err);
void process_release(struct held *held);
