/* SPDX-License-Identifier: Apache-2.0 */
/* What `khien scan --remove` does with what was found. */
#pragma once

#include "cmd/command.h"
#include "scan/scan.h"

/* A program that starts by itself; all it points to is its own. */
struct scan_start {
    struct check_start start;
    struct check_value value;      /* what start.value points to */
    struct check_task task;        /* what start.task points to */
    struct file_identity identity; /* of start.file, when that is no text file with a line */
    bool has_identity, is_taken;
    bool is_meant; /* it starts the file that is being taken */
};
struct scan_starts {
    struct scan_start **items;
    size_t count, room;
};
/* What is known already, or one too many, is left out. */
void scan_starts_add(struct scan_starts *starts, const struct check_start *start);
void scan_starts_clear(struct scan_starts *starts);

/* Asks for each file in which malware was found, or takes all with --yes: ends the processes that
 * run it, then puts the file into quarantine, then what starts it of STARTS; and for each finding
 * that a value of ENDS ends. What is done, or why not, is noted in the report. */
errcode scan_remove(const struct call *call, struct report *report,
                    const struct scan_starts *starts, const struct scan_starts *ends,
                    enum report_language language, struct err *err);
