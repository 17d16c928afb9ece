/* SPDX-License-Identifier: Apache-2.0 */
#include "quarantine_steps.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

struct steps steps;

static void
step(const char *what, const char *name)
{
    if (steps.log)
        buf_printf(steps.log, "%s %s\n", what, path_base(name));
    if (++steps.count == steps.die_at)
        _exit(STEPS_DIED);
}

int
fsync(int fd)
{
    char link[64], path[PATH_TEXT];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = steps.log ? readlink(link, path, sizeof path - 1) : 0;
    path[n > 0 ? n : 0] = 0;
    step("fsync", path);
    return steps.no_sync ? 0 : (int)syscall(SYS_fsync, fd);
}

int
unlinkat(int folder, const char *name, int flags)
{
    void (*before)(void) = steps.before_unlink;
    step("unlink", name);
    if (before) {
        steps.before_unlink = NULL;
        before();
    }
    return (int)syscall(SYS_unlinkat, folder, name, flags);
}

int
linkat(int from, const char *old, int to, const char *new, int flags)
{
    step("link", new);
    return (int)syscall(SYS_linkat, from, old, to, new, flags);
}

int
renameat(int from, const char *old, int to, const char *new)
{
    step("rename", new);
    return (int)syscall(SYS_renameat2, from, old, to, new, 0);
}

int
renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    void (*before)(void) = steps.before_exchange;
    step(flags & RENAME_EXCHANGE ? "exchange" : "rename", new);
    if (before && flags & RENAME_EXCHANGE) {
        steps.before_exchange = NULL;
        before();
    }
    if (steps.no_exchange && flags) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from, old, to, new, flags);
}

int
openat(int folder, const char *path, int flags, ...)
{
    bool is_unnamed = (flags & O_TMPFILE) == O_TMPFILE, makes = is_unnamed || flags & O_CREAT;
    va_list args;
    va_start(args, flags);
    mode_t mode = makes ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (makes)
        step("make", path);
    if (steps.no_unnamed && is_unnamed) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

int
fstatfs(int fd, struct statfs *ret)
{
    int status = (int)syscall(SYS_fstatfs, fd, ret);
    if (steps.fs)
        ret->f_type = steps.fs;
    return status;
}
