/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a mapped file that others may cut, or whose disk fails: what cannot be read is read as
 * zeros, and the guard says so at the end, instead of SIGBUS killing the process. On Windows the
 * system lets no one cut a file that is mapped; where its disk fails, all of a mapping becomes
 * zeros, and a guard is of a whole one. */
#pragma once

#include "base/str.h"

/* Guards may overlap in any order, and each belongs to the thread that began it, like what it
 * guards: another thread that reads the same mapping would meet zeros and not learn of it. */
struct file_guard {
    str map;
    size_t step;              /* pages that the next fault replaces, on each side */
    volatile bool shrunk;     /* set by the signal's handler */
    struct file_guard *outer; /* of the same thread */
};

/* GUARD must stay where it is until its end. From the first call on the process handles SIGBUS;
 * faults outside of guarded bytes go to who handled them before. */
void file_guard_begin(struct file_guard *guard, str map);
/* By the thread that began it. True when some of its bytes were not there when they were read; the
 * mapping is then to be closed, since it has zeros in their place. */
bool file_guard_end(struct file_guard *guard);
