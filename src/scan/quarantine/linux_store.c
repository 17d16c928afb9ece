/* SPDX-License-Identifier: Apache-2.0 */
/* The folder, its lock and its journal. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/linux_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

/* Room that is kept for records, so that something can be deleted on a full disk. */
enum { RESERVE = 4096 };

/* ---- the journal ---- */

static void
reserve(const struct quarantine *quarantine)
{
    /* Where the file system cannot, a full disk is told by the write. */
    int ignored =
        fallocate(quarantine->journal, FALLOC_FL_KEEP_SIZE, (off_t)quarantine->end, RESERVE);
    (void)ignored;
}

static errcode
write_end(struct quarantine *quarantine, str bytes, struct err *err)
{
    errcode code = OK;
    uint64_t end = quarantine->end;
    if (quarantine->is_broken)
        return err_set(err, ERR_IO, "the journal of %s could not be written; start again",
                       quarantine->folder);
    if (lseek(quarantine->journal, (off_t)end, SEEK_SET) < 0)
        return err_set_errno(err, "cannot write the journal of %s", quarantine->folder);
    code = file_write_fd(quarantine->journal, bytes, "the journal of the quarantine", err);
    if (code == OK && fsync(quarantine->journal) != 0) {
        code = err_set_errno(err, "cannot write the journal of %s to the disk", quarantine->folder);
        quarantine->is_broken = true;
    }
    if (code == OK)
        quarantine->end = end + bytes.n;
    else if (ftruncate(quarantine->journal, (off_t)end) != 0)
        quarantine->is_broken = true;
    return code;
}

errcode
store_append(struct quarantine *quarantine, enum journal_kind kind, uint64_t number, str payload,
             struct err *err)
{
    struct buf bytes = BUF(JOURNAL_RECORD + 64);
    const struct journal_record record = {kind, number, clock_now(), payload};
    journal_write(&record, quarantine->end, &bytes);
    errcode code = buf_check(&bytes, "a record of the journal", err);
    if (code == OK && quarantine->end + bytes.n > JOURNAL_BYTES)
        code = err_set(err, ERR_LIMIT, "the journal of %s is full; begin another folder",
                       quarantine->folder);
    if (code == OK)
        code = write_end(quarantine, buf_view(&bytes), err);
    buf_clear(&bytes);
    if (code != OK)
        return code;
    reserve(quarantine);
    return list_apply(&quarantine->list, &record, err);
}

errcode
store_append_about(struct quarantine *quarantine, uint64_t number, const struct about *about,
                   struct err *err)
{
    struct buf payload = BUF(ABOUT_BYTES);
    struct about without = *about;
    without.attributes = (str){0};
    about_write(&without, &payload);
    errcode code = store_append(quarantine, JOURNAL_TAKING, number, buf_view(&payload), err);
    buf_clear(&payload);
    return code;
}

errcode
store_append_target(struct quarantine *quarantine, enum journal_kind kind, uint64_t number,
                    const struct target *target, struct err *err)
{
    struct buf payload = BUF(2 * PATH_TEXT + 64);
    journal_target_write(target, &payload);
    errcode code = store_append(quarantine, kind, number, buf_view(&payload), err);
    buf_clear(&payload);
    return code;
}

void
store_settle(struct quarantine *quarantine, enum journal_kind kind, uint64_t number)
{
    const struct journal_record record = {kind, number, 0, {0}};
    if (store_append(quarantine, kind, number, (str){0}, NULL) != OK)
        list_apply(&quarantine->list, &record, NULL);
}

static errcode
read_records(struct quarantine *quarantine, str bytes, struct err *err)
{
    struct journal_reader reader;
    struct journal_record record;
    bool more = true;
    errcode code = journal_open(bytes, &reader, err);
    while (code == OK && more) {
        code = journal_next(&reader, &record, &more, err);
        if (code == OK && more)
            code = list_apply(&quarantine->list, &record, err);
    }
    if (code == OK)
        quarantine->end = reader.at;
    return code;
}

static errcode
open_journal(struct quarantine *quarantine, struct err *err)
{
    char path[PATH_TEXT];
    struct buf bytes = {0}, magic = BUF(JOURNAL_MAGIC);
    errcode code = path_join(path, quarantine->folder, "journal", err);
    if (code != OK)
        return code;
    quarantine->journal = openat(quarantine->fd, "journal",
                                 O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (quarantine->journal < 0)
        return err_set_errno(err, "cannot open %s", path);
    code = file_read_fd(quarantine->journal, path, JOURNAL_BYTES, &bytes, err);
    size_t found = bytes.n;
    if (code == OK && read_records(quarantine, buf_view(&bytes), err) != OK)
        code = err_prefix(err,
                          "%s cannot be used and was left as it is; when it is moved away, "
                          "the list is made again from the copies",
                          path);
    buf_clear(&bytes);
    /* The end of a write that was cut; what it announced was not begun. */
    if (code == OK && quarantine->end < found &&
        ftruncate(quarantine->journal, (off_t)quarantine->end) != 0)
        code = err_set_errno(err, "cannot cut %s", path);
    if (code == OK && quarantine->end == 0) {
        journal_begin(&magic);
        code = write_end(quarantine, buf_view(&magic), err);
        buf_clear(&magic);
        if (code == OK && fsync(quarantine->fd) != 0)
            code = err_set_errno(err, "cannot write the folder %s to the disk", quarantine->folder);
    }
    return code;
}

/* ---- the folder ---- */

static errcode
make_folder(const char *folder, struct err *err)
{
    char above[PATH_TEXT];
    size_t n = (size_t)(path_base(folder) - folder);
    if (!str_copy((str){folder, n}, above, sizeof above) || strlen(folder) >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s is too long", folder);
    errcode code = n > 1 ? folder_make(above, err) : OK;
    if (code != OK)
        return code;
    if (mkdir(folder, 0700) == 0)
        return folder_sync_above(folder, err);
    return errno == EEXIST ? OK : err_set_errno(err, "cannot make the folder %s", folder);
}

static errcode
open_folder(struct quarantine *quarantine, struct err *err)
{
    struct stat status;
    const char *folder = quarantine->folder;
    errcode code = make_folder(folder, err);
    if (code != OK)
        return code;
    quarantine->fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (quarantine->fd < 0 || fstat(quarantine->fd, &status) != 0)
        return err_set_errno(err, "cannot open the folder %s", folder);
    if (status.st_uid != geteuid())
        return err_set(err, ERR_DENIED, "the folder %s is of someone else", folder);
    if (status.st_mode & 077)
        return err_set(err, ERR_DENIED, "others may use the folder %s; chmod 700 changes that",
                       folder);
    return OK;
}

static errcode
take_lock(struct quarantine *quarantine, struct err *err)
{
    quarantine->lock =
        openat(quarantine->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (quarantine->lock < 0)
        return err_set_errno(err, "cannot open the lock in %s", quarantine->folder);
    if (flock(quarantine->lock, LOCK_EX | LOCK_NB) == 0)
        return OK;
    if (errno == EWOULDBLOCK)
        return err_set(err, ERR_BUSY, "another program is using the quarantine %s; try again later",
                       quarantine->folder);
    return err_set_errno(err, "cannot lock %s", quarantine->folder);
}

errcode
quarantine_open(const char *folder, struct quarantine **ret, struct err *err)
{
    struct quarantine *quarantine = mem_calloc(1, sizeof *quarantine);
    quarantine->fd = quarantine->lock = quarantine->journal = -1;
    quarantine->notes = BUF(64 << 10);
    str path = str_of(folder);
    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    errcode code = OK;
    if (!str_copy(path, quarantine->folder, sizeof quarantine->folder))
        code = err_set(err, ERR_LIMIT, "the path %s is too long", folder);
    if (code == OK)
        code = open_folder(quarantine, err);
    if (code == OK)
        code = take_lock(quarantine, err);
    if (code == OK)
        code = open_journal(quarantine, err);
    if (code == OK)
        code = quarantine_recover(quarantine, err);
    if (code == OK)
        *ret = quarantine;
    else
        quarantine_close(quarantine);
    return code;
}

void
quarantine_close(struct quarantine *quarantine)
{
    if (!quarantine)
        return;
    const int fds[] = {quarantine->journal, quarantine->lock, quarantine->fd};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        cleanup_close(&fds[i]);
    list_clear(&quarantine->list);
    buf_clear(&quarantine->notes);
    free(quarantine);
}

/* ---- what is in it ---- */

bool
quarantine_at(const struct quarantine *quarantine, size_t i, struct quarantine_item *ret)
{
    if (i >= quarantine->list.count)
        return false;
    const struct entry *entry = &quarantine->list.entries[i];
    const struct about *about = &entry->about;
    bool is_process = about->kind == QUARANTINE_PROCESS;
    *ret = (struct quarantine_item){
        .number = entry->number,
        .kind = about->kind,
        .taken = about->taken,
        .path = about->path.p,
        .why = about->why.p,
        .size = about->size,
        .sha256 = about->sha256,
        .mode = about->mode,
        .owner = about->owner,
        .group = about->group,
        .line = about->line.number,
        .pid = is_process ? (uint32_t)about->identity.inode : 0,
        .is_restored = entry->state == ENTRY_RESTORED,
        .is_deleted = entry->state == ENTRY_DELETED,
        .is_missing = entry->state == ENTRY_TAKEN && !entry->has_copy && !is_process,
    };
    return true;
}

const char *
quarantine_notes(const struct quarantine *quarantine)
{
    return quarantine->notes.p ? quarantine->notes.p : "";
}

errcode
quarantine_delete(struct quarantine *quarantine, uint64_t number, struct err *err)
{
    const struct entry *entry = list_find(&quarantine->list, number);
    unsigned long long shown = number;
    if (!entry)
        return err_set(err, ERR_NOT_FOUND, "there is no number %llu in quarantine", shown);
    if (entry->state != ENTRY_TAKEN)
        return err_set(err, ERR_NOT_FOUND, "nothing is kept of number %llu: it was %s already",
                       shown, entry->state == ENTRY_RESTORED ? "restored" : "deleted");
    bool has_copy = entry->has_copy;
    errcode code = store_append(quarantine, JOURNAL_DELETED, number, (str){0}, err);
    return code == OK && has_copy ? copy_remove(quarantine, number, err) : code;
}
