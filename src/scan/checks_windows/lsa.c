/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries that the guard of passwords (lsass.exe) loads. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/checks_windows/keys.h"
#include "scan/checks_windows/windows.h"

static const struct check_reason foreign = {
    "password-library", "thư viện lạ này thấy được mật khẩu khi có người đăng nhập",
    "this foreign library sees passwords when someone logs on"};

static bool
is_known(str name)
{
    static const char *const names[] = {
        "msv1_0",      "kerberos",       "schannel",     "wdigest",    "tspkg",
        "pku2u",       "livessp",        "cloudap",      "negoexts",   "scecli",
        "rassfm",      "credssp",        "msapsspc",     "digest",     "msnsspc",
        "credssp.dll", "msapsspc.dll",   "schannel.dll", "digest.dll", "msnsspc.dll",
        "negossp",     "sshdpinauthlsa", "kdcsvc",       "\"\"",       NULL,
    };
    for (const char *const *known = names; *known; known++)
        if (str_eq_nocase(name, str_of(*known)))
            return true;
    return false;
}

static void
take_names(const struct keys_place *place, const struct registry_key *key, const char *name,
           char separator)
{
    struct registry_value value;
    if (!keys_find(place, key, name, &value))
        return;
    char key_name[KEYS_PATH];
    struct check_value start = keys_seen(place, &value, key_name);
    start.is_shared = true; /* nobody logs on without those of Windows */
    str rest = str_of(value.text), part;
    while (str_cut(&rest, separator, &part)) {
        part = str_trim(part);
        if (part.n == 0 || is_known(part))
            continue;
        char *copy = mem_strndup(part.p, part.n);
        keys_starts(place, &value, copy, &start, (struct doubt){FINDING_SUSPICIOUS, &foreign});
        free(copy);
    }
    registry_value_clear(&value);
}

static void
take_packages(const struct keys_place *place, const struct registry_key *key)
{
    take_names(place, key, "Authentication Packages", '\n');
    take_names(place, key, "Notification Packages", '\n');
    take_names(place, key, "Security Packages", '\n');
}

static void
take_providers(const struct keys_place *place, const struct registry_key *key)
{
    take_names(place, key, "SecurityProviders", ',');
}

#define CONTROL "SYSTEM\\CurrentControlSet\\Control\\"

static void
run(struct checking *checking, const struct check *check)
{
    if (!keys_are_seen(checking, check))
        return;
    keys_each(checking, check, KEYS_MACHINE, CONTROL "Lsa", take_packages);
    keys_each(checking, check, KEYS_MACHINE, CONTROL "Lsa\\OSConfig", take_packages);
    keys_each(checking, check, KEYS_MACHINE, CONTROL "SecurityProviders", take_providers);
}

const struct check check_lsa = {
    .id = "lsa",
    .attack = "T1547.005",
    .vi = {"Thư viện lạ trong bộ giữ mật khẩu của Windows",
           "Bộ phận kiểm tra mật khẩu của Windows nạp một thư viện không phải của Windows.",
           "Hãy báo ngay cho người quản trị; sau khi làm sạch máy, đổi mọi mật khẩu."},
    .en = {"A foreign library where Windows keeps passwords",
           "The part of Windows that checks passwords loads a library that is not its own.",
           "Tell your administrator at once; change every password once the computer is clean."},
    .run = run,
};
