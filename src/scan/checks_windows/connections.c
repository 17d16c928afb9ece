/* SPDX-License-Identifier: Apache-2.0 */
/* Who talks to servers of malware. UDP has no other end that the system knows. */
#include "base/cleanup.h"
#include "base/ip.h"
#include "base/require.h"
#include "base/windows/wide.h"
#include "scan/checks_windows/place.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>
#include <winsock2.h>
/* winsock2.h comes first. */
#include <windows.h>

/* As iphlpapi.h has them, which takes in headers that use functions banned here. */
enum { OWNER_PID_ALL = 5, STATE_LISTEN = 2 };
DECLSPEC_IMPORT DWORD WINAPI GetExtendedTcpTable(void *table, DWORD *size, BOOL sorted,
                                                 ULONG family, int kind, ULONG reserved);
struct table4 {
    DWORD count;
    struct row4 {
        DWORD state, local, local_port, remote, remote_port, pid;
    } rows[];
};
struct table6 {
    DWORD count;
    struct row6 {
        uint8_t local[16];
        DWORD local_scope, local_port;
        uint8_t remote[16];
        DWORD remote_scope, remote_port, state, pid;
    } rows[];
};

struct connection {
    ip remote;
    DWORD port, pid;
};
/* Those that were found: many connections to one server are one finding for each process. */
enum { FOUND = 256 };
struct found {
    struct connection connections[FOUND];
    size_t count;
};

static bool
is_new(struct found *found, const struct connection *connection)
{
    for (size_t i = 0; i < found->count; i++) {
        const struct connection *known = &found->connections[i];
        if (ip_eq(known->remote, connection->remote) && known->port == connection->port &&
            known->pid == connection->pid)
            return false;
    }
    if (found->count < FOUND)
        found->connections[found->count++] = *connection;
    return true;
}

static void
name_process(DWORD pid, char out[PATH_TEXT])
{
    wchar_t wide[PATH_TEXT];
    DWORD units = PATH_TEXT;
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    out[0] = 0;
    if (process && QueryFullProcessImageNameW(process, 0, wide, &units))
        wide_to_utf8(wide, out, PATH_TEXT);
    if (process)
        CloseHandle(process);
}

static void
take_connection(struct checking *checking, const struct check *check, struct found *found,
                const struct connection *connection)
{
    char address[IP_TEXT], family[256] = "", path[PATH_TEXT], subject[IP_TEXT + 8], detail[512];
    checking->looked++;
    if (!checking->is_listed ||
        !checking->is_listed(checking->context, ip_format(connection->remote, address), family) ||
        !is_new(found, connection))
        return;
    name_process(connection->pid, path);
    snprintf(subject, sizeof subject, connection->remote.version == 6 ? "[%s]:%lu" : "%s:%lu",
             address, connection->port);
    if (connection->pid)
        snprintf(detail, sizeof detail, "%s: process %lu (%s)", family, connection->pid,
                 path_base(path));
    else
        snprintf(detail, sizeof detail, "%s", family);
    str_make_shown(detail, strlen(detail), "");
    struct finding finding = {
        .check = check,
        .level = FINDING_MALICIOUS,
        .subject = subject,
        .detail = detail,
        .file = path[0] ? path : NULL,
        .pid = connection->pid,
    };
    checking->found(checking->context, &finding);
}

/* The system's table, whose rows differ by family; the caller frees. NULL: not seen. */
static void *
read_table(struct checking *checking, const struct check *check, ULONG family)
{
    enum { ATTEMPTS = 5, MORE = 4096 };
    DWORD size = 64 << 10, status = ERROR_INSUFFICIENT_BUFFER;
    void *table = NULL;
    for (int i = 0; i < ATTEMPTS && status == ERROR_INSUFFICIENT_BUFFER; i++) {
        table = mem_resize(table, size += MORE, 1);
        status = GetExtendedTcpTable(table, &size, FALSE, family, OWNER_PID_ALL, 0);
    }
    if (status == NO_ERROR)
        return table;
    struct err err;
    SetLastError(status);
    err_set_errno(&err, "cannot list connections");
    checking->unseen(checking->context, check, "connections", &err);
    free(table);
    return NULL;
}

static DWORD
port_of(DWORD field)
{
    return ntohs((u_short)field);
}

static void
run(struct checking *checking, const struct check *check)
{
    struct found found = {.count = 0};
    if (checking->root[0])
        return;
    cleanup(cleanup_free) struct table4 *v4 = read_table(checking, check, AF_INET);
    for (DWORD i = 0; v4 && i < v4->count; i++) {
        const struct row4 *row = &v4->rows[i];
        struct connection connection = {ip_from_v4(ntohl(row->remote)), port_of(row->remote_port),
                                        row->pid};
        if (row->state != STATE_LISTEN && row->remote)
            take_connection(checking, check, &found, &connection);
    }
    cleanup(cleanup_free) struct table6 *v6 = read_table(checking, check, AF_INET6);
    for (DWORD i = 0; v6 && i < v6->count; i++) {
        const struct row6 *row = &v6->rows[i];
        struct connection connection = {ip_unmap(ip_from_bytes(row->remote, 6)),
                                        port_of(row->remote_port), row->pid};
        if (row->state != STATE_LISTEN && (connection.remote.hi || connection.remote.lo))
            take_connection(checking, check, &found, &connection);
    }
}

const struct check check_connections = {
    .id = "connections",
    .attack = "T1071",
    .vi =
        {"Kết nối tới máy chủ điều khiển mã độc",
         "Một chương trình trên máy này đang nói chuyện với máy chủ mà kẻ xấu dùng để ra lệnh cho "
         "máy bị nhiễm.",
         "Hãy ngắt mạng, cách ly tệp của chương trình này rồi báo cho đơn vị ứng cứu sự cố."},
    .en =
        {"A connection to a server that controls malware",
         "A program of this computer talks to a server from which infected computers take orders.",
         "Disconnect the network, quarantine the program's file and tell your response team."},
    .run = run,
};
