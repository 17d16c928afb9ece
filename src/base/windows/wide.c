/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 and UTF-16. A path longer than 260 characters reaches the system only in its own form,
 * absolute and after "\\?\" (Microsoft, "Maximum Path Length Limitation"). */
#include "base/windows/wide.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <stdint.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>
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

/* The length of what begins at P as UTF-8 or as half of a surrogate pair; 0: neither. */
static size_t
read_code(const unsigned char *p, uint32_t *ret)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t code = n > 1 ? p[0] & (0x7fu >> n) : p[0];
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3f);
    }
    if (n == 0 || p[0] >= 0xf8 || code < least[n] || code > 0x10ffff)
        return 0;
    *ret = code;
    return n;
}

static wchar_t *
wide_name(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    cleanup(cleanup_free) wchar_t *wide = mem_alloc((strlen(text) + 1) * sizeof *wide);
    size_t count = 0;
    while (*p) {
        uint32_t code;
        size_t n = read_code(p, &code);
        if (n == 0) {
            SetLastError(ERROR_NO_UNICODE_TRANSLATION);
            return NULL;
        }
        if (code >= 0x10000)
            wide[count++] = (wchar_t)(0xd7c0 + (code >> 10));
        wide[count++] = (wchar_t)(code >= 0x10000 ? 0xdc00 + (code & 0x3ff) : code);
        p += n;
    }
    wide[count] = 0;
    return take(wide);
}

bool
wide_to_path(const wchar_t *wide, size_t n, char *out, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t code = wide[i];
        if (IS_HIGH_SURROGATE(wide[i]) && i + 1 < n && IS_LOW_SURROGATE(wide[i + 1]))
            code = 0x10000 + ((code - 0xd800) << 10) + (wide[++i] - 0xdc00u);
        size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        if (at + length >= size) {
            SetLastError(ERROR_FILENAME_EXCED_RANGE);
            return false;
        }
        static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
        for (size_t k = length; k-- > 0; code >>= 6)
            out[at + k] = (char)(k > 0 ? 0x80 | (code & 0x3f) : leads[length] | code);
        at += length;
    }
    out[at] = 0;
    return true;
}

static bool
is_separator(wchar_t c)
{
    return c == L'/' || c == L'\\';
}

/* From a drive's letter on, without "." and "..": what the system need not look at. */
static bool
is_plain(const wchar_t *path)
{
    if (!iswalpha(path[0]) || path[1] != L':' || !is_separator(path[2]))
        return false;
    for (const wchar_t *at = path + 2; *at; at++) {
        if (!is_separator(*at) || at[1] != L'.')
            continue;
        const wchar_t *end = at + 2 + (at[2] == L'.');
        if (!*end || is_separator(*end))
            return false;
    }
    return true;
}

/* "C:/a//b" as "\\?\C:\a\b". */
static wchar_t *
write_plain(const wchar_t *path)
{
    size_t n = 4;
    wchar_t *out = mem_alloc((wcslen(path) + n + 1) * sizeof *out);
    wmemcpy(out, L"\\\\?\\", n);
    for (; *path; path++)
        if (!is_separator(*path))
            out[n++] = *path;
        else if (out[n - 1] != L'\\')
            out[n++] = L'\\';
    out[n] = 0;
    return out;
}

/* "/a" is on the drive of the folder that the process is in. */
static wchar_t *
add_drive(wchar_t *wide)
{
    wchar_t here[4];
    if (!wide || !is_separator(wide[0]) || is_separator(wide[1]))
        return wide;
    if (GetFullPathNameW(L"\\", sizeof here / sizeof *here, here, NULL) != 3)
        return wide;
    size_t n = wcslen(wide) + 1;
    wchar_t *whole = mem_alloc((n + 2) * sizeof *whole);
    wmemcpy(whole, here, 2);
    wmemcpy(whole + 2, wide, n);
    free(wide);
    return whole;
}

/* Behind HEAD numbers that are left free. */
static wchar_t *
full_path(const wchar_t *path, size_t head, size_t *ret_n)
{
    DWORD room = GetFullPathNameW(path, 0, NULL, NULL);
    cleanup(cleanup_free) wchar_t *full = mem_alloc((room + head + 1) * sizeof *full);
    DWORD n = room == 0 ? 0 : GetFullPathNameW(path, room, full + head, NULL);
    *ret_n = n;
    return n == 0 || n >= room ? NULL : take(full);
}

bool
wide_full(const char *path, char *out, size_t size)
{
    size_t n;
    cleanup(cleanup_free) wchar_t *wide = add_drive(wide_name(path));
    cleanup(cleanup_free) wchar_t *plain = wide && is_plain(wide) ? write_plain(wide) : NULL;
    if (plain)
        return wide_to_path(plain + 4, wcslen(plain) - 4, out, size);
    cleanup(cleanup_free) wchar_t *full = wide ? full_path(wide, 0, &n) : NULL;
    return full && wide_to_path(full, n, out, size);
}

wchar_t *
wide_path(const char *path)
{
    static const wchar_t local[] = L"\\\\?\\", remote[] = L"\\\\?\\UNC";
    enum { HEAD = sizeof remote / sizeof *remote };
    size_t n;
    cleanup(cleanup_free) wchar_t *wide = add_drive(wide_name(path));
    if (wide && is_plain(wide))
        return write_plain(wide);
    if (!wide || wcslen(wide) < SHORT_PATH || wcsncmp(wide, local, 4) == 0)
        return take(wide);
    cleanup(cleanup_free) wchar_t *full = full_path(wide, HEAD, &n);
    if (!full)
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
