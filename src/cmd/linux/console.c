/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/console.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

/* A closed standard descriptor would be given to the next file or socket that is opened, and what
 * is meant for a terminal or log would go there. It stays unusable: the wrong way round. */
static void
hold_standard(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
            _exit(1);
}

void
console_prepare(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    hold_standard();
    signal(SIGPIPE, SIG_IGN);
}

bool
console_reader_left(void)
{
    struct pollfd out = {.fd = 1, .events = POLLOUT};
    return poll(&out, 1, 0) > 0 && (out.revents & POLLERR);
}

bool
console_is_asked(void)
{
    return isatty(STDIN_FILENO) == 1;
}

bool
console_read_line(char *out, size_t size)
{
    return fgets(out, (int)size, stdin);
}

bool
console_folder(char out[PATH_TEXT])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_TEXT - 1);
    if (n <= 0)
        return false;
    out[n] = 0;
    size_t folder = (size_t)(path_base(out) - out);
    out[folder > 1 ? folder - 1 : folder] = 0;
    return true;
}
