/* SPDX-License-Identifier: Apache-2.0 */
/* Which file it is. */
#pragma once

#include "scan/quarantine/quarantine.h"

/* The same file, not written to since. A change of its name or owner does not count. */
bool identity_eq(const struct file_identity *a, const struct file_identity *b);
/* Of the whole content. */
errcode digest_fd(int fd, const char *name, struct sha256 *ret, struct err *err);
