/* SPDX-License-Identifier: Apache-2.0 */
/* What `khien scan --remove` does with what was found. */
#pragma once

#include "cmd/command.h"
#include "scan/scan.h"

/* Asks for each file in which malware was found, or takes all with --yes: ends the processes that
 * run it, then puts the file into quarantine. What is done, or why not, is noted in the report. */
errcode scan_remove(const struct call *call, struct report *report, enum report_language language,
                    struct err *err);
