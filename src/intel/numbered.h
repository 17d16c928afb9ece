/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of compiled files <n>SUFFIX (".snap"): each is written once, and the greatest n is the
 * newest. Other names in the folder are left alone. */
#pragma once

#include "base/file.h"

/* Opens the newest that OPEN takes. A newer one that it refuses is passed over, and the first such
 * fault put into *WARNING (may be NULL). ERR_NOT_FOUND when none is left; the caller says what to
 * do. A missing folder is an empty one. */
errcode numbered_open_newest(const char *folder, const char *suffix,
                             errcode (*open)(void *context, const char *path, struct err *err),
                             void *context, struct err *warning, struct err *err);
/* The path the next one gets; makes the folder. */
errcode numbered_next_path(const char *folder, const char *suffix, char out[], size_t size,
                           struct err *err);
/* Removes all but the newest KEEP. */
errcode numbered_remove_old(const char *folder, const char *suffix, unsigned keep, struct err *err);
