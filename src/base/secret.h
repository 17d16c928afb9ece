/* SPDX-License-Identifier: Apache-2.0 */
/* What is for this user alone: random numbers, memory, files. On Windows the system and
 * administrators may do all that the user may; "others" are the rest. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes that nobody can guess, of the system. */
errcode secret_random(void *out, size_t n, struct err *err);
/* Overwrites, whatever the compiler thinks of it. */
void secret_wipe(void *p, size_t n);

/* Makes the folder and those above it; ERR_DENIED when it belongs to others or they may change what
 * is in it, with CLOSED also when they may read it. */
errcode secret_folder(const char *path, bool closed, struct err *err);
/* The same, when it is not there, for nobody else; what is there is not looked at. */
errcode secret_folder_make(const char *path, struct err *err);
/* A new file that others may not open, to write; in a folder of secret_folder. */
errcode secret_create(const char *path, int *ret_fd, struct err *err);
/* Opens it for reading; ERR_DENIED when others may open it or it is a link. */
errcode secret_open(const char *path, int *ret_fd, struct err *err);
