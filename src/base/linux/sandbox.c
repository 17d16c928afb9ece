/* SPDX-License-Identifier: Apache-2.0 */
/* Least privilege by two kernel features: Landlock says which files (by its raw system calls, since
 * glibc has none), seccomp says which system calls. Landlock is entered first, because the filter
 * then forbids its calls. */
#include "base/sandbox.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* By number, since Debian 12's header ends at ABI 2; the kernel says which it knows. */
#define ACCESS_EXECUTE (UINT64_C(1) << 0)
#define ACCESS_WRITE_FILE (UINT64_C(1) << 1)
#define ACCESS_READ_FILE (UINT64_C(1) << 2)
#define ACCESS_READ_DIR (UINT64_C(1) << 3)
#define ACCESS_REMOVE_DIR (UINT64_C(1) << 4)
#define ACCESS_REMOVE_FILE (UINT64_C(1) << 5)
#define ACCESS_MAKE_DIR (UINT64_C(1) << 7)
#define ACCESS_MAKE_REG (UINT64_C(1) << 8)
#define ACCESS_REFER (UINT64_C(1) << 13)
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)

#define ACCESS_READING (ACCESS_READ_FILE | ACCESS_READ_DIR)
#define ACCESS_WRITING                                                                             \
    (ACCESS_READING | ACCESS_WRITE_FILE | ACCESS_REMOVE_DIR | ACCESS_REMOVE_FILE |                 \
     ACCESS_MAKE_DIR | ACCESS_MAKE_REG | ACCESS_REFER | ACCESS_TRUNCATE)
/* What a rule on a file, rather than on a folder, may name. */
#define ACCESS_OF_FILES (ACCESS_EXECUTE | ACCESS_WRITE_FILE | ACCESS_READ_FILE | ACCESS_TRUNCATE)

/* The access rights that the kernel's Landlock can forbid: 13 with ABI 1, then one more with
 * each; 0 when there is no Landlock. */
static uint64_t
landlock_rights(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi <= 0)
        return 0;
    uint64_t rights = (UINT64_C(1) << 13) - 1;
    if (abi >= 2)
        rights |= ACCESS_REFER;
    if (abi >= 3)
        rights |= ACCESS_TRUNCATE;
    return rights;
}

static errcode
allow_path(int ruleset, const char *path, uint64_t access, struct err *err)
{
    cleanup(cleanup_close) int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return OK; /* what is not there needs no rule */
    struct stat status;
    if (fstat(fd, &status) != 0)
        return err_set_errno(err, "cannot examine %s", path);
    if (!S_ISDIR(status.st_mode))
        access &= ACCESS_OF_FILES;
    struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    if (access == 0 ||
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0)
        return OK;
    /* EBADFD: a pipe or socket (/dev/fd/63), which Landlock neither knows nor bounds. */
    if (errno != EBADFD)
        return err_set_errno(err, "cannot permit %s to the sandbox", path);
    return OK;
}

static errcode
allow_paths(int ruleset, const char *const *paths, size_t count, uint64_t access, struct err *err)
{
    errcode code = OK;
    for (size_t i = 0; i < count && code == OK; i++)
        code = allow_path(ruleset, paths[i], access, err);
    return code;
}

/* What the C library and the program's libraries read by themselves. */
static errcode
allow_system(int ruleset, unsigned needs, uint64_t rights, struct err *err)
{
    static const char *const always[] = {"/dev/urandom",  "/dev/random",
                                         "/dev/zero",     "/sys/devices/system/cpu",
                                         "/proc/self",    "/proc/meminfo",
                                         "/etc/localtime"};
    static const char *const connecting[] = {"/etc/ssl",
                                             "/etc/resolv.conf",
                                             "/run/systemd/resolve",
                                             "/etc/hosts",
                                             "/etc/host.conf",
                                             "/etc/gai.conf",
                                             "/etc/nsswitch.conf",
                                             "/etc/services",
                                             "/etc/ld.so.cache",
                                             "/lib",
                                             "/lib64",
                                             "/usr/lib",
                                             "/usr/share/ca-certificates",
                                             "/usr/local/share/ca-certificates"};
    static const char *const sinks[] = {"/dev/null", "/dev/tty"};
    errcode code =
        allow_paths(ruleset, always, sizeof always / sizeof *always, ACCESS_READING & rights, err);
    if (code == OK)
        code = allow_paths(ruleset, sinks, sizeof sinks / sizeof *sinks,
                           (ACCESS_READ_FILE | ACCESS_WRITE_FILE) & rights, err);
    if (code == OK && (needs & NEED_CONNECT))
        code = allow_paths(ruleset, connecting, sizeof connecting / sizeof *connecting,
                           ACCESS_READING & rights, err);
    return code;
}

static errcode
enter_landlock(const struct sandbox *sandbox, uint64_t rights, struct err *err)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = rights};
    cleanup(cleanup_close) int ruleset =
        (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0)
        return err_set_errno(err, "cannot make a Landlock rule set");
    errcode code = allow_system(ruleset, sandbox->needs, rights, err);
    if (code == OK)
        code =
            allow_paths(ruleset, sandbox->read_paths, sandbox->reads, ACCESS_READING & rights, err);
    if (code == OK)
        code = allow_paths(ruleset, sandbox->write_paths, sandbox->writes, ACCESS_WRITING & rights,
                           err);
    if (code == OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        code = err_set_errno(err, "cannot enter the Landlock rule set");
    return code;
}

/* Reading, writing, memory, time, waiting: what any command of this program may call. Landlock
 * bounds the files that these reach; truncate it bounds since Linux 6.2 only, so that is left out.
 */
static const int calls_always[] = {SCMP_SYS(read),
                                   SCMP_SYS(pread64),
                                   SCMP_SYS(readv),
                                   SCMP_SYS(preadv),
                                   SCMP_SYS(write),
                                   SCMP_SYS(pwrite64),
                                   SCMP_SYS(writev),
                                   SCMP_SYS(pwritev),
                                   SCMP_SYS(lseek),
                                   SCMP_SYS(close),
                                   SCMP_SYS(close_range),
                                   SCMP_SYS(dup),
                                   SCMP_SYS(dup2),
                                   SCMP_SYS(dup3),
                                   SCMP_SYS(fcntl),
                                   SCMP_SYS(open),
                                   SCMP_SYS(openat),
                                   SCMP_SYS(access),
                                   SCMP_SYS(faccessat),
                                   SCMP_SYS(faccessat2),
                                   SCMP_SYS(stat),
                                   SCMP_SYS(lstat),
                                   SCMP_SYS(fstat),
                                   SCMP_SYS(newfstatat),
                                   SCMP_SYS(statx),
                                   SCMP_SYS(statfs),
                                   SCMP_SYS(fstatfs),
                                   SCMP_SYS(readlink),
                                   SCMP_SYS(readlinkat),
                                   SCMP_SYS(getdents64),
                                   SCMP_SYS(getcwd),
                                   SCMP_SYS(chdir),
                                   SCMP_SYS(fchdir),
                                   SCMP_SYS(umask),
                                   SCMP_SYS(mkdir),
                                   SCMP_SYS(mkdirat),
                                   SCMP_SYS(rmdir),
                                   SCMP_SYS(unlink),
                                   SCMP_SYS(unlinkat),
                                   SCMP_SYS(rename),
                                   SCMP_SYS(renameat),
                                   SCMP_SYS(renameat2),
                                   SCMP_SYS(link),
                                   SCMP_SYS(linkat),
                                   SCMP_SYS(ftruncate),
                                   SCMP_SYS(fallocate),
                                   SCMP_SYS(fsync),
                                   SCMP_SYS(fdatasync),
                                   SCMP_SYS(sync_file_range),
                                   SCMP_SYS(syncfs),
                                   SCMP_SYS(flock),
                                   SCMP_SYS(fchmod),
                                   SCMP_SYS(fchown),
                                   SCMP_SYS(utimensat),
                                   SCMP_SYS(fadvise64),
                                   SCMP_SYS(copy_file_range),
                                   SCMP_SYS(sendfile),
                                   SCMP_SYS(memfd_create),
                                   SCMP_SYS(mmap),
                                   SCMP_SYS(munmap),
                                   SCMP_SYS(mremap),
                                   SCMP_SYS(mprotect),
                                   SCMP_SYS(madvise),
                                   SCMP_SYS(msync),
                                   SCMP_SYS(mincore),
                                   SCMP_SYS(brk),
                                   SCMP_SYS(membarrier),
                                   SCMP_SYS(rseq),
                                   SCMP_SYS(futex),
                                   SCMP_SYS(set_robust_list),
                                   SCMP_SYS(get_robust_list),
                                   SCMP_SYS(set_tid_address),
                                   SCMP_SYS(arch_prctl),
                                   SCMP_SYS(rt_sigaction),
                                   SCMP_SYS(rt_sigprocmask),
                                   SCMP_SYS(rt_sigreturn),
                                   SCMP_SYS(rt_sigtimedwait),
                                   SCMP_SYS(rt_sigpending),
                                   SCMP_SYS(sigaltstack),
                                   SCMP_SYS(restart_syscall),
                                   SCMP_SYS(exit),
                                   SCMP_SYS(exit_group),
                                   SCMP_SYS(getpid),
                                   SCMP_SYS(getppid),
                                   SCMP_SYS(gettid),
                                   SCMP_SYS(tgkill),
                                   SCMP_SYS(getuid),
                                   SCMP_SYS(geteuid),
                                   SCMP_SYS(getgid),
                                   SCMP_SYS(getegid),
                                   SCMP_SYS(getrandom),
                                   SCMP_SYS(clock_gettime),
                                   SCMP_SYS(clock_getres),
                                   SCMP_SYS(clock_nanosleep),
                                   SCMP_SYS(gettimeofday),
                                   SCMP_SYS(time),
                                   SCMP_SYS(nanosleep),
                                   SCMP_SYS(times),
                                   SCMP_SYS(getrusage),
                                   SCMP_SYS(sysinfo),
                                   SCMP_SYS(uname),
                                   SCMP_SYS(getcpu),
                                   SCMP_SYS(sched_yield),
                                   SCMP_SYS(sched_getaffinity),
                                   SCMP_SYS(prlimit64),
                                   SCMP_SYS(getrlimit),
                                   SCMP_SYS(poll),
                                   SCMP_SYS(ppoll),
                                   SCMP_SYS(select),
                                   SCMP_SYS(pselect6),
                                   SCMP_SYS(pipe),
                                   SCMP_SYS(pipe2),
                                   SCMP_SYS(eventfd2),
                                   SCMP_SYS(epoll_create1),
                                   SCMP_SYS(epoll_create),
                                   SCMP_SYS(epoll_ctl),
                                   SCMP_SYS(epoll_wait),
                                   SCMP_SYS(epoll_pwait),
                                   SCMP_SYS(timerfd_create),
                                   SCMP_SYS(timerfd_settime),
                                   SCMP_SYS(signalfd4),
                                   SCMP_SYS(inotify_init1),
                                   SCMP_SYS(inotify_add_watch),
                                   SCMP_SYS(inotify_rm_watch)};
/* Only what a terminal and a socket are asked; never TIOCSTI, which types for the user. */
static const uint64_t ioctls[] = {0x5401 /* TCGETS */, 0x5413 /* TIOCGWINSZ */,
                                  0x541b /* FIONREAD */, 0x5421 /* FIONBIO */};
static const uint64_t ioctls_terminal[] = {0x5402 /* TCSETS */, 0x5403 /* TCSETSW */,
                                           0x5404 /* TCSETSF */};
static const int calls_threads[] = {SCMP_SYS(sched_setaffinity), SCMP_SYS(sched_getparam),
                                    SCMP_SYS(sched_getscheduler), SCMP_SYS(setpriority)};
static const int calls_network[] = {
    SCMP_SYS(setsockopt), SCMP_SYS(getsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
    SCMP_SYS(sendto),     SCMP_SYS(sendmsg),    SCMP_SYS(sendmmsg),    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),    SCMP_SYS(recvmmsg),   SCMP_SYS(shutdown),    SCMP_SYS(bind)};
static const int calls_listen[] = {SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4)};
static const int calls_connect[] = {SCMP_SYS(connect), SCMP_SYS(socketpair)};
static const int calls_processes[] = {SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_send_signal)};
static const int calls_watch[] = {SCMP_SYS(open_by_handle_at)};
static const int calls_metadata[] = {SCMP_SYS(flistxattr), SCMP_SYS(fgetxattr),
                                     SCMP_SYS(fsetxattr)};
/* LeakSanitizer stops the other threads and reads their memory. */
static const int calls_sanitizer[] = {
    SCMP_SYS(ptrace),  SCMP_SYS(wait4),     SCMP_SYS(waitid),           SCMP_SYS(kill),
    SCMP_SYS(clone),   SCMP_SYS(setrlimit), SCMP_SYS(process_vm_readv), SCMP_SYS(personality),
    SCMP_SYS(getdents)};
/* Nobody here calls these by accident: the process ends at once. */
static const int calls_deadly[] = {SCMP_SYS(execve),
                                   SCMP_SYS(execveat),
                                   SCMP_SYS(ptrace),
                                   SCMP_SYS(process_vm_readv),
                                   SCMP_SYS(process_vm_writev),
                                   SCMP_SYS(bpf),
                                   SCMP_SYS(init_module),
                                   SCMP_SYS(finit_module),
                                   SCMP_SYS(delete_module),
                                   SCMP_SYS(kexec_load),
                                   SCMP_SYS(mount),
                                   SCMP_SYS(umount2),
                                   SCMP_SYS(pivot_root),
                                   SCMP_SYS(chroot),
                                   SCMP_SYS(unshare),
                                   SCMP_SYS(setns),
                                   SCMP_SYS(add_key),
                                   SCMP_SYS(keyctl),
                                   SCMP_SYS(request_key),
                                   SCMP_SYS(perf_event_open),
                                   SCMP_SYS(userfaultfd),
                                   SCMP_SYS(io_uring_setup),
                                   SCMP_SYS(setuid),
                                   SCMP_SYS(setgid),
                                   SCMP_SYS(reboot),
                                   SCMP_SYS(swapon),
                                   SCMP_SYS(ioperm),
                                   SCMP_SYS(iopl)};

static int
rule_each(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int status = seccomp_rule_add(filter, action, calls[i], 0);
        /* A call that this architecture lacks cannot be made. */
        if (status != 0 && status != -EDOM && status != -EEXIST)
            return status;
    }
    return 0;
}
#define ALLOW(filter, calls)                                                                       \
    rule_each((filter), SCMP_ACT_ALLOW, (calls), sizeof(calls) / sizeof *(calls))

/* Threads of this process only: a clone without CLONE_THREAD is a new process. clone3 hides its
 * flags in memory; ENOSYS makes glibc take clone. */
static int
rules_threads(scmp_filter_ctx filter)
{
    int status = ALLOW(filter, calls_threads);
    if (status == 0)
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (status == 0)
        status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return status;
}

static int
rules_sockets(scmp_filter_ctx filter, unsigned needs)
{
    static const int families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK};
    /* A server needs TCP only; a resolver also sends datagrams and asks the system's services. */
    bool resolves = needs & NEED_CONNECT;
    size_t count = resolves ? 4 : 2;
    uint64_t kinds = resolves ? 0 : 0xf; /* the flags stand above */
    int status = ALLOW(filter, calls_network);
    for (size_t i = 0; i < count && status == 0; i++)
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
                                  SCMP_A0(SCMP_CMP_EQ, (uint64_t)families[i]),
                                  SCMP_A1(SCMP_CMP_MASKED_EQ, kinds, SOCK_STREAM & kinds));
    if (status == 0 && (needs & NEED_LISTEN))
        status = ALLOW(filter, calls_listen);
    if (status == 0 && (needs & NEED_CONNECT))
        status = ALLOW(filter, calls_connect);
    return status;
}

static int
rules_ioctl(scmp_filter_ctx filter, const uint64_t *requests, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++)
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                                  SCMP_A1(SCMP_CMP_EQ, requests[i]));
    return status;
}

static int
rules_always(scmp_filter_ctx filter)
{
    int status = ALLOW(filter, calls_always);
    if (status == 0)
        status = rules_ioctl(filter, ioctls, sizeof ioctls / sizeof *ioctls);
    /* prctl names threads and asks; it cannot give anything back. */
    if (status == 0)
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 0);
    if (status == 0 && SANDBOX_SANITIZED)
        status = ALLOW(filter, calls_sanitizer);
    return status;
}

static int
add_rules(scmp_filter_ctx filter, unsigned needs)
{
    int status = rules_always(filter);
    if (status == 0 && (needs & NEED_TERMINAL))
        status =
            rules_ioctl(filter, ioctls_terminal, sizeof ioctls_terminal / sizeof *ioctls_terminal);
    if (status == 0 && (needs & NEED_PROCESSES))
        status = ALLOW(filter, calls_processes);
    if (status == 0 && (needs & NEED_METADATA))
        status = ALLOW(filter, calls_metadata);
    if (status == 0 && (needs & NEED_WATCH))
        status = ALLOW(filter, calls_watch);
    if (status == 0 && (needs & NEED_SYSLOG)) /* send(2): to no other address */
        status =
            seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1, SCMP_A4(SCMP_CMP_EQ, 0));
    if (status == 0 && (needs & (NEED_THREADS | NEED_CONNECT | NEED_LISTEN)))
        status = rules_threads(filter);
    if (status == 0 && (needs & (NEED_CONNECT | NEED_LISTEN)))
        status = rules_sockets(filter, needs);
    if (status == 0 && !SANDBOX_SANITIZED)
        status = rule_each(filter, SCMP_ACT_KILL_PROCESS, calls_deadly,
                           sizeof calls_deadly / sizeof *calls_deadly);
    return status;
}

static errcode
enter_seccomp(unsigned needs, bool *ret_partial, struct err *err)
{
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0 && errno == EINVAL) {
        *ret_partial = true;
        return OK;
    }
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return err_set(err, ERR_UNSUPPORTED, "cannot make a seccomp filter");
    int status = add_rules(filter, needs);
    if (status == 0)
        status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (status == 0)
        status = seccomp_load(filter);
    seccomp_release(filter);
    if (status == -EINVAL || status == -ENOSYS) {
        *ret_partial = true;
        return OK;
    }
    errno = -status;
    return status == 0 ? OK : err_set_errno(err, "cannot load the seccomp filter");
}

errcode
sandbox_enter(const struct sandbox *sandbox, bool *ret_partial, struct err *err)
{
    if (sandbox->reads > SANDBOX_PATHS_MAX || sandbox->writes > SANDBOX_PATHS_MAX)
        return err_set(err, ERR_LIMIT, "more than %d paths for the sandbox", SANDBOX_PATHS_MAX);
    bool partial = false;
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return err_set_errno(err, "cannot forbid core files");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return err_set_errno(err, "cannot give up new privileges");
    uint64_t rights = landlock_rights();
    errcode code = OK;
    if (rights == 0)
        partial = true;
    else if (!(sandbox->needs & NEED_PROCESSES))
        code = enter_landlock(sandbox, rights, err);
    if (code == OK)
        code = enter_seccomp(sandbox->needs, &partial, err);
    if (code == OK)
        *ret_partial = partial;
    return code;
}
