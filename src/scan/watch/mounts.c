/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/self/mountinfo (proc(5)): the fifth field is the place, with blanks as \040; behind " - "
 * stands the type. */
#include "scan/watch/inner.h"

#include <string.h>

static bool
holds_files(str type)
{
    static const char *const types[] = {"ext2", "ext3",  "ext4", "xfs",     "btrfs", "zfs",
                                        "f2fs", "tmpfs", "vfat", "overlay", "exfat", "ntfs3"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eq(type, str_of(types[i])))
            return true;
    return false;
}

static bool
unescape(str field, char out[PATH_TEXT])
{
    size_t n = 0;
    for (size_t i = 0; i < field.n; i++) {
        if (n + 1 == PATH_TEXT)
            return false;
        char c = field.p[i];
        if (c == '\\' && i + 3 < field.n) {
            c = (char)((field.p[i + 1] - '0') << 6 | (field.p[i + 2] - '0') << 3 |
                       (field.p[i + 3] - '0'));
            i += 3;
        }
        out[n++] = c;
    }
    out[n] = 0;
    return true;
}

void
mounts_below(const char *path, void (*each)(void *context, const char *mount), void *context)
{
    enum { PLACE = 5, MOUNTS_MAX_BYTES = 64 << 20 };
    struct buf text = {0};
    if (file_read("/proc/self/mountinfo", MOUNTS_MAX_BYTES, &text, NULL) != OK)
        return;
    str rest = buf_view(&text), line;
    while (str_line(&rest, &line)) {
        char place[PATH_TEXT];
        str field = {0}, type;
        size_t dash = str_find(line, STR(" - "));
        if (dash >= line.n)
            continue;
        str after = str_from(line, dash + 3);
        for (int i = 0; i < PLACE; i++)
            str_cut(&line, ' ', &field);
        if (str_cut(&after, ' ', &type) && holds_files(type) && unescape(field, place) &&
            is_below(place, path) && strcmp(place, path) != 0)
            each(context, place);
    }
    buf_clear(&text);
}
