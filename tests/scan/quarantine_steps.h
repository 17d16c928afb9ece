/* SPDX-License-Identifier: Apache-2.0 */
/* System calls of the quarantine, replaced: each is a step at which a test may end the process, and
 * some can be told to fail. */
#pragma once

#include "kept.h"
#include "scan/quarantine/inner.h"

#include <sys/stat.h>

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
