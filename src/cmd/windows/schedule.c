/* SPDX-License-Identifier: Apache-2.0 */
/* A task of Windows, described in XML ("Task Scheduler Schema", MS-TSCH 2.5) and handed to
 * schtasks.exe, which every Windows has. */
#include "cmd/scan/schedule.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/windows/wide.h"
#include "cmd/console.h"
#include "cmd/output.h"
#include "cmd/scan/scan_system.h"
#include "cmd/windows/admin_folder.h"

#include <windows.h>

#define TASK L"\\Khien\\Scan"
enum { XML_MAX = 1 << 20, COMMAND_MAX = 32767 };

struct schedule {
    const struct call *call;
    bool is_vi;
    char state[PATH_TEXT], report[PATH_TEXT], task[PATH_TEXT];
    char program[PATH_TEXT]; /* that the task runs */
    struct buf out;
};

/* ---- the task ---- */

/* As CommandLineToArgvW takes words apart, with a blank before it: backslashes count only before a
 * quotation mark. */
static void
add_word(struct buf *out, const char *word)
{
    size_t slashes = 0;
    buf_z(out, " \"");
    for (const char *c = word; *c; c++) {
        for (; *c == '"' && slashes > 0; slashes--)
            buf_char(out, '\\');
        if (*c == '"')
            buf_char(out, '\\');
        slashes = *c == '\\' ? slashes + 1 : 0;
        buf_char(out, *c);
    }
    for (; slashes > 0; slashes--)
        buf_char(out, '\\');
    buf_char(out, '"');
}

static void
add_text(struct buf *xml, str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '&')
            buf_z(xml, "&amp;");
        else if (text.p[i] == '<')
            buf_z(xml, "&lt;");
        else if (text.p[i] == '>')
            buf_z(xml, "&gt;");
        else
            buf_char(xml, text.p[i]);
}

static errcode
find_program(char out[PATH_TEXT], struct err *err)
{
    wchar_t wide[PATH_TEXT];
    DWORD n = GetModuleFileNameW(NULL, wide, PATH_TEXT);
    if (n == 0 || n == PATH_TEXT || !wide_to_path(wide, n, out, PATH_TEXT))
        return err_set(err, ERR_LIMIT, "the path of this program is too long");
    return OK;
}

static errcode
copy_file(const char *from, const char *to, struct err *err)
{
    cleanup(cleanup_free) wchar_t *source = wide_path(from), *target = wide_path(to);
    if (!source || !target || !CopyFileW(source, target, FALSE))
        return err_set_errno(err, "cannot copy %s to %s", from, to);
    SetFileAttributesW(target, FILE_ATTRIBUTE_NORMAL); /* not read-only, as from a CD */
    return OK;
}

static bool
is_same_file(const char *a, const char *b)
{
    struct file_info x, y;
    return file_info_at(a, &x, NULL) == OK && file_info_at(b, &y, NULL) == OK &&
           x.device == y.device && x.inode == y.inode;
}

/* What runs by itself with an administrator's rights must not be for a user's programs to replace:
 * this program, and the rules beside it, are copied to where they cannot. */
static errcode
install_program(char out[PATH_TEXT], struct err *err)
{
    static const char *const beside[] = {"rules.pack", "rules.pub", "rules.pack.seen"};
    char own[PATH_TEXT], source[PATH_TEXT], target[PATH_TEXT], from[PATH_TEXT], to[PATH_TEXT];
    errcode code = find_program(own, err);
    if (code == OK)
        code = admin_folder(to, err);
    if (code == OK)
        code = folder_place(out, to, "khien-scan.exe", err);
    if (code != OK || is_same_file(own, out))
        return code;
    code = copy_file(own, out, err);
    for (size_t i = 0; i < sizeof beside / sizeof *beside && code == OK && console_folder(from);
         i++) {
        code = folder_place(source, from, beside[i], err);
        if (code == OK)
            code = folder_place(target, to, beside[i], err);
        if (code == OK && file_exists(source))
            code = copy_file(source, target, err);
        else if (code == OK && file_exists(target)) /* of other rules */
            code = file_remove(target, err);
    }
    return code;
}

/* At noon computers are on and people away; missed ones are made up for; never on battery. */
static void
write_when(const struct schedule *schedule, struct buf *xml)
{
    bool is_weekly = strcmp(call_option(schedule->call, "schedule"), "weekly") == 0;
    buf_z(xml, "  <Triggers><CalendarTrigger>\n"
               "    <StartBoundary>2026-01-01T12:00:00</StartBoundary>\n"
               "    <RandomDelay>PT2H</RandomDelay>\n");
    buf_z(xml, is_weekly ? "    <ScheduleByWeek><DaysOfWeek><Wednesday/></DaysOfWeek>"
                           "<WeeksInterval>1</WeeksInterval></ScheduleByWeek>\n"
                         : "    <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>\n");
    buf_z(xml, "  </CalendarTrigger></Triggers>\n");
    buf_printf(xml,
               "  <Principals><Principal id=\"Author\"><LogonType>InteractiveToken</LogonType>"
               "<RunLevel>%s</RunLevel></Principal></Principals>\n",
               scan_is_admin() ? "HighestAvailable" : "LeastPrivilege");
    buf_z(xml, "  <Settings>\n"
               "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n"
               "    <DisallowStartIfOnBatteries>true</DisallowStartIfOnBatteries>\n"
               "    <StopIfGoingOnBatteries>true</StopIfGoingOnBatteries>\n"
               "    <StartWhenAvailable>true</StartWhenAvailable>\n"
               "    <Hidden>false</Hidden>\n"
               "    <Priority>9</Priority>\n"
               "  </Settings>\n");
}

static errcode
write_task(struct schedule *schedule, struct buf *xml, struct err *err)
{
    struct buf arguments = BUF(COMMAND_MAX);
    errcode code = (scan_is_admin() ? install_program : find_program)(schedule->program, err);
    if (code == OK)
        code = schedule_write_command(&(struct schedule_command){.call = schedule->call,
                                                                 .state = schedule->state,
                                                                 .report = schedule->report,
                                                                 .add_word = add_word},
                                      &arguments, err);
    if (code == OK)
        code = buf_check(&arguments, "the command line", err);
    buf_z(xml, "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n"
               "<Task version=\"1.2\" "
               "xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n"
               "  <RegistrationInfo><Description>Khien: scan for malware; undone by `khien-scan "
               "scan --schedule off`</Description></RegistrationInfo>\n");
    write_when(schedule, xml);
    buf_z(xml, "  <Actions Context=\"Author\"><Exec><Command>");
    add_text(xml, str_of(schedule->program));
    buf_z(xml, "</Command><Arguments>");
    add_text(xml, buf_view(&arguments));
    buf_z(xml, "</Arguments></Exec></Actions>\n</Task>\n");
    buf_clear(&arguments);
    return code == OK ? buf_check(xml, "the task", err) : code;
}

/* As schtasks.exe reads files: UTF-16 with its mark. */
static errcode
put_task(const struct schedule *schedule, const struct buf *xml, struct err *err)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(xml->p);
    struct buf file = BUF(2 * XML_MAX + 4);
    if (!wide)
        return err_set(err, ERR_FORMAT, "a path or an option is not UTF-8");
    buf_str(&file, STR("\xff\xfe"));
    buf_str(&file, (str){(const char *)wide, 2 * wcslen(wide)});
    errcode code = buf_check(&file, "the task", err);
    if (code == OK)
        code = file_replace(schedule->task, buf_view(&file), err);
    buf_clear(&file);
    return code;
}

/* ---- schtasks ---- */

/* Its own words go to the console. Found by the system's folder, not by the search path. */
static bool
schtasks(const wchar_t *arguments)
{
    wchar_t program[MAX_PATH], command[PATH_TEXT + 256];
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    DWORD status = 1;
    UINT n = GetSystemDirectoryW(program, MAX_PATH - 16);
    if (n == 0 || n >= MAX_PATH - 16)
        return false;
    wcscat(program, L"\\schtasks.exe");
    if (_snwprintf(command, PATH_TEXT + 256, L"schtasks.exe %ls", arguments) < 0)
        return false;
    fflush(stdout);
    if (!CreateProcessW(program, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        return false;
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &status);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return status == 0;
}

/* ---- on, off, how it stands ---- */

static errcode
locate(struct schedule *schedule, const struct call *call, struct err *err)
{
    char folder[PATH_TEXT];
    *schedule = (struct schedule){
        .call = call, .is_vi = strcmp(call_option(call, "lang"), "en") != 0, .out = BUF(1 << 20)};
    if (call_given(call, "root"))
        return err_set(err, ERR_UNSUPPORTED, "--root is for Linux");
    errcode code = scan_state_folder(call, folder, err);
    if (code == OK && !wide_full(folder, schedule->state, PATH_TEXT))
        code = err_set(err, ERR_LIMIT, "the path %s is too long", folder);
    if (code != OK || !scan_is_admin()) {
        if (code == OK)
            code = folder_place(schedule->report, schedule->state, "report.html", err);
        return code == OK ? folder_place(schedule->task, schedule->state, "task.xml", err) : code;
    }
    /* The page is for who sits there, whose browser is no administrator; the task for nobody to
     * change before Windows has read it. */
    code = admin_folder(folder, err);
    if (code == OK)
        code = folder_place(schedule->report, folder, "report.html", err);
    if (code == OK)
        code = admin_state_folder(folder, err);
    return code == OK ? folder_place(schedule->task, folder, "task.xml", err) : code;
}

static errcode
turn_on(struct schedule *schedule, struct err *err)
{
    struct buf xml = BUF(XML_MAX);
    wchar_t arguments[PATH_TEXT + 128];
    errcode code = write_task(schedule, &xml, err);
    if (code == OK)
        code = folder_make(schedule->state, err);
    if (code == OK)
        code = put_task(schedule, &xml, err);
    buf_clear(&xml);
    if (code != OK)
        return code;
    cleanup(cleanup_free) wchar_t *task = wide_text(schedule->task);
    if (!task || _snwprintf(arguments, PATH_TEXT + 128, L"/Create /F /TN \"%ls\" /XML \"%ls\"",
                            TASK, task) < 0)
        return err_set(err, ERR_LIMIT, "the path %s is too long", schedule->task);
    if (!schtasks(arguments))
        return err_set(err, ERR_IO, "schtasks.exe did not take the task of %s", schedule->task);
    SAY(schedule, "Đã đặt lịch %ls của Windows; mô tả ở %s\n",
        "Windows has the task %ls now; it is described in %s\n", TASK, schedule->task);
    SAY(schedule, "Kết quả: trang %s\n", "Results: the page %s\n", schedule->report);
    if (scan_is_admin())
        SAY(schedule,
            "Lịch chạy bản sao %s; cập nhật bộ mẫu cho nó bằng quyền quản trị: \"%s\" rules "
            "update\n",
            "It runs the copy %s; as administrator, update its rules: \"%s\" rules update\n",
            schedule->program, schedule->program);
    SAY(schedule, "Hủy lịch: %s scan --schedule off\n", "To undo this: %s scan --schedule off\n",
        program_name);
    return OK;
}

static errcode
turn_off(struct schedule *schedule, struct err *err)
{
    bool removed = schtasks(L"/Delete /F /TN \"" TASK L"\"");
    if (file_exists(schedule->task)) {
        errcode code = file_remove(schedule->task, err);
        if (code != OK)
            return code;
        SAY(schedule, "Đã xóa %s\n", "Removed %s\n", schedule->task);
    }
    if (!removed)
        SAY(schedule, "Windows không có lịch %ls mà bạn được xóa.\n",
            "Windows had no task %ls that you may remove.\n", TASK);
    return OK;
}

static void
tell_status(struct schedule *schedule)
{
    if (!schtasks(L"/Query /TN \"" TASK L"\""))
        SAY(schedule, "Windows không có lịch %ls mà bạn được xem.\n",
            "Windows has no task %ls that you may see.\n", TASK);
    if (file_exists(schedule->report))
        SAY(schedule, "Kết quả mới nhất: %s\n", "The newest result: %s\n", schedule->report);
}

errcode
schedule_answer(const struct call *call, struct err *err)
{
    cleanup(cleanup_free) struct schedule *schedule = mem_calloc(1, sizeof *schedule);
    const char *when = call_option(call, "schedule");
    errcode code = locate(schedule, call, err);
    if (code == OK && strcmp(when, "status") == 0)
        tell_status(schedule);
    else if (code == OK)
        code = strcmp(when, "off") == 0 ? turn_off(schedule, err) : turn_on(schedule, err);
    if (code == OK)
        code = output_buf(&schedule->out, "the result", err);
    buf_clear(&schedule->out);
    return code;
}
