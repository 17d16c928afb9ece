/* SPDX-License-Identifier: Apache-2.0 */
/* The Task Scheduler of this computer, by its COM interfaces (taskschd.h, Windows Vista and later).
 * Names of tasks are "\\FOLDER\\NAME". */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct scheduler;
errcode scheduler_open(struct scheduler **ret, struct err *err);
void scheduler_close(struct scheduler *scheduler);

struct scheduled {
    bool is_enabled;
    struct buf xml; /* its description: UTF-16 with its mark, as schtasks.exe takes it */
};
/* As the service has it now. ERR_NOT_FOUND when there is no such task, or none that this user may
 * see. The caller clears RET. */
errcode scheduler_look(const struct scheduler *scheduler, const char *name, struct scheduled *ret,
                       struct err *err);
void scheduled_clear(struct scheduled *scheduled);
/* Enables or disables it and leaves all else as it is, the password that it runs with included
 * (MS-TSCH 3.2.5.4.20, SchRpcEnableTask). OK is what the service said: look whether it is so. */
errcode scheduler_switch(const struct scheduler *scheduler, const char *name, bool is_on,
                         struct err *err);
