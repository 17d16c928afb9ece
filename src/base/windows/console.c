/* SPDX-License-Identifier: Apache-2.0 */
/* Consoles, the environment. */
#include "base/system.h"

#include <io.h>
#include <stdlib.h>
#include <windows.h>

/* A console is set up to take what we write: UTF-8, and escape sequences where it knows them. */
bool
system_is_terminal(int fd)
{
    HANDLE handle = (HANDLE)_get_osfhandle(fd);
    DWORD mode;
    return GetConsoleMode(handle, &mode) &&
           SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) &&
           SetConsoleOutputCP(CP_UTF8);
}

bool
system_has_journal(void)
{
    return false;
}

void
system_set_variable(const char *name, const char *value)
{
    _putenv_s(name, value ? value : ""); /* an empty one is none there */
}
