/* SPDX-License-Identifier: Apache-2.0 */
/* Texts are UTF-8 here and UTF-16 in consoles and command lines. */
#include "cmd/console.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/windows/wide.h"

#include <fcntl.h>
#include <io.h>
#include <windows.h>
/* windows.h comes first. */
#include <shellapi.h>

enum { LINE_UNITS = 4096 };

static char *
utf8_of(const wchar_t *wide)
{
    size_t size = 3 * wcslen(wide) + 1;
    char *text = mem_alloc(size);
    if (!wide_to_path(wide, wcslen(wide), text, size))
        text[0] = 0;
    return text;
}

void
console_prepare(int *argc, char ***argv)
{
    int count;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    require(wide);
    char **arguments = mem_calloc((size_t)count + 1, sizeof *arguments);
    for (int i = 0; i < count; i++)
        arguments[i] = utf8_of(wide[i]);
    LocalFree(wide);
    *argc = count;
    *argv = arguments;
    _setmode(1, _O_BINARY); /* what is written is what was meant, in files and pipes too */
    _setmode(2, _O_BINARY);
    SetConsoleOutputCP(CP_UTF8);
}

bool
console_reader_left(void)
{
    return false; /* a closed pipe is told like any other fault */
}

bool
console_is_asked(void)
{
    DWORD mode;
    return GetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), &mode);
}

/* fgets would get no letters beyond ASCII from a console of most versions of Windows. */
bool
console_read_line(char *out, size_t size)
{
    wchar_t wide[LINE_UNITS];
    DWORD n;
    if (!console_is_asked())
        return fgets(out, (int)size, stdin);
    if (!ReadConsoleW(GetStdHandle(STD_INPUT_HANDLE), wide, LINE_UNITS - 1, &n, NULL) || n == 0)
        return false;
    return wide_to_path(wide, n, out, size);
}

bool
console_folder(char out[PATH_TEXT])
{
    wchar_t wide[PATH_TEXT];
    DWORD n = GetModuleFileNameW(NULL, wide, PATH_TEXT);
    if (n == 0 || n == PATH_TEXT || !wide_to_path(wide, n, out, PATH_TEXT))
        return false;
    size_t folder = (size_t)(path_base(out) - out);
    out[folder > 0 ? folder - 1 : 0] = 0;
    return true;
}
