/* SPDX-License-Identifier: Apache-2.0 */
/* What `khien scan --remove` does with what was found. */
#pragma once

#include "cmd/command.h"
#include "scan/scan.h"

/* A program that starts by itself, and the line of a text file that does it; FILE may be NULL. */
struct scan_start {
    char *path, *file;
    size_t line;
};
struct scan_starts {
    const struct scan_start *items;
    size_t count;
};

/* Asks for each file in which malware was found, or takes all with --yes: ends the processes that
 * run it, then puts the file into quarantine, then the lines of STARTS that start it. What is done,
 * or why not, is noted in the report. */
errcode scan_remove(const struct call *call, struct report *report,
                    const struct scan_starts *starts, enum report_language language,
                    struct err *err);
