/* SPDX-License-Identifier: Apache-2.0 */
/* The small program has no network, so that it stays one small file. */
#include "cmd/scan/scan_report_to.h"

errcode
scan_report_to_prepare(const struct call *call, struct err *err)
{
    if (!call_given(call, "report-to"))
        return OK;
    return err_set(err, ERR_UNSUPPORTED,
                   "this program reaches no network: `khien scan --report-to` does");
}

errcode
scan_report_to(const struct call *call, struct report *report, const struct report_about *about,
               enum report_language language, struct err *err)
{
    (void)call, (void)report, (void)about, (void)language, (void)err;
    return OK;
}
