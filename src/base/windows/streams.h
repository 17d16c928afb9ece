/* SPDX-License-Identifier: Apache-2.0 */
/* Alternate data streams: contents that a file or folder of NTFS has beside its own. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { STREAM_NAME = 1024 }; /* 255 characters and two colons, as UTF-8 */

/* Gives the name of each, ":name", as it is put behind the path to open it, until EACH returns
 * false. HANDLE is the system's; NAME is for messages. A file system without streams has none. */
errcode streams_each(void *handle, const char *name,
                     bool (*each)(void *context, const char *stream), void *context,
                     struct err *err);
/* The same of what GetFileInformationByHandleEx(FileStreamInfo) wrote; ERR_CORRUPT when that is not
 * what it is to be. */
errcode streams_parse(const void *bytes, size_t n, bool (*each)(void *context, const char *stream),
                      void *context, struct err *err);
/* Whether the path names a stream. */
bool path_is_stream(const char *path);
