/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of folders. */
#include "scan/quarantine/room.h"

#include "base/cleanup.h"
#include "base/secret.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static int
descriptor(const struct room *room)
{
    return (int)room->handle;
}

/* ---- the folder ---- */

errcode
room_open_own(const char *path, struct room *ret, struct err *err)
{
    struct stat status;
    struct room room = {.handle = -1};
    if (!str_copy(str_of(path), room.path, sizeof room.path))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    errcode code = secret_folder_make(path, err);
    if (code != OK)
        return code;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        code = err_set_errno(err, "cannot open the folder %s", path);
    else if (status.st_uid != geteuid())
        code = err_set(err, ERR_DENIED, "the folder %s is of someone else", path);
    else if (status.st_mode & 077)
        code =
            err_set(err, ERR_DENIED, "others may use the folder %s; chmod 700 changes that", path);
    if (code != OK) {
        cleanup_close(&fd);
        return code;
    }
    room.handle = fd;
    *ret = room;
    return OK;
}

void
room_close(struct room *room)
{
    const int fd = descriptor(room);
    cleanup_close(&fd);
    room->handle = -1;
}

bool
room_is_same(const struct room *a, const struct room *b)
{
    struct stat one, other;
    return fstat(descriptor(a), &one) == 0 && fstat(descriptor(b), &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool
room_look(const struct room *room, const char *name, struct file_info *ret)
{
    struct stat status;
    if (fstatat(descriptor(room), name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    *ret = file_info_of_stat(&status);
    return true;
}

errcode
room_each(const struct room *room, errcode (*each)(void *context, str name, struct err *err),
          void *context, struct err *err)
{
    int fd = openat(descriptor(room), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) {
        cleanup_close(&fd);
        return err_set_errno(err, "cannot list %s", room->path);
    }
    errcode code = OK;
    for (const struct dirent *entry; code == OK && (entry = readdir(folder)) != NULL;)
        code = each(context, str_of(entry->d_name), err);
    closedir(folder);
    return code;
}

errcode
room_sync(const struct room *room, struct err *err)
{
    if (fsync(descriptor(room)) != 0)
        return err_set_errno(err, "cannot write the folder %s to the disk", room->path);
    return OK;
}

/* ---- files in it ---- */

static errcode
open_in(const struct room *room, const char *name, int flags, int *ret_fd, struct err *err)
{
    int fd = openat(descriptor(room), name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s in %s", name, room->path);
    *ret_fd = fd;
    return OK;
}

errcode
room_create(const struct room *room, const char *name, int *ret_fd, struct err *err)
{
    return open_in(room, name, O_RDWR | O_CREAT | O_EXCL, ret_fd, err);
}

errcode
room_create_unnamed(const struct room *room, int *ret_fd, struct err *err)
{
    int fd = openat(descriptor(room), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT))
        return err_set(err, ERR_UNSUPPORTED, "this file system has no files without names");
    if (fd < 0)
        return err_set_errno(err, "cannot make a file in %s", room->path);
    *ret_fd = fd;
    return OK;
}

errcode
room_open_file(const struct room *room, const char *name, int *ret_fd, struct err *err)
{
    return open_in(room, name, O_RDONLY | O_NOCTTY, ret_fd, err);
}

errcode
room_open_kept(const struct room *room, const char *name, int *ret_fd, struct err *err)
{
    return open_in(room, name, O_RDWR | O_CREAT, ret_fd, err);
}

errcode
room_lock(const struct room *room, const char *name, int *ret_fd, struct err *err)
{
    cleanup(cleanup_close) int fd = -1;
    errcode code = open_in(room, name, O_RDWR | O_CREAT, &fd, err);
    if (code == OK && flock(fd, LOCK_EX | LOCK_NB) != 0)
        code = errno == EWOULDBLOCK ? err_set(err, ERR_BUSY, "another program has %s", name)
                                    : err_set_errno(err, "cannot lock %s", room->path);
    if (code == OK)
        *ret_fd = take_fd(fd);
    return code;
}

void
room_reserve(int fd, uint64_t end, uint64_t bytes)
{
    /* Where the file system cannot, a full disk is told by the write. */
    int ignored = fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)end, (off_t)bytes);
    (void)ignored;
}

/* ---- names ---- */

static errcode
not_named(const struct room *room, const char *name, bool *ret_taken, struct err *err)
{
    *ret_taken = errno == EEXIST;
    return err_set_errno(err, "cannot name %s in %s", name, room->path);
}

/* Through its descriptor: with a right of its own, or by /proc. */
errcode
room_name_unnamed(const struct room *room, int fd, const char *name, bool *ret_taken,
                  struct err *err)
{
    char link[64];
    if (linkat(fd, "", descriptor(room), name, AT_EMPTY_PATH) == 0)
        return OK;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (errno != EEXIST && linkat(AT_FDCWD, link, descriptor(room), name, AT_SYMLINK_FOLLOW) == 0)
        return OK;
    return not_named(room, name, ret_taken, err);
}

errcode
room_rename_new(const struct room *room, int fd, const char *from, const char *to, bool *ret_taken,
                struct err *err)
{
    (void)fd;
    int folder = descriptor(room);
    if (renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0)
        return OK;
    /* This file system cannot; a second name is refused, too, when there is something. */
    if ((errno == EINVAL || errno == ENOSYS) && linkat(folder, from, folder, to, 0) == 0 &&
        unlinkat(folder, from, 0) == 0)
        return OK;
    return not_named(room, to, ret_taken, err);
}

errcode
room_rename_over(const struct room *room, const char *from, const char *to, struct err *err)
{
    int fd = descriptor(room);
    if (renameat(fd, from, fd, to) != 0)
        return err_set_errno(err, "cannot rename %s to %s in %s", from, to, room->path);
    return OK;
}

errcode
room_exchange(const struct room *room, const char *a, const char *b, struct err *err)
{
    int fd = descriptor(room);
    if (renameat2(fd, a, fd, b, RENAME_EXCHANGE) == 0)
        return OK;
    if (errno == EINVAL || errno == ENOSYS)
        return err_set(err, ERR_UNSUPPORTED, "this file system cannot exchange names");
    return err_set_errno(err, "cannot replace %s in %s", b, room->path);
}

errcode
room_remove(const struct room *room, const char *name, struct err *err)
{
    if (unlinkat(descriptor(room), name, 0) != 0)
        return err_set_errno(err, "cannot remove %s from %s", name, room->path);
    return OK;
}
