/* SPDX-License-Identifier: Apache-2.0 */
/* khien scan --watch: what `khien scan` does when it has scanned its paths: goes on with files as
 * they are written. */
#pragma once

#include "cmd/command.h"
#include "scan/scan.h"

struct scan_watching {
    const struct call *call;
    struct job_options options; /* of the scan before; its report and its stop among them */
    struct report_about *about;
    enum report_language language;
    /* Writes the whole report's page anew, when there is something new in it. */
    errcode (*write_page)(void *context, struct err *err);
    void *context;
};

/* Begins to watch, outside of the sandbox, so that nothing is missed while the paths are scanned.
 * STATE is this program's own folder, and is left out. */
errcode scan_watch_begin(const struct call *call, const char *state, struct grants *grants,
                         struct err *err);
/* Scans what was written since, until it is told to stop; with --remove malware goes into
 * quarantine. What is found, what the report has already included, is told at once. */
errcode scan_watch_run(const struct scan_watching *watching, struct err *err);
/* For report_each_line, of the last report: the findings were told when they came. */
void scan_watch_log_end(void *context, bool is_finding, const char *text);
