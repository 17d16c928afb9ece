/* SPDX-License-Identifier: Apache-2.0 */
/* Files in which something was found, with all that a report tells of them, so that it can be told
 * again: a part of the cache's file (cache.h), which vouches for it. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "scan/checks/checks.h"
#include "scan/quarantine/quarantine.h"

struct found_item {
    enum finding_level level;
    const char *name, *source, *detail,
        *inside; /* as of a report_item; but the first may be NULL */
};
void found_item_write(const struct found_item *item, struct buf *out);
/* Takes the next one; its texts lie in *REST. False at the end, and at what found_item_write did
 * not write, which leaves something in *REST. */
bool found_item_next(str *rest, struct found_item *ret);

struct found_file {
    struct file_identity identity; /* with its digest */
    day day;                       /* when it was scanned */
    str items;                     /* one or more */
};
void found_file_write(const struct found_file *file, struct buf *out);

/* In the order of device and inode. */
struct found_files {
    struct found_file *files;
    size_t count;
};
/* All that CONTENT holds, which must outlive them. False, with nothing made, when it is not what
 * found_file_write wrote. */
bool found_files_parse(str content, struct found_files *ret);
void found_files_clear(struct found_files *files);
const struct found_file *found_files_find(const struct found_files *files, uint64_t device,
                                          uint64_t inode);
