/* SPDX-License-Identifier: Apache-2.0 */
/* All regular files below a folder. Links are not followed, and file systems of the network or of
 * the kernel are not entered. */
#pragma once

#include "scan/linux/look.h"

typedef void tree_each_function(const struct look *look, const char *path,
                                const struct stat *status, void *context);
/* LEFT_OUT: paths of folders that are not entered, ends with NULL. What could not be seen is told
 * once, with how much it is. */
void tree_each(const struct look *look, const char *top, const char *const *left_out,
               tree_each_function *each, void *context);
