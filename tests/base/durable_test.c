/* SPDX-License-Identifier: Apache-2.0 */
/* Which files and folders are written to the disk, and in which order: fsync is ours here. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct buf synced = BUF(1 << 16);

int fsync(int fd);

int
fsync(int fd)
{
    char link[64], path[PATH_TEXT];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n > 0 ? n : 0] = 0;
    buf_printf(&synced, "%s\n", path_base(path));
    return (int)syscall(SYS_fsync, fd);
}

int
main(void)
{
    char folder[64], path[PATH_TEXT];
    const char *base = getenv("TMPDIR");
    struct err err;
    snprintf(folder, sizeof folder, "%s/durable-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    path_join(path, folder, "a", NULL);
    tap_no_err(file_replace(path, STR("x"), &err), &err, "replace a file");
    str text = buf_view(&synced), first = STR(""), second = STR("");
    str_line(&text, &first);
    str_line(&text, &second);
    tap_ok(str_starts(first, STR("a.tmp-")), "first its content: %.*s", STR_ARG(first));
    tap_eq_str(second, str_of(path_base(folder)), "then its name in the folder");
    buf_reset(&synced);
    path_join(path, folder, "one/two/three", NULL);
    tap_no_err(folder_make(path, &err), &err, "make folders");
    char want[256];
    snprintf(want, sizeof want, "%s\none\ntwo\n", path_base(folder));
    tap_eq_str(buf_view(&synced), str_of(want), "the name of each in the one above it");
    buf_reset(&synced);
    tap_no_err(folder_make(path, &err), &err, "again");
    tap_eq_i64(synced.n, 0, "nothing new, nothing to write");
    path_join(path, folder, "pipe", NULL);
    tap_ok(mkfifo(path, 0600) == 0, "a FIFO without a writer");
    alarm(20); /* kills the test if it waits for one */
    struct file_map map;
    tap_eq_i64(file_map_open(path, &map, &err), ERR_USAGE, "is no file to map");
    tap_eq_i64(file_map_copy(path, folder, 9, &map, &err), ERR_USAGE, "nor to copy");
    alarm(0);
    buf_clear(&synced);
    return tap_done();
}
