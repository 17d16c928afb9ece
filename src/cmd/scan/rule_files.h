/* SPDX-License-Identifier: Apache-2.0 */
/* Rules named on a command line. */
#pragma once

#include "cmd/command.h"
#include "scan/scan.h"

/* Compiles the first COUNT words of the call, each [NAMESPACE:]FILE, with its --define options; or
 * opens the one that is a pack. Faults and, with WARNINGS, warnings go to
 * standard error; any fault is an error. */
errcode rule_files_read(const struct call *call, size_t count, bool warnings,
                        struct scan_rules **ret, struct err *err);
/* What a pack must be; read by rule_files_open_pack. */
#define OPTIONS_TRUST                                                                              \
    {"public-key", "FILE", NULL, "refuse a pack that is not signed with this key", 0},             \
    {                                                                                              \
        "version-min", "N", NULL, "refuse a pack of an older version", 0                           \
    }
errcode rule_files_open_pack(const struct call *call, const char *path, struct scan_rules **ret,
                             struct err *err);
/* The same for rules that decide something: without --public-key the signature must be of the key
 * in rules.pub beside the pack, where BESIDE, or of the built-in one (pack_key_find). */
errcode rule_files_open_trusted(const struct call *call, const char *path, bool beside,
                                struct scan_rules **ret, enum report_origin *ret_origin,
                                struct err *err);
/* The folders of the first COUNT words: files beside rules may be included by them. */
errcode rule_files_grant(const struct call *call, size_t count, struct grants *grants,
                         struct err *err);
/* With rules of a pack, --define is for each scan. */
errcode rule_files_define(const struct call *call, struct scan *scan, struct err *err);
/* The next --define NAME=VALUE of the call from option *AT on; false behind the last. One without
 * '=' is ERR_USAGE in *CODE, with which it ends too. */
bool rule_files_next_define(const struct call *call, size_t *at, str *ret_name, str *ret_value,
                            errcode *code, struct err *err);
/* What `include` names, beside the file FROM. */
errcode rule_files_include(void *context, const char *from, str name, struct buf *ret_path,
                           struct buf *ret_text, struct err *err);
