/* SPDX-License-Identifier: Apache-2.0 */
/* The folder, its lock and its journal. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/inner.h"

/* Room that is kept for records, so that something can be deleted on a full disk. */
enum { RESERVE = 4096 };

/* ---- the journal ---- */

static errcode
write_end(struct quarantine *quarantine, str bytes, struct err *err)
{
    errcode code = OK;
    uint64_t end = quarantine->end;
    if (quarantine->is_broken)
        return err_set(err, ERR_IO, "the journal of %s could not be written; start again",
                       quarantine->folder);
    code = file_write_at(quarantine->journal, end, bytes, "the journal of the quarantine", err);
    if (code == OK) {
        code = file_sync(quarantine->journal, "the journal of the quarantine", err);
        quarantine->is_broken = code != OK;
    }
    if (code == OK)
        quarantine->end = end + bytes.n;
    else if (file_cut(quarantine->journal, end, "", NULL) != OK)
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
    room_reserve(quarantine->journal, quarantine->end, RESERVE);
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

void
store_undo(struct quarantine *quarantine, uint64_t number, bool is_begun)
{
    copy_remove(quarantine, number, NULL);
    if (is_begun)
        store_settle(quarantine, JOURNAL_UNDONE, number);
}

void
store_taken(struct quarantine *quarantine, uint64_t number, bool is_durable)
{
    struct entry *entry = list_find(&quarantine->list, number);
    entry->has_copy = true;
    if (is_durable)
        store_settle(quarantine, JOURNAL_TAKEN, number);
    else
        entry->state = ENTRY_TAKEN;
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
    code = room_open_kept(&quarantine->room, "journal", &quarantine->journal, err);
    if (code != OK)
        return code;
    code = file_read_fd(quarantine->journal, path, JOURNAL_BYTES, &bytes, err);
    size_t found = bytes.n;
    if (code == OK && read_records(quarantine, buf_view(&bytes), err) != OK)
        code = err_prefix(err,
                          "%s cannot be used and was left as it is; when it is moved away, "
                          "the list is made again from the copies",
                          path);
    buf_clear(&bytes);
    /* The end of a write that was cut; what it announced was not begun. */
    if (code == OK && quarantine->end < found)
        code = file_cut(quarantine->journal, quarantine->end, path, err);
    if (code == OK && quarantine->end == 0) {
        journal_begin(&magic);
        code = write_end(quarantine, buf_view(&magic), err);
        buf_clear(&magic);
        if (code == OK)
            code = room_sync(&quarantine->room, err);
    }
    return code;
}

/* ---- the folder ---- */

errcode
quarantine_open(const char *folder, struct quarantine **ret, struct err *err)
{
    struct quarantine *quarantine = mem_calloc(1, sizeof *quarantine);
    quarantine->room.handle = quarantine->lock = quarantine->journal = -1;
    quarantine->notes = BUF(64 << 10);
    str path = str_of(folder);
    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    errcode code = OK;
    if (!str_copy(path, quarantine->folder, sizeof quarantine->folder))
        code = err_set(err, ERR_LIMIT, "the path %s is too long", folder);
    if (code == OK)
        code = room_open_own(quarantine->folder, &quarantine->room, err);
    if (code == OK)
        code = room_lock(&quarantine->room, "lock", &quarantine->lock, err);
    if (code == ERR_BUSY)
        err_set(err, ERR_BUSY, "another program is using the quarantine %s; try again later",
                quarantine->folder);
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
    cleanup_close(&quarantine->journal);
    cleanup_close(&quarantine->lock);
    room_close(&quarantine->room);
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
    bool is_process = about->kind == QUARANTINE_PROCESS, is_value = about->kind == QUARANTINE_VALUE;
    *ret = (struct quarantine_item){
        .number = entry->number,
        .kind = about->kind,
        .taken = about->taken,
        .path = about->path.p,
        .why = about->why.p,
        .size = about->size,
        .sha256 = about->sha256,
        .mode = is_value ? 0 : about->mode,
        .owner = about->owner,
        .group = about->group,
        .line = about->line.number,
        .pid = is_process ? (uint32_t)about->identity.inode : 0,
        .type = is_value ? about->mode : 0,
        .key = is_value ? about->identity.inode : 0,
        .has_instead = is_value && about->identity.device,
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
    struct entry *entry;
    errcode code = list_find_kept(&quarantine->list, number, &entry, err);
    if (code != OK)
        return code;
    bool has_copy = entry->has_copy;
    code = store_append(quarantine, JOURNAL_DELETED, number, (str){0}, err);
    return code == OK && has_copy ? copy_remove(quarantine, number, err) : code;
}
