/* SPDX-License-Identifier: Apache-2.0 */
/* A progress bar on standard error for work that takes long, and nothing when that is no terminal.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what;                     /* not owned */
    uint64_t total;                       /* 0 = unknown */
    const char *left_before, *left_after; /* around "12 s": set after the begin, else English */
    int64_t started, shown;
    bool on;
};

void progress_begin(struct progress *progress, const char *what, uint64_t total);
/* Draws at most ten times a second. */
void progress_show(struct progress *progress, uint64_t done);
/* Removes the bar. */
void progress_end(struct progress *progress);
