/* SPDX-License-Identifier: Apache-2.0 */
/* Where Windows keeps its folders, below the root that a scan is of. */
#pragma once

#include "base/file.h"
#include "scan/checks/checks.h"

/* BELOW ("System32\\Tasks") in the folder of Windows, or on the drive that it is on. */
bool place_in_windows(const struct checking *checking, const char *below, char out[PATH_TEXT]);
bool place_on_drive(const struct checking *checking, const char *below, char out[PATH_TEXT]);
/* PATH as the checked system has it: with a root, "C:\\x" is "ROOT\\x". */
bool place_of(const struct checking *checking, const char *path, char out[PATH_TEXT]);
bool place_is_file(const char *path);

/* Every file of FOLDER, to a depth of DEPTH folders below it; links are not followed. A folder that
 * is not there has none; what cannot be read is unseen. */
typedef void place_file(void *context, const char *path);
void place_each_file(struct checking *checking, const struct check *check, const char *folder,
                     unsigned depth, place_file *each, void *context);
/* The same in the folder BELOW of every user's profile, and in that of all users. */
void place_each_user_file(struct checking *checking, const struct check *check, const char *below,
                          unsigned depth, place_file *each, void *context);
