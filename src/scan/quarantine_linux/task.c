/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/quarantine/setting.h"

unsigned
quarantine_asks_task(const char *name)
{
    (void)name;
    return 0;
}

errcode
quarantine_take_task(struct quarantine *quarantine, const struct quarantine_task *task,
                     const char *why, unsigned flags, uint64_t *ret_number, struct err *err)
{
    (void)quarantine;
    (void)why;
    (void)flags;
    (void)ret_number;
    return err_set(err, ERR_UNSUPPORTED, "%s: only Windows has a Task Scheduler", task->name);
}

enum in_place
task_stands(const struct about *about)
{
    (void)about;
    return IN_PLACE_UNKNOWN;
}

/* A quarantine that was brought here from Windows. */
errcode
task_restore(struct quarantine *quarantine, const struct entry *entry, struct err *err)
{
    (void)quarantine;
    return err_set(err, ERR_UNSUPPORTED,
                   "%s: only Windows has a Task Scheduler; give a path to restore its description "
                   "to",
                   entry->about.path.p);
}
