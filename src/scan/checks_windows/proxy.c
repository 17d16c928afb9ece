/* SPDX-License-Identifier: Apache-2.0 */
/* Where browsers and Windows send what they ask of the network. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/checks_formats/hosts.h"
#include "scan/checks_formats/proxy_settings.h"
#include "scan/checks_windows/keys.h"
#include "scan/checks_windows/windows.h"

static const struct check_reason server = {"proxy-server",
                                           "mọi truy cập mạng đi qua máy chủ trung gian này",
                                           "all access to the network goes through this server"};
static const struct check_reason script_reason = {
    "proxy-script", "một kịch bản quyết định truy cập mạng đi qua đâu",
    "a script decides where access to the network goes through"};
static const struct check_reason listed = {"listed", "máy chủ này nằm trong danh sách mã độc",
                                           "the server is known to be of malware"};

/* What ENDS it is for servers that are known: others may be an administrator's. NULL: a person has
 * to. */
static void
take_text(const struct keys_place *place, const char *name, str text, struct doubt doubt,
          const struct check_value *ends)
{
    cleanup(cleanup_free) char *copy = mem_strndup(text.p, text.n);
    struct registry_value value = {.name = (char *)(uintptr_t)name, .text = copy};
    if (text.n == 0)
        return;
    bool is_known = windows_is_listed(place->checking, text);
    if (is_known)
        doubt = (struct doubt){FINDING_MALICIOUS, &listed};
    keys_found(place, &value, doubt, is_known ? ends : NULL);
}

/* A script in a file, in the address itself or on an address of the Internet is no
 * administrator's. */
static enum finding_level
script_level(str url)
{
    str rest = url, host;
    size_t start = str_find(url, STR("://"));
    if (!str_starts(url, STR("http")) || start == SIZE_MAX)
        return FINDING_SUSPICIOUS;
    rest = str_from(url, start + 3);
    return str_cut(&rest, '/', &host) && str_cut(&host, ':', &rest) && hosts_is_public(rest)
               ? FINDING_SUSPICIOUS
               : FINDING_LOOK;
}

/* A proxy that is switched off does nothing, and its name stays as it was. */
static void
take_server(const struct keys_place *place, const struct registry_key *key)
{
    char key_name[KEYS_PATH];
    struct registry_value enable, server_name;
    if (!keys_find(place, key, "ProxyEnable", &enable))
        return;
    struct check_value ends = keys_seen(place, &enable, key_name);
    ends.instead = "0";
    if (enable.number != 0 && keys_find(place, key, "ProxyServer", &server_name)) {
        take_text(place, server_name.name, str_of(server_name.text),
                  (struct doubt){FINDING_LOOK, &server}, &ends);
        registry_value_clear(&server_name);
    }
    registry_value_clear(&enable);
}

static void
take_user(const struct keys_place *place, const struct registry_key *key)
{
    char key_name[KEYS_PATH];
    struct registry_value value;
    take_server(place, key);
    if (keys_find(place, key, "AutoConfigURL", &value)) {
        const struct check_value ends = keys_seen(place, &value, key_name);
        str url = str_of(value.text);
        take_text(place, value.name, url, (struct doubt){script_level(url), &script_reason}, &ends);
        registry_value_clear(&value);
    }
}

static void
take_machine(const struct keys_place *place, const struct registry_key *key)
{
    struct registry_value value;
    struct proxy_settings settings;
    if (!keys_find(place, key, "WinHttpSettings", &value))
        return;
    if (proxy_settings_parse(value.data, &settings))
        take_text(place, value.name, settings.server, (struct doubt){FINDING_LOOK, &server}, NULL);
    registry_value_clear(&value);
}

#define SETTINGS "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"

static void
run(struct checking *checking, const struct check *check)
{
    if (!keys_are_seen(checking, check))
        return;
    keys_each(checking, check, KEYS_USERS | KEYS_MACHINE, SETTINGS, take_user);
    keys_each(checking, check, KEYS_MACHINE, SETTINGS "\\Connections", take_machine);
}

const struct check check_proxy = {
    .id = "proxy",
    .attack = "T1557",
    .vi =
        {"Truy cập mạng đi qua máy chủ trung gian",
         "Máy chủ trung gian (proxy) thấy và có thể sửa những trang bạn mở. Cơ quan có thể đặt nó; "
         "mã độc cũng vậy.",
         "Nếu cơ quan của bạn không đặt nó, hãy tắt proxy trong Cài đặt › Mạng."},
    .en =
        {"Access to the network through a proxy",
         "A proxy sees, and can change, the pages that you open. Organizations set one up; so does "
         "malware.",
         "If your organization did not, switch the proxy off in Settings, Network."},
    .run = run,
};
