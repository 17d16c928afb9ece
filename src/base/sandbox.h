/* SPDX-License-Identifier: Apache-2.0 */
/* Least privilege: a command's needs choose a Landlock rule set (which files) and a seccomp filter
 * (which system calls), entered once before it touches input, for the whole process. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum need {
    NEED_READ = 1 << 0,     /* read the files named on the command line */
    NEED_STATE = 1 << 1,    /* read var/ */
    NEED_WRITE = 1 << 2,    /* change var/ (implies NEED_STATE) */
    NEED_OUTPUT = 1 << 3,   /* write the files and folders named as output */
    NEED_LISTEN = 1 << 4,   /* accept connections */
    NEED_CONNECT = 1 << 5,  /* make connections, resolve names */
    NEED_THREADS = 1 << 6,  /* start threads */
    NEED_TERMINAL = 1 << 7, /* change how the terminal takes keys */
    NEED_METADATA = 1 << 8, /* read and set extended attributes of open files */
    /* Look at other processes and end them. Landlock forbids that to whoever is in it, so that half
     * of the sandbox is left out. */
    NEED_PROCESSES = 1 << 9,
    NEED_SYSLOG =
        1 << 10,          /* send on a socket that was connected before (openlog with LOG_NDELAY) */
    NEED_WATCH = 1 << 11, /* open what fanotify tells of by its handle */
};

enum { SANDBOX_PATHS_MAX = 4096 };

/* 1 in a build under AddressSanitizer, whose leak search needs calls that are refused otherwise. */
#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

struct sandbox {
    unsigned needs;
    const char *const *read_paths; /* files or folders, count in reads */
    size_t reads;
    const char *const *write_paths; /* files or folders that may be made and changed */
    size_t writes;
};

/* Enters it; there is no way back. Where the kernel lacks Landlock or seccomp, that half is left
 * out and *RET_PARTIAL says so. Paths that do not exist are left out. */
errcode sandbox_enter(const struct sandbox *sandbox, bool *ret_partial, struct err *err);
