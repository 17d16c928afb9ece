/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"

static const struct check_reason runs = {
    "udev-run", "Quy tắc thiết bị chạy một lệnh và không thuộc gói phần mềm nào",
    "A rule for devices that no package owns runs a command"};

/* The part in quotes behind KEY and an operator, from *AT on. */
static bool
next_value(str line, str key, size_t *at, str *ret)
{
    size_t found = str_find(str_from(line, *at), key);
    if (found == SIZE_MAX)
        return false;
    str rest = str_from(line, *at + found);
    size_t begin = str_find(rest, STR("\""));
    if (begin == SIZE_MAX) {
        *at = line.n;
        return false;
    }
    size_t end = begin + 1;
    while (end < rest.n && rest.p[end] != '"')
        end += rest.p[end] == '\\' ? 2 : 1;
    end = end < rest.n ? end : rest.n;
    *ret = (str){rest.p + begin + 1, end - begin - 1};
    *at += found + end + 1;
    return true;
}

/* The program is a package's own, or a name that udev finds among them. */
static bool
is_known(const struct look *look, str command)
{
    char path[PATH_TEXT];
    str program = {command.p, 0};
    while (program.n < command.n && command.p[program.n] != ' ')
        program.n++;
    if (program.n == 0 || program.p[0] != '/' || !str_copy(program, path, sizeof path))
        return true;
    return !command_is_shell(program) && look_real_owner(look, path) == OWNERSHIP_PACKAGE;
}

static void
judge_line(const struct look *look, const char *path, size_t number, str line)
{
    static const char *const keys[] = {"RUN", "PROGRAM", "IMPORT{program}"};
    bool told = look_real_owner(look, path) != OWNERSHIP_NONE;
    str value;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        for (size_t at = 0; next_value(line, str_of(keys[i]), &at, &value);) {
            if (judge_command(look, path, number, value) || told || is_known(look, value))
                continue;
            told = true;
            look_found(look, &(struct seen){.level = FINDING_LOOK,
                                            .reason = &runs,
                                            .path = path,
                                            .line = number,
                                            .detail = value});
        }
    }
}

static void
check_rules(const struct look *look, const char *path, void *unused)
{
    struct script_lines lines;
    struct buf text;
    str line;
    (void)unused;
    if (!str_ends(str_of(path), STR(".rules")) || !look_read(look, path, &text))
        return;
    lines = SCRIPT_LINES(buf_view(&text));
    while (script_line(&lines, &line))
        judge_line(look, path, lines.line, line);
    buf_clear(&text);
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    look_each(&look, "/etc/udev/rules.d", check_rules, NULL);
    look_each(&look, "/run/udev/rules.d", check_rules, NULL);
    look_each(&look, "/usr/local/lib/udev/rules.d", check_rules, NULL);
    look_each(&look, "/usr/lib/udev/rules.d", check_rules, NULL);
}

const struct check check_udev = {
    .id = "udev",
    .attack = "T1546.017",
    .vi =
        {"Lệnh chạy khi cắm thiết bị (udev)",
         "Quy tắc này chạy một lệnh với toàn quyền mỗi khi thiết bị được cắm vào hoặc máy khởi "
         "động. Ít người nhìn tới nên mã độc hay ẩn ở đây.",
         "Nhờ người quản trị xem dòng được nêu; nếu không rõ nguồn gốc, hãy cách ly tệp quy tắc."},
    .en = {"Commands that run when a device is plugged in (udev)",
           "The rule runs a command with all rights when a device comes or the machine starts. Few "
           "people look here, so malware does hide here.",
           "Ask your administrator about the line; if nobody knows it, quarantine the file of "
           "rules."},
    .run = run,
};
