/* SPDX-License-Identifier: Apache-2.0 */
/* live_bench ADDRESS PORT PID: processor time that the server PID spends on 2,000 live views,
 * beside a program that does nothing but write() the same bytes to 2,000 sockets once a second. */
#include "bench.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/ip.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { VIEWS = 2000, EVENTS = 10, EVENT_MAX = 4096, PATIENCE_MS = 20000 };

static void
fail(const char *what)
{
    perror(what);
    exit(1);
}

static double
cpu_of(pid_t pid)
{
    clockid_t clock;
    struct timespec now;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &now) != 0)
        fail("clock_getcpuclockid");
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
connect_to(const struct sockaddr_in *server, bool ask)
{
    static const char request[] = "GET /live HTTP/1.1\r\nHost: bench\r\n\r\n";
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)server, sizeof *server) != 0)
        fail("connect");
    if (ask && send(fd, request, sizeof request - 1, 0) != (ssize_t)sizeof request - 1)
        fail("send");
    return fd;
}

/* Everybody reads, each event in one piece. */
struct readers {
    int epoll, fds[VIEWS];
    uint64_t events;
    char last[EVENT_MAX]; /* what one of them read last */
    size_t last_size;
};

static void
readers_open(struct readers *readers, const struct sockaddr_in *server, bool ask)
{
    readers->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < VIEWS; i++) {
        readers->fds[i] = connect_to(server, ask);
        struct epoll_event want = {.events = EPOLLIN, .data.fd = readers->fds[i]};
        if (epoll_ctl(readers->epoll, EPOLL_CTL_ADD, readers->fds[i], &want) != 0)
            fail("epoll_ctl");
    }
}

static void
readers_close(struct readers *readers)
{
    for (int i = 0; i < VIEWS; i++)
        close(readers->fds[i]);
    close(readers->epoll);
}

/* Reads until COUNT events came. */
static void
readers_run(struct readers *readers, uint64_t count)
{
    struct epoll_event ready[256];
    readers->events = 0;
    while (readers->events < count) {
        int n = epoll_wait(readers->epoll, ready, 256, PATIENCE_MS);
        if (n <= 0)
            fail("no more events");
        for (int i = 0; i < n; i++) {
            ssize_t got = recv(ready[i].data.fd, readers->last, sizeof readers->last, 0);
            if (got <= 0)
                fail("a view ended");
            readers->last_size = (size_t)got;
            readers->events++;
        }
    }
}

/* Share of a core, in percent, that PID takes for an event a second to all. */
static double
measure(struct readers *readers, pid_t pid, double *ret_seconds)
{
    readers_run(readers, VIEWS * 3); /* until all are there */
    double cpu = cpu_of(pid);
    int64_t begin = clock_monotonic();
    readers_run(readers, VIEWS * EVENTS);
    *ret_seconds = (double)(clock_monotonic() - begin) / 1e9;
    return (cpu_of(pid) - cpu) / EVENTS * 100;
}

/* The least that any server could do, in a process of its own. */
static void
write_only(int listener, const char *event, size_t size)
{
    int fds[VIEWS];
    for (int i = 0; i < VIEWS; i++)
        if ((fds[i] = accept(listener, NULL, NULL)) < 0)
            fail("accept");
    for (;;) {
        for (int i = 0; i < VIEWS; i++)
            if (write(fds[i], event, size) != (ssize_t)size)
                exit(0); /* the readers are gone */
        sleep(1);
    }
}

static double
measure_limit(const char *event, size_t size, double *ret_seconds)
{
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof server;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&server, length) != 0 || listen(listener, 4096) != 0 ||
        getsockname(listener, (struct sockaddr *)&server, &length) != 0)
        fail("listen");
    pid_t writer = fork();
    if (writer == 0)
        write_only(listener, event, size);
    struct readers readers = {0};
    readers_open(&readers, &server, false);
    double share = measure(&readers, writer, ret_seconds);
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    readers_close(&readers);
    close(listener);
    return share;
}

int
main(int argc, char **argv)
{
    struct rlimit limit;
    struct readers readers = {0};
    double seconds, limit_seconds;
    if (argc != 4)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    struct sockaddr_in server = {.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10)),
                                 .sin_addr.s_addr = inet_addr(argv[1])};
    readers_open(&readers, &server, true);
    double share = measure(&readers, (pid_t)strtol(argv[3], NULL, 10), &seconds);
    readers_close(&readers);
    double least = measure_limit(readers.last, readers.last_size, &limit_seconds);
    bench_print(&(struct bench_row){.name = "2,000 live views, an event a second",
                                    .value = share,
                                    .unit = "% of a core",
                                    .peer = "bare write() to 2,000",
                                    .peer_value = least,
                                    .ratio = share / least,
                                    .bar = "<= 5 %",
                                    .ok = share <= 5});
    bench_print(&(struct bench_row){.name = "ten events to each of them",
                                    .value = seconds,
                                    .unit = "s",
                                    .peer = "bare write() to 2,000",
                                    .peer_value = limit_seconds,
                                    .ratio = seconds / limit_seconds,
                                    .bar = "<= 10.5 s",
                                    .ok = seconds <= 10.5});
    return 0;
}
