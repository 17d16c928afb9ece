/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's folder: which files there are, and whether any has changed (inner to content). */
#pragma once

#include <limits.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "portal/content/text.h"

struct content_file {
    enum content_kind kind;
    char name[NAME_MAX + 1]; /* "name.vi.md" */
};

struct content_files {
    struct content_file *files; /* by kind, then name; the caller frees them */
    size_t count;
    uint64_t bytes;              /* of all of them */
    struct checksum fingerprint; /* names, sizes, times */
    usec newest;                 /* the latest time of change */
};

/* Lists FOLDER/<kind>/ for each kind. What does not belong there goes to FAULTS (may be NULL). A
 * kind without a folder has no files; FOLDER itself must be there. */
errcode content_files_list(const char *folder, struct content_faults *faults,
                           struct content_files *ret, struct err *err);
/* Reads one of them. */
errcode content_file_read(const char *folder, const struct content_file *file, struct buf *ret,
                          struct err *err);
/* "name.vi.md" in two; false when it is no such name. */
bool content_file_name(str file, str *ret_name, enum language *ret_language);
