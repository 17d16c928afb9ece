/* SPDX-License-Identifier: Apache-2.0 */
/* Ending processes. A process is held before anything is asked about it, so that its number cannot
 * pass to another in between. */
#include "scan/quarantine/stop.h"

static errcode
check(const struct held *held, uint64_t started, const char *program, struct err *err)
{
    if (held->started != started)
        return err_set(err, ERR_BUSY, "process %u is another one now; nothing was ended",
                       (unsigned)held->pid);
    if (program && !process_runs(held, program))
        return err_set(err, ERR_BUSY, "process %u runs %s now; nothing was ended",
                       (unsigned)held->pid, held->program);
    return OK;
}

static errcode
stop(struct quarantine *quarantine, const struct held *held, const char *why, uint64_t *ret_number,
     struct err *err)
{
    struct about about = {.kind = QUARANTINE_PROCESS,
                          .owner = held->owner,
                          .group = held->group,
                          .identity = {.inode = held->pid, .changed = (int64_t)held->started},
                          .taken = clock_now(),
                          .path = str_of(held->program),
                          .why = str_of(why ? why : "")};
    if (about.why.n > ABOUT_WHY)
        about.why.n = ABOUT_WHY;
    uint64_t number = quarantine->next++;
    errcode code = store_append_about(quarantine, number, &about, err);
    if (code != OK)
        return code;
    code = process_end(held, err);
    store_settle(quarantine, code == OK ? JOURNAL_TAKEN : JOURNAL_UNDONE, number);
    if (code == OK)
        *ret_number = number;
    return code;
}

errcode
quarantine_stop(struct quarantine *quarantine, uint32_t pid, uint64_t started, const char *program,
                const char *why, uint64_t *ret_number, struct err *err)
{
    struct held held;
    errcode code = process_hold(pid, &held, err);
    if (code != OK)
        return code;
    code = check(&held, started, program, err);
    if (code == OK)
        code = stop(quarantine, &held, why, ret_number, err);
    process_release(&held);
    return code;
}
