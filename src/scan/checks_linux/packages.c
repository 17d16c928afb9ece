/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that the package managers run with each installation. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/lines.h"

/* Without the comments of apt.conf(5), which keep their line ends. */
static void
blank_comments(struct buf *text)
{
    char *p = text->p;
    bool quoted = false;
    for (size_t i = 0; i < text->n; i++) {
        bool slashes = p[i] == '/' && i + 1 < text->n && (p[i + 1] == '/' || p[i + 1] == '*');
        bool is_line = p[i] == '#' || (slashes && p[i + 1] == '/');
        quoted = p[i] == '\n' ? false : quoted != (p[i] == '"');
        if (quoted || (!slashes && !is_line))
            continue;
        while (i < text->n &&
               (is_line ? p[i] != '\n' : !(p[i] == '/' && p[i - 1] == '*' && p[i - 2] != '/'))) {
            p[i] = p[i] == '\n' ? '\n' : ' ';
            i++;
        }
    }
}

/* Values in quotes; hooks are among them, and no other looks like a command. */
static void
check_apt(const struct look *look, const char *path, void *unused)
{
    struct buf text;
    str line;
    size_t number = 0;
    (void)unused;
    if (!look_read(look, path, &text))
        return;
    blank_comments(&text);
    str rest = buf_view(&text);
    while (str_line(&rest, &line)) {
        number++;
        size_t begin = str_find(line, STR("\""));
        for (str tail = str_from(line, begin); begin != SIZE_MAX && tail.n > 1;) {
            size_t end = 1;
            while (end < tail.n && tail.p[end] != '"')
                end += tail.p[end] == '\\' ? 2 : 1;
            end = end < tail.n ? end : tail.n;
            judge_command(look, path, number, (str){tail.p + 1, end - 1});
            tail = str_from(tail, end + 1);
            begin = str_find(tail, STR("\""));
            tail = begin == SIZE_MAX ? (str){NULL, 0} : str_from(tail, begin);
        }
    }
    buf_clear(&text);
}

/* "post-invoke=command", dpkg(1). */
static void
check_dpkg(const struct look *look, const char *path, void *unused)
{
    struct unit_lines lines;
    struct unit_line line;
    struct buf text;
    (void)unused;
    if (!look_read(look, path, &text))
        return;
    lines = UNIT_LINES(buf_view(&text));
    while (unit_line_next(&lines, &line))
        if (str_ends(line.key, STR("-invoke")) || str_ends(line.key, STR("status-logger")))
            judge_command(look, path, line.line, line.value);
    buf_clear(&text);
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    check_apt(&look, "/etc/apt/apt.conf", NULL);
    look_each(&look, "/etc/apt/apt.conf.d", check_apt, NULL);
    check_dpkg(&look, "/etc/dpkg/dpkg.cfg", NULL);
    look_each(&look, "/etc/dpkg/dpkg.cfg.d", check_dpkg, NULL);
}

const struct check check_packages = {
    .id = "package-hooks",
    .attack = "T1546.016",
    .vi =
        {"Lệnh chạy khi cài hoặc cập nhật phần mềm (apt, dpkg)",
         "Lệnh này chạy với toàn quyền mỗi khi máy cài hay cập nhật phần mềm. Mã độc đặt ở đây để "
         "sống lại sau mỗi lần cập nhật.",
         "Xem dòng được nêu; nếu không ai trong đơn vị viết, hãy cách ly tệp này trước lần cập "
         "nhật "
         "tới."},
    .en = {"Commands that run with each software update (apt, dpkg)",
           "The command runs with all rights whenever software is installed or updated. Malware "
           "stands here to come back with each update.",
           "Look at the line; if nobody of yours wrote it, quarantine the file before the next "
           "update."},
    .run = run,
};
