/* SPDX-License-Identifier: Apache-2.0 */
/* A process of this program's own behind a pair of sockets: made before a sandbox is entered, for
 * what cannot be done in there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Starts one, which calls SERVE with its end and ends when that returns. It ends this program's
 * side by ending; the caller closes *RET_FD. */
errcode side_start(void (*serve)(int fd, const void *context), const void *context, int *ret_fd,
                   struct err *err);
/* N bytes, whatever signals come; false when the other side is gone before. */
bool side_read(int fd, void *out, size_t n);
bool side_write(int fd, const void *bytes, size_t n);
