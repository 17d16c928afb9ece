/* SPDX-License-Identifier: Apache-2.0 */
/* A program that starts by itself: found on the disk, told of, doubted. */
#pragma once

#include "scan/checks_formats/doubt.h"
#include "scan/checks_windows/place.h"

struct program {
    const char *subject; /* what starts it: a registry value, a file */
    const char *command; /* with variables of the environment or without */
    const char
        *profile;       /* the folder of the user whose variables these are; NULL: this process's */
    const char *file;   /* a file that is to be put away with it: a task, a shortcut; NULL */
    struct doubt least; /* what is doubtful of it already */
    struct check_start start; /* what starts it, without a path */
};
/* Tells of its files by checking->starts, and finds it when it is doubtful. */
void program_starts(struct checking *checking, const struct check *check,
                    const struct program *program);
/* A finding without a program's file. REASON may be NULL, and what ENDS it. */
void program_found(struct checking *checking, const struct check *check, struct doubt doubt,
                   const char *subject, const char *detail, const char *file,
                   const struct check_value *ends);
