/* SPDX-License-Identifier: Apache-2.0 */
/* Modes and owners. */
#include "base/secret.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

errcode
secret_random(void *out, size_t n, struct err *err)
{
    if (getrandom(out, n, 0) != (ssize_t)n)
        return err_set_errno(err, "the system gives no random numbers");
    return OK;
}

void
secret_wipe(void *p, size_t n)
{
    explicit_bzero(p, n);
}

errcode
secret_folder_make(const char *path, struct err *err)
{
    char above[PATH_TEXT];
    size_t n = (size_t)(path_base(path) - path);
    if (!str_copy((str){path, n}, above, sizeof above))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    errcode code = n > 1 ? folder_make(above, err) : OK;
    if (code == OK && mkdir(path, 0700) == 0)
        code = folder_sync_above(path, err);
    else if (code == OK && errno != EEXIST)
        code = err_set_errno(err, "cannot make the folder %s", path);
    return code;
}

errcode
secret_folder(const char *path, bool closed, struct err *err)
{
    struct stat info;
    errcode code = closed ? secret_folder_make(path, err) : folder_make(path, err);
    if (code != OK)
        return code;
    if (stat(path, &info) != 0)
        return err_set_errno(err, "cannot read the folder %s", path);
    if (info.st_uid != geteuid() || info.st_mode & (closed ? 077 : 022))
        return err_set(err, ERR_DENIED, "the folder %s can be %s by others", path,
                       closed ? "used" : "changed");
    return OK;
}

errcode
secret_create(const char *path, int *ret_fd, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set_errno(err, "cannot make %s", path);
    *ret_fd = fd;
    return OK;
}

errcode
secret_open(const char *path, int *ret_fd, struct err *err)
{
    struct stat info;
    cleanup(cleanup_close) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        return err_set_errno(err, "cannot open %s", path);
    if (info.st_uid != geteuid() || info.st_mode & 077)
        return err_set(err, ERR_DENIED, "others may open %s", path);
    *ret_fd = take_fd(fd);
    return OK;
}
