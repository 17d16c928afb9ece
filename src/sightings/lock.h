/* SPDX-License-Identifier: Apache-2.0 */
/* var/lock: inputs are added under a shared lock, replay takes it alone, so that no input commits
 * between the reading of the archive and the exchange of the sets. The kernel lets go of it when
 * the process ends, however it ends. */
#pragma once

#include "base/err.h"

enum lock_kind { LOCK_SHARED, LOCK_ALONE };

/* Waits for it. The caller closes *RET_FD. */
errcode lock_take(const char *folder, enum lock_kind kind, int *ret_fd, struct err *err);
