/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/lines.h"

static void
check_entry(const struct look *look, const char *path, void *unused)
{
    struct unit_lines lines;
    struct unit_line line;
    struct buf text;
    (void)unused;
    if (!str_ends(str_of(path), STR(".desktop")) || !look_read(look, path, &text))
        return;
    lines = UNIT_LINES(buf_view(&text));
    while (unit_line_next(&lines, &line))
        if (str_eq(line.section, STR("Desktop Entry")) && str_eq(line.key, STR("Exec")))
            judge_command(look, path, line.line, line.value);
    buf_clear(&text);
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    look_each(&look, "/etc/xdg/autostart", check_entry, NULL);
    look_each(&look, "/usr/share/gnome/autostart", check_entry, NULL);
    look_home_folders(&look, ".config/autostart", check_entry, NULL);
    look_home_folders(&look, ".config/autostart-scripts", judge_script_file, NULL);
    look_home_folders(&look, ".config/plasma-workspace/env", judge_script_file, NULL);
}

const struct check check_autostart = {
    .id = "autostart",
    .attack = "T1547.013",
    .vi = {"Chương trình tự chạy khi vào màn hình chính",
           "Mục này tự chạy mỗi khi bạn đăng nhập vào màn hình làm việc. Mã độc thường tự thêm một "
           "mục với cái tên trông quen thuộc.",
           "Nếu bạn không cài chương trình này, hãy cách ly tệp được nêu rồi đăng nhập lại."},
    .en = {"Programs that start with the desktop",
           "This entry starts each time you log in to the desktop. Malware likes to add one under "
           "a name that looks familiar.",
           "If you did not install this program, quarantine the file and log in again."},
    .run = run,
};
