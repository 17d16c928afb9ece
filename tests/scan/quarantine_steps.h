/* SPDX-License-Identifier: Apache-2.0 */
/* System calls of the quarantine, replaced: each is a step at which a test may end the process, and
 * some can be told to fail. And what tests of the quarantine share. */
#pragma once

#include "scan/quarantine/linux_inner.h"

struct steps {
    unsigned long die_at; /* the process ends before this step, from 1; 0: it does not */
    unsigned long count;
    bool no_sync;                /* fsync does nothing: for many runs without a crash */
    bool no_unnamed;             /* a file system without O_TMPFILE */
    bool no_exchange;            /* and without flags of renameat2 */
    struct buf *log;             /* a line for each: "fsync journal" */
    uint32_t fs;                 /* what fstatfs says; 0: the truth */
    void (*before_unlink)(void); /* called once */
    void (*before_exchange)(void);
};
extern struct steps steps;
enum { STEPS_DIED = 77 };

/* "FOLDER/NAME", until the 16th call after. */
const char *below(const char *folder, const char *name);
void write_file(const char *path, str content);
bool file_is(const char *path, str content);
/* How many names are in a folder, without "." and "..". */
size_t names_in(const char *folder);
struct file_identity identity_at(const char *path);
struct quarantine *open_at(const char *folder);
/* Takes it, or ends the test. */
uint64_t take_at(struct quarantine *quarantine, const char *path);
/* The item of this path that is kept; 0: none. */
uint64_t kept_of(const struct quarantine *quarantine, const char *path);
