/* SPDX-License-Identifier: Apache-2.0 */
/* Files of data/ and assets that the build puts into the program (tools/embed.py). */
#pragma once

#include "base/str.h"

struct embedded_file {
    const char *name; /* "families.tsv" */
    str content;
};

/* The embedded file of that name; the build fails when it is not listed, so it is always there.
 * An operator's replacement is read by whoever owns the table. */
str embed_file(const char *name);
/* All of them, by number; false behind the last. For folders of files, whose names begin with the
 * folder's ("content/tools/…"). */
bool embed_at(size_t index, struct embedded_file *ret);
