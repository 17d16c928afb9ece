/* SPDX-License-Identifier: Apache-2.0 */
/* Image File Execution Options: another program that starts in place of one, or when it ends. */
#include "scan/checks_windows/keys.h"
#include "scan/checks_windows/windows.h"

static const struct check_reason replaced = {
    "debugger", "một chương trình khác chạy thế chỗ chương trình được gọi",
    "another program starts in place of the one that is called"};
static const struct check_reason watched = {
    "silent-exit", "một chương trình khác chạy mỗi khi chương trình này kết thúc",
    "another program starts whenever this one ends"};

static void
take_program(const struct keys_place *place, const struct registry_key *key)
{
    struct registry_value value;
    if (!keys_find(place, key, "Debugger", &value))
        return;
    /* Sysinternals' manager of tasks has this switch in its menu. */
    bool is_known = str_contains_nocase(str_of(value.text), STR("\\procexp"));
    keys_program(place, &value,
                 (struct doubt){is_known ? FINDING_LOOK : FINDING_SUSPICIOUS, &replaced});
    registry_value_clear(&value);
}

static void
take_exit(const struct keys_place *place, const struct registry_key *key)
{
    struct registry_value value;
    if (!keys_find(place, key, "MonitorProcess", &value))
        return;
    keys_program(place, &value, (struct doubt){FINDING_SUSPICIOUS, &watched});
    registry_value_clear(&value);
}

static void
take_programs(const struct keys_place *place, const struct registry_key *key)
{
    keys_below(place, key, take_program);
}

static void
take_exits(const struct keys_place *place, const struct registry_key *key)
{
    keys_below(place, key, take_exit);
}

#define CURRENT "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\"

static void
run(struct checking *checking, const struct check *check)
{
    if (!keys_are_seen(checking, check))
        return;
    keys_each(checking, check, KEYS_MACHINE | KEYS_SHARED, CURRENT "Image File Execution Options",
              take_programs);
    keys_each(checking, check, KEYS_MACHINE, CURRENT "SilentProcessExit", take_exits);
}

const struct check check_ifeo = {
    .id = "ifeo",
    .attack = "T1546.012",
    .vi =
        {"Chương trình bị chương trình khác thế chỗ",
         "Khi mở chương trình này, Windows lại chạy một chương trình khác. Mã độc dùng cách này để "
         "chặn phần mềm diệt virus hoặc để tự chạy.",
         "Nếu bạn không tự đặt như vậy, hãy nhờ người quản trị xóa giá trị này khỏi Registry."},
    .en = {"A program that another one replaces",
           "When this program is opened, Windows starts another one. Malware does so to stop "
           "antivirus software, or to start itself.",
           "If you did not set this up, have an administrator delete the value from the registry."},
    .run = run,
};
