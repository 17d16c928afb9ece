/* SPDX-License-Identifier: Apache-2.0 */
/* A drop folder: every file put into it is handled once, then moved to done/ or refused/ below it,
 * the latter with NAME.reason.txt. What lies there at the start is handled first, so that a
 * restart loses nothing. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct watch {
    const char *folder;
    bool once; /* handle what is there and return */
    void *context;
    /* ERR_BUSY, ERR_IO and ERR_NO_SPACE leave the file where it is, for later; any other error
     * means that the file is at fault. */
    errcode (*file)(void *context, const char *path, struct err *err);
    /* After the last of some files; COUNT were taken. */
    void (*settled)(void *context, unsigned count);
    /* What happened to a file, for the log; FAULT is NULL when it was taken. */
    void (*told)(void *context, const char *name, const struct err *fault);
};

/* Returns after SIGTERM or SIGINT, or when the folder cannot be used. Files whose name begins with
 * '.' or ends with ".part" or ".tmp" are still being written. */
errcode watch_run(const struct watch *watch, struct err *err);
