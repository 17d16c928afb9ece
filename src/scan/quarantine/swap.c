/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing a text file: a new one beside it, and both change names in one step. What then has the
 * temporary name must be the very file that was read; else they change back. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/inner.h"

errcode
swap_open(const char *path, struct swap *ret, struct err *err)
{
    struct swap swap = {.fd = -1};
    errcode code = place_open(path, &swap.place, err);
    if (code == OK)
        code = place_open_file(&swap.place, &swap.fd, &swap.info, err);
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
    struct file_info info;
    struct target target = {
        .replaced = swap->info.inode, .path = str_of(swap->place.path), .temp = str_of(temp)};
    if (fd >= 0) {
        errcode code = file_info_of(fd, swap->place.path, &info, err);
        if (code != OK)
            return code;
        target.device = info.device;
        target.inode = info.inode;
    }
    return store_append_target(swap->quarantine, swap->kind, swap->number, &target, err);
}

static errcode
fill(const struct swap *swap, int fd, str content, struct buf *notes, struct err *err)
{
    struct about about = {0};
    struct buf attributes = BUF(ABOUT_ATTRIBUTES);
    errcode code = file_write_fd(fd, content, swap->place.path, err);
    if (code == OK)
        code = metadata_read(swap->fd, swap->place.path, &about, &attributes, err);
    if (code == OK) {
        size_t before = notes->n;
        metadata_put(fd, &about, notes);
        /* A crontab that others own, or that lost its ACL, is worse than one with a bad line. */
        if (notes->n > before)
            code = err_set(err, ERR_DENIED, "%s stays as it is: %.*s", swap->place.path,
                           STR_ARG(str_trim(str_from(buf_view(notes), before))));
    }
    if (code == OK)
        code = metadata_touch(fd, swap->place.path, err);
    if (code == OK)
        code = file_sync(fd, swap->place.path, err);
    buf_clear(&attributes);
    return code;
}

static bool
is_read_one(const struct swap *swap, const char *name)
{
    struct file_info info;
    if (!room_look(&swap->place.room, name, &info))
        return false;
    struct file_identity was = file_identity_of_info(&swap->info),
                         now = file_identity_of_info(&info);
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
    const struct room *room = &swap->place.room;
    const char *name = swap->place.name;
    struct err trouble;
    if (!is_read_one(swap, name))
        return changed(swap, err);
    errcode code = room_exchange(room, temp, name, err);
    if (code == OK) {
        if (is_read_one(swap, temp))
            return OK;
        swap->keeps_temp = room_exchange(room, temp, name, &trouble) != OK;
        if (swap->keeps_temp)
            return err_set(err, trouble.code,
                           "%s was replaced meanwhile, and what replaced it is %s now: %s",
                           swap->place.path, temp, trouble.text);
        return changed(swap, err);
    }
    if (code != ERR_UNSUPPORTED)
        return code;
    /* Between look and rename nothing is waited for. Windows replaces no file that is open. */
    cleanup_close(&swap->fd);
    swap->fd = -1;
    return room_rename_over(room, temp, name, err);
}

errcode
swap_commit(struct swap *swap, str content, struct buf *notes, struct err *err)
{
    char temp[COPY_NAME];
    temp_name(swap->number, temp);
    errcode code = announce(swap, temp, -1, err);
    if (code != OK)
        return code;
    cleanup(cleanup_close) int fd = -1;
    code = room_create(&swap->place.room, temp, &fd, err);
    if (code != OK)
        return code;
    code = fill(swap, fd, content, notes, err);
    if (code == OK)
        code = announce(swap, temp, fd, err);
    if (code == OK)
        code = exchange(swap, temp, err);
    if (code == OK)
        room_sync(&swap->place.room, NULL); /* the exchange, before its other half goes */
    if (!swap->keeps_temp)
        room_remove(&swap->place.room, temp, NULL);
    return code;
}
