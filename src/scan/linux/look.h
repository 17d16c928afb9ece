/* SPDX-License-Identifier: Apache-2.0 */
/* How checks see a Linux system: files below its root, whose links cannot lead out of it, and what
 * they report. Paths are those of that system ("/etc/crontab"); reports name them with the root. */
#pragma once

#include "base/buf.h"
#include "base/file.h"
#include "scan/checks/suspect.h"

#include <dirent.h>
#include <sys/stat.h>

struct look {
    struct checking *checking;
    const struct check *check;
};

enum { LOOK_FILE_MAX = 1 << 20, LOOK_NAMES_MAX = 100000 };

/* The root's own path before PATH. */
bool look_path(const struct look *look, const char *path, char out[PATH_TEXT]);
/* Nothing of the system runs here: a folder stands for its root. */
bool look_is_offline(const struct look *look);
/* False when it is not there or cannot be seen; the latter is told. */
bool look_stat(const struct look *look, const char *path, struct stat *ret);
/* True, and told, when one has no right to enter the folder. */
bool look_is_closed(const struct look *look, const char *folder);
/* The same as look_stat of a link itself. */
bool look_stat_link(const struct look *look, const char *path, struct stat *ret);
/* Where a link leads, as it is written. */
bool look_link(const struct look *look, const char *path, char out[PATH_TEXT]);
/* The first LOOK_FILE_MAX bytes of a regular file. That it has more, or cannot be read, is told;
 * false when there is nothing to read. Devices and FIFOs are not opened. The caller clears RET. */
bool look_read(const struct look *look, const char *path, struct buf *ret);
bool look_read_large(const struct look *look, const char *path, size_t cap, struct buf *ret);

/* The folder opened, FLAGS 0 or O_NOFOLLOW; NULL with errno, and nothing is told. */
DIR *look_folder(const struct look *look, const char *path, int flags);
/* The names in a folder in their order, without "." and "..". */
struct names {
    char **list;
    size_t count;
};
void look_names(const struct look *look, const char *folder, struct names *ret);
void folder_names_clear(struct names *names);
/* Calls EACH with the path of everything in the folder; CONTEXT is passed on. */
typedef void look_each_function(const struct look *look, const char *path, void *context);
void look_each(const struct look *look, const char *folder, look_each_function *each,
               void *context);

/* What is reported. PATH (may be NULL) is the file that holds it. */
struct seen {
    enum finding_level level;
    const struct check_reason *reason;
    const char *path;
    size_t line;
    uint32_t pid;
    const char *subject; /* NULL: the path */
    str detail;
};
void look_found(const struct look *look, const struct seen *seen);
void look_starts(const struct look *look, const char *path);
void look_line_starts(const struct look *look, const char *path, const char *file, size_t line);
void look_unseen(const struct look *look, const char *what, const struct err *why);
