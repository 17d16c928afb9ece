/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/scan_setup.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "cmd/console.h"
#include "cmd/report_to/report_to.h"
#include "cmd/scan/scan_system.h"
#include "cmd/scan/scan_watch.h"
#include "cmd/scan/schedule.h"

struct scan_targets scan_targets;

errcode
scan_state_folder(const struct call *call, char out[PATH_TEXT], struct err *err)
{
    const char *named = call_option(call, "state");
    if (!named)
        return scan_own_folder(out, err);
    return str_copy(str_of(named), out, PATH_TEXT)
               ? OK
               : err_set(err, ERR_LIMIT, "the path %s is too long", named);
}

errcode
scan_default_pack(char out[PATH_TEXT], struct err *err)
{
    char folder[PATH_TEXT];
    if (console_folder(folder) && path_join(out, folder, "rules.pack", NULL) == OK &&
        file_exists(out))
        return OK;
    errcode code = scan_own_folder(folder, err);
    return code == OK ? path_join(out, folder, "rules.pack", err) : code;
}

static void
add_target(struct scan_target *target)
{
    if (scan_targets.count % 64 == 0)
        scan_targets.items =
            mem_resize(scan_targets.items, scan_targets.count + 64, sizeof *scan_targets.items);
    scan_targets.items[scan_targets.count++] = *target;
}

static void
open_target(struct scan_target *target)
{
    struct err err;
    if (process_open(target->pid, &target->process, &err) != OK)
        str_copy(str_of(err.text), target->why, sizeof target->why);
    add_target(target);
}

void
scan_targets_refresh(void)
{
    for (size_t i = 0; i < scan_targets.count; i++)
        process_close(scan_targets.items[i].process);
    scan_targets.count = 0;
    scan_each_process(add_target);
}

static errcode
grant_folder_of(const char *path, char folder[PATH_TEXT], struct grants *grants, struct err *err)
{
    str above = {path, (size_t)(path_base(path) - path)};
    if (!str_copy(above.n ? above : STR("."), folder, PATH_TEXT))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return grant_write(grants, folder, err);
}

errcode
scan_grant(const struct call *call, struct grants *grants, struct err *err)
{
    static char state[PATH_TEXT], output[PATH_TEXT]; /* kept until the sandbox is entered */
    const char *html = call_option(call, "html");
    bool removes = call_given(call, "remove");
    if (schedule_wanted(call)) {
        grants->unconfined = true;
        return OK;
    }
    errcode code = scan_report_to_prepare(call, err);
    if (code == OK)
        code = scan_state_folder(call, state, err);
    if (code == OK && (removes || !call_given(call, "no-cache"))) {
        code = folder_make(state, err);
        if (code == OK)
            code = grant_write(grants, state, err);
    }
    if (code == OK && html)
        code = grant_folder_of(html, output, grants, err);
    if (code == OK)
        code = removes ? grant_write(grants, "/", err) : grant_read(grants, "/", err);
    if (code != OK)
        return code;
    if (call_given(call, "watch"))
        code = scan_watch_begin(call, state, grants, err);
    if (code != OK)
        return code;
    if (call_given(call, "syslog")) {
        scan_log_open();
        grants->needs |= NEED_SYSLOG;
    }
    if (!call_given(call, "full-speed"))
        scan_be_polite();
    if (call->word_count == 0 && !call_given(call, "no-processes"))
        scan_each_process(open_target);
    return OK;
}

void
scan_place_add(struct scan_places *places, const char *path)
{
    enum { PLACES_MAX = sizeof places->paths / sizeof *places->paths };
    if (places->count < PLACES_MAX && file_exists(path) &&
        str_copy(str_of(path), places->paths[places->count], PATH_TEXT))
        places->count++;
}
