/* SPDX-License-Identifier: Apache-2.0 */
/* Handles and the C library's descriptors of them. */
#pragma once

#include "base/file_info.h"

#include <windows.h>

enum { SHARE_ALL = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE };

HANDLE handle_of(int fd);
/* The descriptor of HANDLE, which is the descriptor's from now on; -1 of no handle. FLAGS:
 * _O_RDONLY or _O_RDWR. */
int handle_descriptor(HANDLE handle, int flags);
/* CreateFileW of a path of any length, shared with all. */
HANDLE handle_open(const char *path, DWORD access, DWORD share, DWORD how, DWORD flags);
bool handle_info(HANDLE handle, struct file_info *ret);
/* Of attributes and a reparse tag. A stream of a folder is none. */
enum file_kind handle_kind(DWORD attributes, DWORD tag, bool is_folder);
/* What the system calls a time, as nanoseconds since 1970, and back. */
int64_t handle_time(int64_t ticks);
int64_t handle_ticks(int64_t nanoseconds);
