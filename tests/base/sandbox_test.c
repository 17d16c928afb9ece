/* SPDX-License-Identifier: Apache-2.0 */
/* Each check forks a child that enters the sandbox and then tries what it must not, or must, do. */
#include "base/sandbox.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sys/xattr.h>

enum { DONE = 0, REFUSED = 10, NO_SANDBOX = 11, PARTIAL = 12, KILLED = 100 };

static char folder[PATH_TEXT], inside[PATH_TEXT], outside[PATH_TEXT], output[PATH_TEXT];

/* What the attempt made of it in a child with these needs: its exit status, KILLED by a signal. */
static int
in_sandbox(unsigned needs, int (*attempt)(void))
{
    const char *reads[] = {inside, "/no/such/file"}, *writes[] = {output};
    const struct sandbox sandbox = {needs, reads, 2, writes, 1};
    pid_t child = fork();
    if (child == 0) {
        bool partial = false;
        struct err err;
        if (sandbox_enter(&sandbox, &partial, &err) != OK) {
            fprintf(stderr, "# %s\n", err.text);
            _exit(NO_SANDBOX);
        }
        _exit(partial ? PARTIAL : attempt());
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : KILLED;
}

static int
opened(int fd)
{
    return fd >= 0 ? DONE : REFUSED;
}

static int
nothing(void)
{
    return DONE;
}
static int
write_passwd(void)
{
    return opened(open("/etc/passwd", O_WRONLY));
}
static int
read_outside(void)
{
    return opened(open(outside, O_RDONLY));
}
static int
read_inside(void)
{
    char c;
    int fd = open(inside, O_RDONLY);
    return fd >= 0 && read(fd, &c, 1) == 1 ? DONE : REFUSED;
}
static int
write_inside(void)
{
    return opened(open(inside, O_WRONLY));
}
static int
climb_out(void)
{
    char path[PATH_TEXT + 40];
    snprintf(path, sizeof path, "%s/../outside", output);
    return opened(open(path, O_RDONLY));
}
static int
replace_output(void)
{
    char path[PATH_TEXT + 40];
    snprintf(path, sizeof path, "%s/made", output);
    return file_replace(path, STR("text"), NULL) == OK ? DONE : REFUSED;
}
static int
cut_by_name(void)
{
    char path[PATH_TEXT + 40];
    snprintf(path, sizeof path, "%s/made", output);
    return truncate(path, 0) == 0 ? DONE : REFUSED;
}
static int
run_program(void)
{
    char name[] = "true";
    char *const arguments[] = {name, NULL};
    execv("/bin/true", arguments);
    return REFUSED;
}
static int
make_socket(void)
{
    return opened(socket(AF_INET, SOCK_STREAM, 0));
}
static int
make_datagram_socket(void)
{
    return opened(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}
static int
make_raw_socket(void)
{
    return opened(socket(AF_PACKET, SOCK_RAW, 0));
}
static int
listen_at(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0)
        return REFUSED;
    return listen(fd, 1) == 0 ? DONE : REFUSED;
}
static int
connect_refused(void)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return DONE;
    return errno == EPERM || errno == EACCES ? REFUSED : DONE; /* nobody listens there */
}
static void *
idle(void *context)
{
    return context;
}
static int
start_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, idle, NULL) != 0)
        return REFUSED;
    return pthread_join(thread, NULL) == 0 ? DONE : REFUSED;
}
static int
start_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0 ? DONE : REFUSED;
}
static int
dump_core(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 ? REFUSED : DONE;
}
static int
gain_privileges(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? REFUSED : DONE;
}
static int
list_attributes(void)
{
    char names[4096];
    int fd = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && flistxattr(fd, names, sizeof names) < 0 && errno == EPERM ? REFUSED : DONE;
}
static int
use_memory(void)
{
    char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED && munmap(p, 1 << 20) == 0 ? DONE : REFUSED;
}

static void
check_files(void)
{
    unsigned needs = NEED_READ | NEED_OUTPUT;
    tap_eq_i64(in_sandbox(needs, write_passwd), REFUSED, "/etc/passwd is not writable");
    tap_eq_i64(in_sandbox(needs, read_outside), REFUSED, "a file that was not named is not read");
    tap_eq_i64(in_sandbox(needs, climb_out), REFUSED, "nor by way of ..");
    tap_eq_i64(in_sandbox(needs, read_inside), DONE, "a file that was named is read");
    tap_eq_i64(in_sandbox(needs, write_inside), REFUSED, "but not written");
    tap_eq_i64(in_sandbox(needs, replace_output), DONE, "files are replaced in the output folder");
    /* Before Linux 6.2 Landlock does not bound it. */
    tap_eq_i64(in_sandbox(needs, cut_by_name), REFUSED, "no file is cut by its name");
}

static void
check_calls(void)
{
    int executed = in_sandbox(NEED_READ, run_program);
    tap_ok(executed == KILLED || executed == REFUSED, "no program is started (%d)", executed);
    tap_eq_i64(in_sandbox(NEED_READ, make_socket), REFUSED, "no socket without a need for one");
    tap_eq_i64(in_sandbox(NEED_LISTEN, listen_at), DONE, "a server listens");
    tap_eq_i64(in_sandbox(NEED_LISTEN, connect_refused), REFUSED, "but connects to nobody");
    tap_eq_i64(in_sandbox(NEED_LISTEN, make_datagram_socket), REFUSED, "and sends no datagrams");
    tap_eq_i64(in_sandbox(NEED_CONNECT, make_datagram_socket), DONE, "a resolver does");
    tap_eq_i64(in_sandbox(NEED_CONNECT, connect_refused), DONE, "a fetcher connects");
    tap_eq_i64(in_sandbox(NEED_CONNECT, listen_at), REFUSED, "but does not listen");
    tap_eq_i64(in_sandbox(NEED_CONNECT, make_raw_socket), REFUSED, "and makes no raw socket");
    tap_eq_i64(in_sandbox(NEED_THREADS, start_thread), DONE, "threads start with their need");
    tap_eq_i64(in_sandbox(NEED_READ, gain_privileges), REFUSED, "no new privileges");
    tap_eq_i64(in_sandbox(NEED_READ, dump_core), REFUSED, "no core file");
    tap_eq_i64(in_sandbox(NEED_OUTPUT, list_attributes), REFUSED, "no extended attributes");
    tap_eq_i64(in_sandbox(NEED_OUTPUT | NEED_METADATA, list_attributes), DONE, "but by need");
    tap_eq_i64(in_sandbox(0, use_memory), DONE, "memory comes and goes");
}

/* A sanitizer's own thread needs what is refused here. */
static void
check_processes(void)
{
    if (SANDBOX_SANITIZED) {
        tap_skip("sanitizers start threads of their own");
        return;
    }
    tap_eq_i64(in_sandbox(NEED_READ, start_thread), REFUSED, "no thread without its need");
    tap_eq_i64(in_sandbox(NEED_THREADS, start_process), REFUSED, "a thread is not a process");
}

int
main(void)
{
    const char *temp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/sandbox-XXXXXX", temp ? temp : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    struct err err;
    tap_no_err(path_join(inside, folder, "inside", &err), &err, "paths");
    path_join(outside, folder, "outside", &err);
    path_join(output, folder, "output", &err);
    tap_no_err(file_replace(inside, STR("inside"), &err), &err, "a file to read");
    tap_no_err(file_replace(outside, STR("outside"), &err), &err, "a file not to read");
    tap_no_err(folder_make(output, &err), &err, "a folder to write");
    int first = in_sandbox(NEED_READ, nothing);
    if (first == PARTIAL) {
        tap_skip("this kernel lacks Landlock or seccomp");
        return tap_done();
    }
    tap_eq_i64(first, DONE, "the sandbox is entered");
    check_files();
    check_calls();
    check_processes();
    return tap_done();
}
