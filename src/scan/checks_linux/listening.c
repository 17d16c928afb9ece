/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that wait for connections from other machines and come from no package. Those that only
 * this machine reaches, and those in containers, are left out. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/process.h"

enum { STATE_LISTENS = 10, STATE_OPEN = 7, WAITING_MAX = 20000 };

static bool
waits(const struct process_socket *socket)
{
    const struct socket_line *line = &socket->line;
    return socket->pid && line->remote_port == 0 && !ip_is_loopback(line->local) &&
           line->state == (socket->is_udp ? STATE_OPEN : STATE_LISTENS);
}

static void
check_socket(const struct look *look, const struct process_socket *socket)
{
    char address[IP_TEXT], detail[IP_TEXT + 32], subject[PROCESS_TEXT];
    struct process_program program;
    if (!waits(socket) || process_program_read(socket->pid, &program) != OK || !program.is_local ||
        program.is_memory || look_real_owner(look, program.path) != OWNERSHIP_NONE)
        return;
    ip_format(socket->line.local, address);
    snprintf(detail, sizeof detail, "%s %s port %u", socket->is_udp ? "UDP" : "TCP", address,
             socket->line.local_port);
    look_found(look, &(struct seen){.level = FINDING_LOOK,
                                    .path = program.is_deleted ? NULL : program.path,
                                    .subject = process_subject(socket->pid, subject),
                                    .pid = socket->pid,
                                    .detail = str_of(detail)});
}

/* A program may listen on many ports: each (program, port) once. */
static bool
is_repeated(const struct process_sockets *sockets, size_t i)
{
    const struct process_socket *socket = &sockets->list[i];
    for (size_t j = i; j-- > 0;) {
        const struct process_socket *other = &sockets->list[j];
        if (other->pid == socket->pid && other->is_udp == socket->is_udp &&
            other->line.local_port == socket->line.local_port)
            return true;
    }
    return false;
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    struct process_sockets sockets;
    if (look_is_offline(&look))
        return;
    process_sockets_read(&look, &sockets);
    size_t count = 0;
    for (size_t i = 0; i < sockets.count; i++)
        if (waits(&sockets.list[i]))
            sockets.list[count++] = sockets.list[i];
    sockets.count = count < WAITING_MAX ? count : WAITING_MAX;
    for (size_t i = 0; i < sockets.count; i++)
        if (!is_repeated(&sockets, i))
            check_socket(&look, &sockets.list[i]);
    process_sockets_clear(&sockets);
}

const struct check check_listening = {
    .id = "listening",
    .attack = "T1571",
    .vi =
        {"Chương trình lạ chờ kết nối từ máy khác",
         "Chương trình này nhận kết nối từ mạng nhưng không thuộc gói phần mềm nào. Có thể là phần "
         "mềm bạn tự cài, cũng có thể là cửa hậu.",
         "Nếu bạn không cài chương trình này, hãy ngắt mạng, dừng nó và quét tệp được nêu."},
    .en = {"Unknown programs that wait for connections",
           "This program takes connections from the network, but no software package owns it. It "
           "may be one you installed yourself, or a back door.",
           "If you did not install it, disconnect from the network, stop it and scan its file."},
    .run = run,
};
