/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/scan_setup.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "cmd/console.h"

struct scan_targets scan_targets;

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
    return geteuid() == 0 ? path_join(out, "/var/lib", "khien", err) : home_folder(out, err);
}

errcode
scan_state_folder(const struct call *call, char out[PATH_TEXT], struct err *err)
{
    const char *named = call_option(call, "state");
    if (!named)
        return scan_own_folder(out, err);
    return str_copy(str_of(named), out, PATH_TEXT)
               ? OK
               : err_set(err, ERR_LIMIT, "the path %s is too long", named);
}

errcode
scan_default_pack(char out[PATH_TEXT], struct err *err)
{
    char folder[PATH_TEXT];
    if (console_folder(folder) && path_join(out, folder, "rules.pack", NULL) == OK &&
        file_exists(out))
        return OK;
    errcode code = scan_own_folder(folder, err);
    return code == OK
               ? path_join(out, folder, geteuid() == 0 ? "rules/rules.pack" : "rules.pack", err)
               : code;
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
open_one(uint32_t pid)
{
    struct scan_target target = {.pid = pid};
    struct err err;
    if (pid == (uint32_t)getpid() || is_of_kernel(pid))
        return;
    read_name(pid, &target);
    read_start(pid, &target);
    if (process_open(pid, &target.process, &err) != OK)
        str_copy(str_of(err.text), target.why, sizeof target.why);
    if (scan_targets.count % 64 == 0)
        scan_targets.items =
            mem_resize(scan_targets.items, scan_targets.count + 64, sizeof *scan_targets.items);
    scan_targets.items[scan_targets.count++] = target;
}

static void
open_all(void)
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
            open_one((uint32_t)pid);
    if (folder)
        closedir(folder);
}

/* ---- the rest ---- */

/* Behind all other work: a machine that is scanned is one that is used. */
static void
be_polite(void)
{
    enum { NICE = 10, IOPRIO_WHO_PROCESS = 1, IOPRIO_LOWEST = 2 << 13 | 7 };
    setpriority(PRIO_PROCESS, 0, NICE);
    syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_LOWEST);
}

static errcode
grant_folder_of(const char *path, char folder[PATH_TEXT], struct grants *grants, struct err *err)
{
    str above = {path, (size_t)(path_base(path) - path)};
    if (!str_copy(above.n ? above : STR("."), folder, PATH_TEXT))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return grant_write(grants, folder, err);
}

errcode
scan_grant(const struct call *call, struct grants *grants, struct err *err)
{
    static char state[PATH_TEXT], output[PATH_TEXT]; /* kept until the sandbox is entered */
    const char *html = call_option(call, "html");
    bool removes = call_given(call, "remove");
    errcode code = scan_state_folder(call, state, err);
    if (code == OK && (removes || !call_given(call, "no-cache"))) {
        code = folder_make(state, err);
        if (code == OK)
            code = grant_write(grants, state, err);
    }
    if (code == OK && html)
        code = grant_folder_of(html, output, grants, err);
    if (code == OK)
        code = removes ? grant_write(grants, "/", err) : grant_read(grants, "/", err);
    if (code != OK)
        return code;
    if (!call_given(call, "full-speed"))
        be_polite();
    if (call->word_count == 0 && !call_given(call, "no-processes"))
        open_all();
    return OK;
}
