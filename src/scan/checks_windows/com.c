/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of COM that a user's own key names: programs take them before the machine's. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/checks_windows/keys.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>

static const struct check_reason taken_over = {
    "taken-over-class", "thành phần của Windows bị đổi sang tệp trong thư mục của người dùng",
    "a component of Windows is replaced by a file in a user's folder"};
static const struct check_reason scriptlet = {"scriptlet",
                                              "thành phần này là một đoạn mã tải từ nơi khác",
                                              "the component is a script from elsewhere"};

static bool
is_user_file(const struct keys_place *place, const char *text)
{
    char expanded[PATH_TEXT];
    registry_expand(text, expanded, sizeof expanded);
    str path = str_trim(str_of(expanded));
    if (str_starts(path, STR("\"")))
        path = str_from(path, 1);
    return str_contains_nocase(path, STR("\\Users\\")) ||
           str_contains_nocase(path, STR("\\ProgramData\\")) ||
           (place->profile[0] && str_contains_nocase(path, str_of(place->profile)));
}

/* PATH ends with "CLSID\{…}\InprocServer32". */
static bool
is_of_machine(const char *path)
{
    size_t at = str_find(str_of(path), STR("\\CLSID\\"));
    char machine[KEYS_PATH];
    struct registry_key *key;
    if (at == SIZE_MAX)
        return false;
    snprintf(machine, sizeof machine, "SOFTWARE\\Classes%s", path + at);
    if (registry_open(REGISTRY_MACHINE, machine, &key, NULL) != OK)
        return false;
    registry_close(key);
    return true;
}

static void
take_server(const struct keys_place *place, const struct registry_key *key)
{
    struct registry_value value;
    bool is_server = str_ends(str_of(place->path), STR("InprocServer32")) ||
                     str_ends(str_of(place->path), STR("InProcServer32")) ||
                     str_ends(str_of(place->path), STR("LocalServer32"));
    if (str_ends(str_of(place->path), STR("ScriptletURL")) && keys_find(place, key, "", &value)) {
        keys_found(place, &value, (struct doubt){FINDING_SUSPICIOUS, &scriptlet}, NULL);
        registry_value_clear(&value);
    }
    if (!is_server || !keys_find(place, key, "", &value))
        return;
    struct doubt doubt = {0};
    if (is_user_file(place, value.text) && is_of_machine(place->path))
        doubt = (struct doubt){FINDING_SUSPICIOUS, &taken_over};
    keys_program(place, &value, doubt);
    registry_value_clear(&value);
}

static void
take_class(const struct keys_place *place, const struct registry_key *key)
{
    keys_below(place, key, take_server);
}

static void
take_classes(const struct keys_place *place, const struct registry_key *key)
{
    keys_below(place, key, take_class);
}

static void
run(struct checking *checking, const struct check *check)
{
    if (!keys_are_seen(checking, check))
        return;
    keys_each(checking, check, KEYS_USERS, "Software\\Classes\\CLSID", take_classes);
    keys_each(checking, check, KEYS_USERS, "Software\\Classes\\WOW6432Node\\CLSID", take_classes);
}

const struct check check_com = {
    .id = "com",
    .attack = "T1546.015",
    .vi = {"Thành phần của Windows bị đổi",
           "Các chương trình dùng thành phần này sẽ nạp tệp lạ mà không hay biết.",
           "Hãy cách ly tệp này, rồi nhờ người quản trị xóa khóa Registry đã nêu."},
    .en = {"A replaced component of Windows",
           "Programs that use this component load a foreign file without knowing.",
           "Quarantine the file, then have an administrator delete the key of the registry."},
    .run = run,
};
