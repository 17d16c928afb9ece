/* SPDX-License-Identifier: Apache-2.0 */
/* RAR archives of versions 1.5 to 7, behind up to 2 MiB of anything, for WinRAR looks as far when a
 * file is called so. */
#include "scan/unpack_rar/rar.h"

enum { MARK = 7, SPAN = 2 << 20 };
#define MARK_OLD STR("Rar!\x1a\x07\x00")
#define MARK_NEW STR("Rar!\x1a\x07\x01\x00")

/* SIZE_MAX when there is none. */
static size_t
find_mark(str data)
{
    str head = unpack_slice(data, 0, SPAN);
    for (size_t at = 0, next; at < head.n; at = next + 1) {
        size_t found = str_find(str_from(head, at), (str){MARK_OLD.p, MARK - 1});
        if (found == SIZE_MAX)
            return SIZE_MAX;
        next = at + found;
        str rest = str_from(data, next);
        if (str_starts(rest, MARK_OLD) || str_starts(rest, MARK_NEW))
            return next;
    }
    return SIZE_MAX;
}

static bool
matches(str data, const char *name)
{
    if (str_starts(data, (str){MARK_OLD.p, MARK - 1}))
        return true;
    return unpack_name_ends(name, ".rar") && find_mark(data) != SIZE_MAX;
}

void
rar_archive_clear(struct rar_archive *archive)
{
    rar_window_free(&archive->window);
    lz29_free(archive->lz29);
    lz50_free(archive->lz50);
}

static void
read_rar(struct unpack *walk, str data)
{
    size_t at = find_mark(data);
    if (at == SIZE_MAX) {
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, "rar: a version that is not read");
        return;
    }
    struct rar_archive archive = {.walk = walk};
    data = str_from(data, at);
    if (str_starts(data, MARK_NEW))
        rar5_read(&archive, data);
    else
        rar4_read(&archive, data);
    rar_archive_clear(&archive);
}

const struct unpack_kind unpack_rar = {"rar", matches, read_rar};
