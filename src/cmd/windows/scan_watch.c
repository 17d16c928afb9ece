/* SPDX-License-Identifier: Apache-2.0 */
/* Files are watched on Linux only: on Windows the system's own protection does that. */
#include "cmd/scan/scan_watch.h"

errcode
scan_watch_begin(const struct call *call, const char *state, struct grants *grants, struct err *err)
{
    (void)call, (void)state, (void)grants;
    return err_set(err, ERR_UNSUPPORTED, "--watch is for Linux; --schedule scans by itself here");
}

errcode
scan_watch_run(const struct scan_watching *watching, struct err *err)
{
    (void)watching;
    return err_set(err, ERR_UNSUPPORTED, "--watch is for Linux");
}

void
scan_watch_log_end(void *context, bool is_finding, const char *text)
{
    (void)context, (void)is_finding, (void)text;
}
