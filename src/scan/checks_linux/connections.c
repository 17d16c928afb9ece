/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to known control servers, and shells that a connection talks to. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/process.h"

#include <inttypes.h>
#include <unistd.h>

static void
check_socket(const struct look *look, const struct process_socket *socket)
{
    const struct checking *checking = look->checking;
    char address[IP_TEXT], name[256] = "", subject[IP_TEXT + 16], detail[512] = "";
    char process[PROCESS_TEXT];
    struct process_program program;
    bool has_file = false;
    if (socket->line.remote_port == 0)
        return;
    ip_format(socket->line.remote, address);
    if (!checking->is_listed(checking->context, address, name))
        return;
    snprintf(subject, sizeof subject, socket->line.remote.version == 6 ? "[%s]:%u" : "%s:%u",
             address, socket->line.remote_port);
    if (socket->pid)
        has_file = process_program_read(socket->pid, &program) == OK && program.is_local &&
                   !program.is_deleted;
    snprintf(detail, sizeof detail, "%.200s%s%s", name, socket->pid ? ", " : "",
             socket->pid ? process_subject(socket->pid, process) : "");
    look_found(look, &(struct seen){.level = FINDING_MALICIOUS,
                                    .path = has_file ? program.path : NULL,
                                    .subject = subject,
                                    .pid = socket->pid,
                                    .detail = str_of(detail)});
    if (has_file)
        look_starts(look, program.path);
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    struct process_sockets sockets;
    if (look_is_offline(&look) || !checking->is_listed)
        return;
    process_sockets_read(&look, &sockets);
    for (size_t i = 0; i < sockets.count; i++)
        check_socket(&look, &sockets.list[i]);
    process_sockets_clear(&sockets);
}

const struct check check_connections = {
    .id = "connections",
    .attack = "T1071",
    .vi =
        {"Kết nối tới máy chủ điều khiển mã độc",
         "Máy đang kết nối với một địa chỉ đã biết là máy chủ điều khiển mã độc. Rất có thể máy đã "
         "nhiễm mã độc và đang nhận lệnh từ xa.",
         "Ngắt mạng ngay, dừng tiến trình được nêu và quét toàn bộ máy. Đổi mật khẩu từ một máy "
         "khác."},
    .en = {"Connections to control servers of malware",
           "The machine is connected to an address known as a control server of malware. Very "
           "likely it is infected and takes orders from there.",
           "Disconnect from the network at once, stop the process and scan the whole machine. "
           "Change passwords from another one."},
    .run = run,
};

/* The socket that PID reads its commands from; NULL when it is none of the network. */
static const struct process_socket *
input_of(const struct process_sockets *sockets, uint32_t pid)
{
    char path[64], target[64];
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/fd/0", pid);
    ssize_t n = readlink(path, target, sizeof target);
    return n > 0 ? process_sockets_find(sockets, (str){target, (size_t)n}) : NULL;
}

static void
check_shell(const struct look *look, const struct process_sockets *sockets, uint32_t pid)
{
    char address[IP_TEXT], subject[PROCESS_TEXT], detail[IP_TEXT + 16];
    struct process_program program;
    if (process_program_read(pid, &program) != OK || !command_is_shell(str_of(program.path)))
        return;
    const struct process_socket *socket = input_of(sockets, pid);
    if (!socket || !socket->line.remote_port)
        return;
    ip_format(socket->line.remote, address);
    snprintf(detail, sizeof detail, socket->line.remote.version == 6 ? "[%s]:%u" : "%s:%u", address,
             socket->line.remote_port);
    look_found(look, &(struct seen){.level = FINDING_SUSPICIOUS,
                                    .subject = process_subject(pid, subject),
                                    .pid = pid,
                                    .detail = str_of(detail)});
}

/* sshd gives a shell a terminal or a pair of local sockets, never its own connection. */
static void
check_shells(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    struct process_sockets sockets;
    struct pids pids;
    if (look_is_offline(&look))
        return;
    process_sockets_read(&look, &sockets);
    pids_read(&pids);
    for (size_t i = 0; i < pids.count; i++)
        check_shell(&look, &sockets, pids.list[i]);
    pids_clear(&pids);
    process_sockets_clear(&sockets);
}

const struct check check_remote_shells = {
    .id = "remote-shells",
    .attack = "T1059.004",
    .vi =
        {"Có người đang ra lệnh cho máy từ xa",
         "Một trình lệnh đang nhận lệnh thẳng từ một kết nối mạng. Kẻ tấn công điều khiển máy theo "
         "cách này.",
         "Ngắt mạng ngay, dừng tiến trình được nêu và báo người quản trị. Đổi mật khẩu từ một máy "
         "khác."},
    .en = {"Someone far away gives commands",
           "A shell takes its commands straight from a network connection. Attackers steer a "
           "machine in this way.",
           "Disconnect from the network at once, stop the process and tell your administrator. "
           "Change passwords from another machine."},
    .run = check_shells,
};
