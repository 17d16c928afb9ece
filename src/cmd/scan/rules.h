/* SPDX-License-Identifier: Apache-2.0 */
/* The actions of `khien rules`. */
#pragma once

#include "cmd/command.h"
#include "scan/scan.h"

enum { RULES_WORDS_MAX = 16 };

errcode rules_run_build(const struct call *call, struct err *err);
errcode rules_run_key(const struct call *call, struct err *err);
errcode rules_run_info(const struct call *call, struct err *err);
errcode rules_run_verify(const struct call *call, struct err *err);
errcode rules_run_list(const struct call *call, struct err *err);
errcode rules_run_check(const struct call *call, struct err *err);
errcode rules_grant_build(const struct call *call, struct grants *grants, struct err *err);
errcode rules_grant_check(const struct call *call, struct grants *grants, struct err *err);
errcode rules_grant_output(const struct call *call, struct grants *grants, struct err *err);

/* A line for each kind of entry that is there. */
void rules_write_counts(const struct pack_counts *counts, struct buf *out);
