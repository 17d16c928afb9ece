/* SPDX-License-Identifier: Apache-2.0 */
/* openat2(2) keeps every step of a path below the root. A file is first opened as a mere place
 * (O_PATH), which touches nothing, and for reading only when it is a regular one. */
#include "scan/linux/look.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

bool
look_is_offline(const struct look *look)
{
    return look->checking->root[0] != 0;
}

bool
look_path(const struct look *look, const char *path, char out[PATH_TEXT])
{
    int n = snprintf(out, PATH_TEXT, "%s%s", look->checking->root, path);
    return n > 0 && n < PATH_TEXT;
}

/* Negative with errno on failure. */
static int
open_place(const struct look *look, const char *path, uint64_t flags)
{
    flags |= O_PATH | O_CLOEXEC;
    if (!look_is_offline(look))
        return open(path, (int)flags);
    cleanup(cleanup_close) int root = open(look->checking->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return -1;
    struct open_how how = {.flags = flags, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    long place = -1;
    /* It gives up where anything was renamed anywhere while it went through "..". */
    for (int tries = 0; tries < 128 && place < 0; tries++) {
        place = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (place < 0 && errno != EAGAIN)
            break;
    }
    return (int)place;
}

void
look_unseen(const struct look *look, const char *what, const struct err *why)
{
    struct checking *checking = look->checking;
    if (checking->unseen)
        checking->unseen(checking->context, look->check, what, why);
}

/* Tells what errno says; that something is not there is no news. */
static void
tell_errno(const struct look *look, const char *path)
{
    char full[PATH_TEXT];
    struct err err;
    if (errno == ENOENT || errno == ENOTDIR || !look_path(look, path, full))
        return;
    err_set_errno(&err, "cannot look at %s", full);
    look_unseen(look, full, &err);
}

static bool
stat_place(const struct look *look, const char *path, uint64_t flags, struct stat *ret)
{
    cleanup(cleanup_close) int place = open_place(look, path, flags);
    if (place >= 0 && fstat(place, ret) == 0)
        return true;
    tell_errno(look, path);
    return false;
}

bool
look_stat(const struct look *look, const char *path, struct stat *ret)
{
    return stat_place(look, path, 0, ret);
}

bool
look_stat_link(const struct look *look, const char *path, struct stat *ret)
{
    return stat_place(look, path, O_NOFOLLOW, ret);
}

bool
look_is_closed(const struct look *look, const char *folder)
{
    cleanup(cleanup_close) int place = open_place(look, folder, O_DIRECTORY);
    if (place < 0 || faccessat(place, ".", X_OK, AT_EACCESS) == 0)
        return false;
    tell_errno(look, folder);
    return true;
}

bool
look_link(const struct look *look, const char *path, char out[PATH_TEXT])
{
    cleanup(cleanup_close) int place = open_place(look, path, O_NOFOLLOW);
    ssize_t n = place < 0 ? -1 : readlinkat(place, "", out, PATH_TEXT - 1);
    if (n <= 0)
        return false;
    out[n] = 0;
    return true;
}

/* A descriptor to read from of what is open as a place. */
static int
reopen(int place, int flags)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", place);
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
}

static void
read_capped(const struct look *look, const char *full, int fd, size_t cap, struct buf *ret)
{
    enum { STEP = 64 << 10 };
    struct err err;
    *ret = BUF(cap + 2 * STEP);
    while (ret->n <= cap) {
        char *at = buf_space(ret, STEP);
        ssize_t n = at ? read(fd, at, STEP) : 0;
        ret->n -= at ? STEP - (size_t)(n > 0 ? n : 0) : 0;
        if (n < 0) {
            err_set_errno(&err, "cannot read %s", full);
            look_unseen(look, full, &err);
        }
        if (n <= 0)
            return;
    }
    ret->n = cap;
    err_set(&err, ERR_LIMIT, "%s is larger than the %zu bytes that are looked at", full, cap);
    look_unseen(look, full, &err);
}

bool
look_read(const struct look *look, const char *path, struct buf *ret)
{
    return look_read_large(look, path, LOOK_FILE_MAX, ret);
}

bool
look_read_large(const struct look *look, const char *path, size_t cap, struct buf *ret)
{
    char full[PATH_TEXT];
    struct stat status;
    struct err err;
    cleanup(cleanup_close) int place = open_place(look, path, 0);
    if (place < 0 || fstat(place, &status) != 0 || !look_path(look, path, full)) {
        tell_errno(look, path);
        return false;
    }
    if (S_ISDIR(status.st_mode) || S_ISCHR(status.st_mode)) /* /dev/null masks units */
        return false;
    if (!S_ISREG(status.st_mode)) {
        err_set(&err, ERR_USAGE, "%s is not a regular file", full);
        look_unseen(look, full, &err);
        return false;
    }
    cleanup(cleanup_close) int fd = reopen(place, 0);
    if (fd < 0) {
        tell_errno(look, path);
        return false;
    }
    look->checking->looked++;
    read_capped(look, full, fd, cap, ret);
    return true;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

DIR *
look_folder(const struct look *look, const char *path, int flags)
{
    cleanup(cleanup_close) int place = open_place(look, path, O_DIRECTORY | (uint64_t)flags);
    cleanup(cleanup_close) int fd = place < 0 ? -1 : reopen(place, O_DIRECTORY);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (stream)
        (void)take_fd(fd);
    return stream;
}

void
look_names(const struct look *look, const char *folder, struct names *ret)
{
    *ret = (struct names){0};
    DIR *stream = look_folder(look, folder, 0);
    if (!stream) {
        tell_errno(look, folder);
        return;
    }
    size_t room = 0;
    for (const struct dirent *entry; (entry = readdir(stream)) && ret->count < LOOK_NAMES_MAX;) {
        const char *name = entry->d_name;
        if (!strcmp(name, ".") || !strcmp(name, ".."))
            continue;
        if (ret->count == room) {
            room = room ? room * 2 : 16;
            ret->list = mem_resize(ret->list, room, sizeof *ret->list);
        }
        ret->list[ret->count++] = mem_strndup(name, strlen(name));
    }
    closedir(stream);
    if (ret->count)
        qsort(ret->list, ret->count, sizeof *ret->list, compare_names);
    look->checking->looked += ret->count;
}

void
folder_names_clear(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
    *names = (struct names){0};
}

void
look_each(const struct look *look, const char *folder, look_each_function *each, void *context)
{
    struct names names;
    look_names(look, folder, &names);
    for (size_t i = 0; i < names.count; i++) {
        char path[PATH_TEXT];
        if (path_join(path, folder, names.list[i], NULL) == OK)
            each(look, path, context);
    }
    folder_names_clear(&names);
}

/* One line that a terminal shows as it is written. */
static void
make_line(str text, char *out, size_t room)
{
    text = str_trim(text);
    size_t n = text.n < room ? text.n : room - 1;
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    if (n)
        memcpy(out, text.p, n);
    out[n] = 0;
    for (size_t i = 0; i < n; i++)
        if (out[i] == '\n' || out[i] == '\t' || out[i] == '\r')
            out[i] = ' ';
    str_make_shown(out, n, "");
}

void
look_found(const struct look *look, const struct seen *seen)
{
    char full[PATH_TEXT] = "", subject[PATH_TEXT], detail[512];
    if (seen->path && !look_path(look, seen->path, full))
        return;
    make_line(str_of(seen->subject ? seen->subject : full), subject, sizeof subject);
    make_line(seen->detail, detail, sizeof detail);
    look->checking->found(look->checking->context,
                          &(struct finding){.check = look->check,
                                            .level = seen->level,
                                            .reason = seen->reason,
                                            .subject = subject,
                                            .detail = detail,
                                            .file = seen->path ? full : NULL,
                                            .line = seen->line,
                                            .pid = seen->pid});
}

void
look_starts(const struct look *look, const char *path)
{
    look_line_starts(look, path, NULL, 0);
}

void
look_line_starts(const struct look *look, const char *path, const char *file, size_t line)
{
    char full[PATH_TEXT], full_file[PATH_TEXT];
    bool has_line = file && line > 0 && look_path(look, file, full_file);
    if (!look->checking->starts || !look_path(look, path, full))
        return;
    const struct check_start start = {
        .path = full, .file = has_line ? full_file : NULL, .line = has_line ? line : 0};
    look->checking->starts(look->checking->context, &start);
}
