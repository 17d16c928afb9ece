/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/quarantine/list.h"

#include "base/require.h"

#include <inttypes.h>

enum { UNDO = ENTRY_DELETED + 1 };

/* What each record makes of an item, and from which states it may. */
static const struct step {
    unsigned from;
    int to;
} steps[JOURNAL_KINDS] = {
    [JOURNAL_TAKEN] = {1 << ENTRY_TAKING | 1 << ENTRY_RESTORING, ENTRY_TAKEN},
    [JOURNAL_UNDONE] = {1 << ENTRY_TAKING, UNDO},
    [JOURNAL_SWAPPING] = {1 << ENTRY_TAKING, ENTRY_TAKING},
    [JOURNAL_RESTORING] = {1 << ENTRY_TAKEN | 1 << ENTRY_RESTORING, ENTRY_RESTORING},
    [JOURNAL_RESTORED] = {1 << ENTRY_RESTORING, ENTRY_RESTORED},
    [JOURNAL_DELETED] = {1 << ENTRY_TAKEN, ENTRY_DELETED},
};

/* The first entry whose number is not below NUMBER. */
static size_t
place_of(const struct list *list, uint64_t number)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->entries[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct entry *
list_find(const struct list *list, uint64_t number)
{
    size_t at = place_of(list, number);
    return at < list->count && list->entries[at].number == number ? &list->entries[at] : NULL;
}

errcode
list_find_kept(const struct list *list, uint64_t number, struct entry **ret, struct err *err)
{
    struct entry *entry = list_find(list, number);
    unsigned long long shown = number;
    if (!entry)
        return err_set(err, ERR_NOT_FOUND, "there is no number %llu in quarantine", shown);
    if (entry->state == ENTRY_RESTORED || entry->state == ENTRY_DELETED)
        return err_set(err, ERR_NOT_FOUND, "nothing is kept of number %llu: it was %s already",
                       shown, entry->state == ENTRY_RESTORED ? "restored" : "deleted");
    if (entry->state != ENTRY_TAKEN)
        return err_set(err, ERR_BUSY,
                       "whether number %llu is in its place cannot be asked now, as of a user who "
                       "is not logged on or a service that does not run; try again later",
                       shown);
    *ret = entry;
    return OK;
}

static errcode
begin(struct list *list, const struct journal_record *record, struct err *err)
{
    struct about about;
    errcode code = about_parse(record->payload, &about, err);
    if (code != OK)
        return code;
    if (list_find(list, record->number))
        return err_set(err, ERR_CORRUPT, "item %" PRIu64 " is begun twice", record->number);
    about.path = arena_str(&list->arena, about.path);
    about.why = arena_str(&list->arena, about.why);
    about.attributes = (str){0};
    if (list->count == list->room) {
        list->room = list->room * 2 + 16;
        list->entries = mem_resize(list->entries, list->room, sizeof *list->entries);
    }
    size_t at = place_of(list, record->number);
    memmove(list->entries + at + 1, list->entries + at, (list->count - at) * sizeof *list->entries);
    list->count++;
    list->entries[at] = (struct entry){.number = record->number, .about = about};
    if (record->number > list->highest)
        list->highest = record->number;
    return OK;
}

errcode
list_apply(struct list *list, const struct journal_record *record, struct err *err)
{
    if (record->kind == JOURNAL_TAKING)
        return begin(list, record, err);
    struct entry *entry = list_find(list, record->number);
    const struct step *step = &steps[record->kind];
    if (!entry || !(step->from & 1u << entry->state))
        return err_set(err, ERR_CORRUPT, "a record of item %" PRIu64 " comes out of turn",
                       record->number);
    if (record->kind == JOURNAL_SWAPPING || record->kind == JOURNAL_RESTORING) {
        struct target target;
        errcode code = journal_target_parse(record->payload, &target, err);
        if (code != OK)
            return code;
        target.path = arena_str(&list->arena, target.path);
        target.temp = arena_str(&list->arena, target.temp);
        entry->target = target;
    }
    if (step->to == UNDO) {
        size_t at = (size_t)(entry - list->entries);
        list->count--;
        memmove(entry, entry + 1, (list->count - at) * sizeof *entry);
    } else {
        entry->state = (enum entry_state)step->to;
    }
    return OK;
}

void
list_clear(struct list *list)
{
    free(list->entries);
    arena_clear(&list->arena);
    *list = (struct list){0};
}
