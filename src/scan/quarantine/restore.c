/* SPDX-License-Identifier: Apache-2.0 */
/* Giving back: the file is made without a name (or, where the file system cannot, under a name that
 * the journal has), is whole, durable and read back, and then gets its name in one step that
 * replaces nothing. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/inner.h"
#include "scan/quarantine/setting.h"

struct restoring {
    struct quarantine *quarantine;
    uint64_t number;
    struct place place;
    struct copy_reader *reader;
    char temp[COPY_NAME]; /* empty: it has no name */
    int fd;
};

static errcode
is_there(const struct place *place, struct err *err)
{
    return err_set(err, ERR_DENIED,
                   "%s is there already, and nothing is replaced; give another "
                   "path to restore to, or move it away",
                   place->path);
}

static errcode
announce(const struct restoring *restoring, struct err *err)
{
    struct file_info info;
    struct target target = {.path = str_of(restoring->place.path), .temp = str_of(restoring->temp)};
    if (restoring->fd >= 0) {
        errcode code = file_info_of(restoring->fd, restoring->place.path, &info, err);
        if (code != OK)
            return code;
        target.device = info.device;
        target.inode = info.inode;
    }
    return store_append_target(restoring->quarantine, JOURNAL_RESTORING, restoring->number, &target,
                               err);
}

static errcode
make_file(struct restoring *restoring, struct err *err)
{
    const struct room *room = &restoring->place.room;
    errcode code = room_create_unnamed(room, &restoring->fd, err);
    if (code != ERR_UNSUPPORTED)
        return code;
    temp_name(restoring->number, restoring->temp);
    code = announce(restoring, err);
    return code == OK ? room_create(room, restoring->temp, &restoring->fd, err) : code;
}

/* Times are put after the last reading, which would change them. */
static errcode
fill(const struct restoring *restoring, struct err *err)
{
    cleanup(cleanup_free) char *block = mem_alloc(COPY_BLOCK);
    const char *path = restoring->place.path;
    struct about about = restoring->reader->head.about;
    struct sha256 got;
    size_t n = 1;
    errcode code = OK;
    while (code == OK && n > 0) {
        code = copy_next(restoring->reader, block, &n, err);
        if (code == OK)
            code = file_write_fd(restoring->fd, (str){block, n}, path, err);
    }
    if (code != OK)
        return code;
    code = file_sync(restoring->fd, path, err);
    if (code != OK)
        return code;
    file_forget(restoring->fd);
    code = digest_fd(restoring->fd, path, &got, err);
    if (code == OK && memcmp(&got, &about.sha256, sizeof got) != 0)
        code =
            err_set(err, ERR_CORRUPT,
                    "the copy of %s is damaged: its SHA-256 is another; it was not restored", path);
    if (code != OK || about.kind != QUARANTINE_FILE)
        return code;
    metadata_put(restoring->fd, &about, &restoring->quarantine->notes);
    return file_sync(restoring->fd, path, err);
}

static errcode
name_file(const struct restoring *restoring, struct err *err)
{
    const struct place *place = &restoring->place;
    bool taken = false;
    errcode code = restoring->temp[0]
                       ? room_rename_new(&place->room, restoring->fd, restoring->temp, place->name,
                                         &taken, err)
                       : room_name_unnamed(&place->room, restoring->fd, place->name, &taken, err);
    return taken ? is_there(place, err) : code;
}

/* Someone may have put another file under the temporary name, or under this one. */
static errcode
check_named(const struct restoring *restoring, struct err *err)
{
    struct file_info made, named;
    if (file_info_of(restoring->fd, "", &made, NULL) == OK &&
        place_look(&restoring->place, &named) && made.device == named.device &&
        made.inode == named.inode)
        return OK;
    return err_set(err, ERR_BUSY, "%s was replaced at once by something else; the copy stays",
                   restoring->place.path);
}

static void
undo(struct restoring *restoring)
{
    const struct entry *entry = list_find(&restoring->quarantine->list, restoring->number);
    if (restoring->temp[0] && restoring->fd >= 0)
        room_remove(&restoring->place.room, restoring->temp, NULL);
    if (entry->state == ENTRY_RESTORING)
        store_settle(restoring->quarantine, JOURNAL_TAKEN, restoring->number);
}

static errcode
restore_file(struct restoring *restoring, struct err *err)
{
    struct file_info info;
    if (place_look(&restoring->place, &info))
        return is_there(&restoring->place, err);
    errcode code = make_file(restoring, err);
    if (code == OK)
        code = fill(restoring, err);
    if (code == OK)
        code = announce(restoring, err);
    if (code == OK)
        code = name_file(restoring, err);
    if (code == OK)
        code = check_named(restoring, err);
    if (code != OK)
        undo(restoring);
    return code;
}

/* What was given back is durable before the copy goes. */
static errcode
finish(struct quarantine *quarantine, uint64_t number, const struct room *room, struct err *err)
{
    errcode code = room_sync(room, err);
    if (code != OK)
        return err_prefix(err, "it was restored, but perhaps not durably; the copy stays");
    code = store_append(quarantine, JOURNAL_RESTORED, number, (str){0}, err);
    return code == OK ? copy_remove(quarantine, number, err) : code;
}

static errcode
restore_to(struct quarantine *quarantine, const struct entry *entry, const char *to,
           struct copy_reader *reader, struct err *err)
{
    struct restoring restoring = {
        .quarantine = quarantine, .number = entry->number, .reader = reader, .fd = -1};
    errcode code = place_open(to ? to : entry->about.path.p, &restoring.place, err);
    if (code == OK)
        code = restore_file(&restoring, err);
    if (code == OK)
        code = finish(quarantine, restoring.number, &restoring.place.room, err);
    cleanup_close(&restoring.fd);
    place_close(&restoring.place);
    return code;
}

static errcode
find_kept(const struct quarantine *quarantine, uint64_t number, struct entry **ret, struct err *err)
{
    struct entry *entry;
    errcode code = list_find_kept(&quarantine->list, number, &entry, err);
    if (code == OK && entry->about.kind == QUARANTINE_PROCESS)
        return err_set(err, ERR_USAGE,
                       "number %llu is a process that was ended; there is nothing "
                       "to restore",
                       (unsigned long long)number);
    if (code == OK)
        *ret = entry;
    return code;
}

errcode
quarantine_restore(struct quarantine *quarantine, uint64_t number, const char *to, struct err *err)
{
    struct entry *entry;
    struct copy_reader reader;
    buf_reset(&quarantine->notes);
    errcode code = find_kept(quarantine, number, &entry, err);
    if (code == OK)
        code = copy_open(quarantine, number, &reader, err);
    if (code != OK)
        return code;
    if (memcmp(&reader.head.about.sha256, &entry->about.sha256, SHA256_BYTES) != 0)
        code = err_set(err, ERR_CORRUPT, "the copy %s is of another file than the journal says",
                       reader.name);
    else if (entry->about.kind == QUARANTINE_LINE && !to)
        code = line_restore(quarantine, entry, &reader, err);
    else if (entry->about.kind == QUARANTINE_VALUE && !to)
        code = value_restore(quarantine, entry, &reader, err);
    else if (entry->about.kind == QUARANTINE_TASK && !to)
        code = task_restore(quarantine, entry, err);
    else
        code = restore_to(quarantine, entry, to, &reader, err);
    copy_close(&reader);
    return code;
}
