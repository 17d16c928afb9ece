/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions that a policy forces into browsers, and programs that extensions may talk to. */
#include "scan/checks_windows/keys.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>

static const struct check_reason forced = {
    "forced-extension", "tiện ích này bị ép cài vào trình duyệt và không gỡ được theo cách thường",
    "the extension is forced into the browser and cannot be removed in the usual way"};
static const struct check_reason foreign = {
    "foreign-extension", "tiện ích bị ép cài từ nơi không phải cửa hàng của trình duyệt",
    "the extension is forced in from elsewhere than the browser's store"};

/* "ID;URL"; without a URL it is the store's. */
static void
take_forced(const struct keys_place *place, const struct registry_value *value)
{
    str rest = str_of(value->text), id;
    if (!str_cut(&rest, ';', &id) || id.n == 0)
        return;
    bool is_store = rest.n == 0 || str_starts(rest, STR("https://clients2.google.com/")) ||
                    str_starts(rest, STR("https://edge.microsoft.com/"));
    struct doubt doubt = is_store ? (struct doubt){FINDING_LOOK, &forced}
                                  : (struct doubt){FINDING_SUSPICIOUS, &foreign};
    bool is_known = windows_is_listed(place->checking, rest);
    char key[KEYS_PATH];
    const struct check_value ends = keys_seen(place, value, key);
    if (is_known)
        doubt.level = FINDING_MALICIOUS;
    keys_found(place, value, doubt, is_known ? &ends : NULL);
}

static void
take_list(const struct keys_place *place, const struct registry_key *key)
{
    keys_values(place, key, take_forced);
}

/* The default value is the path of a manifest. */
static void
take_host(const struct keys_place *place, const struct registry_key *key)
{
    struct registry_value value;
    if (!keys_find(place, key, "", &value))
        return;
    bool is_temporary = str_contains_nocase(str_of(value.text), STR("\\Temp\\"));
    if (is_temporary)
        keys_found(place, &value, (struct doubt){FINDING_SUSPICIOUS, &foreign}, NULL);
    registry_value_clear(&value);
}

static void
take_hosts(const struct keys_place *place, const struct registry_key *key)
{
    keys_below(place, key, take_host);
}

static void
run(struct checking *checking, const struct check *check)
{
    static const char *const browsers[] = {"Google\\Chrome", "Microsoft\\Edge", "Chromium",
                                           "BraveSoftware\\Brave", "CocCoc\\Browser"};
    enum { BOTH = KEYS_MACHINE | KEYS_USERS };
    char path[KEYS_PATH];
    if (!keys_are_seen(checking, check))
        return;
    for (size_t i = 0; i < sizeof browsers / sizeof *browsers; i++) {
        snprintf(path, sizeof path, "SOFTWARE\\Policies\\%s\\ExtensionInstallForcelist",
                 browsers[i]);
        keys_each(checking, check, BOTH | KEYS_SHARED, path, take_list);
        snprintf(path, sizeof path, "SOFTWARE\\%s\\NativeMessagingHosts", browsers[i]);
        keys_each(checking, check, BOTH, path, take_hosts);
    }
}

const struct check check_extensions = {
    .id = "extensions",
    .attack = "T1176",
    .vi = {"Tiện ích trình duyệt bị ép cài",
           "Một chính sách buộc trình duyệt cài tiện ích này. Cơ quan có thể làm vậy; trên máy cá "
           "nhân đó thường là phần mềm quảng cáo hoặc mã độc.",
           "Nếu máy không do cơ quan quản lý, hãy xóa giá trị này khỏi Registry rồi gỡ tiện ích."},
    .en = {"A browser extension that is forced in",
           "A policy makes the browser install this extension. Organizations do so; on a private "
           "computer it is mostly adware or malware.",
           "If no organization manages the computer, delete the value from the registry and remove "
           "the extension."},
    .run = run,
};
