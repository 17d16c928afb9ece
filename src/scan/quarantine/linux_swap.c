/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing a text file: a new one beside it, and both change names in one step. What then has the
 * temporary name must be the very file that was read; else they change back. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/linux_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

errcode
swap_open(const char *path, struct swap *ret, struct err *err)
{
    struct swap swap = {.fd = -1};
    errcode code = place_open(path, &swap.place, err);
    if (code == OK)
        code = place_open_file(&swap.place, &swap.fd, &swap.status, err);
    if (code == OK)
        code = file_read_fd(swap.fd, swap.place.path, SWAP_TEXT, &swap.text, err);
    /* `place` has a pointer into itself. */
    *ret = swap;
    ret->place.name = path_base(ret->place.path);
    return code;
}

void
swap_close(struct swap *swap)
{
    buf_clear(&swap->text);
    cleanup_close(&swap->fd);
    place_close(&swap->place);
}

static errcode
announce(const struct swap *swap, const char *temp, int fd, struct err *err)
{
    struct stat status;
    struct target target = {
        .replaced = swap->status.st_ino, .path = str_of(swap->place.path), .temp = str_of(temp)};
    if (fd >= 0) {
        if (fstat(fd, &status) != 0)
            return err_set_errno(err, "cannot examine the new %s", swap->place.path);
        target.device = status.st_dev;
        target.inode = status.st_ino;
    }
    return store_append_target(swap->quarantine, swap->kind, swap->number, &target, err);
}

static errcode
fill(const struct swap *swap, int fd, str content, struct buf *notes, struct err *err)
{
    struct about about = {0};
    struct buf attributes = BUF(ABOUT_ATTRIBUTES);
    const struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
    errcode code = file_write_fd(fd, content, swap->place.path, err);
    if (code == OK)
        code = metadata_read(swap->fd, swap->place.path, &swap->status, &about, &attributes, err);
    if (code == OK) {
        size_t before = notes->n;
        metadata_put(fd, &about, notes);
        /* A crontab that others own, or that lost its ACL, is worse than one with a bad line. */
        if (notes->n > before)
            code = err_set(err, ERR_DENIED, "%s stays as it is: %.*s", swap->place.path,
                           STR_ARG(str_trim(str_from(buf_view(notes), before))));
    }
    if (code == OK && (futimens(fd, times) != 0 || fsync(fd) != 0))
        code = err_set_errno(err, "cannot write the new %s to the disk", swap->place.path);
    buf_clear(&attributes);
    return code;
}

static bool
is_read_one(const struct swap *swap, const char *name)
{
    struct stat status;
    if (fstatat(swap->place.folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    struct file_identity was = file_identity_of_stat(&swap->status),
                         now = file_identity_of_stat(&status);
    return identity_eq(&was, &now);
}

static errcode
changed(const struct swap *swap, struct err *err)
{
    return err_set(err, ERR_BUSY, "%s was changed meanwhile; it stays, try again",
                   swap->place.path);
}

static errcode
exchange(struct swap *swap, const char *temp, struct err *err)
{
    int folder = swap->place.folder;
    const char *name = swap->place.name;
    if (!is_read_one(swap, name))
        return changed(swap, err);
    if (renameat2(folder, temp, folder, name, RENAME_EXCHANGE) == 0) {
        if (is_read_one(swap, temp))
            return OK;
        swap->keeps_temp = renameat2(folder, temp, folder, name, RENAME_EXCHANGE) != 0;
        if (swap->keeps_temp)
            return err_set_errno(err, "%s was replaced meanwhile, and what replaced it is %s now",
                                 swap->place.path, temp);
        return changed(swap, err);
    }
    /* File systems that cannot exchange replace; between look and rename nothing is waited for. */
    if ((errno == EINVAL || errno == ENOSYS) && renameat(folder, temp, folder, name) == 0)
        return OK;
    return err_set_errno(err, "cannot replace %s", swap->place.path);
}

errcode
swap_commit(struct swap *swap, str content, struct buf *notes, struct err *err)
{
    char temp[COPY_NAME];
    temp_name(swap->number, temp);
    errcode code = announce(swap, temp, -1, err);
    if (code != OK)
        return code;
    cleanup(cleanup_close) int fd =
        openat(swap->place.folder, temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set_errno(err, "cannot make a file beside %s", swap->place.path);
    code = fill(swap, fd, content, notes, err);
    if (code == OK)
        code = announce(swap, temp, fd, err);
    if (code == OK)
        code = exchange(swap, temp, err);
    if (code == OK)
        fsync(swap->place.folder); /* the exchange, before its other half goes */
    if (!swap->keeps_temp)
        unlinkat(swap->place.folder, temp, 0);
    return code;
}
