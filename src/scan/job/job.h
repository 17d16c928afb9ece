/* SPDX-License-Identifier: Apache-2.0 */
/* One scan: files below paths, with what is inside of them, and the memory of processes, by several
 * threads, into a report. */
#pragma once

#include "base/process.h"
#include "scan/job/cache.h"
#include "scan/report/report.h"
#include "scan/unpack/unpack.h"

#include <stdatomic.h>

struct scan_rules;

struct job_options {
    const struct scan_rules *rules;
    struct cache *cache; /* NULL: every file is read */
    struct report *report;
    unsigned threads;
    bool reads_found;   /* also what the cache tells of: somebody is to act on it */
    bool is_shallow;    /* not into archives and documents */
    bool takes_network; /* file systems of other computers too */
    unsigned file_seconds_max;
    struct unpack_options unpack;
    const atomic_bool *stop; /* set by who wants it to end early */
    /* Now and then, by the thread that adds: how many files are done. NULL: nobody asks. */
    void (*tick)(void *context, uint64_t done);
    void *context;
};

struct job;
struct job *job_new(const struct job_options *options);
void job_free(struct job *job); /* its counts are in the report then */
/* Adds a file, or what is below a folder; links in it are not followed. What cannot be read is told
 * to the report. Returns when it is queued, not when it is scanned. */
void job_add(struct job *job, const char *path);
/* Scans the process in this thread. */
void job_process(struct job *job, const struct process *process, uint32_t pid, const char *name);
/* Waits until all that was added is scanned. */
void job_finish(struct job *job);

/* How many files there are below PATH, as job_add would meet them; stops with STOP. */
uint64_t job_count(const struct job_options *options, const char *path);
