/* SPDX-License-Identifier: Apache-2.0 */
/* The files below a folder. */
#pragma once

#include "base/err.h"
#include "base/file_info.h"
#include "base/str.h"

struct walk_options {
    bool recursive;
    bool follow_links; /* to files, and with `recursive` to folders; loops are met once; on Windows
                        * no link is followed */
    uint64_t size_max; /* larger files are left out; 0: no bound */
    /* A regular file, as it was when the walk met it; false ends the walk. */
    bool (*found)(void *context, const char *path, const struct file_info *info);
    void (*unread)(void *context, const struct err *err);
    /* Asked of each folder below; IS_OTHER where another file system than that of the folder above
     * begins. False leaves it out. NULL: into all. */
    bool (*enters)(void *context, const char *path, bool is_other);
    void *context;
    unsigned threads; /* that read folders and call the functions above; 0 and 1: the caller's */
};
/* Gives the path of each regular file below PATH, or PATH itself when it is one. What cannot be
 * read is told and left out; a PATH that cannot be is an error. */
errcode walk(const char *path, const struct walk_options *options, struct err *err);
