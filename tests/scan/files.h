/* SPDX-License-Identifier: Apache-2.0 */
/* Files as tests need them, each system in its way. */
#pragma once

#include "base/str.h"

/* "FOLDER/NAME", until the 64th call after. */
const char *below(const char *folder, const char *name);
/* A link to the folder TARGET; false where none can be made. */
bool make_link(const char *target, const char *path);
/* Opens it so that no one else can; -1 where the system has no such thing. Closed by close. */
int hold_file(const char *path);
/* An alternate stream ":name" of the file; false where there are none. */
bool make_stream(const char *path, const char *stream, str content);
