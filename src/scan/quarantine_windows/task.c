/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduled tasks. One that is taken stays where it is and is disabled, in one step of its service,
 * which alone has the password that it runs with; the copy is of its description. What the service
 * says is asked for before and after each step. */
#include "scan/quarantine/setting.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "scan/checks_formats/task_xml.h"
#include "scan/quarantine_windows/scheduler.h"

/* One that is looked at, and how it is by now. */
struct place_of_task {
    struct scheduler *scheduler;
    const char *name; /* a view of the caller's */
    struct scheduled now;
    struct sha256 actions;
};

static errcode
look(struct place_of_task *place, struct err *err)
{
    struct arena arena = ARENA;
    struct task task;
    scheduled_clear(&place->now);
    errcode code = scheduler_look(place->scheduler, place->name, &place->now, err);
    if (code == OK)
        code = task_parse(buf_view(&place->now.xml), &arena, &task, err);
    if (code == OK)
        place->actions = task_digest(&task);
    arena_clear(&arena);
    return code;
}

static errcode
open_task(const char *name, struct place_of_task *ret, struct err *err)
{
    *ret = (struct place_of_task){.name = name};
    errcode code = scheduler_open(&ret->scheduler, err);
    return code == OK ? look(ret, err) : code;
}

static void
close_task(struct place_of_task *place)
{
    scheduled_clear(&place->now);
    scheduler_close(place->scheduler);
}

static bool
has_actions(const struct place_of_task *place, const struct about *about)
{
    return memcmp(&place->actions, &about->identity.sha256, sizeof place->actions) == 0;
}

/* It starts what ABOUT says, or may be told to, by whom it is asked now. */
static enum in_place
stands(struct place_of_task *place, const struct about *about)
{
    errcode code = look(place, NULL);
    if (code == OK)
        return place->now.is_enabled && has_actions(place, about) ? IN_PLACE : IN_PLACE_NOT;
    return code == ERR_NOT_FOUND ? IN_PLACE_NOT : IN_PLACE_UNKNOWN;
}

enum in_place
task_stands(const struct about *about)
{
    struct place_of_task place = {.name = about->path.p};
    enum in_place standing =
        scheduler_open(&place.scheduler, NULL) == OK ? stands(&place, about) : IN_PLACE_UNKNOWN;
    close_task(&place);
    return standing;
}

/* ---- taking ---- */

unsigned
quarantine_asks_task(const char *name)
{
    static const str windows = {"\\Microsoft\\Windows\\", 19};
    bool is_of_windows = strlen(name) > windows.n && str_eq_nocase((str){name, windows.n}, windows);
    return is_of_windows ? QUARANTINE_SYSTEM : 0;
}

static errcode
check_seen(const struct place_of_task *place, const struct about *about, struct err *err)
{
    if (!has_actions(place, about))
        return err_set(err, ERR_BUSY, "the task %s was changed since it was seen; it stays",
                       place->name);
    if (!place->now.is_enabled)
        return err_set(err, ERR_NOT_FOUND, "the task %s is disabled already; nothing was taken",
                       place->name);
    return OK;
}

/* What the service said when it was told to may be wrong, or lost on the way. When it says nothing
 * now, the next start asks again. */
static errcode
end_take(struct quarantine *quarantine, uint64_t number, struct place_of_task *place,
         const struct about *about, errcode switched, struct err *err)
{
    enum in_place standing = stands(place, about);
    if (standing == IN_PLACE_NOT) {
        store_taken(quarantine, number, true);
        return OK;
    }
    if (standing == IN_PLACE)
        store_undo(quarantine, number, true);
    return switched == OK
               ? err_set(err, ERR_IO, "the Task Scheduler did not disable the task %s", place->name)
               : switched;
}

/* From here on the copy is there. */
static errcode
disable(struct quarantine *quarantine, uint64_t number, struct place_of_task *place,
        const struct about *about, struct err *err)
{
    errcode code = store_append_about(quarantine, number, about, err);
    bool is_begun = code == OK;
    if (code == OK)
        code = look(place, err);
    if (code == OK)
        code = check_seen(place, about, err);
    if (code != OK) {
        store_undo(quarantine, number, is_begun);
        return code;
    }
    code = scheduler_switch(place->scheduler, place->name, false, err);
    return end_take(quarantine, number, place, about, code, err);
}

static errcode
take_task(struct quarantine *quarantine, struct place_of_task *place, struct about *about,
          struct err *err)
{
    errcode code = check_seen(place, about, err);
    if (code != OK)
        return code;
    str xml = buf_view(&place->now.xml);
    uint64_t number = quarantine->next++;
    about->size = xml.n;
    about->sha256 = sha256_of(xml);
    code = copy_bytes(quarantine, number, about, xml, err);
    return code == OK ? disable(quarantine, number, place, about, err) : code;
}

errcode
quarantine_take_task(struct quarantine *quarantine, const struct quarantine_task *task,
                     const char *why, unsigned flags, uint64_t *ret_number, struct err *err)
{
    struct place_of_task place;
    struct about about = {.kind = QUARANTINE_TASK,
                          .identity = {.sha256 = task->actions},
                          .taken = clock_now(),
                          .path = str_of(task->name),
                          .why = str_of(why ? why : "")};
    if (about.why.n > ABOUT_WHY)
        about.why.n = ABOUT_WHY;
    if (about.path.n > ABOUT_PATH || !about_is_task(about.path))
        return err_set(err, ERR_USAGE, "%s is no name of a scheduled task", task->name);
    if (quarantine_asks_task(task->name) & ~flags)
        return err_set(err, ERR_DENIED,
                       "the task %s is of Windows, which may need it; it is left there unless that "
                       "is asked for",
                       task->name);
    errcode code = open_task(task->name, &place, err);
    if (code == OK)
        code = take_task(quarantine, &place, &about, err);
    if (code == OK)
        *ret_number = quarantine->next - 1;
    close_task(&place);
    return code;
}

/* ---- giving back ---- */

static errcode
enable(struct quarantine *quarantine, const struct entry *entry, struct place_of_task *place,
       struct err *err)
{
    const struct target target = {.path = entry->about.path};
    errcode code = store_append_target(quarantine, JOURNAL_RESTORING, entry->number, &target, err);
    if (code == OK && !place->now.is_enabled)
        code = scheduler_switch(place->scheduler, place->name, true, err);
    if (code == OK && stands(place, &entry->about) != IN_PLACE)
        code = err_set(err, ERR_BUSY,
                       "the Task Scheduler did not enable the task %s; the copy "
                       "stays",
                       place->name);
    return code;
}

errcode
task_restore(struct quarantine *quarantine, const struct entry *entry, struct err *err)
{
    struct place_of_task place;
    uint64_t number = entry->number;
    errcode code = open_task(entry->about.path.p, &place, err);
    if (code == ERR_NOT_FOUND)
        err_prefix(err, "the task is gone (restored to a path, its description is what schtasks "
                        "/Create /XML takes)");
    if (code == OK && !has_actions(&place, &entry->about))
        code = err_set(err, ERR_DENIED,
                       "the task %s starts something else by now, and stays as it "
                       "is; give a path to restore its description to",
                       place.name);
    if (code == OK)
        code = enable(quarantine, entry, &place, err);
    if (code == OK)
        code = store_append(quarantine, JOURNAL_RESTORED, number, (str){0}, err);
    else if (entry->state == ENTRY_RESTORING)
        store_settle(quarantine, JOURNAL_TAKEN, number);
    if (code == OK)
        code = copy_remove(quarantine, number, err);
    close_task(&place);
    return code;
}
