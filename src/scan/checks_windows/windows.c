/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks_windows/windows.h"

#include "base/file.h"

const struct check *const checks[] = {
    &check_run_keys,    &check_startup, &check_services,   &check_tasks,     &check_winlogon,
    &check_ifeo,        &check_appinit, &check_lsa,        &check_wmi,       &check_com,
    &check_hosts,       &check_proxy,   &check_extensions, &check_shortcuts, &check_processes,
    &check_connections, NULL,
};

bool
windows_read_link(struct checking *checking, const struct check *check, const char *path,
                  struct shell_link *ret)
{
    struct buf content = {0};
    struct err err;
    errcode code = file_read(path, SHELL_LINK_BYTES, &content, &err);
    if (code == OK)
        code = shell_link_parse(buf_view(&content), ret, &err);
    buf_clear(&content);
    if (code != OK)
        checking->unseen(checking->context, check, path, &err);
    return code == OK;
}

static bool
is_of_host(char c)
{
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '.' ||
           c == '-';
}

bool
windows_is_listed(const struct checking *checking, str text)
{
    enum { HOST = 256 };
    char name[HOST], host[HOST];
    if (!checking->is_listed)
        return false;
    for (size_t i = 0; i < text.n;) {
        size_t start = i;
        while (i < text.n && is_of_host(text.p[i]))
            i++;
        if (i - start > 3 && str_copy((str){text.p + start, i - start}, host, sizeof host) &&
            strchr(host, '.') && checking->is_listed(checking->context, host, name))
            return true;
        i += i == start;
    }
    return false;
}
