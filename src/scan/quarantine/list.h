/* SPDX-License-Identifier: Apache-2.0 */
/* What the journal says, record after record: every item and how far it got. */
#pragma once

#include "base/arena.h"
#include "scan/quarantine/journal.h"

enum entry_state {
    ENTRY_TAKING,
    ENTRY_TAKEN,
    ENTRY_RESTORING,
    ENTRY_RESTORED,
    ENTRY_DELETED,
};
struct entry {
    uint64_t number;
    enum entry_state state;
    struct about about;   /* without attributes */
    struct target target; /* of the last record that had one */
    bool has_copy;        /* not of the journal: whoever lists the folder sets it */
};
struct list {
    struct arena arena;
    struct entry *entries; /* by number */
    size_t count, room;
    uint64_t highest; /* number that was ever used */
};

/* A record that does not follow from those before it is ERR_CORRUPT. */
errcode list_apply(struct list *list, const struct journal_record *record, struct err *err);
/* Until the next record that begins or undoes an item; NULL: there is none. */
struct entry *list_find(const struct list *list, uint64_t number);
/* One that is kept: ERR_NOT_FOUND when there is none, ERR_BUSY while that is not known. */
errcode list_find_kept(const struct list *list, uint64_t number, struct entry **ret,
                       struct err *err);
void list_clear(struct list *list);
