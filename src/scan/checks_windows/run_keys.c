/* SPDX-License-Identifier: Apache-2.0 */
/* The keys whose values Windows starts when someone logs on. */
#include "scan/checks_windows/keys.h"
#include "scan/checks_windows/windows.h"

static void
take_value(const struct keys_place *place, const struct registry_value *value)
{
    keys_program(place, value, (struct doubt){0});
}

/* Hardly any program uses it, and the settings of Windows do not show it. */
static const struct check_reason policy = {
    "hidden-run-key", "nó nằm ở một khóa tự chạy mà Windows không hiển thị cho người dùng",
    "it stands in a key that Windows shows to no user"};

static void
take_policy(const struct keys_place *place, const struct registry_value *value)
{
    keys_program(place, value, (struct doubt){FINDING_LOOK, &policy});
}

static void
take_values(const struct keys_place *place, const struct registry_key *key)
{
    keys_values(place, key, take_value);
}

static void
take_policies(const struct keys_place *place, const struct registry_key *key)
{
    keys_values(place, key, take_policy);
}

static void
take_sections(const struct keys_place *place, const struct registry_key *key)
{
    keys_values(place, key, take_value);
    keys_below(place, key, take_values);
}

static void
take_load(const struct keys_place *place, const struct registry_key *key)
{
    static const char *const names[] = {"Load", "Run"};
    struct registry_value value;
    for (size_t i = 0; i < 2; i++)
        if (keys_find(place, key, names[i], &value)) {
            keys_programs(place, &value, (struct doubt){FINDING_LOOK, &policy});
            registry_value_clear(&value);
        }
}

#define CURRENT "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"

static void
run(struct checking *checking, const struct check *check)
{
    enum { BOTH = KEYS_MACHINE | KEYS_USERS };
    if (!keys_are_seen(checking, check))
        return;
    keys_each(checking, check, BOTH, CURRENT "Run", take_values);
    keys_each(checking, check, BOTH, CURRENT "RunOnce", take_values);
    keys_each(checking, check, BOTH, CURRENT "RunServices", take_values);
    keys_each(checking, check, BOTH, CURRENT "RunOnceEx", take_sections);
    keys_each(checking, check, BOTH | KEYS_SHARED, CURRENT "Policies\\Explorer\\Run",
              take_policies);
    keys_each(checking, check, KEYS_USERS,
              "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Windows", take_load);
}

const struct check check_run_keys = {
    .id = "run-keys",
    .attack = "T1547.001",
    .vi =
        {"Chương trình tự chạy khi đăng nhập",
         "Windows chạy chương trình này mỗi khi có người đăng nhập. Mã độc thường tự ghi tên mình "
         "vào đây để sống lại sau khi khởi động máy.",
         "Nếu bạn không nhận ra chương trình này, hãy cách ly tệp của nó rồi quét lại cả máy."},
    .en = {"A program that starts at logon",
           "Windows starts this program whenever someone logs on. Malware writes itself in here to "
           "live on after a restart.",
           "If you do not know the program, quarantine its file and scan the whole computer."},
    .run = run,
};
