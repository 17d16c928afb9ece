/* SPDX-License-Identifier: Apache-2.0 */
/* Other processes of a test's own program, to be ended at any moment. */
#pragma once

#include <windows.h>

#include "base/str.h"

/* Starts "PROGRAM WORD HOME", and waits until it says that it is ready. Or the test ends. The
 * caller closes what it gets. RET_PID may be NULL. */
HANDLE self_start(const char *word, const char *home, uint32_t *ret_pid);
void self_say_ready(void);
/* Ends it, and waits until it is gone; closes PROCESS. */
void self_kill(HANDLE process);
