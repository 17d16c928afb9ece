/* SPDX-License-Identifier: Apache-2.0 */
/* `khien scan --report-to URL`: asks, then sends what src/scan/self_report makes of the report. */
#pragma once

#include "cmd/command.h"
#include "scan/scan.h"

#define OPTIONS_REPORT_TO                                                                          \
    {"report-to", "URL", NULL,                                                                     \
     "also send the result without names and paths to this campaign, after showing it and "        \
     "asking",                                                                                     \
     0},                                                                                           \
        {"report-token", "FILE", NULL, "with the token of a fleet instead of proof of work", 0},   \
    {                                                                                              \
        "insecure-http", NULL, NULL, "send it without encryption", 0                               \
    }

/* Before the scan, so that nobody scans for an hour to hear that it cannot be sent. Starts the
 * process that sends; nothing without --report-to. */
errcode scan_report_to_prepare(const struct call *call, struct err *err);
/* Shows what would be sent and sends it when that is wanted; nothing without --report-to. */
errcode scan_report_to(const struct call *call, struct report *report,
                       const struct report_about *about, enum report_language language,
                       struct err *err);
