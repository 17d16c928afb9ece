/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/lines.h"

static const enum cron_form forms[] = {CRON_USER, CRON_SYSTEM, CRON_ANACRON};

static void
check_table(const struct look *look, const char *path, void *context)
{
    enum cron_form form = *(const enum cron_form *)context;
    struct cron_line entry;
    struct buf text;
    str line;
    size_t number = 0;
    if (!look_read(look, path, &text))
        return;
    str rest = buf_view(&text);
    while (str_line(&rest, &line)) {
        number++;
        if (!cron_line_parse(line, form, &entry))
            continue;
        if (entry.is_variable)
            judge_variable(look, path, number, entry.command);
        else
            judge_command(look, path, number, entry.command);
    }
    buf_clear(&text);
}

static void
check_script(const struct look *look, const char *path, void *context)
{
    if (strcmp(path_base(path), ".placeholder") != 0)
        judge_script_file(look, path, context);
}

static void
run(struct checking *checking, const struct check *check)
{
    static const char *const scripts[] = {"/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly",
                                          "/etc/cron.monthly", "/etc/cron.yearly"};
    struct look look = {checking, check};
    void *user = (void *)(uintptr_t)&forms[CRON_USER];
    void *all = (void *)(uintptr_t)&forms[CRON_SYSTEM];
    check_table(&look, "/etc/crontab", all);
    look_each(&look, "/etc/cron.d", check_table, all);
    look_each(&look, "/var/spool/cron/crontabs", check_table, user);
    /* Where distributions of Red Hat have the tables themselves, others have folders. */
    look_each(&look, "/var/spool/cron", check_table, user);
    check_table(&look, "/etc/anacrontab", (void *)(uintptr_t)&forms[CRON_ANACRON]);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        look_each(&look, scripts[i], check_script, NULL);
}

const struct check check_cron = {
    .id = "cron",
    .attack = "T1053.003",
    .vi =
        {"Lệnh chạy theo lịch (cron)",
         "Lịch cron chạy lệnh đều đặn mà không cần ai bấm. Mã độc thường đặt ở đây để tự tải lại "
         "hoặc tự chạy lại sau mỗi lần bị dừng.",
         "Xem dòng được nêu. Nếu không ai trong đơn vị đặt dòng đó, hãy cách ly dòng này rồi quét "
         "lại toàn bộ máy."},
    .en = {"Commands that run on a schedule (cron)",
           "Cron runs commands again and again without anyone's hand. Malware stands here to be "
           "downloaded or started anew each time it was stopped.",
           "Look at the line. If nobody of yours wrote it, quarantine the line and scan the whole "
           "machine again."},
    .run = run,
};
