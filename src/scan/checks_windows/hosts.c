/* SPDX-License-Identifier: Apache-2.0 */
/* The file hosts, and where Windows looks for it. */
#include "scan/checks_formats/hosts.h"
#include "scan/checks/guarded.h"
#include "scan/checks_formats/text16.h"
#include "scan/checks_windows/keys.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>

enum { HOSTS_BYTES = 16 << 20, FINDINGS = 32, NAME = 256 };

static const struct check_reason blocked = {
    "blocked-security", "trang của phần mềm diệt virus hoặc trang cập nhật bị chặn",
    "a site of antivirus software or of updates is blocked"};
static const struct check_reason redirected = {
    "redirected", "trang này bị dẫn sang máy chủ khác, có thể là trang giả",
    "the site is led to another server, perhaps a false page"};
static const struct check_reason listed = {"listed", "địa chỉ này nằm trong danh sách mã độc",
                                           "the address is known to be of malware"};
static const struct check_reason moved = {"moved-hosts",
                                          "Windows đọc tệp hosts ở một thư mục khác thường",
                                          "Windows reads the file hosts from an unusual folder"};

static struct doubt
doubt_entry(const struct checking *checking, str address, str name)
{
    enum guarded kind = guarded_find(name);
    if (kind == GUARDED_NOT && str_contains_nocase(name, STR("bank")))
        kind = GUARDED_MONEY;
    if (!hosts_is_nowhere(address) && windows_is_listed(checking, address))
        return (struct doubt){FINDING_MALICIOUS, &listed};
    if (kind == GUARDED_NOT)
        return (struct doubt){0};
    if (hosts_is_nowhere(address)) {
        bool is_guard = kind == GUARDED_SECURITY || kind == GUARDED_UPDATES;
        return is_guard ? (struct doubt){FINDING_SUSPICIOUS, &blocked} : (struct doubt){0};
    }
    return (struct doubt){hosts_is_public(address) ? FINDING_SUSPICIOUS : FINDING_LOOK,
                          &redirected};
}

static void
take_text(struct checking *checking, const struct check *check, const char *path, str text)
{
    struct hosts hosts = HOSTS(text);
    str name;
    for (size_t found = 0; found < FINDINGS && hosts_next(&hosts, &name);) {
        char subject[NAME], detail[NAME];
        checking->looked++;
        struct doubt doubt = doubt_entry(checking, hosts.address, name);
        if (!doubt.reason)
            continue;
        found++;
        snprintf(subject, sizeof subject, "%.*s", STR_ARG(name));
        snprintf(detail, sizeof detail, "%.*s %.*s", STR_ARG(hosts.address), STR_ARG(name));
        str_make_shown(subject, strlen(subject), "");
        str_make_shown(detail, strlen(detail), "");
        struct finding finding = {
            .check = check,
            .level = doubt.level,
            .reason = doubt.reason,
            .subject = subject,
            .detail = detail,
            .file = path,
            .line = hosts.line,
        };
        checking->found(checking->context, &finding);
    }
}

static void
take_place(const struct keys_place *place, const struct registry_key *key)
{
    struct registry_value value;
    char folder[PATH_TEXT], own[PATH_TEXT];
    if (!keys_find(place, key, "DataBasePath", &value))
        return;
    registry_expand(value.text, folder, sizeof folder);
    str text = str_of(folder);
    if (str_ends(text, STR("\\")))
        text.n--;
    if (text.n > 0 && place_in_windows(place->checking, "System32\\drivers\\etc", own) &&
        !str_eq_nocase(text, str_of(own)))
        keys_found(place, &value, (struct doubt){FINDING_SUSPICIOUS, &moved}, NULL);
    registry_value_clear(&value);
}

static void
run(struct checking *checking, const struct check *check)
{
    char path[PATH_TEXT];
    struct buf content = {0}, text = BUF(2 * HOSTS_BYTES);
    struct err err;
    if (!checking->root[0])
        keys_each(checking, check, KEYS_MACHINE,
                  "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters", take_place);
    if (!place_in_windows(checking, "System32\\drivers\\etc\\hosts", path))
        return;
    errcode code = file_read(path, HOSTS_BYTES, &content, &err);
    if (code == OK) {
        text16_decode(buf_view(&content), &text);
        take_text(checking, check, path, buf_view(&text));
    } else if (code != ERR_NOT_FOUND) {
        checking->unseen(checking->context, check, path, &err);
    }
    buf_clear(&text);
    buf_clear(&content);
}

const struct check check_hosts = {
    .id = "hosts",
    .attack = "T1565.001",
    .vi = {"Trang web bị chuyển hướng trên máy này",
           "Tệp hosts quyết định một tên trang web dẫn tới máy chủ nào. Mã độc sửa nó để chặn phần "
           "mềm diệt virus hoặc đưa bạn tới trang ngân hàng giả.",
           "Đừng đăng nhập trang này trên máy này cho tới khi dòng đó được xóa."},
    .en =
        {"A site that is redirected on this computer",
         "The file hosts decides which server a site's name leads to. Malware changes it to block "
         "antivirus software or to lead you to a false bank.",
         "Do not log in to this site on this computer until the line is deleted."},
    .run = run,
};
