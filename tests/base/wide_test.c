/* SPDX-License-Identifier: Apache-2.0 */
/* Names as Windows has them, to and from UTF-8; streams as it lists them. */
#include "base/windows/wide.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/require.h"
#include "base/tap.h"
#include "base/windows/streams.h"

#include <windows.h>

static void
is_path(const char *path, const wchar_t *want)
{
    cleanup(cleanup_free) wchar_t *got = wide_path(path);
    tap_ok(got && wcscmp(got, want) == 0, "%s", path);
}

static void
test_paths(void)
{
    is_path("C:/a//b\\c", L"\\\\?\\C:\\a\\b\\c");
    is_path("C:\\a\\con ", L"\\\\?\\C:\\a\\con ");
    is_path("C:\\a\\b.", L"\\\\?\\C:\\a\\b.");
    is_path("C:\\a\\..\\b", L"C:\\a\\..\\b");
    is_path("C:\\a\\.", L"C:\\a\\.");
    is_path("C:\\a\\.hidden", L"\\\\?\\C:\\a\\.hidden");
    is_path("C:\\", L"\\\\?\\C:\\");
    is_path("C:", L"C:");
    is_path("a/b", L"a/b");
    is_path("\\\\?\\C:\\a/b", L"\\\\?\\C:\\a/b");
    is_path("\\\\server\\share", L"\\\\server\\share");
    is_path("C:\\\xf0\x9f\xa6\xa0", L"\\\\?\\C:\\\xd83e\xdda0");
    is_path("C:\\\xed\xa0\x80x", L"\\\\?\\C:\\\xd800x");
    static const char *const wrong[] = {
        "\x80", "\xc0\x80", "\xe0\x80\x80",        "\xf4\x90\x80\x80",
        "\xff", "\xe1\xba", "\xf8\x88\x80\x80\x80"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        tap_ok(!wide_path(wrong[i]), "what is no UTF-8 is no path (%zu)", i);
}

/* Every 16-bit number, alone and before another. */
static void
test_any_name(void)
{
    size_t right = 0, tried = 0;
    for (unsigned i = 1; i < 0x10000; i++)
        for (unsigned k = 0; k < 3; k++, tried++) {
            wchar_t name[] = {(wchar_t)i, k == 0 ? 0 : k == 1 ? L'x' : 0xdc01, 0};
            char text[16];
            require(wide_to_path(name, wcslen(name), text, sizeof text));
            char path[32];
            snprintf(path, sizeof path, "C:\\_%s", text);
            cleanup(cleanup_free) wchar_t *back = wide_path(path);
            right += (i == '/' || i == '\\') || (back && wcscmp(back + 8, name) == 0);
        }
    tap_eq_i64(right, tried, "any name comes back");
    char small[4];
    tap_ok(!wide_to_path(L"abcd", 4, small, sizeof small), "what does not fit is told");
    tap_ok(wide_to_path(L"abc", 3, small, sizeof small), "what does is written");
}

/* ---- streams ---- */

static bool
collect(void *context, const char *stream)
{
    buf_printf(context, "%s\n", stream);
    return true;
}

static void
add_stream(struct buf *list, const wchar_t *name, bool is_last)
{
    size_t head = offsetof(FILE_STREAM_INFO, StreamName), n = wcslen(name) * sizeof *name;
    FILE_STREAM_INFO info = {.NextEntryOffset = is_last ? 0 : (DWORD)((head + n + 7) & ~7u),
                             .StreamNameLength = (DWORD)n};
    buf_add(list, &info, head);
    buf_add(list, name, n);
    while (list->n % 8)
        buf_char(list, 0);
}

static void
test_streams(void)
{
    struct buf list = BUF(1 << 16), names = BUF(1 << 16);
    struct err err;
    add_stream(&list, L"::$DATA", false);
    add_stream(&list, L":Zone.Identifier:$DATA", false);
    add_stream(&list, L":index:$INDEX_ALLOCATION", false);
    add_stream(&list, L":\x1ea5n:$DATA", true);
    tap_no_err(streams_parse(list.p, list.n, collect, &names, &err), &err, "a list of streams");
    tap_eq_str(buf_view(&names), STR(":Zone.Identifier\n:\xe1\xba\xa5n\n"), "those that are data");
    size_t refused = 0;
    for (size_t n = 0; n < list.n - 8; n++)
        refused += streams_parse(list.p, n, collect, &names, NULL) != OK;
    tap_eq_i64(refused, list.n - 8, "a cut list is refused");
    tap_ok(path_is_stream("C:\\a\\b:c") && !path_is_stream("C:\\a\\b"), "paths of streams");
    buf_clear(&list);
    buf_clear(&names);
}

int
main(void)
{
    test_paths();
    test_any_name();
    test_streams();
    return tap_done();
}
