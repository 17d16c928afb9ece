/* SPDX-License-Identifier: Apache-2.0 */
/* The Task Scheduler as the system itself has it, without that of task_service.c: a task is found,
 * and described. wine's neither disables one nor says what it starts. */
#include "base/arena.h"
#include "base/require.h"
#include "base/tap.h"
#include "scan/checks_formats/task_xml.h"
#include "scan/quarantine_windows/scheduler.h"

#include <windows.h>

#define TASK "khien-scheduler-test"

static void
put(const wchar_t *path, const char *enabled)
{
    char text[512];
    DWORD n, size = (DWORD)snprintf(
                 text, sizeof text,
                 "<Task version=\"1.2\" "
                 "xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\"><Settings>"
                 "<Enabled>%s</Enabled></Settings><Actions><Exec><Command>C:\\x.exe</Command>"
                 "</Exec></Actions></Task>",
                 enabled);
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE && WriteFile(file, text, size, &n, NULL));
    CloseHandle(file);
}

int
main(void)
{
    wchar_t folder[MAX_PATH], path[MAX_PATH];
    struct scheduler *scheduler;
    struct scheduled task;
    struct arena arena = ARENA;
    struct task parsed;
    struct err err;
    GetSystemDirectoryW(folder, MAX_PATH);
    _snwprintf(path, MAX_PATH, L"%ls\\Tasks", folder);
    CreateDirectoryW(path, NULL);
    _snwprintf(path, MAX_PATH, L"%ls\\Tasks\\%hs", folder, TASK);
    put(path, "true");
    if (tap_no_err(scheduler_open(&scheduler, &err), &err, "the Task Scheduler is reached")) {
        if (tap_no_err(scheduler_look(scheduler, "\\" TASK, &task, &err), &err, "a task found")) {
            tap_ok(task.is_enabled, "enabled");
            tap_no_err(task_parse(buf_view(&task.xml), &arena, &parsed, &err), &err,
                       "with what describes it");
            scheduled_clear(&task);
        }
        tap_no_err(scheduler_switch(scheduler, "\\" TASK, true, &err), &err, "it stays so");
        tap_eq_i64(scheduler_look(scheduler, "\\" TASK " none", &task, &err), ERR_NOT_FOUND,
                   "there is no other: %s", err.text);
        tap_eq_i64(scheduler_switch(scheduler, "\\" TASK " none", false, &err), ERR_NOT_FOUND,
                   "to disable: %s", err.text);
        tap_eq_i64(scheduler_look(scheduler, "\\\xff", &task, &err), ERR_FORMAT,
                   "a name of bytes is none: %s", err.text);
        scheduler_close(scheduler);
    }
    arena_clear(&arena);
    DeleteFileW(path);
    return tap_done();
}
