/* SPDX-License-Identifier: Apache-2.0 */
/* What a crash left is finished or undone when the folder is opened. One rule decides: a copy goes
 * only when the file was seen, whole, in its place. The journal says where to look. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/setting.h"
#include "scan/quarantine/stop.h"
#include "scan/quarantine/text.h"

/* ---- the folder's files ---- */

static errcode
adopt(struct quarantine *quarantine, uint64_t number, struct err *err)
{
    struct copy_reader reader;
    errcode code = OK;
    if (copy_open(quarantine, number, &reader, NULL) != OK)
        return OK; /* not whole: it stays, for people to look at */
    code = store_append_about(quarantine, number, &reader.head.about, err);
    copy_close(&reader);
    if (code == OK)
        list_find(&quarantine->list, number)->has_copy = true;
    return code;
}

static errcode
look_at_file(void *context, str name, struct err *err)
{
    struct quarantine *quarantine = context;
    uint64_t number;
    char part[COPY_NAME];
    str rest = name, digits = {0};
    bool is_numbered = str_cut(&rest, '.', &digits) && str_to_u64(digits, UINT64_MAX - 1, &number);
    if (!is_numbered)
        return OK;
    if (number >= quarantine->next)
        quarantine->next = number + 1;
    if (str_eq(rest, STR("part"))) {
        if (str_copy(name, part, sizeof part))
            room_remove(&quarantine->room, part, NULL);
        return OK;
    }
    if (!str_eq(rest, STR("copy")))
        return OK;
    struct entry *entry = list_find(&quarantine->list, number);
    if (!entry)
        return adopt(quarantine, number, err);
    entry->has_copy = true;
    return OK;
}

/* ---- what stands in a place ---- */

struct standing {
    struct place place;
    struct file_info info;
    bool is_there;
    int fd; /* of a regular file */
};

static void
stand_open(const char *path, struct standing *ret)
{
    ret->fd = -1;
    ret->is_there =
        place_open(path, &ret->place, NULL) == OK && place_look(&ret->place, &ret->info);
    if (ret->is_there && ret->info.kind == FILE_REGULAR)
        room_open_file(&ret->place.room, ret->place.name, &ret->fd, NULL);
}

static void
stand_close(struct standing *standing)
{
    cleanup_close(&standing->fd);
    place_close(&standing->place);
}

static bool
has_inode(const struct standing *standing, uint64_t device, uint64_t inode)
{
    return standing->is_there && inode != 0 && standing->info.device == device &&
           standing->info.inode == inode;
}

static bool
has_digest(const struct standing *standing, const struct sha256 *want)
{
    struct sha256 got;
    return standing->fd >= 0 && digest_fd(standing->fd, "", &got, NULL) == OK &&
           memcmp(&got, want, sizeof got) == 0;
}

/* The file that a take began with, as it was. */
static bool
is_original(const struct about *about)
{
    struct standing standing;
    stand_open(about->path.p, &standing);
    bool same = has_inode(&standing, about->identity.device, about->identity.inode) &&
                has_digest(&standing, &about->identity.sha256);
    stand_close(&standing);
    return same;
}

/* Whether the temporary file is ours to remove: the new one, or the one that was exchanged. */
static bool
is_ours(const struct target *target, const struct file_info *temp)
{
    return target->inode == 0 ||
           (temp->device == target->device &&
            (temp->inode == target->inode || temp->inode == target->replaced));
}

/* Someone replaced the text file right before names were exchanged: what they wrote goes back. */
static void
exchange_back(const struct place *place, const struct target *target)
{
    struct file_info info;
    const char *name = path_base(place->path);
    if (room_look(&place->room, name, &info) && info.device == target->device &&
        info.inode == target->inode)
        room_exchange(&place->room, place->name, name, NULL);
}

static void
remove_temp(const struct entry *entry)
{
    struct place place;
    struct file_info info;
    const struct target *target = &entry->target;
    if (!temp_is_of(target->temp, entry->number)) /* whatever a journal says that another wrote */
        return;
    if (place_open(target->path.p, &place, NULL) == OK) {
        place.name = target->temp.p;
        if (place_look(&place, &info) && !is_ours(target, &info))
            exchange_back(&place, target);
        if (place_look(&place, &info) && info.kind == FILE_REGULAR && is_ours(target, &info) &&
            room_remove(&place.room, place.name, NULL) == OK)
            room_sync(&place.room, NULL);
    }
    place_close(&place);
}

/* ---- one item ---- */

static errcode
settle_process(struct quarantine *quarantine, const struct entry *entry, struct err *err)
{
    uint64_t started;
    bool runs = process_started((uint32_t)entry->about.identity.inode, &started) &&
                started == (uint64_t)entry->about.identity.changed;
    return store_append(quarantine, runs ? JOURNAL_UNDONE : JOURNAL_TAKEN, entry->number, (str){0},
                        err);
}

/* Whether PATH is where it was as no file. What its bytes were restored to is one. */
static bool
is_setting(const struct about *about, str path)
{
    return about->kind == QUARANTINE_VALUE  ? about_is_in_registry(path)
           : about->kind == QUARANTINE_TASK ? about_is_task(path)
                                            : false;
}

/* What is no file: a value is whole or not there, a task enabled or not. Which of the two, Windows
 * says, now or when this is opened again. */
static errcode
settle_setting(struct quarantine *quarantine, const struct entry *entry, struct err *err)
{
    uint64_t number = entry->number;
    bool is_task = entry->about.kind == QUARANTINE_TASK;
    enum in_place standing = is_task ? task_stands(&entry->about) : value_stands(&entry->about);
    bool stands = standing == IN_PLACE, is_taken = entry->has_copy && !stands;
    errcode code = OK;
    if (standing == IN_PLACE_UNKNOWN)
        return OK;
    if (entry->state == ENTRY_RESTORING)
        return store_append(quarantine, stands ? JOURNAL_RESTORED : JOURNAL_TAKEN, number, (str){0},
                            err);
    if (entry->has_copy && stands)
        code = copy_remove(quarantine, number, err);
    return code == OK ? store_append(quarantine, is_taken ? JOURNAL_TAKEN : JOURNAL_UNDONE, number,
                                     (str){0}, err)
                      : code;
}

static errcode
settle_taking(struct quarantine *quarantine, const struct entry *entry, struct err *err)
{
    uint64_t number = entry->number;
    errcode code = OK;
    if (entry->about.kind == QUARANTINE_PROCESS)
        return settle_process(quarantine, entry, err);
    if (is_setting(&entry->about, entry->about.path))
        return settle_setting(quarantine, entry, err);
    remove_temp(entry);
    if (entry->has_copy && !is_original(&entry->about))
        return store_append(quarantine, JOURNAL_TAKEN, number, (str){0}, err);
    if (entry->has_copy)
        code = copy_remove(quarantine, number, err);
    return code == OK ? store_append(quarantine, JOURNAL_UNDONE, number, (str){0}, err) : code;
}

/* Whether the text has the line that the copy holds. */
static bool
has_line(const struct quarantine *quarantine, const struct entry *entry,
         const struct standing *standing)
{
    struct copy_reader reader;
    struct buf text = {0};
    cleanup(cleanup_free) char *block = mem_alloc(COPY_BLOCK);
    size_t n = 0;
    bool found = false;
    if (copy_open(quarantine, entry->number, &reader, NULL) != OK)
        return false;
    if (copy_next(&reader, block, &n, NULL) == OK && n == entry->about.size &&
        file_read_fd(standing->fd, "", SWAP_TEXT, &text, NULL) == OK)
        found = text_has_line(buf_view(&text), text_bare((str){block, n}));
    buf_clear(&text);
    copy_close(&reader);
    return found;
}

static bool
is_restored(const struct quarantine *quarantine, const struct entry *entry)
{
    struct standing standing;
    stand_open(entry->target.path.p, &standing);
    bool is_line = entry->about.kind == QUARANTINE_LINE;
    bool restored = standing.fd >= 0 &&
                    has_inode(&standing, entry->target.device, entry->target.inode) &&
                    (has_digest(&standing, &entry->about.sha256) ||
                     (is_line && has_line(quarantine, entry, &standing)));
    stand_close(&standing);
    return restored;
}

static errcode
settle_restoring(struct quarantine *quarantine, const struct entry *entry, struct err *err)
{
    uint64_t number = entry->number;
    if (is_setting(&entry->about, entry->target.path))
        return settle_setting(quarantine, entry, err);
    remove_temp(entry);
    bool restored = is_restored(quarantine, entry);
    if (!restored)
        return store_append(quarantine, JOURNAL_TAKEN, number, (str){0}, err);
    errcode code = folder_sync_above(entry->target.path.p, err);
    if (code == OK)
        code = store_append(quarantine, JOURNAL_RESTORED, number, (str){0}, err);
    return code;
}

static errcode
settle(struct quarantine *quarantine, uint64_t number, struct err *err)
{
    const struct entry *entry = list_find(&quarantine->list, number);
    errcode code = OK;
    if (entry->state == ENTRY_TAKING)
        code = settle_taking(quarantine, entry, err);
    else if (entry->state == ENTRY_RESTORING)
        code = settle_restoring(quarantine, entry, err);
    entry = list_find(&quarantine->list, number);
    bool is_done = entry && (entry->state == ENTRY_RESTORED || entry->state == ENTRY_DELETED);
    if (code == OK && is_done && entry->has_copy)
        code = copy_remove(quarantine, number, err);
    return code;
}

errcode
quarantine_recover(struct quarantine *quarantine, struct err *err)
{
    quarantine->next = quarantine->list.highest + 1;
    errcode code = room_each(&quarantine->room, look_at_file, quarantine, err);
    for (size_t i = quarantine->list.count; i > 0 && code == OK; i--)
        code = settle(quarantine, quarantine->list.entries[i - 1].number, err);
    return code;
}
