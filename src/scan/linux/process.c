/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/process.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>

enum { SOCKETS_MAX = 1000000, NAMESPACES_MAX = 4096 };

static int
compare_pids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void
pids_read(struct pids *ret)
{
    DIR *folder = opendir("/proc");
    size_t room = 0;
    uint64_t pid;
    *ret = (struct pids){0};
    if (!folder)
        return;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (!str_to_u64(str_of(entry->d_name), UINT32_MAX, &pid))
            continue;
        if (ret->count == room) {
            room = room ? room * 2 : 256;
            ret->list = mem_resize(ret->list, room, sizeof *ret->list);
        }
        ret->list[ret->count++] = (uint32_t)pid;
    }
    closedir(folder);
    if (ret->count)
        qsort(ret->list, ret->count, sizeof *ret->list, compare_pids);
}

void
pids_clear(struct pids *pids)
{
    free(pids->list);
    *pids = (struct pids){0};
}

bool
pids_have(const struct pids *pids, uint32_t pid)
{
    return pids->count &&
           bsearch(&pid, pids->list, pids->count, sizeof *pids->list, compare_pids) != NULL;
}

static void
process_path(uint32_t pid, const char *name, char out[PATH_TEXT])
{
    snprintf(out, PATH_TEXT, "/proc/%" PRIu32 "/%s", pid, name);
}

errcode
process_read_file(uint32_t pid, const char *name, struct buf *ret)
{
    char path[PATH_TEXT];
    struct err err;
    cleanup(cleanup_close) int fd = -1;
    process_path(pid, name, path);
    *ret = BUF(LOOK_FILE_MAX);
    errcode code = file_open(path, &fd, &err);
    return code == OK ? file_read_fd(fd, path, LOOK_FILE_MAX, ret, &err) : code;
}

char *
process_subject(uint32_t pid, char out[PROCESS_TEXT])
{
    struct buf name;
    if (process_read_file(pid, "comm", &name) == OK) {
        str word = str_trim(buf_view(&name));
        snprintf(out, PROCESS_TEXT, "process %" PRIu32 " (%.*s)", pid,
                 (int)(word.n < 64 ? word.n : 64), word.p ? word.p : "");
    } else {
        snprintf(out, PROCESS_TEXT, "process %" PRIu32, pid);
    }
    buf_clear(&name);
    return out;
}

/* What a link of /proc/PID says; empty when it cannot be read. */
static size_t
process_link(uint32_t pid, const char *name, char out[PATH_TEXT])
{
    char path[PATH_TEXT];
    process_path(pid, name, path);
    ssize_t n = readlink(path, out, PATH_TEXT - 1);
    out[n > 0 ? n : 0] = 0;
    return n > 0 ? (size_t)n : 0;
}

static bool
has_our_mounts(uint32_t pid)
{
    char theirs[PATH_TEXT], ours[PATH_TEXT];
    ssize_t n = readlink("/proc/self/ns/mnt", ours, sizeof ours - 1);
    ours[n > 0 ? n : 0] = 0;
    return process_link(pid, "ns/mnt", theirs) && !strcmp(theirs, ours);
}

void
process_tell_denied(const struct look *look, size_t count)
{
    struct err err;
    if (count == 0)
        return;
    err_set(&err, ERR_DENIED, "no right to look at %zu processes of other users", count);
    look_unseen(look, "/proc", &err);
}

errcode
process_program_read(uint32_t pid, struct process_program *ret)
{
    static const char deleted[] = " (deleted)";
    size_t n = process_link(pid, "exe", ret->path);
    if (n == 0)
        return errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_NOT_FOUND;
    ret->is_deleted = str_ends((str){ret->path, n}, str_of(deleted));
    if (ret->is_deleted)
        ret->path[n - strlen(deleted)] = 0;
    ret->is_memory = str_starts(str_of(ret->path), STR("/memfd:"));
    ret->is_local = has_our_mounts(pid);
    return OK;
}

static void
add_socket(struct process_sockets *sockets, size_t *room, const struct process_socket *socket)
{
    if (sockets->count >= SOCKETS_MAX)
        return;
    if (sockets->count == *room) {
        *room = *room ? *room * 2 : 256;
        sockets->list = mem_resize(sockets->list, *room, sizeof *sockets->list);
    }
    sockets->list[sockets->count++] = *socket;
}

/* One table of the network namespace that PID lives in. */
static void
read_table(const struct look *look, uint32_t pid, const char *name, struct process_sockets *sockets,
           size_t *room)
{
    struct buf text;
    struct process_socket socket = {.is_udp = strstr(name, "udp") != NULL};
    char path[PATH_TEXT];
    struct err err;
    str line;
    process_path(pid, name, path);
    errcode code = file_read(path, 256 << 20, &text, &err);
    if (code != OK && code != ERR_NOT_FOUND && code != ERR_DENIED)
        look_unseen(look, path, &err);
    if (code != OK)
        return;
    str rest = buf_view(&text);
    while (str_line(&rest, &line))
        if (socket_line_parse(line, &socket.line))
            add_socket(sockets, room, &socket);
    buf_clear(&text);
}

/* True when this is the first process of its network namespace. */
static bool
is_new_namespace(uint32_t pid, uint64_t *seen, size_t *count)
{
    char text[PATH_TEXT];
    size_t n = process_link(pid, "ns/net", text);
    uint64_t hash = str_hash((str){text, n});
    if (n == 0 || *count == NAMESPACES_MAX)
        return false;
    for (size_t i = 0; i < *count; i++)
        if (seen[i] == hash)
            return false;
    seen[(*count)++] = hash;
    return true;
}

static int
compare_inodes(const void *a, const void *b)
{
    uint64_t x = ((const struct process_socket *)a)->line.inode;
    uint64_t y = ((const struct process_socket *)b)->line.inode;
    return (x > y) - (x < y);
}

static struct process_socket *
find_socket(const struct process_sockets *sockets, str link)
{
    struct process_socket key = {0};
    if (!str_starts(link, STR("socket:[")) || !str_ends(link, STR("]")))
        return NULL;
    link = str_from(link, strlen("socket:["));
    link.n--;
    if (sockets->count == 0 || !str_to_u64(link, UINT64_MAX, &key.line.inode))
        return NULL;
    return bsearch(&key, sockets->list, sockets->count, sizeof key, compare_inodes);
}

const struct process_socket *
process_sockets_find(const struct process_sockets *sockets, str link)
{
    return find_socket(sockets, link);
}

static void
own_sockets(struct process_sockets *sockets, uint32_t pid)
{
    char path[PATH_TEXT], target[64];
    process_path(pid, "fd", path);
    DIR *folder = opendir(path);
    if (!folder)
        return;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        ssize_t n = readlinkat(dirfd(folder), entry->d_name, target, sizeof target);
        struct process_socket *socket =
            n > 0 ? find_socket(sockets, (str){target, (size_t)n}) : NULL;
        if (socket && socket->pid == 0)
            socket->pid = pid;
    }
    closedir(folder);
}

void
process_sockets_read(const struct look *look, struct process_sockets *ret)
{
    static const char *const tables[] = {"net/tcp", "net/tcp6", "net/udp", "net/udp6"};
    struct pids pids;
    uint64_t *seen = mem_calloc(NAMESPACES_MAX, sizeof *seen);
    size_t seen_count = 0, room = 0;
    *ret = (struct process_sockets){0};
    pids_read(&pids);
    is_new_namespace((uint32_t)getpid(), seen, &seen_count);
    for (size_t table = 0; table < sizeof tables / sizeof *tables; table++)
        read_table(look, (uint32_t)getpid(), tables[table], ret, &room);
    for (size_t i = 0; i < pids.count; i++)
        if (is_new_namespace(pids.list[i], seen, &seen_count))
            for (size_t table = 0; table < sizeof tables / sizeof *tables; table++)
                read_table(look, pids.list[i], tables[table], ret, &room);
    if (ret->count)
        qsort(ret->list, ret->count, sizeof *ret->list, compare_inodes);
    for (size_t i = 0; i < pids.count && ret->count; i++)
        own_sockets(ret, pids.list[i]);
    look->checking->looked += ret->count;
    pids_clear(&pids);
    free(seen);
}

void
process_sockets_clear(struct process_sockets *sockets)
{
    free(sockets->list);
    *sockets = (struct process_sockets){0};
}
