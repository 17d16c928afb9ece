/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/scan_system.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "base/file.h"

const char scan_system_name[] = "linux";

/* ---- places ---- */

static errcode
home_folder(char out[PATH_TEXT], struct err *err)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && data[0] == '/')
        return path_join(out, data, "khien", err);
    if (!home || home[0] != '/')
        return err_set(err, ERR_USAGE, "HOME does not name a folder");
    return path_join(out, home, ".local/share/khien", err);
}

errcode
scan_own_folder(char out[PATH_TEXT], struct err *err)
{
    if (geteuid() != 0)
        return home_folder(out, err);
    str_copy(STR(SCAN_FOLDER_OF_ROOT), out, PATH_TEXT);
    return OK;
}

errcode
scan_page_folder(char out[PATH_TEXT], struct err *err)
{
    static const char *const names[] = {"Desktop", "Màn hình nền"};
    const char *home = getenv("HOME");
    if (!home || home[0] != '/')
        return err_set(err, ERR_USAGE, "HOME does not name a folder");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (path_join(out, home, names[i], NULL) == OK && file_exists(out))
            return OK;
    return str_copy(str_of(home), out, PATH_TEXT)
               ? OK
               : err_set(err, ERR_LIMIT, "the path %s is too long", home);
}

void
scan_quick_places(struct scan_places *places)
{
    static const char *const shared[] = {"/tmp", "/var/tmp", "/dev/shm", "/run/shm", "/etc"};
    static const char *const own[] = {"Downloads",  "Desktop", "Tải xuống", ".config",
                                      ".local/bin", ".cache",  ".ssh"};
    const char *home = getenv("HOME");
    char path[PATH_TEXT];
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        scan_place_add(places, shared[i]);
    for (size_t i = 0; home && i < sizeof own / sizeof *own; i++)
        if (path_join(path, home, own[i], NULL) == OK)
            scan_place_add(places, path);
}

void
scan_full_places(struct scan_places *places)
{
    scan_place_add(places, "/");
}

errcode
scan_whole_path(const char *word, char **ret, struct err *err)
{
    char *path = realpath(word, NULL);
    if (!path)
        return err_set_errno(err, "cannot read %s", word);
    *ret = path;
    return OK;
}

/* ---- processes ---- */

static void
read_name(uint32_t pid, struct scan_target *target)
{
    char path[64];
    struct buf text = {0};
    snprintf(path, sizeof path, "/proc/%u/comm", pid);
    if (file_read(path, sizeof target->name, &text, NULL) == OK)
        str_copy(str_trim(buf_view(&text)), target->name, sizeof target->name);
    buf_clear(&text);
    snprintf(path, sizeof path, "/proc/%u/exe", pid);
    ssize_t n = readlink(path, target->program, sizeof target->program - 1);
    target->program[n > 0 ? n : 0] = 0;
}

/* Behind the name, which may hold anything, field 3 follows. */
static void
read_start(uint32_t pid, struct scan_target *target)
{
    enum { FIRST = 3, STARTED = 22 };
    char path[64];
    struct buf text = {0};
    snprintf(path, sizeof path, "/proc/%u/stat", pid);
    if (file_read(path, 1 << 12, &text, NULL) == OK) {
        const char *end = strrchr(text.p, ')');
        str rest = end ? str_of(end + 1) : STR(""), word;
        rest = str_trim(rest);
        for (int field = FIRST; str_cut(&rest, ' ', &word); field++)
            if (field == STARTED)
                str_to_u64(word, UINT64_MAX, &target->started);
    }
    buf_clear(&text);
}

/* The kernel's own have no program. */
static bool
is_of_kernel(uint32_t pid)
{
    char path[64];
    struct buf text = {0};
    snprintf(path, sizeof path, "/proc/%u/cmdline", pid);
    bool is_empty = file_read(path, 1 << 16, &text, NULL) != OK || text.n == 0;
    buf_clear(&text);
    snprintf(path, sizeof path, "/proc/%u/exe", pid);
    char program[2];
    return is_empty && readlink(path, program, sizeof program) < 0;
}

static void
give_one(uint32_t pid, void (*each)(struct scan_target *target))
{
    struct scan_target target = {.pid = pid};
    if (pid == (uint32_t)getpid() || is_of_kernel(pid))
        return;
    read_name(pid, &target);
    read_start(pid, &target);
    each(&target);
}

void
scan_each_process(void (*each)(struct scan_target *target))
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max; /* one for each process */
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    DIR *folder = opendir("/proc");
    const struct dirent *entry;
    uint64_t pid;
    while (folder && (entry = readdir(folder)))
        if (str_to_u64(str_of(entry->d_name), INT32_MAX, &pid))
            give_one((uint32_t)pid, each);
    if (folder)
        closedir(folder);
}

/* ---- the rest ---- */

bool
scan_is_admin(void)
{
    return geteuid() == 0;
}

unsigned
scan_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : (unsigned)count;
}

void
scan_be_polite(void)
{
    enum { NICE = 10, IOPRIO_WHO_PROCESS = 1, IOPRIO_LOWEST = 2 << 13 | 7 };
    setpriority(PRIO_PROCESS, 0, NICE);
    syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_LOWEST);
}

static atomic_bool *to_stop;

static void
stop(int number)
{
    (void)number;
    *to_stop = true;
}

void
scan_catch_stop(atomic_bool *stopped)
{
    struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    to_stop = stopped;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void
scan_log_open(void)
{
    openlog("khien-scan", LOG_NDELAY | LOG_PID, LOG_USER);
}

bool
scan_has_log(void)
{
    return true;
}

void
scan_log_line(bool is_finding, const char *text)
{
    syslog(is_finding ? LOG_WARNING : LOG_INFO, "%s", text);
}
