/* SPDX-License-Identifier: Apache-2.0 */
/* Where packs come from: the address of a portal, a copy of its folder, or a pack as one file.
 * Whichever it is, what comes is bounded and is what latest.json tells of, or nothing. */
#pragma once

#include "cmd/release/part.h"
#include "scan/scan.h"

enum source_kind {
    SOURCE_URL,    /* latest.json and what it names are below it */
    SOURCE_FOLDER, /* so are they in it */
    SOURCE_FILE,   /* a pack, with nothing that tells of it */
};
struct source {
    enum source_kind kind;
    char from[PATH_TEXT]; /* without a slash at its end */
    bool secure, direct;  /* https alone; never by a proxy */
    long timeout_seconds;
};

/* Finds out what FROM is. Plain http goes to this machine alone, unless PLAIN: ERR_USAGE. */
errcode source_open(const char *from, bool plain, struct source *ret, struct err *err);
/* latest.json. FOLDER is for a temporary file. */
errcode source_latest(const struct source *source, const char *folder, struct release *ret,
                      struct err *err);

/* NAME of the source, which must be as WANTED says. What was cut stays and is told; what is not
 * as wanted is removed: ERR_CORRUPT. */
errcode source_fetch(const struct source *source, const char *name,
                     const struct release_file *wanted, struct part *part, struct err *err);
/* The file that a SOURCE_FILE is. */
errcode source_copy(const struct source *source, struct part *part, struct err *err);
