/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/scan_remove.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/console.h"
#include "cmd/output.h"
#include "cmd/scan/scan_setup.h"

enum { STARTING_FILE_MAX = 1 << 20 };

struct removing {
    bool is_sure; /* --yes */
    enum report_language language;
    struct quarantine *quarantine;
    struct report *report;
    const struct scan_starts *starts;
};

/* True for an answer that begins with y, or c of "có". */
static bool
ask(const struct removing *removing, const char *vi, const char *en, const char *subject)
{
    char answer[64];
    output_aside("%s: %s", subject, removing->language == REPORT_VI ? vi : en);
    fputs("> ", stderr);
    return console_read_line(answer, sizeof answer) && strchr("yYcC", answer[0]) && answer[0];
}

static void
end_processes(struct removing *removing, const struct report_item *item)
{
    for (size_t i = 0; i < scan_targets.count; i++) {
        const struct scan_target *target = &scan_targets.items[i];
        uint64_t number;
        struct err err;
        if (strcmp(target->program, item->subject) != 0)
            continue;
        if (quarantine_stop(removing->quarantine, target->pid, target->started, target->program,
                            item->name, &number, &err) != OK)
            output_aside("%u (%s): %s", target->pid, target->name, err.text);
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

static errcode
take_line(struct removing *removing, const struct scan_start *start, const char *why,
          uint64_t *ret_number, struct err *err)
{
    unsigned flags = quarantine_asks(start->file);
    struct buf text = {0};
    str line = {0};
    if (flags && removing->is_sure)
        return err_set(err, ERR_DENIED, "it is of the system: run without --yes to be asked");
    if (flags &&
        !ask(removing, "tệp của hệ thống có dòng chạy mã độc; cách ly dòng đó? (c/k)",
             "a line of this file of the system starts it; put the line away? (y/n)", start->file))
        return err_set(err, ERR_DENIED, "not wanted");
    errcode code = file_read(start->file, STARTING_FILE_MAX, &text, err);
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

/* What started the file ITEM would only fail from now on, or start what is put there next. */
static void
take_lines(struct removing *removing, const struct report_item *item)
{
    for (size_t i = 0; i < removing->starts->count; i++) {
        const struct scan_start *start = &removing->starts->items[i];
        uint64_t number;
        struct err err;
        if (!start->file || strcmp(start->path, item->subject) != 0)
            continue;
        if (take_line(removing, start, item->name, &number, &err) == OK)
            output_aside(removing->language == REPORT_VI
                             ? "%s: đã cách ly dòng tự chạy tệp này, số %llu"
                             : "%s: the line that started it is in quarantine, number %llu",
                         start->file, (unsigned long long)number);
        else
            output_aside("%s, line %zu: %s", start->file, start->line, err.text);
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
    errcode code = quarantine_take(removing->quarantine, item->subject, &item->identity, item->name,
                                   flags, &item->quarantined, err);
    if (code == OK)
        take_lines(removing, item);
    return code;
}

/* A file with several findings is taken once. */
static void
take_all(struct removing *removing, struct report *report)
{
    static char refused[64][sizeof((struct err *)0)->text];
    size_t refused_count = 0;
    struct report_item *last = NULL;
    for (size_t i = 0; i < report_item_count(report); i++) {
        struct report_item *item = report_item_at(report, i);
        struct err err;
        if (item->of != REPORT_FILE || item->level != FINDING_MALICIOUS || !item->has_identity)
            continue;
        if (last && strcmp(last->subject, item->subject) == 0) {
            item->quarantined = last->quarantined;
            item->refused = last->refused;
            continue;
        }
        last = item;
        if (take_one(removing, item, &err) == OK)
            continue;
        char *text = refused[refused_count++ % 64];
        snprintf(text, sizeof *refused, "%s", err.text);
        item->refused = text;
    }
}

errcode
scan_remove(const struct call *call, struct report *report, const struct scan_starts *starts,
            enum report_language language, struct err *err)
{
    char state[PATH_TEXT], folder[PATH_TEXT];
    struct removing removing = {.is_sure = call_given(call, "yes"),
                                .language = language,
                                .report = report,
                                .starts = starts};
    if (report_count_of(report, FINDING_MALICIOUS) == 0)
        return OK;
    errcode code = scan_state_folder(call, state, err);
    if (code == OK)
        code = path_join(folder, state, "quarantine", err);
    if (code == OK)
        code = quarantine_open(folder, &removing.quarantine, err);
    if (code != OK)
        return code;
    take_all(&removing, report);
    quarantine_close(removing.quarantine);
    return OK;
}
