/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan asks of the system: linux_system.c, windows_system.c. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* Opens a regular file to read it once, no link and nothing that waits, and as far as that is
 * permitted without changing when it was read. */
errcode job_open(const char *path, int *ret_fd, struct err *err);
/* Folders of file systems that hold no files of programs, and of those of other computers;
 * *RET_WHAT says what it is. */
bool job_leaves_out(const char *path, bool takes_network, const char **ret_what);
/* Gives the name of each alternate data stream of the open file, ":name"; Linux has none. A stream
 * has none of its own. */
errcode job_each_stream(int fd, const char *path, bool (*each)(void *context, const char *stream),
                        void *context, struct err *err);
/* Whether the path names a stream: then its file's identity is not enough to know it again. */
bool job_is_stream(const char *path);
