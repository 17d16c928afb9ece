/* SPDX-License-Identifier: Apache-2.0 */
/* Random RAR archives made here, compared with what bsdtar takes out of them. */
#include "base/file.h"
#include "base/tap.h"
#include "oracle.h"
#include "tests/scan/rar_file.h"
#include "tests/scan/unpacked.h"

enum { ROOM = 16 << 20, ARCHIVES = 24 };

static struct arena arena;

static bool
is_as_bsdtar_says(const char *folder, unsigned seed)
{
    char path[PATH_TEXT], name[32];
    struct buf out = BUF(ROOM);
    struct unpacked all = {0};
    rar_random_archive(&out, seed, NULL);
    snprintf(name, sizeof name, "random%u.rar", seed);
    if (path_join(path, folder, name, NULL) != OK || file_replace(path, buf_view(&out), NULL) != OK)
        return false;
    const char *const arguments[] = {"bsdtar", "-xOf", path, NULL};
    str want = program_output(&arena, arguments);
    unpacked_read(&all, NULL, buf_view(&out), name);
    bool same = want.n && str_eq(buf_view(&all.text), want) && all.skip_count == 0;
    if (!same)
        tap_note("%s: %zu bytes, not %zu; %.*s", path, all.text.n, want.n,
                 STR_ARG(buf_view(&all.skips)));
    unpacked_clear(&all);
    buf_clear(&out);
    return same;
}

int
main(void)
{
    const char *folder = tap_folder("rar");
    if (!program_exists("bsdtar")) {
        tap_skip("bsdtar is not installed");
        return tap_done();
    }
    for (unsigned seed = 1000; seed < 1000 + ARCHIVES; seed++)
        tap_ok(is_as_bsdtar_says(folder, seed), "archive %u is as bsdtar says", seed);
    arena_clear(&arena);
    return tap_done();
}
