/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries that are loaded into nearly every program. */
#include "scan/checks_windows/keys.h"
#include "scan/checks_windows/windows.h"

static const struct check_reason loaded = {"injected-library",
                                           "thư viện này được nạp vào hầu hết các chương trình",
                                           "this library is loaded into nearly every program"};
static const struct check_reason off = {
    "injected-library-off", "thư viện này được ghi sẵn để nạp vào mọi chương trình, hiện đang tắt",
    "this library is noted to be loaded into every program, which is switched off"};

static void
take_windows(const struct keys_place *place, const struct registry_key *key)
{
    struct registry_value libraries, load;
    bool is_on = false;
    if (keys_find(place, key, "LoadAppInit_DLLs", &load)) {
        is_on = load.number != 0;
        registry_value_clear(&load);
    }
    if (!keys_find(place, key, "AppInit_DLLs", &libraries))
        return;
    keys_programs(place, &libraries,
                  is_on ? (struct doubt){FINDING_SUSPICIOUS, &loaded}
                        : (struct doubt){FINDING_LOOK, &off});
    registry_value_clear(&libraries);
}

static void
take_certificate(const struct keys_place *place, const struct registry_value *value)
{
    keys_program(place, value, (struct doubt){FINDING_SUSPICIOUS, &loaded});
}

static void
take_certificates(const struct keys_place *place, const struct registry_key *key)
{
    keys_values(place, key, take_certificate);
}

static void
run(struct checking *checking, const struct check *check)
{
    if (!keys_are_seen(checking, check))
        return;
    keys_each(checking, check, KEYS_MACHINE,
              "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Windows", take_windows);
    keys_each(checking, check, KEYS_MACHINE,
              "SYSTEM\\CurrentControlSet\\Control\\Session Manager\\AppCertDlls",
              take_certificates);
}

const struct check check_appinit = {
    .id = "appinit",
    .attack = "T1546.010",
    .vi = {"Thư viện chen vào mọi chương trình",
           "Windows nạp thư viện này vào các chương trình khác, nên nó đọc được những gì bạn gõ.",
           "Hãy cách ly tệp này trừ khi người quản trị biết chắc nó thuộc phần mềm nào."},
    .en = {"A library inside every program",
           "Windows loads this library into other programs, where it can read what you type.",
           "Quarantine the file, unless your administrator knows what software it belongs to."},
    .run = run,
};
