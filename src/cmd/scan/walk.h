/* SPDX-License-Identifier: Apache-2.0 */
/* The files below a folder. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct walk_options {
    bool recursive;
    bool follow_links; /* to files, and with `recursive` to folders; loops are met once */
    uint64_t size_max; /* larger files are left out; 0: no bound */
    bool (*found)(void *context, const char *path); /* false ends the walk */
    void (*unread)(void *context, const struct err *err);
    void *context;
};
/* Gives the path of each regular file. What cannot be read is told and left out; a FOLDER that
 * cannot be is an error. */
errcode walk(const char *folder, const struct walk_options *options, struct err *err);
