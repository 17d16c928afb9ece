/* SPDX-License-Identifier: Apache-2.0 */
/* What `khien scan` does before it enters the sandbox: opens the processes, takes its place behind
 * all other work, and says what it may touch. */
#pragma once

#include "base/file.h"
#include "cmd/command.h"
#include "scan/scan.h"

struct scan_target {
    uint32_t pid;
    uint64_t started;        /* as quarantine_stop has it, so that no other one is meant */
    char name[64];           /* of the program */
    char program[PATH_TEXT]; /* its file; empty when that is not to be told */
    struct process *process; /* NULL: it may not be read */
    char why[160];           /* then */
};
struct scan_targets {
    struct scan_target *items;
    size_t count;
};
extern struct scan_targets scan_targets;
/* Those that run now, without their memory. */
void scan_targets_refresh(void);

/* Not in the server's folder: by what rules root scans, and what is in quarantine, must not be for
 * a user to change who speaks to the network. */
#define SCAN_FOLDER_OF_ROOT "/var/lib/khien-scan"
/* The folder where the cache and the quarantine are: the call's --state, else this user's; and the
 * pack that updates are put to: rules.pack beside the program, else in the user's own folder. */
errcode scan_state_folder(const struct call *call, char out[PATH_TEXT], struct err *err);
errcode scan_default_pack(char out[PATH_TEXT], struct err *err);
errcode scan_grant(const struct call *call, struct grants *grants, struct err *err);
