/* SPDX-License-Identifier: Apache-2.0 */
/* Random RAR archives made here, compared with what others take out of them. */
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

/* libarchive 3.6.2 reads no solid archives of RAR 3, and many of those made here otherwise than the
 * reader and unar do. */
static bool
is_as_unar_says(const char *folder, unsigned seed)
{
    char path[PATH_TEXT], script[4 * PATH_TEXT];
    struct buf out = BUF(ROOM);
    struct unpacked all = {0};
    rar4_random_archive(&out, seed, NULL);
    if (path_join(path, folder, "old.rar", NULL) != OK ||
        file_replace(path, buf_view(&out), NULL) != OK)
        return false;
    snprintf(script, sizeof script,
             "cd '%s' && rm -rf old && unar -q -D -o old old.rar >/dev/null && cat old/?", folder);
    const char *const arguments[] = {"sh", "-c", script, NULL};
    str want = program_output(&arena, arguments);
    unpacked_read(&all, NULL, buf_view(&out), "old.rar");
    bool same = want.n && str_eq(buf_view(&all.text), want) && all.skip_count == 0;
    if (!same)
        tap_note("seed %u: %zu bytes, not %zu; %.*s", seed, all.text.n, want.n,
                 STR_ARG(buf_view(&all.skips)));
    unpacked_clear(&all);
    buf_clear(&out);
    return same;
}

static void
test_bsdtar(const char *folder)
{
    if (!program_exists("bsdtar")) {
        tap_skip("bsdtar is not installed");
        return;
    }
    for (unsigned seed = 1000; seed < 1000 + ARCHIVES; seed++)
        tap_ok(is_as_bsdtar_says(folder, seed), "archive %u is as bsdtar says", seed);
}

static void
test_unar(const char *folder)
{
    if (!program_exists("unar")) {
        tap_skip("unar is not installed");
        return;
    }
    /* Without filters: it would run the programs, which are none. */
    for (unsigned seed = 0; seed < ARCHIVES; seed += 2)
        tap_ok(is_as_unar_says(folder, seed), "archive %u of RAR 3 is as unar says", seed);
}

int
main(void)
{
    const char *folder = tap_folder("rar");
    test_bsdtar(folder);
    test_unar(folder);
    arena_clear(&arena);
    return tap_done();
}
