/* SPDX-License-Identifier: Apache-2.0 */
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
read_about(HANDLE process, struct held *held, struct err *err)
{
    wchar_t wide[PATH_TEXT];
    DWORD n = PATH_TEXT;
    unsigned pid = held->pid;
    if (has_ended(process) || !started_of(process, &held->started))
        return err_set(err, ERR_NOT_FOUND, "process %u has ended already", pid);
    if (is_critical(process))
        return err_set(err, ERR_DENIED, "Windows stops when process %u ends; it is not ended", pid);
    if (!QueryFullProcessImageNameW(process, 0, wide, &n) ||
        !wide_to_path(wide, n, held->program, PATH_TEXT))
        return err_set_errno(err, "cannot tell which program process %u runs", pid);
    return OK;
}

errcode
process_hold(uint32_t pid, struct held *ret, struct err *err)
{
    *ret = (struct held){.pid = pid};
    if (pid == 0 || pid == SYSTEM_PROCESS || pid == GetCurrentProcessId())
        return err_set(err, ERR_USAGE, "process %u is %s; it is not ended", (unsigned)pid,
                       pid <= SYSTEM_PROCESS ? "the system's" : "this program");
    HANDLE process =
        OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE, FALSE, pid);
    if (!process && GetLastError() == ERROR_INVALID_PARAMETER)
        return err_set(err, ERR_NOT_FOUND, "process %u has ended already", (unsigned)pid);
    if (!process)
        return err_set_errno(err, "cannot open process %u", (unsigned)pid);
    ret->handle = (intptr_t)process;
    errcode code = read_about(process, ret, err);
    if (code != OK)
        process_release(ret);
    return code;
}

void
process_release(struct held *held)
{
    CloseHandle((HANDLE)held->handle);
}

bool
process_runs(const struct held *held, const char *program)
{
    return str_eq_nocase(str_of(held->program), str_of(program));
}

errcode
process_end(const struct held *held, struct err *err)
{
    HANDLE process = (HANDLE)held->handle;
    if (!TerminateProcess(process, 1) && !has_ended(process))
        return err_set_errno(err, "cannot end process %u", (unsigned)held->pid);
    if (WaitForSingleObject(process, WAIT_MS) == WAIT_OBJECT_0)
        return OK;
    return err_set(err, ERR_IO, "process %u was told to end and has not: it waits for a device",
                   (unsigned)held->pid);
}
