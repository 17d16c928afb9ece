/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/schedule.h"

#include "base/cleanup.h"
#include "cmd/scan/scan_system.h"

bool
schedule_wanted(const struct call *call)
{
    return call_given(call, "schedule");
}

static bool
is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static errcode
add_path(const struct schedule_command *command, const char *path, struct buf *out, struct err *err)
{
    cleanup(cleanup_free) char *whole = NULL;
    errcode code = scan_whole_path(path, &whole, err);
    if (code == OK)
        command->add_word(out, whole);
    return code;
}

/* The options that a scan by itself has too. */
static errcode
add_options(const struct schedule_command *command, struct buf *out, struct err *err)
{
    static const char *const own[] = {"schedule", "root", "syslog", "html", "state"};
    static const char *const paths[] = {"rules", "public-key"};
    const struct call *call = command->call;
    errcode code = OK;
    for (size_t i = 0; i < call->given_count && code == OK; i++) {
        const char *name = call->given[i].option->name, *value = call->given[i].value;
        if (is_one_of(name, own, sizeof own / sizeof *own))
            continue;
        buf_printf(out, " --%s", name);
        if (!call->given[i].option->value)
            continue;
        if (is_one_of(name, paths, sizeof paths / sizeof *paths) && !command->is_foreign)
            code = add_path(command, value, out, err);
        else
            command->add_word(out, value);
    }
    return code;
}

errcode
schedule_write_command(const struct schedule_command *command, struct buf *out, struct err *err)
{
    const struct call *call = command->call;
    buf_z(out, command->with_log ? "scan --syslog --html" : "scan --html");
    command->add_word(out, command->report);
    buf_z(out, " --state");
    command->add_word(out, command->state);
    errcode code = add_options(command, out, err);
    if (call->word_count > 0)
        buf_z(out, " --");
    for (size_t i = 0; i < call->word_count && code == OK; i++)
        code = add_path(command, call->words[i], out, err);
    return code;
}

static errcode
check_call(const struct call *call, struct err *err)
{
    static const char *const words[] = {"daily", "weekly", "off", "status"};
    const char *when = call_option(call, "schedule");
    if (!is_one_of(when, words, sizeof words / sizeof *words))
        return err_set(err, ERR_USAGE, "--schedule is daily, weekly, off or status, not \"%s\"",
                       when);
    if (call_given(call, "json") || call_given(call, "html") || call_given(call, "watch"))
        return err_set(err, ERR_USAGE,
                       "a scheduled scan writes to the system's log and a page of its own: without "
                       "--json, --html and --watch");
    if (call_given(call, "remove") && !call_given(call, "yes"))
        return err_set(err, ERR_USAGE, "nobody can be asked then: --remove needs --yes");
    return OK;
}

errcode
schedule_run(const struct call *call, struct err *err)
{
    errcode code = check_call(call, err);
    return code == OK ? schedule_answer(call, err) : code;
}
