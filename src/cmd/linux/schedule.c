/* SPDX-License-Identifier: Apache-2.0 */
/* The units are written and the timer's link is set here, which is all that `systemctl enable`
 * does, so that it works in images and chroots too; systemctl is asked only where systemd runs. */
#include "cmd/scan/schedule.h"

#include <errno.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "cmd/output.h"
#include "cmd/scan/scan_setup.h"

extern char **environ;

#define UNIT "khien-scan"
#define MARK "Schedule="
enum { UNIT_MAX = 1 << 20 };

struct schedule {
    const struct call *call;
    bool is_vi, is_system; /* system-wide, else of this user */
    bool is_running;       /* there is a systemd to be told */
    const char *root;      /* "" but with --root */
    char folder[PATH_TEXT], service[PATH_TEXT], timer[PATH_TEXT], link[PATH_TEXT];
    char state[PATH_TEXT], report[PATH_TEXT];
    struct buf out;
};

/* ---- where it all is ---- */

static errcode
join(char out[PATH_TEXT], const char *a, const char *b, const char *c, struct err *err)
{
    int n = snprintf(out, PATH_TEXT, "%s%s%s", a, b, c);
    return n >= 0 && n < PATH_TEXT ? OK
                                   : err_set(err, ERR_LIMIT, "the path %s%s is too long", a, b);
}

static errcode
find_folder(struct schedule *schedule, struct err *err)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (schedule->is_system)
        return join(schedule->folder, schedule->root, "/etc/systemd/system", "", err);
    if (config && config[0] == '/')
        return join(schedule->folder, config, "/systemd/user", "", err);
    if (!home || home[0] != '/')
        return err_set(err, ERR_USAGE, "HOME does not name a folder");
    return join(schedule->folder, home, "/.config/systemd/user", "", err);
}

static bool
has_systemd(const struct schedule *schedule)
{
    char path[PATH_TEXT];
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (schedule->root[0])
        return false;
    if (schedule->is_system)
        return file_exists("/run/systemd/system");
    return runtime && path_join(path, runtime, "systemd/private", NULL) == OK && file_exists(path);
}

static errcode
locate(struct schedule *schedule, const struct call *call, struct err *err)
{
    const char *root = call_option(call, "root");
    if (root && root[0] != '/')
        return err_set(err, ERR_USAGE, "--root must begin with /");
    schedule->call = call;
    schedule->out = BUF(1 << 20);
    schedule->is_vi = strcmp(call_option(call, "lang"), "en") != 0;
    schedule->root = root ? root : "";
    schedule->is_system = root || geteuid() == 0;
    schedule->is_running = has_systemd(schedule);
    errcode code = find_folder(schedule, err);
    if (code == OK)
        code = join(schedule->service, schedule->folder, "/" UNIT ".service", "", err);
    if (code == OK)
        code = join(schedule->timer, schedule->folder, "/" UNIT ".timer", "", err);
    if (code == OK)
        code =
            join(schedule->link, schedule->folder, "/timers.target.wants/" UNIT ".timer", "", err);
    if (code == OK && root && !call_option(call, "state"))
        code = join(schedule->state, SCAN_FOLDER_OF_ROOT, "", "", err);
    else if (code == OK)
        code = scan_state_folder(call, schedule->state, err);
    if (code == OK && schedule->state[0] != '/')
        code = err_set(err, ERR_USAGE, "--state must begin with / in a schedule");
    return code == OK ? join(schedule->report, schedule->state, "/report.html", "", err) : code;
}

/* ---- what is scanned ---- */

/* As units take a word: within quotes, escaped as in C; % and $ twice (systemd.service(5), "Command
 * lines"). */
static void
quote(struct buf *out, const char *word)
{
    buf_char(out, '"');
    for (const char *c = word; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            buf_printf(out, "\\x%02x", (unsigned)*c);
        else if (*c == '"' || *c == '\\')
            buf_printf(out, "\\%c", *c);
        else if (*c == '%' || *c == '$')
            buf_printf(out, "%c%c", *c, *c);
        else
            buf_char(out, *c);
    }
    buf_char(out, '"');
}

static void
add_word(struct buf *out, const char *word)
{
    buf_char(out, ' ');
    quote(out, word);
}

/* What root runs by itself must not be for others to replace. */
static errcode
check_program(const char *program, struct err *err)
{
    char path[PATH_TEXT];
    str_copy(str_of(program), path, sizeof path);
    for (;;) {
        struct stat info;
        if (stat(path, &info) != 0)
            return err_set_errno(err, "cannot examine %s", path);
        if (info.st_uid != 0 || (info.st_mode & (S_IWGRP | S_IWOTH)))
            return err_set(err, ERR_DENIED,
                           "others than root may change %s: a scan by root would run what they put "
                           "there; install the program first",
                           path);
        char *slash = strrchr(path, '/');
        if (path[1] == 0 || !slash)
            return OK;
        slash[slash == path] = 0;
    }
}

static errcode
find_program(const struct schedule *schedule, char out[PATH_TEXT], struct err *err)
{
    if (schedule->root[0])
        return join(out, "/usr/bin/", program_name, "", err);
    ssize_t n = readlink("/proc/self/exe", out, PATH_TEXT - 1);
    if (n < 0)
        return err_set_errno(err, "cannot tell where this program is");
    out[n] = 0;
    return schedule->is_system ? check_program(out, err) : OK;
}

static errcode
add_command(const struct schedule *schedule, struct buf *out, struct err *err)
{
    char program[PATH_TEXT];
    errcode code = find_program(schedule, program, err);
    if (code != OK)
        return code;
    if (strpbrk(program, " \"'\\%$\n"))
        return err_set(err, ERR_UNSUPPORTED, "systemd would not take the path %s", program);
    buf_printf(out, "ExecStart=%s ", program);
    code = schedule_write_command(&(struct schedule_command){.call = schedule->call,
                                                             .state = schedule->state,
                                                             .report = schedule->report,
                                                             .with_log = true,
                                                             .is_foreign = schedule->root[0] != 0,
                                                             .add_word = add_word},
                                  out, err);
    buf_char(out, '\n');
    return code;
}

/* ---- the units ---- */

/* Only what leaves files, processes and connections to be seen: no folder is hidden, no name space
 * is the unit's own. A user's manager could not make one either. */
static const char hardening[] = "NoNewPrivileges=yes\n"
                                "LockPersonality=yes\n"
                                "MemoryDenyWriteExecute=yes\n"
                                "RestrictAddressFamilies=AF_UNIX\n"
                                "RestrictNamespaces=yes\n"
                                "RestrictRealtime=yes\n"
                                "SystemCallArchitectures=native\n"
                                "# The program narrows this further by itself.\n"
                                "SystemCallFilter=@system-service open_by_handle_at\n"
                                "SystemCallFilter=landlock_create_ruleset landlock_add_rule "
                                "landlock_restrict_self seccomp\n"
                                "SystemCallFilter=~@keyring @memlock @ipc @setuid userfaultfd\n"
                                "SystemCallFilter=memfd_create mincore pipe pipe2\n"
                                "SystemCallErrorNumber=EPERM\n";
static const char hardening_system[] = "IPAddressDeny=any\n"
                                       "DevicePolicy=closed\n"
                                       "ProtectClock=yes\n"
                                       "ProtectControlGroups=yes\n"
                                       "ProtectHostname=yes\n"
                                       "ProtectKernelTunables=yes\n"
                                       "KeyringMode=private\n"
                                       "UMask=0077\n";
/* A report only looks; a removal has to end programs and to take anybody's files. */
static const char looking[] = "CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE\n"
                              "RestrictSUIDSGID=yes\n"
                              "ProtectSystem=strict\n"
                              "ProtectHome=read-only\n";
static const char removing[] = "CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE "
                               "CAP_DAC_OVERRIDE CAP_FOWNER CAP_CHOWN CAP_KILL\n";

static void
add_origin(struct buf *out)
{
    buf_printf(out,
               "# SPDX-License-Identifier: Apache-2.0\n"
               "# Written by `%s scan --schedule`, which also removes it: --schedule off.\n",
               program_name);
}

static errcode
write_service(const struct schedule *schedule, struct buf *out, struct err *err)
{
    bool removes = call_given(schedule->call, "remove");
    add_origin(out);
    buf_z(out, "[Unit]\n"
               "Description=Khiên: scan for malware\n"
               "Documentation=man:khien-scan(1)\n"
               "\n"
               "[Service]\n"
               "Type=oneshot\n");
    errcode code = add_command(schedule, out, err);
    buf_z(out, "# What is found goes to the system's log; all of it is in the page.\n"
               "StandardOutput=null\n"
               "Nice=19\n"
               "CPUWeight=20\n"
               "IOSchedulingClass=idle\n"
               "IOWeight=20\n"
               "OOMScoreAdjust=500\n"
               "# Ends with a report of what was seen until then.\n"
               "TimeoutStopSec=60\n"
               "\n");
    buf_z(out, hardening);
    if (schedule->is_system) {
        buf_z(out, hardening_system);
        buf_z(out, removes ? removing : looking);
        if (!removes) {
            buf_z(out, "ReadWritePaths=");
            quote(out, schedule->state);
            buf_char(out, '\n');
        }
    }
    return code;
}

/* At noon computers are on and people away; not all of them at the same moment. */
static void
write_timer(const struct schedule *schedule, struct buf *out)
{
    const char *when = call_option(schedule->call, "schedule");
    add_origin(out);
    buf_printf(out,
               "[Unit]\n"
               "Description=Khiên: scan for malware, %s\n"
               "Documentation=man:khien-scan(1)\n"
               "\n"
               "[Timer]\n"
               "OnCalendar=%s*-*-* 12:00:00\n"
               "# Missed ones are made up for.\n"
               "Persistent=yes\n"
               "RandomizedDelaySec=2h\n"
               "FixedRandomDelay=yes\n"
               "\n"
               "[Install]\n"
               "WantedBy=timers.target\n"
               "\n"
               "[X-Khien]\n" MARK "%s\n",
               when, strcmp(when, "weekly") == 0 ? "Wed " : "", when);
}

static errcode
put(const char *path, const struct buf *content, struct err *err)
{
    errcode code = buf_check(content, "the unit", err);
    if (code == OK)
        code = file_replace(path, buf_view(content), err);
    if (code == OK && chmod(path, 0644) != 0)
        code = err_set_errno(err, "cannot set the mode of %s", path);
    return code;
}

/* ---- systemctl ---- */

static bool
systemctl(const struct schedule *schedule, const char *a, const char *b)
{
    const char *arguments[8] = {"systemctl"};
    size_t count = 1;
    pid_t child;
    int status;
    if (!schedule->is_system)
        arguments[count++] = "--user";
    arguments[count++] = "--no-pager";
    arguments[count++] = a;
    if (b)
        arguments[count++] = b;
    fflush(stdout);
    if (posix_spawnp(&child, "systemctl", NULL, NULL, (char *const *)arguments, environ) != 0)
        return false;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static const char *
user_flag(const struct schedule *schedule)
{
    return schedule->is_system ? "" : " --user";
}

static void
begin(struct schedule *schedule)
{
    const char *flag = user_flag(schedule);
    if (schedule->is_running && systemctl(schedule, "daemon-reload", NULL) &&
        systemctl(schedule, "restart", UNIT ".timer"))
        SAY(schedule, "Đã bật; xem lịch: systemctl%s list-timers %s.timer\n",
            "It is running; when is next: systemctl%s list-timers %s.timer\n", flag, UNIT);
    else if (schedule->root[0])
        SAY(schedule, "Lịch có hiệu lực khi hệ thống trong %s khởi động.\n",
            "It begins when the system in %s is started.\n", schedule->root);
    else
        SAY(schedule,
            "systemd không chạy ở đây hoặc không trả lời: lịch có hiệu lực từ lần khởi động sau, "
            "hoặc ngay khi chạy: systemctl%s daemon-reload && systemctl%s start %s.timer\n",
            "systemd does not run here, or did not answer: it begins with the next start, or "
            "now with: systemctl%s daemon-reload && systemctl%s start %s.timer\n",
            flag, flag, UNIT);
    if (!schedule->is_system)
        SAY(schedule, "Chỉ quét khi %s đang đăng nhập; muốn luôn quét: loginctl enable-linger%s\n",
            "It scans only while %s are logged in; always, with: loginctl enable-linger%s\n",
            schedule->is_vi ? "bạn" : "you", "");
}

/* ---- on, off, how it stands ---- */

/* Folders of the system are for all to read. */
static errcode
make_folders(const char *path, struct err *err)
{
    char part[PATH_TEXT];
    str_copy(str_of(path), part, sizeof part);
    for (char *at = part + 1;; *at++ = '/') {
        at += strcspn(at, "/");
        bool is_last = *at == 0;
        *at = 0;
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return err_set_errno(err, "cannot make the folder %s", part);
        if (is_last)
            return OK;
    }
}

static errcode
enable(const struct schedule *schedule, struct err *err)
{
    char folder[PATH_TEXT];
    errcode code = join(folder, schedule->folder, "/timers.target.wants", "", err);
    if (code == OK)
        code = make_folders(folder, err);
    if (code != OK)
        return code;
    if (unlink(schedule->link) != 0 && errno != ENOENT)
        return err_set_errno(err, "cannot replace %s", schedule->link);
    return symlink("../" UNIT ".timer", schedule->link) == 0
               ? folder_sync_above(schedule->link, err)
               : err_set_errno(err, "cannot make the link %s", schedule->link);
}

static errcode
turn_on(struct schedule *schedule, struct err *err)
{
    struct buf service = BUF(UNIT_MAX), timer = BUF(UNIT_MAX);
    errcode code = write_service(schedule, &service, err);
    write_timer(schedule, &timer);
    if (code == OK && !schedule->root[0])
        code = folder_make(schedule->state, err);
    if (code == OK)
        code = make_folders(schedule->folder, err);
    if (code == OK)
        code = put(schedule->service, &service, err);
    if (code == OK)
        code = put(schedule->timer, &timer, err);
    if (code == OK)
        code = enable(schedule, err);
    buf_clear(&service);
    buf_clear(&timer);
    if (code != OK)
        return code;
    SAY(schedule, "Đã ghi:\n  %s\n  %s\n  %s\n", "Written:\n  %s\n  %s\n  %s\n", schedule->service,
        schedule->timer, schedule->link);
    SAY(schedule, "Kết quả: nhật ký hệ thống (journalctl%s -u %s) và trang %s\n",
        "Results: the system's log (journalctl%s -u %s) and the page %s\n", user_flag(schedule),
        UNIT, schedule->report);
    begin(schedule);
    SAY(schedule, "Hủy lịch: %s scan --schedule off%s%s\n",
        "To undo this: %s scan --schedule off%s%s\n", program_name,
        schedule->root[0] ? " --root " : "", schedule->root);
    return OK;
}

static errcode
turn_off(struct schedule *schedule, struct err *err)
{
    const char *const paths[] = {schedule->link, schedule->timer, schedule->service};
    size_t removed = 0;
    if (schedule->is_running)
        systemctl(schedule, "stop", UNIT ".timer");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct stat info;
        if (lstat(paths[i], &info) != 0)
            continue;
        errcode code = file_remove(paths[i], err);
        if (code != OK)
            return code;
        SAY(schedule, "Đã xóa %s\n", "Removed %s\n", paths[i]);
        removed++;
    }
    if (schedule->is_running && removed > 0)
        systemctl(schedule, "daemon-reload", NULL);
    if (removed == 0)
        SAY(schedule, "Không có lịch quét nào ở %s.\n", "There was no schedule in %s.\n",
            schedule->folder);
    return OK;
}

/* The timer that counts: the one here, else the package's. */
static bool
find_timer(const struct schedule *schedule, char out[PATH_TEXT])
{
    static const char *const packaged[] = {"/lib/systemd/system/", "/usr/lib/systemd/system/"};
    if (file_exists(schedule->timer))
        return join(out, schedule->timer, "", "", NULL) == OK;
    for (size_t i = 0; schedule->is_system && i < sizeof packaged / sizeof *packaged; i++)
        if (join(out, schedule->root, packaged[i], UNIT ".timer", NULL) == OK && file_exists(out))
            return true;
    return false;
}

static errcode
show(struct schedule *schedule, struct err *err)
{
    char path[PATH_TEXT], when[64] = "?";
    struct stat info;
    struct buf text = {0};
    bool is_on = lstat(schedule->link, &info) == 0 && find_timer(schedule, path);
    if (!is_on) {
        SAY(schedule, "Chưa có lịch quét; đặt lịch: %s scan --schedule daily\n",
            "No scan is scheduled; to have one: %s scan --schedule daily\n", program_name);
        return OK;
    }
    errcode code = file_read(path, UNIT_MAX, &text, err);
    str rest = buf_view(&text), line;
    while (str_line(&rest, &line))
        if (str_starts(line, STR(MARK)))
            str_copy(str_from(line, strlen(MARK)), when, sizeof when);
    buf_clear(&text);
    if (code != OK)
        return code;
    SAY(schedule, "Lịch quét: %s (%s)\n", "Scheduled: %s (%s)\n",
        !schedule->is_vi              ? when
        : strcmp(when, "daily") == 0  ? "hằng ngày"
        : strcmp(when, "weekly") == 0 ? "hằng tuần"
                                      : when,
        path);
    char report[PATH_TEXT], time[TIME_TEXT];
    code = join(report, schedule->root, schedule->report, "", err);
    if (code == OK && stat(report, &info) == 0)
        SAY(schedule, "Kết quả mới nhất: %s (%s)\n", "The newest result: %s (%s)\n", report,
            time_format((usec)info.st_mtime * USEC_PER_SECOND, time));
    else
        SAY(schedule, "Chưa có kết quả nào ở %s\n", "There is no result in %s yet\n", report);
    return code;
}

/* ---- the call ---- */

errcode
schedule_answer(const struct call *call, struct err *err)
{
    cleanup(cleanup_free) struct schedule *schedule = mem_calloc(1, sizeof *schedule);
    const char *when = call_option(call, "schedule");
    bool is_status = strcmp(when, "status") == 0;
    errcode code = locate(schedule, call, err);
    if (code != OK)
        return code;
    if (is_status)
        code = show(schedule, err);
    else
        code = strcmp(when, "off") == 0 ? turn_off(schedule, err) : turn_on(schedule, err);
    if (code == OK)
        code = output_buf(&schedule->out, "the result", err);
    buf_clear(&schedule->out);
    if (code == OK && is_status && schedule->is_running)
        systemctl(schedule, "list-timers", UNIT ".timer");
    return code;
}
