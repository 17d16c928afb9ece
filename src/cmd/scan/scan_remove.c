/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/scan_remove.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "cmd/console.h"
#include "cmd/output.h"
#include "cmd/scan/scan_setup.h"

enum { STARTING_FILE_MAX = 1 << 20, STARTS_MAX = 16384 };

struct removing {
    bool is_sure; /* --yes */
    enum report_language language;
    struct quarantine *quarantine;
    struct report *report;
    const struct scan_starts *starts, *ends;
};

/* ---- what starts by itself ---- */

static char *
copied(const char *text)
{
    return text ? mem_strndup(text, strlen(text)) : NULL;
}

static bool
is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Both are started by the same thing. */
static bool
is_same_origin(const struct check_start *a, const struct check_start *b)
{
    return a->line == b->line && is_same_text(a->file, b->file) && !a->task == !b->task &&
           (!a->task || strcmp(a->task->name, b->task->name) == 0) && !a->value == !b->value &&
           (!a->value || (strcmp(a->value->key, b->value->key) == 0 &&
                          strcmp(a->value->name, b->value->name) == 0));
}

/* Of a shortcut as the check has just read it. */
static bool
identify(const char *path, struct file_identity *ret)
{
    struct buf content = {0};
    cleanup(cleanup_close) int fd = -1;
    bool found = file_open(path, &fd, NULL) == OK && file_identity_of(fd, path, ret, NULL) == OK &&
                 file_read_fd(fd, path, STARTING_FILE_MAX, &content, NULL) == OK;
    if (found)
        ret->sha256 = sha256_of(buf_view(&content));
    buf_clear(&content);
    return found;
}

void
scan_starts_add(struct scan_starts *starts, const struct check_start *start)
{
    for (size_t i = 0; i < starts->count; i++)
        if (strcmp(starts->items[i]->start.path, start->path) == 0 &&
            is_same_origin(&starts->items[i]->start, start))
            return;
    if (starts->count == STARTS_MAX)
        return;
    if (starts->count == starts->room) {
        starts->room = starts->room * 2 + 64;
        starts->items = mem_resize(starts->items, starts->room, sizeof(struct scan_start *));
    }
    struct scan_start *own = mem_calloc(1, sizeof *own);
    own->start = (struct check_start){
        .path = copied(start->path), .file = copied(start->file), .line = start->line};
    if (start->task) {
        own->task = *start->task;
        own->task.name = copied(start->task->name);
        own->start.task = &own->task;
    }
    if (start->value) {
        own->value = *start->value;
        own->value.key = copied(start->value->key);
        own->value.name = copied(start->value->name);
        own->value.instead = copied(start->value->instead);
        own->start.value = &own->value;
    }
    if (start->file && start->line == 0)
        own->has_identity = identify(start->file, &own->identity);
    starts->items[starts->count++] = own;
}

void
scan_starts_clear(struct scan_starts *starts)
{
    for (size_t i = 0; i < starts->count; i++) {
        struct scan_start *own = starts->items[i];
        const char *const texts[] = {own->start.path, own->start.file, own->task.name,
                                     own->value.key,  own->value.name, own->value.instead};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            free((char *)(uintptr_t)texts[t]);
        free(own);
    }
    free(starts->items);
    *starts = (struct scan_starts){0};
}

/* ---- taking ---- */

/* True for an answer that begins with y, or in Vietnamese with c of "có". */
static bool
ask(const struct removing *removing, const char *vi, const char *en, const char *subject)
{
    char answer[64];
    output_aside("%s: %s", subject, removing->language == REPORT_VI ? vi : en);
    fputs("> ", stderr);
    const char *yes = removing->language == REPORT_VI ? "yYcC" : "yY";
    return console_read_line(answer, sizeof answer) && answer[0] && strchr(yes, answer[0]);
}

/* While it is there: paths of Windows have many spellings. */
static bool
is_file(const char *path, const struct file_identity *identity)
{
    struct file_info info;
    return identity->inode != 0 && file_info_at(path, &info, NULL) == OK &&
           info.device == identity->device && info.inode == identity->inode &&
           info.size == identity->size && info.modified == identity->modified;
}

/* Tells at once, and in the report, what was done, or with ERR's text why it was not. */
static void
note(const struct removing *removing, struct report_item *item, struct report_deed *deed,
     errcode code, const struct err *err)
{
    char line[32] = "";
    if (deed->line)
        snprintf(line, sizeof line, ":%zu", deed->line);
    if (code == OK)
        output_aside("%s%s: %s %llu", deed->subject, line,
                     report_deed_words(deed->kind, removing->language),
                     (unsigned long long)deed->number);
    else
        output_aside("%s%s: %s", deed->subject, line, err->text);
    if (code != OK) {
        deed->number = 0;
        deed->refused = err->text;
    }
    report_note_deed(removing->report, item, deed);
}

static void
end_processes(struct removing *removing, struct report_item *item)
{
    for (size_t i = 0; i < scan_targets.count; i++) {
        const struct scan_target *target = &scan_targets.items[i];
        char subject[128];
        struct report_deed deed = {.kind = DEED_PROCESS, .subject = subject};
        struct err err;
        if (strcmp(target->program, item->subject) != 0 &&
            !is_file(target->program, &item->identity))
            continue;
        snprintf(subject, sizeof subject, "%u (%s)", target->pid, target->name);
        errcode code = quarantine_stop(removing->quarantine, target->pid, target->started,
                                       target->program, item->name, &deed.number, &err);
        note(removing, item, &deed, code, &err);
    }
}

/* The line NUMBER, or, when lines above it were taken meanwhile, the next one above that names
 * PATH; 0: there is none. */
static size_t
find_line(str text, size_t number, str path, str *ret)
{
    str line;
    size_t found = 0;
    for (size_t at = 1; at <= number && str_line(&text, &line); at++)
        if (str_find(line, path) != SIZE_MAX) {
            found = at;
            *ret = line;
        }
    return found;
}

/* Whether it may be taken, of the system or not. */
static errcode
permit(const struct removing *removing, const char *file, unsigned flags, const char *vi,
       const char *en, struct err *err)
{
    if (flags && removing->is_sure)
        return err_set(err, ERR_DENIED, "it is of the system: run without --yes to be asked");
    if (flags && !ask(removing, vi, en, file))
        return err_set(err, ERR_DENIED, "not wanted");
    return OK;
}

static errcode
take_line(struct removing *removing, const struct check_start *start, const char *why,
          uint64_t *ret_number, struct err *err)
{
    unsigned flags = quarantine_asks(start->file);
    struct buf text = {0};
    str line = {0};
    errcode code =
        permit(removing, start->file, flags,
               "tệp của hệ thống có dòng chạy mã độc; cách ly dòng đó? (c/k)",
               "a line of this file of the system starts it; put the line away? (y/n)", err);
    if (code == OK)
        code = file_read(start->file, STARTING_FILE_MAX, &text, err);
    size_t number =
        code == OK ? find_line(buf_view(&text), start->line, str_of(start->path), &line) : 0;
    if (code == OK && number == 0)
        code = err_set(err, ERR_NOT_FOUND, "the line is not there any more");
    if (code == OK)
        code = quarantine_take_line(removing->quarantine, start->file, number, line, why, flags,
                                    ret_number, err);
    buf_clear(&text);
    return code;
}

/* A shortcut, say. */
static errcode
take_starting_file(struct removing *removing, const struct scan_start *own, const char *why,
                   uint64_t *ret_number, struct err *err)
{
    const char *file = own->start.file;
    unsigned flags = quarantine_asks(file);
    if (!own->has_identity)
        return err_set(err, ERR_LIMIT, "it could not be read whole; it stays");
    errcode code = permit(removing, file, flags, "tệp của hệ thống chạy mã độc; cách ly? (c/k)",
                          "this file of the system starts it; put it into quarantine? (y/n)", err);
    return code == OK ? quarantine_take(removing->quarantine, file, &own->identity, why, flags,
                                        ret_number, err)
                      : code;
}

static errcode
take_value(struct removing *removing, const struct check_value *value, const char *why,
           uint64_t *ret_number, struct err *err)
{
    const struct quarantine_value seen = {.key = value->key,
                                          .name = value->name,
                                          .type = value->type,
                                          .sha256 = value->sha256,
                                          .instead = value->instead};
    if (value->is_shared)
        return err_set(err, ERR_UNSUPPORTED,
                       "%s in %s may start other things too and stays; change it with regedit.exe",
                       value->name, value->key);
    return quarantine_take_value(removing->quarantine, &seen, why, ret_number, err);
}

/* A person may still disable what is not disabled here. */
static errcode
leave_task(const char *name, const struct err *why, struct err *err)
{
    return err_set(err, why->code,
                   "%s; this scheduled task starts it; disable it with: "
                   "schtasks /Change /TN \"%s\" /DISABLE",
                   why->text, name);
}

static errcode
take_task(struct removing *removing, const struct check_task *task, const char *why,
          uint64_t *ret_number, struct err *err)
{
    const struct quarantine_task seen = {.name = task->name, .actions = task->actions};
    unsigned flags = quarantine_asks_task(task->name);
    struct err fault;
    if (task->is_shared) {
        err_set(&fault, ERR_UNSUPPORTED, "it does other things too and stays");
        return leave_task(task->name, &fault, err);
    }
    errcode code =
        permit(removing, task->name, flags, "tác vụ của Windows chạy mã độc; tắt tác vụ đó? (c/k)",
               "this task of Windows starts it; disable it? (y/n)", err);
    if (code != OK)
        return code;
    code = quarantine_take_task(removing->quarantine, &seen, why, flags, ret_number, &fault);
    if (code == OK)
        return OK;
    if (code == ERR_NOT_FOUND)
        return err_set(err, code, "%s", fault.text);
    return leave_task(task->name, &fault, err);
}

static void
take_start(struct removing *removing, struct scan_start *own, struct report_item *item)
{
    const struct check_start *start = &own->start;
    const char *why = item->name;
    char value[PATH_TEXT];
    struct report_deed deed = {.subject = start->file, .line = start->line};
    struct err err;
    errcode code;
    if (start->value) {
        snprintf(value, sizeof value, "%s\\%s", start->value->key, start->value->name);
        deed.subject = value;
        deed.kind = start->value->instead ? DEED_SETTING : DEED_VALUE;
        code = take_value(removing, start->value, why, &deed.number, &err);
    } else if (start->task) {
        deed.subject = start->task->name;
        deed.kind = DEED_TASK;
        code = take_task(removing, start->task, why, &deed.number, &err);
    } else if (start->line > 0) {
        deed.kind = DEED_LINE;
        code = take_line(removing, start, why, &deed.number, &err);
    } else {
        deed.kind = DEED_FILE;
        code = take_starting_file(removing, own, why, &deed.number, &err);
    }
    own->is_taken = code == OK;
    note(removing, item, &deed, code, &err);
}

/* It started something else that was taken. */
static bool
is_taken(const struct removing *removing, const struct check_start *start)
{
    for (size_t i = 0; i < removing->starts->count; i++) {
        const struct scan_start *other = removing->starts->items[i];
        if (other->is_taken && is_same_origin(&other->start, start))
            return true;
    }
    return false;
}

static void
find_starts(struct removing *removing, const struct report_item *item)
{
    for (size_t i = 0; i < removing->starts->count; i++) {
        struct scan_start *own = removing->starts->items[i];
        const struct check_start *start = &own->start;
        bool is_itself = start->file && is_file(start->file, &item->identity);
        own->is_meant =
            (start->file || start->task || start->value) && !is_itself &&
            (strcmp(start->path, item->subject) == 0 || is_file(start->path, &item->identity));
    }
}

/* What started the file ITEM would only fail from now on, or start what is put there next. */
static void
take_starts(struct removing *removing, struct report_item *item)
{
    for (size_t i = 0; i < removing->starts->count; i++) {
        struct scan_start *own = removing->starts->items[i];
        if (own->is_meant && !is_taken(removing, &own->start))
            take_start(removing, own, item);
    }
}

static errcode
take_one(struct removing *removing, struct report_item *item, struct err *err)
{
    unsigned flags = quarantine_asks(item->subject);
    if (!removing->is_sure &&
        !ask(removing, "cách ly tệp này? (c/k)", "put it into quarantine? (y/n)", item->subject))
        return err_set(err, ERR_DENIED, "not wanted");
    if (flags && removing->is_sure)
        return err_set(err, ERR_DENIED,
                       "it is of the system or of another computer: run without --yes to be asked");
    if (flags && !ask(removing, "tệp thuộc hệ thống hoặc ổ mạng, vẫn cách ly? (c/k)",
                      "it is of the system or of another computer; still? (y/n)", item->subject))
        return err_set(err, ERR_DENIED, "not wanted");
    end_processes(removing, item);
    find_starts(removing, item);
    errcode code = quarantine_take(removing->quarantine, item->subject, &item->identity, item->name,
                                   flags, &item->quarantined, err);
    if (code == OK)
        take_starts(removing, item);
    return code;
}

static bool
is_to_take(const struct report_item *item)
{
    return item->of == REPORT_FILE && item->level == FINDING_MALICIOUS && item->has_identity;
}

/* The item before the I-th that is of the same file, whatever its path is there. */
static const struct report_item *
find_earlier(struct report *report, size_t i)
{
    const struct report_item *item = report_item_at(report, i);
    for (size_t j = i; j > 0; j--) {
        const struct report_item *other = report_item_at(report, j - 1);
        /* Some file systems of other computers number no files. */
        bool is_same_file = item->identity.inode != 0 &&
                            other->identity.device == item->identity.device &&
                            other->identity.inode == item->identity.inode;
        if (is_to_take(other) &&
            (strcmp(other->subject, item->subject) == 0 || (other->quarantined && is_same_file)))
            return other;
    }
    return NULL;
}

/* A file with several findings is taken once. */
static void
take_file(struct removing *removing, struct report *report, size_t i)
{
    struct report_item *item = report_item_at(report, i);
    const struct report_item *earlier = find_earlier(report, i);
    struct err err;
    if (earlier) {
        item->quarantined = earlier->quarantined;
        item->refused = earlier->refused;
    } else if (take_one(removing, item, &err) != OK) {
        report_note_refused(report, item, err.text);
    }
}

/* What ends a finding of something that is known to be malware's. */
static void
end_finding(struct removing *removing, struct report_item *item)
{
    const struct scan_start *own = NULL;
    struct err err;
    for (size_t i = 0; i < removing->ends->count && !own; i++)
        if (strcmp(removing->ends->items[i]->start.path, item->subject) == 0)
            own = removing->ends->items[i];
    if (!own)
        return;
    if (!removing->is_sure &&
        !ask(removing, "đặt lại giá trị Registry làm việc này? (c/k)",
             "change the value of the registry that does this? (y/n)", item->subject))
        err_set(&err, ERR_DENIED, "not wanted");
    else if (take_value(removing, &own->value, item->name, &item->quarantined, &err) == OK)
        return;
    report_note_refused(removing->report, item, err.text);
}

static void
take_all(struct removing *removing, struct report *report)
{
    for (size_t i = 0; i < report_item_count(report); i++) {
        struct report_item *item = report_item_at(report, i);
        if (is_to_take(item))
            take_file(removing, report, i);
        else if (item->of == REPORT_CHECK && item->level == FINDING_MALICIOUS)
            end_finding(removing, item);
    }
}

errcode
scan_remove(const struct call *call, struct report *report, const struct scan_starts *starts,
            const struct scan_starts *ends, enum report_language language, struct err *err)
{
    char state[PATH_TEXT], folder[PATH_TEXT];
    struct removing removing = {.is_sure = call_given(call, "yes"),
                                .language = language,
                                .report = report,
                                .starts = starts,
                                .ends = ends};
    if (report_count_of(report, FINDING_MALICIOUS) == 0)
        return OK;
    errcode code = scan_state_folder(call, state, err);
    if (code == OK)
        code = path_join(folder, state, "quarantine", err);
    if (code == OK)
        code = quarantine_open(folder, &removing.quarantine, err);
    if (code != OK)
        return code;
    if (!call_given(call, "no-processes"))
        scan_targets_refresh();
    take_all(&removing, report);
    quarantine_close(removing.quarantine);
    return OK;
}
