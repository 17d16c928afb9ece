/* SPDX-License-Identifier: Apache-2.0 */
/* What is not taken unless that is asked for: files of other machines, and those that Windows needs
 * to run. */
#include "base/cleanup.h"
#include "base/windows/wide.h"
#include "scan/quarantine/inner.h"

#include <windows.h>

static bool
is_network(str path)
{
    if (path.p[0] == '\\')
        return true;
    wchar_t drive[] = {(wchar_t)path.p[0], L':', L'\\', 0};
    return GetDriveTypeW(drive) == DRIVE_REMOTE;
}

/* Names are the same in upper and lower case; Windows' own are of ASCII letters. */
static bool
starts(str path, str head)
{
    return path.n >= head.n && str_eq_nocase((str){path.p, head.n}, head);
}

static bool
is_below(str path, const wchar_t *variable, const char *below)
{
    wchar_t wide[MAX_PATH];
    char folder[PATH_TEXT], head[PATH_TEXT];
    DWORD n = GetEnvironmentVariableW(variable, wide, MAX_PATH);
    if (n == 0 || n >= MAX_PATH || !wide_to_path(wide, n, folder, sizeof folder))
        return false;
    return snprintf(head, sizeof head, "%s\\%s", folder, below) < PATH_TEXT &&
           starts(path, str_of(head));
}

static bool
is_in_windows(str path)
{
    wchar_t wide[MAX_PATH];
    char folder[PATH_TEXT];
    UINT n = GetSystemWindowsDirectoryW(wide, MAX_PATH);
    if (n == 0 || n >= MAX_PATH || !wide_to_path(wide, n, folder, sizeof folder) ||
        !starts(path, str_of(folder)) || path.n <= strlen(folder) || path.p[strlen(folder)] != '\\')
        return false;
    return !starts(str_from(path, strlen(folder)), STR("\\Temp\\"));
}

static bool
is_of_system(str path)
{
    static const char *const at_root[] = {"\\bootmgr",
                                          "\\boot\\",
                                          "\\efi\\",
                                          "\\recovery\\",
                                          "\\system volume information\\",
                                          "\\ntldr",
                                          "\\ntdetect.com",
                                          "\\pagefile.sys",
                                          "\\hiberfil.sys",
                                          "\\swapfile.sys"};
    static const wchar_t *const programs[] = {L"ProgramFiles", L"ProgramW6432",
                                              L"ProgramFiles(x86)"};
    /* Of Windows itself: Windows Defender, Windows NT, WindowsApps, … */
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (is_below(path, programs[i], "Windows") ||
            is_below(path, programs[i], "Common Files\\microsoft shared\\"))
            return true;
    for (size_t i = 0; i < sizeof at_root / sizeof *at_root; i++)
        if (path.p[1] == ':' && starts(str_from(path, 2), str_of(at_root[i])))
            return true;
    return is_in_windows(path) || is_below(path, L"ProgramData", "Microsoft\\Windows Defender\\");
}

unsigned
place_asks(const struct place *place)
{
    str path = str_of(place->path);
    return (is_network(path) ? QUARANTINE_NETWORK : 0) |
           (is_of_system(path) ? QUARANTINE_SYSTEM : 0);
}
