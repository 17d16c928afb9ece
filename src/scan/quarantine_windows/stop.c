/* SPDX-License-Identifier: Apache-2.0 */
/* Ending processes. A handle of the process is held before anything is asked about it, so that its
 * number cannot pass to another in between. */
#include "scan/quarantine/stop.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/windows/wide.h"

#include <windows.h>
/* windows.h comes first. */
#include <winternl.h>

enum { WAIT_MS = 5000, SYSTEM_PROCESS = 4 };

static bool
started_of(HANDLE process, uint64_t *ret)
{
    FILETIME created, ended, kernel, user;
    if (!GetProcessTimes(process, &created, &ended, &kernel, &user))
        return false;
    *ret = (uint64_t)created.dwHighDateTime << 32 | created.dwLowDateTime;
    return true;
}

static bool
has_ended(HANDLE process)
{
    return WaitForSingleObject(process, 0) == WAIT_OBJECT_0;
}

bool
process_started(uint32_t pid, uint64_t *ret)
{
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, pid);
    if (!process)
        return false;
    bool found = !has_ended(process) && started_of(process, ret);
    CloseHandle(process);
    return found;
}

/* Windows stops, with all that runs, when one of these ends. */
static bool
is_critical(HANDLE process)
{
    enum { BREAK_ON_TERMINATION = 29 }; /* of PROCESSINFOCLASS */
    ULONG is_one = 0;
    return NtQueryInformationProcess(process, (PROCESSINFOCLASS)BREAK_ON_TERMINATION, &is_one,
                                     sizeof is_one, NULL) == 0 &&
           is_one;
}

static errcode
check_process(HANDLE process, uint32_t pid, uint64_t started, const char *program,
              char found[PATH_TEXT], struct err *err)
{
    uint64_t now = 0;
    wchar_t wide[PATH_TEXT];
    DWORD n = PATH_TEXT;
    if (has_ended(process))
        return err_set(err, ERR_NOT_FOUND, "process %u has ended already", (unsigned)pid);
    if (!started_of(process, &now) || now != started)
        return err_set(err, ERR_BUSY, "process %u is another one now; nothing was ended",
                       (unsigned)pid);
    if (is_critical(process))
        return err_set(err, ERR_DENIED, "Windows stops when process %u ends; it is not ended",
                       (unsigned)pid);
    if (!QueryFullProcessImageNameW(process, 0, wide, &n) ||
        !wide_to_path(wide, n, found, PATH_TEXT))
        return err_set_errno(err, "cannot tell which program process %u runs", (unsigned)pid);
    if (program && !str_eq_nocase(str_of(program), str_of(found)))
        return err_set(err, ERR_BUSY, "process %u runs %s now; nothing was ended", (unsigned)pid,
                       found);
    return OK;
}

static errcode
end_process(HANDLE process, uint32_t pid, struct err *err)
{
    if (!TerminateProcess(process, 1) && !has_ended(process))
        return err_set_errno(err, "cannot end process %u", (unsigned)pid);
    if (WaitForSingleObject(process, WAIT_MS) == WAIT_OBJECT_0)
        return OK;
    return err_set(err, ERR_IO, "process %u was told to end and has not: it waits for a device",
                   (unsigned)pid);
}

static errcode
stop(struct quarantine *quarantine, HANDLE process, const struct about *about, struct err *err)
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
    char found[PATH_TEXT];
    if (pid == 0 || pid == SYSTEM_PROCESS || pid == GetCurrentProcessId())
        return err_set(err, ERR_USAGE, "process %u is %s; it is not ended", (unsigned)pid,
                       pid <= SYSTEM_PROCESS ? "the system's" : "this program");
    HANDLE process =
        OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE, FALSE, pid);
    if (!process && GetLastError() == ERROR_INVALID_PARAMETER)
        return err_set(err, ERR_NOT_FOUND, "process %u has ended already", (unsigned)pid);
    if (!process)
        return err_set_errno(err, "cannot open process %u", (unsigned)pid);
    errcode code = check_process(process, pid, started, program, found, err);
    struct about about = {.kind = QUARANTINE_PROCESS,
                          .identity = {.inode = pid, .changed = (int64_t)started},
                          .taken = clock_now(),
                          .path = str_of(found),
                          .why = str_of(why ? why : "")};
    if (about.why.n > ABOUT_WHY)
        about.why.n = ABOUT_WHY;
    if (code == OK)
        code = stop(quarantine, process, &about, err);
    if (code == OK)
        *ret_number = quarantine->next - 1;
    CloseHandle(process);
    return code;
}
