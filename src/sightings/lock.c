/* SPDX-License-Identifier: Apache-2.0 */
/* Locks by flock(2). */
#include "sightings/lock.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

errcode
lock_take(const char *folder, const char *name, enum lock_kind kind, int *ret_fd, struct err *err)
{
    char path[PATH_TEXT];
    errcode code = path_join(path, folder, name, err);
    if (code != OK)
        return code;
    cleanup(cleanup_close) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    while (flock(fd, kind == LOCK_ALONE ? LOCK_EX : LOCK_SH) != 0)
        if (errno != EINTR)
            return err_set_errno(err, "cannot lock %s", path);
    *ret_fd = take_fd(fd);
    return OK;
}
