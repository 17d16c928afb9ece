/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 and UTF-16. A path longer than 260 characters reaches the system only in its own form,
 * absolute and after "\\?\" (Microsoft, "Maximum Path Length Limitation"). */
#include "base/windows/wide.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <stdbool.h>
#include <wchar.h>
#include <windows.h>

enum { SHORT_PATH = MAX_PATH - 12 }; /* a folder leaves room for a name of 8.3 characters */

wchar_t *
wide_text(const char *text)
{
    int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    if (n <= 0)
        return NULL;
    wchar_t *wide = mem_alloc((size_t)n * sizeof *wide);
    MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, n);
    return wide;
}

wchar_t *
wide_path(const char *path)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(path);
    if (!wide || wcslen(wide) < SHORT_PATH || wcsncmp(wide, L"\\\\?\\", 4) == 0)
        return take(wide);
    DWORD room = GetFullPathNameW(wide, 0, NULL, NULL);
    if (room == 0)
        return NULL;
    static const wchar_t local[] = L"\\\\?\\", remote[] = L"\\\\?\\UNC";
    enum { HEAD = sizeof remote / sizeof *remote };
    cleanup(cleanup_free) wchar_t *full = mem_alloc((room + HEAD) * sizeof *full);
    DWORD n = GetFullPathNameW(wide, room, full + HEAD, NULL);
    if (n == 0 || n >= room)
        return NULL;
    /* "\\server\share" is written "\\?\UNC\server\share". */
    bool is_remote = full[HEAD] == L'\\' && full[HEAD + 1] == L'\\';
    const wchar_t *head = is_remote ? remote : local;
    size_t head_length = wcslen(head);
    wmemcpy(full, head, head_length);
    wmemmove(full + head_length, full + HEAD + is_remote, n - is_remote + 1);
    return take(full);
}

void
wide_to_utf8(const wchar_t *wide, char *out, size_t size)
{
    require(size > 0);
    size_t at = 0;
    while (*wide) {
        int units = IS_HIGH_SURROGATE(wide[0]) && IS_LOW_SURROGATE(wide[1]) ? 2 : 1;
        char bytes[8];
        int n = WideCharToMultiByte(CP_UTF8, 0, wide, units, bytes, sizeof bytes, NULL, NULL);
        if (n <= 0 || (size_t)n >= size - at)
            break;
        memcpy(out + at, bytes, (size_t)n);
        at += (size_t)n;
        wide += units;
    }
    out[at] = 0;
}
