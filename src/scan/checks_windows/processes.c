/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that run, and the libraries in them. */
#include "base/windows/wide.h"
#include "scan/checks_windows/program.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>
#include <windows.h>
/* windows.h comes first. */
#include <tlhelp32.h>

static const struct check_reason posing = {
    "false-system-program", "nó mang tên một chương trình của Windows nhưng nằm ở chỗ khác",
    "it has the name of a program of Windows but stands elsewhere"};
static const struct check_reason downloaded = {
    "downloads-folder", "nó đang chạy từ thư mục Tải xuống", "it runs from the folder Downloads"};

static void
report(struct checking *checking, const struct check *check, struct doubt doubt, DWORD pid,
       const char *name, const char *path)
{
    char subject[1024];
    snprintf(subject, sizeof subject, "process %lu (%s)", pid, name);
    str_make_shown(subject, strlen(subject), "");
    char detail[PATH_TEXT];
    snprintf(detail, sizeof detail, "%s", path);
    str_make_shown(detail, strlen(detail), "");
    struct finding finding = {
        .check = check,
        .level = doubt.level,
        .reason = doubt.reason,
        .subject = subject,
        .detail = detail,
        .file = path,
        .pid = pid,
    };
    checking->found(checking->context, &finding);
}

/* Installers run from the folder for temporary files for a while. */
static struct doubt
doubt_running(const char *path)
{
    struct doubt doubt = doubt_path(str_of(path));
    if (doubt.reason && strcmp(doubt.reason->id, "temporary-folder") == 0)
        doubt.level = FINDING_LOOK;
    if (!doubt.reason && str_contains_nocase(str_of(path), STR("\\Downloads\\")))
        doubt = (struct doubt){FINDING_LOOK, &downloaded};
    return doubt;
}

static void
take_modules(struct checking *checking, const struct check *check, DWORD pid, const char *name)
{
    HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPMODULE | TH32CS_SNAPMODULE32, pid);
    MODULEENTRY32W module = {.dwSize = sizeof module};
    char path[MAX_PATH * 3];
    if (list == INVALID_HANDLE_VALUE)
        return;
    /* The first is the program itself. */
    if (Module32FirstW(list, &module))
        while (Module32NextW(list, &module)) {
            wide_to_utf8(module.szExePath, path, sizeof path);
            checking->looked++;
            struct doubt doubt = doubt_running(path);
            if (doubt.reason)
                report(checking, check, doubt, pid, name, path);
        }
    CloseHandle(list);
}

static void
take_process(struct checking *checking, const struct check *check, DWORD pid, const char *name,
             const char *windows)
{
    wchar_t wide[PATH_TEXT];
    char path[PATH_TEXT];
    DWORD units = PATH_TEXT;
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    bool is_seen = process && QueryFullProcessImageNameW(process, 0, wide, &units);
    if (process)
        CloseHandle(process);
    if (!is_seen)
        return; /* of the system, or gone */
    checking->looked++;
    wide_to_utf8(wide, path, sizeof path);
    struct doubt doubt = doubt_running(path);
    if (doubt_is_false_system_program(str_of(path), str_of(windows)))
        doubt = (struct doubt){FINDING_SUSPICIOUS, &posing};
    if (doubt.reason)
        report(checking, check, doubt, pid, name, path);
    take_modules(checking, check, pid, name);
}

static void
run(struct checking *checking, const struct check *check)
{
    char windows[PATH_TEXT], name[MAX_PATH * 3];
    PROCESSENTRY32W process = {.dwSize = sizeof process};
    if (checking->root[0] || !place_in_windows(checking, "", windows))
        return;
    HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (list == INVALID_HANDLE_VALUE) {
        struct err err;
        err_set_errno(&err, "cannot list processes");
        checking->unseen(checking->context, check, "processes", &err);
        return;
    }
    for (BOOL more = Process32FirstW(list, &process); more; more = Process32NextW(list, &process)) {
        wide_to_utf8(process.szExeFile, name, sizeof name);
        take_process(checking, check, process.th32ProcessID, name, windows);
    }
    CloseHandle(list);
}

const struct check check_processes = {
    .id = "processes",
    .attack = "T1036.005",
    .vi = {"Chương trình đáng ngờ đang chạy",
           "Chương trình này đang chạy từ nơi phần mềm thông thường không nằm, hoặc mạo tên của "
           "Windows.",
           "Hãy lưu công việc, cách ly tệp của nó rồi khởi động lại máy."},
    .en =
        {"A doubtful program that runs",
         "The program runs from where ordinary software is not, or has a name that is not its own.",
         "Save your work, quarantine its file and restart the computer."},
    .run = run,
};
