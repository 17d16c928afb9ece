/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/linux/side_process.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

errcode
side_start(void (*serve)(int fd, const void *context), const void *context, int *ret_fd,
           struct err *err)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return err_set_errno(err, "cannot make a pair of sockets");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        serve(fds[1], context);
        _exit(0);
    }
    errcode code = pid > 0 ? OK : err_set_errno(err, "cannot start another process");
    close(fds[1]);
    if (code == OK)
        *ret_fd = fds[0];
    else
        close(fds[0]);
    return code;
}

bool
side_read(int fd, void *out, size_t n)
{
    for (char *at = out; n > 0;) {
        ssize_t got = read(fd, at, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

bool
side_write(int fd, const void *bytes, size_t n)
{
    for (const char *at = bytes; n > 0;) {
        ssize_t put = write(fd, at, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += put;
        n -= (size_t)put;
    }
    return true;
}
