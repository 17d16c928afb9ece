/* SPDX-License-Identifier: Apache-2.0 */
/* What GetLastError means. */
#include "base/windows/wide.h"

#include "base/str.h"
#include "base/system.h"

#include <stdio.h>
#include <windows.h>

unsigned long
system_fault(void)
{
    return GetLastError();
}

errcode
system_fault_code(unsigned long number)
{
    switch (number) {
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return ERR_NO_SPACE;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
        return ERR_NOT_FOUND;
    case ERROR_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
    case ERROR_WRITE_PROTECT:
        return ERR_DENIED;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_USER_MAPPED_FILE:
        return ERR_BUSY;
    default:
        return ERR_IO;
    }
}

void
system_fault_words(unsigned long number, char out[SYSTEM_WORDS])
{
    wchar_t wide[SYSTEM_WORDS];
    DWORD n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                                 FORMAT_MESSAGE_MAX_WIDTH_MASK,
                             NULL, number, 0, wide, SYSTEM_WORDS, NULL);
    while (n > 0 && (wide[n - 1] == L' ' || wide[n - 1] == L'.'))
        n--;
    wide[n] = 0;
    if (n > 0)
        wide_to_utf8(wide, out, SYSTEM_WORDS);
    else
        snprintf(out, SYSTEM_WORDS, "error %lu of the system", number);
}
