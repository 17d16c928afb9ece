/* SPDX-License-Identifier: Apache-2.0 */
/* Locks between processes, in files of var/. lock: inputs are added under a shared lock, replay
 * takes it alone, so that no input commits between the reading of the archive and the exchange of
 * the sets. snapshot.lock: one builds at a time. The kernel lets go of it when the process ends,
 * however it ends. */
#pragma once

#include "base/err.h"

enum lock_kind { LOCK_SHARED, LOCK_ALONE };

/* Waits for the lock NAME. The caller closes *RET_FD. */
errcode lock_take(const char *folder, const char *name, enum lock_kind kind, int *ret_fd,
                  struct err *err);
