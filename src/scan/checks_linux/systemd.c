/* SPDX-License-Identifier: Apache-2.0 */
/* Services, and those that timers start: one search, two techniques. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/units.h"

/* Generators are programs that systemd runs before all units. */
static void
check_generator(const struct look *look, const char *path, void *unused)
{
    struct stat status;
    (void)unused;
    if (!look_stat_link(look, path, &status) || !S_ISREG(status.st_mode))
        return;
    judge_script_file(look, path, NULL);
    if (look_owner(look, path) == OWNERSHIP_NONE)
        look_found(look,
                   &(struct seen){.level = FINDING_LOOK, .reason = &judge_unowned, .path = path});
}

static void
run(struct checking *checking, const struct check *check)
{
    static const char *const generators[] = {"/etc/systemd/system-generators",
                                             "/run/systemd/system-generators",
                                             "/usr/local/lib/systemd/system-generators",
                                             "/usr/lib/systemd/system-generators",
                                             "/etc/systemd/user-generators",
                                             "/usr/lib/systemd/user-generators"};
    struct look look = {checking, check};
    units_judge(&look, false);
    for (size_t i = 0; i < sizeof generators / sizeof *generators; i++)
        look_each(&look, generators[i], check_generator, NULL);
}

const struct check check_systemd = {
    .id = "systemd",
    .attack = "T1543.002",
    .vi =
        {"Dịch vụ tự chạy của hệ thống (systemd)",
         "Dịch vụ tự chạy khi máy bật và được chạy lại khi bị dừng. Mã độc tự cài thành một dịch "
         "vụ "
         "để sống lâu trên máy.",
         "Nếu không ai trong đơn vị cài dịch vụ này, hãy tắt nó (systemctl disable --now), cách ly "
         "tệp được nêu và quét lại máy."},
    .en = {"Services that start by themselves (systemd)",
           "A service starts with the machine and is started anew when it ends. Malware installs "
           "itself as one to stay.",
           "If nobody of yours installed it, turn it off (systemctl disable --now), quarantine the "
           "file and scan the machine again."},
    .run = run,
};

static void
run_timed(struct checking *checking, const struct check *check)
{
    units_judge(&(struct look){checking, check}, true);
}

const struct check check_timer = {
    .id = "systemd-timer",
    .attack = "T1053.006",
    .vi =
        {"Dịch vụ chạy theo lịch (bộ hẹn giờ systemd)",
         "Một bộ hẹn giờ gọi dịch vụ này theo lịch. Mã độc dùng nó như cron: để tự tải lại hoặc tự "
         "chạy lại.",
         "Nếu không ai trong đơn vị đặt, hãy tắt bộ hẹn giờ cùng tên, cách ly tệp được nêu và quét "
         "lại máy."},
    .en = {"Services that run on a schedule (systemd timers)",
           "A timer starts this service on a schedule. Malware uses it as it does cron: to be "
           "downloaded or started again.",
           "If nobody of yours set it, turn off the timer of the same name, quarantine the file "
           "and scan the machine again."},
    .run = run_timed,
};
