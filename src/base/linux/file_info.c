/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_info.h"

#include <sys/stat.h>

static enum file_kind
kind_of(mode_t mode)
{
    return S_ISREG(mode)   ? FILE_REGULAR
           : S_ISDIR(mode) ? FILE_FOLDER
           : S_ISLNK(mode) ? FILE_LINK
                           : FILE_OTHER;
}

static int64_t
nanoseconds(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

struct file_info
file_info_of_stat(const struct stat *status)
{
    return (struct file_info){.kind = kind_of(status->st_mode),
                              .device = status->st_dev,
                              .inode = status->st_ino,
                              .size = (uint64_t)status->st_size,
                              .links = status->st_nlink,
                              .modified = nanoseconds(&status->st_mtim),
                              .changed = nanoseconds(&status->st_ctim),
                              .accessed = nanoseconds(&status->st_atim)};
}

errcode
file_info_of(int fd, const char *name, struct file_info *ret, struct err *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return err_set_errno(err, "cannot examine %s", name);
    *ret = file_info_of_stat(&status);
    return OK;
}

errcode
file_info_at(const char *path, struct file_info *ret, struct err *err)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return err_set_errno(err, "cannot examine %s", path);
    *ret = file_info_of_stat(&status);
    return OK;
}
