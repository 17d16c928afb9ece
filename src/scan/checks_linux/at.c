/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"

/* Jobs begin with 'a' or '=' (running); a counter and outputs lie beside them. */
static void
check_job(const struct look *look, const char *path, void *unused)
{
    char first = path_base(path)[0];
    if (first == 'a' || first == '=' || first == 'b')
        judge_script_file(look, path, unused);
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    look_each(&look, "/var/spool/cron/atjobs", check_job, NULL);
    look_each(&look, "/var/spool/at", check_job, NULL);
    look_each(&look, "/var/spool/atd", check_job, NULL);
}

const struct check check_at = {
    .id = "at",
    .attack = "T1053.002",
    .vi = {"Lệnh hẹn giờ chạy một lần (at)",
           "Một lệnh được hẹn giờ để tự chạy. Mã độc hẹn giờ để hoạt động vào lúc không ai để ý.",
           "Nếu không ai trong đơn vị hẹn lệnh này, hãy cách ly tệp được nêu rồi quét lại máy."},
    .en = {"Commands that run once at a set time (at)",
           "A command is set to run by itself at a later time. Malware waits so for an hour when "
           "nobody looks.",
           "If nobody of yours set it, quarantine the file and scan the machine again."},
    .run = run,
};
