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

/* The actions that khien-scan has too. */
extern const struct option rules_info_options[], rules_verify_options[], rules_list_options[];
errcode rules_grant_public_key(const struct call *call, struct grants *grants, struct err *err);
#define RULES_ACTION_INFO                                                                          \
    {                                                                                              \
        .name = "info", .words = "PACK", .summary = "show what one holds, and from which sources", \
        .words_min = 1, .words_max = 1, .needs = NEED_READ, .options = rules_info_options,         \
        .grant = rules_grant_public_key, .run = rules_run_info                                     \
    }
#define RULES_ACTION_VERIFY                                                                        \
    {                                                                                              \
        .name = "verify", .words = "PACK",                                                         \
        .summary = "check every byte of one, and its signature", .words_min = 1, .words_max = 1,   \
        .needs = NEED_READ, .options = rules_verify_options, .grant = rules_grant_public_key,      \
        .run = rules_run_verify                                                                    \
    }
