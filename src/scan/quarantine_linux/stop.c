/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/quarantine/stop.h"
#include "base/cleanup.h"
#include "base/require.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { STAT_BYTES = 64 << 10, FIELD_STARTED = 22, WAIT_MS = 5000 };

/* The second field is a name in parentheses that may hold anything. */
bool
process_started(uint32_t pid, uint64_t *ret)
{
    char path[64];
    struct buf text = {0};
    bool found = false;
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/stat", pid);
    if (file_read(path, STAT_BYTES, &text, NULL) == OK) {
        str rest = str_trim(buf_view(&text)), field = {0};
        while (rest.n > 0 && rest.p[rest.n - 1] != ')')
            rest.n--;
        rest = str_trim(str_from(buf_view(&text), rest.n));
        for (int i = 3; i <= FIELD_STARTED; i++)
            if (!str_cut(&rest, ' ', &field))
                field = (str){0};
        found = str_to_u64(field, UINT64_MAX, ret);
    }
    buf_clear(&text);
    return found;
}

static errcode
read_program(uint32_t pid, char out[PATH_TEXT], struct err *err)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/%" PRIu32 "/exe", pid);
    ssize_t n = readlink(link, out, PATH_TEXT - 1);
    if (n < 0 && errno == ENOENT)
        return err_set(err, ERR_USAGE, "process %" PRIu32 " is of the kernel or has ended", pid);
    if (n < 0)
        return err_set_errno(err, "cannot tell which program process %" PRIu32 " runs", pid);
    out[n] = 0;
    return OK;
}

static errcode
read_about(struct held *held, struct err *err)
{
    struct stat status;
    char path[64];
    snprintf(path, sizeof path, "/proc/%" PRIu32, held->pid);
    if (!process_started(held->pid, &held->started) || stat(path, &status) != 0)
        return err_set(err, ERR_NOT_FOUND, "process %" PRIu32 " has ended already", held->pid);
    held->owner = status.st_uid;
    held->group = status.st_gid;
    return read_program(held->pid, held->program, err);
}

errcode
process_hold(uint32_t pid, struct held *ret, struct err *err)
{
    *ret = (struct held){.pid = pid};
    if (pid <= 1 || pid == (uint32_t)getpid())
        return err_set(err, ERR_USAGE, "process %" PRIu32 " is %s; it is not ended", pid,
                       pid <= 1 ? "the system's first" : "this program");
    ret->handle = syscall(SYS_pidfd_open, (pid_t)pid, 0);
    if (ret->handle < 0 && errno == ESRCH)
        return err_set(err, ERR_NOT_FOUND, "process %" PRIu32 " has ended already", pid);
    if (ret->handle < 0)
        return err_set_errno(err, "cannot open process %" PRIu32, pid);
    errcode code = read_about(ret, err);
    if (code != OK)
        process_release(ret);
    return code;
}

void
process_release(struct held *held)
{
    close((int)held->handle);
}

bool
process_runs(const struct held *held, const char *program)
{
    return strcmp(held->program, program) == 0;
}

errcode
process_end(const struct held *held, struct err *err)
{
    struct pollfd ended = {.fd = (int)held->handle, .events = POLLIN};
    if (syscall(SYS_pidfd_send_signal, ended.fd, SIGKILL, NULL, 0) != 0 && errno != ESRCH)
        return err_set_errno(err, "cannot end process %" PRIu32, held->pid);
    int ready;
    do
        ready = poll(&ended, 1, WAIT_MS);
    while (ready < 0 && errno == EINTR);
    if (ready == 1)
        return OK;
    return err_set(err, ERR_IO,
                   "process %" PRIu32 " was told to end and has not: it waits for a "
                   "device or for a disk of the network",
                   held->pid);
}
