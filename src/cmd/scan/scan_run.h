/* SPDX-License-Identifier: Apache-2.0 */
/* One scan, step by step, for those who ask people between its steps. */
#pragma once

#include "cmd/command.h"
#include "scan/scan.h"

struct scanning;
/* What CALL, of `khien scan`, says: its rules, its cache, its language. CALL must outlive it. */
errcode scanning_open(const struct call *call, struct scanning **ret, struct err *err);
/* Scans with progress on a terminal; the first Ctrl-C ends it with what was seen until then. */
errcode scanning_run(struct scanning *scanning, struct err *err);
/* What `--remove` does. */
errcode scanning_remove(struct scanning *scanning, struct err *err);
struct report *scanning_report(const struct scanning *scanning);
void scanning_write_text(struct scanning *scanning, struct buf *out);
errcode scanning_write_html(struct scanning *scanning, const char *path, struct err *err);
void scanning_close(struct scanning *scanning); /* NULL is fine */
