/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduled tasks: one XML file each below System32\Tasks. */
#include "base/cleanup.h"
#include "base/require.h"
#include "base/windows/registry.h"
#include "scan/checks_formats/task_xml.h"
#include "scan/checks_windows/program.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>

enum { COMMAND = 32 << 10 };

struct tasks {
    struct checking *checking;
    const struct check *check;
    size_t folder; /* bytes of every path that are no name of a task */
};

static void
take_action(const struct tasks *tasks, const char *path, const struct task_action *action,
            const struct check_task *start)
{
    cleanup(cleanup_free) char *command = mem_alloc(COMMAND);
    bool has_quotes = action->program[0] == '"' || !strchr(action->program, ' ');
    snprintf(command, COMMAND, has_quotes ? "%s %s" : "\"%s\" %s", action->program,
             action->arguments);
    struct program program = {
        .subject = path, .command = command, .file = path, .start = {.task = start}};
    if (action->program[0])
        program_starts(tasks->checking, tasks->check, &program);
}

static void
take_task(void *context, const char *path)
{
    struct tasks *tasks = context;
    struct buf content = {0};
    struct arena arena = ARENA;
    struct task task;
    struct err err;
    errcode code = file_read(path, TASK_BYTES, &content, &err);
    if (code == OK)
        code = task_parse(buf_view(&content), &arena, &task, &err);
    if (code == OK) {
        const struct check_task start = {.name = path + tasks->folder,
                                         .actions = task_digest(&task),
                                         .is_shared = task.count > 1};
        for (size_t i = 0; i < task.count; i++)
            take_action(tasks, path, &task.actions[i], &start);
    } else {
        tasks->checking->unseen(tasks->checking->context, tasks->check, path, &err);
    }
    arena_clear(&arena);
    buf_clear(&content);
}

static void
run(struct checking *checking, const struct check *check)
{
    enum { DEPTH = 16 };
    char folder[PATH_TEXT];
    struct tasks tasks = {.checking = checking, .check = check};
    if (!place_in_windows(checking, "System32\\Tasks", folder))
        return;
    tasks.folder = strlen(folder);
    place_each_file(checking, check, folder, DEPTH, take_task, &tasks);
}

const struct check check_tasks = {
    .id = "tasks",
    .attack = "T1053.005",
    .vi = {"Tác vụ hẹn giờ đáng ngờ",
           "Windows chạy lệnh này theo giờ hoặc khi có sự kiện. Mã độc dùng tác vụ hẹn giờ để tự "
           "cài lại sau khi bị xóa.",
           "Mở Trình lập lịch tác vụ (Task Scheduler), tắt tác vụ này nếu bạn không nhận ra, rồi "
           "quét lại cả máy."},
    .en = {"A doubtful scheduled task",
           "Windows runs this command at certain times or events. Malware uses tasks to install "
           "itself again after it was deleted.",
           "Open the Task Scheduler, disable the task if you do not know it, then scan the whole "
           "computer."},
    .run = run,
};
