/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a file without reading it. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum file_kind {
    FILE_REGULAR,
    FILE_FOLDER,
    FILE_LINK,  /* on Windows each name that leads elsewhere: junctions and mounted disks too */
    FILE_CLOUD, /* reading it would fetch it from another computer (Windows) */
    FILE_OTHER,
};
struct file_info {
    enum file_kind kind;
    /* The file system and the file in it; on Windows the number of the volume and of the file. */
    uint64_t device, inode;
    uint64_t size, links;
    int64_t modified, changed, accessed; /* nanoseconds since 1970 */
};

errcode file_info_of(int fd, const char *name, struct file_info *ret, struct err *err);
/* Of what stands at PATH itself, be it a link. */
errcode file_info_at(const char *path, struct file_info *ret, struct err *err);
struct stat;
struct file_info file_info_of_stat(const struct stat *status); /* Linux only */
