/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that fails while a mapped file is read, as Windows tells it. */
#include "base/file_guard.h"

#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"

#include <windows.h>

enum { BYTES = 100001 };

static void
fail_at(str map, size_t at)
{
    const ULONG_PTR words[3] = {0, (ULONG_PTR)map.p + at, 0};
    RaiseException((DWORD)EXCEPTION_IN_PAGE_ERROR, 0, 3, words);
}

static void
test_fault(const char *path, size_t at)
{
    struct file_map map, other;
    struct file_guard guard, inner;
    size_t zeros = 0;
    require(file_map_open(path, &map, NULL) == OK && file_map_open(path, &other, NULL) == OK);
    file_guard_begin(&guard, map.bytes);
    file_guard_begin(&inner, other.bytes);
    fail_at(map.bytes, at);
    for (size_t i = 0; i < map.bytes.n; i++)
        zeros += map.bytes.p[i] == 0;
    tap_eq_i64(zeros, BYTES, "what cannot be read at %zu is read as zeros", at);
    tap_ok(other.bytes.p[at] == 'x', "another file is as it was");
    tap_ok(!file_guard_end(&inner), "as its guard says");
    tap_ok(file_guard_end(&guard), "while the one that was met tells it");
    file_map_close(&map);
    file_map_close(&other);
}

int
main(void)
{
    char path[PATH_TEXT];
    static char content[BYTES];
    struct err err;
    memset(content, 'x', BYTES);
    require(path_join(path, tap_folder("fault"), "file", NULL) == OK);
    require(file_replace(path, (str){content, BYTES}, NULL) == OK);
    test_fault(path, 0);
    test_fault(path, 50000);
    test_fault(path, BYTES - 1);
    tap_no_err(file_remove(path, &err), &err, "nothing holds the file afterwards");
    return tap_done();
}
