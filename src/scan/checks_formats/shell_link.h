/* SPDX-License-Identifier: Apache-2.0 */
/* Shortcuts of Windows: the Shell Link binary format (MS-SHLLINK). */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum {
    SHELL_LINK_PATH = 4096,
    SHELL_LINK_ARGUMENTS = 16384, /* bytes that are kept; Explorer writes 260 characters at most */
    SHELL_LINK_BYTES = 1 << 20,   /* of a file that is worth reading (seen: 4 KiB) */
};

struct shell_link {
    char target[SHELL_LINK_PATH]; /* may hold %VARIABLES%; "" for what is no file */
    char arguments[SHELL_LINK_ARGUMENTS];
    char folder[SHELL_LINK_PATH]; /* that it starts in */
    char icon[SHELL_LINK_PATH];
};

/* ERR_FORMAT for what is no shell link or is cut off; texts that do not fit are cut. */
errcode shell_link_parse(str bytes, struct shell_link *ret, struct err *err);
