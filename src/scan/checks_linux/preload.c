/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries that are put into programs: /etc/ld.so.preload into all, LD_PRELOAD in the environment
 * of some. The variable in shell profiles, crontabs and units is found by their own checks. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/process.h"

static void
check_file(const struct look *look)
{
    static const char path[] = "/etc/ld.so.preload";
    struct buf text;
    str line, word;
    size_t number = 0;
    if (!look_read(look, path, &text))
        return;
    str rest = buf_view(&text);
    while (str_line(&rest, &line)) {
        enum finding_level level;
        number++;
        const char *comment = line.n ? memchr(line.p, '#', line.n) : NULL;
        line.n = comment ? (size_t)(comment - line.p) : line.n;
        for (size_t i = 0; i < line.n; i++)
            if (line.p[i] == ':')
                text.p[line.p + i - text.p] = ' ';
        while (line_word(&line, &word)) {
            char library[PATH_TEXT];
            if (str_copy(word, library, sizeof library) && library[0] == '/')
                look_starts(look, library);
            if (judge_library(look, word, &level))
                look_found(look, &(struct seen){
                                     .level = level, .path = path, .line = number, .detail = word});
        }
    }
    buf_clear(&text);
}

/* NAME=VALUE, a line each (pam_env(8), environment.d(5)). */
static void
check_variables(const struct look *look, const char *path, void *unused)
{
    struct unit_lines lines;
    struct unit_line line;
    struct buf text;
    (void)unused;
    if (!look_read(look, path, &text))
        return;
    lines = UNIT_LINES(buf_view(&text));
    while (unit_line_next(&lines, &line)) {
        str assignment = {line.key.p, (size_t)(line.value.p + line.value.n - line.key.p)};
        if (str_starts(assignment, STR("export ")))
            assignment = str_trim(str_from(assignment, strlen("export ")));
        judge_variable(look, path, line.line, assignment);
    }
    buf_clear(&text);
}

/* The first variable of process PID's environment that puts a library into it. */
static errcode
check_process(const struct look *look, uint32_t pid)
{
    struct buf environment;
    struct suspicion suspicion;
    char subject[PROCESS_TEXT];
    str part;
    errcode code = process_read_file(pid, "environ", &environment);
    str rest = code == OK ? buf_view(&environment) : (str){NULL, 0};
    while (rest.p && str_cut(&rest, 0, &part)) {
        if (!judge_libraries(look, part, &suspicion))
            continue;
        look_found(look, &(struct seen){.level = suspicion.level,
                                        .reason = suspicion.reason,
                                        .subject = process_subject(pid, subject),
                                        .pid = pid,
                                        .detail = part});
        break;
    }
    buf_clear(&environment);
    return code;
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    struct pids pids;
    size_t denied = 0;
    check_file(&look);
    check_variables(&look, "/etc/environment", NULL);
    check_variables(&look, "/etc/security/pam_env.conf", NULL);
    look_each(&look, "/etc/environment.d", check_variables, NULL);
    look_home_folders(&look, ".config/environment.d", check_variables, NULL);
    if (look_is_offline(&look))
        return;
    pids_read(&pids);
    for (size_t i = 0; i < pids.count; i++)
        denied += check_process(&look, pids.list[i]) == ERR_DENIED;
    process_tell_denied(&look, denied);
    pids_clear(&pids);
}

const struct check check_preload = {
    .id = "preload",
    .attack = "T1574.006",
    .vi =
        {"Mã được chèn vào mọi chương trình (LD_PRELOAD)",
         "Máy được đặt để nạp thêm một thư viện lạ mỗi khi chạy chương trình. Mã độc dùng cách này "
         "để ẩn mình, lấy trộm mật khẩu và sống lại sau khi bị xóa.",
         "Nếu bạn không tự đặt, hãy ngắt mạng, báo người quản trị, rồi cách ly tệp thư viện được "
         "nêu. Đừng xóa tệp trước khi bỏ dòng gọi nó."},
    .en = {"Code put into every program (LD_PRELOAD)",
           "The machine is set to load a strange library with each program that starts. Malware "
           "does this to hide, to steal passwords and to come back after it was removed.",
           "If you did not set this yourself, disconnect from the network, tell your "
           "administrator, and quarantine the library. Do not remove it before the line that "
           "names it."},
    .run = run,
};
