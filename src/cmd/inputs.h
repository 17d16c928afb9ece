/* SPDX-License-Identifier: Apache-2.0 */
/* The files that words of the command line mean: a file itself, a folder's files with those of the
 * folders below, "-" standard input. */
#pragma once

#include "base/err.h"
#include "cmd/command.h"

struct input_walk {
    void *context;
    /* A path in the order of the words, within a folder by name. An error ends the walk. */
    errcode (*file)(void *context, const char *path, struct err *err);
    /* A word or a folder that cannot be read; NULL: the walk ends with it. */
    errcode (*fault)(void *context, const char *path, const struct err *fault, struct err *err);
    /* What is passed over; NULL: nobody asks. */
    void (*passed)(void *context, const char *path);
};

/* Within folders, hidden files and folders, links, and files that are no regular ones are passed
 * over. */
errcode inputs_each(const struct call *call, const struct input_walk *walk, struct err *err);
