/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/scan_system.h"

#include <windows.h>
/* windows.h comes first. */
#include <tlhelp32.h>

#include "base/file.h"
#include "base/require.h"
#include "base/windows/token.h"
#include "base/windows/wide.h"
#include "cmd/windows/admin_folder.h"

const char scan_system_name[] = "windows";

/* ---- places ---- */

/* A folder that the environment names; false when it does not. */
static bool
known_folder(const wchar_t *variable, char out[PATH_TEXT])
{
    wchar_t wide[PATH_TEXT];
    DWORD n = GetEnvironmentVariableW(variable, wide, PATH_TEXT);
    return n > 0 && n < PATH_TEXT && wide_to_path(wide, n, out, PATH_TEXT);
}

errcode
scan_own_folder(char out[PATH_TEXT], struct err *err)
{
    char folder[PATH_TEXT];
    if (scan_is_admin())
        return admin_state_folder(out, err);
    if (!known_folder(L"LOCALAPPDATA", folder))
        return err_set(err, ERR_NOT_FOUND, "this user has no folder for programs' data");
    return path_join(out, folder, "Khien", err);
}

/* The desktop may have moved to OneDrive. */
errcode
scan_page_folder(char out[PATH_TEXT], struct err *err)
{
    static const wchar_t *const above[] = {L"OneDrive", L"USERPROFILE"};
    char folder[PATH_TEXT];
    for (size_t i = 0; i < sizeof above / sizeof *above; i++)
        if (known_folder(above[i], folder) && path_join(out, folder, "Desktop", NULL) == OK &&
            file_exists(out))
            return OK;
    return known_folder(L"USERPROFILE", out)
               ? OK
               : err_set(err, ERR_NOT_FOUND, "this user has no desktop and no folder of files");
}

void
scan_quick_places(struct scan_places *places)
{
    static const struct {
        const wchar_t *variable;
        const char *name;
    } known[] = {
        {L"USERPROFILE", "Desktop"}, {L"USERPROFILE", "Downloads"},
        {L"OneDrive", "Desktop"},    {L"LOCALAPPDATA", "Temp"},
        {L"SystemRoot", "Temp"},     {L"APPDATA", "."},
        {L"ProgramData", "."},       {L"PUBLIC", "."},
    };
    char folder[PATH_TEXT], path[PATH_TEXT];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known_folder(known[i].variable, folder) &&
            path_join(path, folder, known[i].name, NULL) == OK &&
            wide_full(path, folder, sizeof folder))
            scan_place_add(places, folder);
}

/* The disks that stay in this computer, and those that were plugged in. */
void
scan_full_places(struct scan_places *places)
{
    DWORD drives = GetLogicalDrives();
    for (int i = 0; i < 26; i++) {
        char root[] = {(char)('A' + i), ':', '\\', 0};
        wchar_t wide[] = {(wchar_t)(L'A' + i), L':', L'\\', 0};
        UINT type = drives >> i & 1 ? GetDriveTypeW(wide) : DRIVE_UNKNOWN;
        if (type == DRIVE_FIXED || type == DRIVE_REMOVABLE)
            scan_place_add(places, root);
    }
}

errcode
scan_whole_path(const char *word, char **ret, struct err *err)
{
    char *path = mem_alloc(PATH_TEXT);
    if (!file_exists(word) || !wide_full(word, path, PATH_TEXT)) {
        free(path);
        return err_set(err, ERR_NOT_FOUND, "cannot read %s: there is no such file or folder", word);
    }
    *ret = path;
    return OK;
}

/* ---- processes ---- */

/* With it an administrator sees the processes of services and other users. */
static void
take_right_to_see(void)
{
    TOKEN_PRIVILEGES rights = {.PrivilegeCount = 1};
    HANDLE token;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token))
        return;
    rights.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    if (LookupPrivilegeValueW(NULL, L"SeDebugPrivilege", &rights.Privileges[0].Luid))
        AdjustTokenPrivileges(token, FALSE, &rights, 0, NULL, NULL);
    CloseHandle(token);
}

static void
give_one(const PROCESSENTRY32W *entry, void (*each)(struct scan_target *target))
{
    struct scan_target target = {.pid = entry->th32ProcessID};
    wchar_t wide[PATH_TEXT];
    DWORD n = PATH_TEXT;
    FILETIME started, other[3];
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, target.pid);
    wide_to_utf8(entry->szExeFile, target.name, sizeof target.name);
    if (process && QueryFullProcessImageNameW(process, 0, wide, &n) &&
        !wide_to_path(wide, n, target.program, sizeof target.program))
        target.program[0] = 0;
    if (process && GetProcessTimes(process, &started, &other[0], &other[1], &other[2]))
        target.started = (uint64_t)started.dwHighDateTime << 32 | started.dwLowDateTime;
    if (process)
        CloseHandle(process);
    each(&target);
}

void
scan_each_process(void (*each)(struct scan_target *target))
{
    enum { IDLE_PROCESS = 0, KERNEL_PROCESS = 4 };
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    take_right_to_see();
    HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (list == INVALID_HANDLE_VALUE)
        return;
    for (BOOL more = Process32FirstW(list, &entry); more; more = Process32NextW(list, &entry))
        if (entry.th32ProcessID != IDLE_PROCESS && entry.th32ProcessID != KERNEL_PROCESS &&
            entry.th32ProcessID != GetCurrentProcessId())
            give_one(&entry, each);
    CloseHandle(list);
}

/* ---- the rest ---- */

bool
scan_is_admin(void)
{
    return token_is_elevated();
}

unsigned
scan_processors(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors;
}

void
scan_be_polite(void)
{
    SetPriorityClass(GetCurrentProcess(), BELOW_NORMAL_PRIORITY_CLASS);
}

static atomic_bool *to_stop;

static BOOL WINAPI
stop(DWORD kind)
{
    return kind == CTRL_C_EVENT && !atomic_exchange(to_stop, true);
}

void
scan_catch_stop(atomic_bool *stopped)
{
    to_stop = stopped;
    SetConsoleCtrlHandler(stop, TRUE);
}

/* Its log of events takes only what was registered with a file of texts. */
bool
scan_has_log(void)
{
    return false;
}

void
scan_log_open(void)
{
}

void
scan_log_line(bool is_finding, const char *text)
{
    (void)is_finding;
    (void)text;
}
