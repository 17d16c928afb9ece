/* SPDX-License-Identifier: Apache-2.0 */
/* What runs, as /proc tells it. Processes end while they are looked at: that is no news. */
#pragma once

#include "scan/linux/lines.h"
#include "scan/linux/memory.h"

struct pids {
    uint32_t *list; /* in their order */
    size_t count;
};
void pids_read(struct pids *ret);
void pids_clear(struct pids *pids);
bool pids_have(const struct pids *pids, uint32_t pid);

enum { PROCESS_TEXT = 96 };
/* "process 12 (name)". */
char *process_subject(uint32_t pid, char out[PROCESS_TEXT]);
/* A file of /proc/PID; ERR_NOT_FOUND when it is gone. The caller clears RET. */
errcode process_read_file(uint32_t pid, const char *name, struct buf *ret);
struct process_program {
    char path[PATH_TEXT]; /* as the kernel names it, without " (deleted)" */
    bool is_deleted;
    bool is_memory; /* a file of memory alone (memfd_create) */
    bool is_local;  /* of the same mounts: the path means what it does here */
};
/* ERR_NOT_FOUND for what is gone and for threads of the kernel. */
errcode process_program_read(uint32_t pid, struct process_program *ret);
/* Tells that COUNT processes were not to be seen. */
void process_tell_denied(const struct look *look, size_t count);

/* The sockets of all network namespaces; PID: who holds it, 0: unknown. */
struct process_socket {
    struct socket_line line;
    uint32_t pid;
    bool is_udp;
};
struct process_sockets {
    struct process_socket *list;
    size_t count;
};
void process_sockets_read(const struct look *look, struct process_sockets *ret);
/* By what /proc/PID/fd says of it, "socket:[12]"; NULL: none of the network. */
const struct process_socket *process_sockets_find(const struct process_sockets *sockets, str link);
void process_sockets_clear(struct process_sockets *sockets);
