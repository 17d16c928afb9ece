/* SPDX-License-Identifier: Apache-2.0 */
/* Ending processes. A descriptor of the process is held before anything is asked about it, so that
 * its number cannot pass to another in between. */
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
check_process(uint32_t pid, uint64_t started, const char *program, char found[PATH_TEXT],
              struct err *err)
{
    uint64_t now = 0;
    if (!process_started(pid, &now) || now != started)
        return err_set(err, ERR_BUSY, "process %" PRIu32 " is another one now; nothing was ended",
                       pid);
    errcode code = read_program(pid, found, err);
    if (code == OK && program && strcmp(program, found) != 0)
        code = err_set(err, ERR_BUSY, "process %" PRIu32 " runs %s now; nothing was ended", pid,
                       found);
    return code;
}

static errcode
end_process(int process, uint32_t pid, struct err *err)
{
    struct pollfd ended = {.fd = process, .events = POLLIN};
    if (syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0) != 0 && errno != ESRCH)
        return err_set_errno(err, "cannot end process %" PRIu32, pid);
    int ready;
    do
        ready = poll(&ended, 1, WAIT_MS);
    while (ready < 0 && errno == EINTR);
    if (ready == 1)
        return OK;
    return err_set(err, ERR_IO,
                   "process %" PRIu32 " was told to end and has not: it waits for a "
                   "device or for a disk of the network",
                   pid);
}

static errcode
stop(struct quarantine *quarantine, int process, const struct about *about, struct err *err)
{
    uint64_t number = quarantine->next++;
    errcode code = store_append_about(quarantine, number, about, err);
    if (code != OK)
        return code;
    code = end_process(process, (uint32_t)about->identity.inode, err);
    store_settle(quarantine, code == OK ? JOURNAL_TAKEN : JOURNAL_UNDONE, number);
    return code;
}

errcode
quarantine_stop(struct quarantine *quarantine, uint32_t pid, uint64_t started, const char *program,
                const char *why, uint64_t *ret_number, struct err *err)
{
    char found[PATH_TEXT], path[64];
    struct stat status = {0};
    if (pid <= 1 || pid == (uint32_t)getpid())
        return err_set(err, ERR_USAGE, "process %" PRIu32 " is %s; it is not ended", pid,
                       pid <= 1 ? "the system's first" : "this program");
    cleanup(cleanup_close) int process = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
    if (process < 0 && errno == ESRCH)
        return err_set(err, ERR_NOT_FOUND, "process %" PRIu32 " has ended already", pid);
    if (process < 0)
        return err_set_errno(err, "cannot open process %" PRIu32, pid);
    errcode code = check_process(pid, started, program, found, err);
    if (code != OK)
        return code;
    snprintf(path, sizeof path, "/proc/%" PRIu32, pid);
    if (stat(path, &status) != 0)
        return err_set(err, ERR_NOT_FOUND, "process %" PRIu32 " has ended already", pid);
    struct about about = {.kind = QUARANTINE_PROCESS,
                          .owner = status.st_uid,
                          .group = status.st_gid,
                          .identity = {.inode = pid, .changed = (int64_t)started},
                          .taken = clock_now(),
                          .path = str_of(found),
                          .why = str_of(why ? why : "")};
    if (about.why.n > ABOUT_WHY)
        about.why.n = ABOUT_WHY;
    code = stop(quarantine, process, &about, err);
    if (code == OK)
        *ret_number = quarantine->next - 1;
    return code;
}
