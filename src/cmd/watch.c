/* SPDX-License-Identifier: Apache-2.0 */
/* The drop folder. A file is complete when its writer closed or renamed it (inotify says so); of
 * one that was there before, or whose event was lost, when nobody wrote to it for some seconds. */
#include "cmd/watch.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/require.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/stat.h>

enum { QUIET_SECONDS = 10, RETRY_SECONDS = 10, NAMES_MAX = 65536 };

static volatile sig_atomic_t stopped;

static void
stop(int number)
{
    (void)number;
    stopped = 1;
}

/* The signals are blocked except while waiting, so that none is missed and no file is left half
 * handled. */
static void
catch_signals(sigset_t *waiting)
{
    const struct sigaction action = {.sa_handler = stop};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, waiting);
    sigdelset(waiting, SIGTERM);
    sigdelset(waiting, SIGINT);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

static bool
stop_pending(void)
{
    sigset_t pending;
    sigpending(&pending);
    return stopped || sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

static bool
is_unfinished(const char *name)
{
    str s = str_of(name);
    return s.n == 0 || name[0] == '.' || str_ends(s, STR(".part")) || str_ends(s, STR(".tmp"));
}

/* FOLDER/SUB/NAME, or with a number behind it when that is taken. */
static errcode
free_name(const char *folder, const char *sub, const char *name, char out[PATH_TEXT],
          struct err *err)
{
    for (unsigned number = 0; number < 100000; number++) {
        int n = number ? snprintf(out, PATH_TEXT, "%s/%s/%s.%u", folder, sub, name, number)
                       : snprintf(out, PATH_TEXT, "%s/%s/%s", folder, sub, name);
        if (n < 0 || n >= PATH_TEXT)
            return err_set(err, ERR_LIMIT, "the path %s/%s/%s is too long", folder, sub, name);
        if (!file_exists(out))
            return OK;
    }
    return err_set(err, ERR_LIMIT, "%s/%s holds too many files named %s", folder, sub, name);
}

static errcode
put_away(const struct watch *watch, const char *path, const char *name, const struct err *fault,
         struct err *err)
{
    char target[PATH_TEXT], reason[PATH_TEXT];
    errcode code = free_name(watch->folder, fault ? "refused" : "done", name, target, err);
    if (code == OK && fault) {
        struct buf text = BUF(1024);
        buf_printf(&text, "%s\n", fault->text);
        int n = snprintf(reason, sizeof reason, "%s.reason.txt", target);
        code = n < 0 || n >= PATH_TEXT ? err_set(err, ERR_LIMIT, "the path %s is too long", target)
                                       : file_replace(reason, buf_view(&text), err);
        buf_clear(&text);
    }
    if (code == OK && rename(path, target) != 0)
        code = err_set_errno(err, "cannot move %s to %s", path, target);
    return code;
}

static bool
is_passing(errcode code)
{
    return code == ERR_BUSY || code == ERR_IO || code == ERR_NO_SPACE;
}

/* *RET_TAKEN grows; *RET_LATER is set when the file must be tried again. */
static errcode
handle(const struct watch *watch, const char *name, unsigned *ret_taken, bool *ret_later,
       struct err *err)
{
    char path[PATH_TEXT];
    struct stat status;
    errcode code = path_join(path, watch->folder, name, err);
    if (code != OK)
        return code;
    if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return OK;
    struct err fault;
    code = watch->file(watch->context, path, &fault);
    watch->told(watch->context, name, code == OK ? NULL : &fault);
    if (is_passing(code)) {
        *ret_later = true;
        return OK;
    }
    *ret_taken += code == OK;
    return put_away(watch, path, name, code == OK ? NULL : &fault, err);
}

/* Seconds since the file was last written; a clock that jumped back counts as long ago. */
static bool
is_quiet(const char *folder, const char *name)
{
    char path[PATH_TEXT];
    struct stat status;
    if (path_join(path, folder, name, NULL) != OK || lstat(path, &status) != 0)
        return false;
    time_t age = time(NULL) - status.st_mtime;
    return age < 0 || age >= QUIET_SECONDS;
}

/* Handles every quiet file of the folder in the order of their names. */
static errcode
sweep(const struct watch *watch, bool even_young, unsigned *ret_taken, bool *ret_later,
      struct err *err)
{
    struct dirent **entries;
    int count = scandir(watch->folder, &entries, NULL, alphasort);
    if (count < 0)
        return err_set_errno(err, "cannot read the folder %s", watch->folder);
    errcode code = OK;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        bool wanted =
            code == OK && !stop_pending() && !is_unfinished(name) && entries[i]->d_type != DT_DIR;
        if (wanted && (even_young || is_quiet(watch->folder, name)))
            code = handle(watch, name, ret_taken, ret_later, err);
        else if (wanted)
            *ret_later = true;
        free(entries[i]);
    }
    free(entries);
    return code;
}

/* Handles the files that inotify names. An overflow means that some were missed. */
static errcode
drain(const struct watch *watch, int fd, unsigned *ret_taken, bool *ret_later, struct err *err)
{
    _Alignas(struct inotify_event) char events[16384];
    errcode code = OK;
    ssize_t n;
    while (code == OK && !stop_pending() && (n = read(fd, events, sizeof events)) > 0) {
        const struct inotify_event *event;
        for (const char *at = events; at < events + n && code == OK;
             at += sizeof *event + event->len) {
            event = (const struct inotify_event *)(const void *)at;
            if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))
                return err_set(err, ERR_NOT_FOUND, "the folder %s is gone", watch->folder);
            if (event->mask & IN_Q_OVERFLOW)
                *ret_later = true;
            else if (event->len && !(event->mask & IN_ISDIR) && !is_unfinished(event->name))
                code = handle(watch, event->name, ret_taken, ret_later, err);
        }
    }
    return code;
}

static errcode
wait_and_handle(const struct watch *watch, int fd, const sigset_t *waiting, bool *later,
                struct err *err)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    const struct timespec retry = {.tv_sec = RETRY_SECONDS};
    unsigned taken = 0;
    int count = ppoll(&ready, 1, *later ? &retry : NULL, waiting);
    if (count < 0 && errno != EINTR)
        return err_set_errno(err, "cannot wait for %s", watch->folder);
    if (stop_pending())
        return OK;
    errcode code;
    if (count > 0) {
        code = drain(watch, fd, &taken, later, err);
    } else {
        *later = false;
        code = sweep(watch, false, &taken, later, err);
    }
    if (taken)
        watch->settled(watch->context, taken);
    return code;
}

static errcode
make_folders(const char *folder, struct err *err)
{
    static const char *const names[] = {"done", "refused"};
    char path[PATH_TEXT];
    errcode code = OK;
    for (size_t i = 0; i < 2 && code == OK; i++) {
        code = path_join(path, folder, names[i], err);
        if (code == OK)
            code = folder_make(path, err);
    }
    return code;
}

errcode
watch_run(const struct watch *watch, struct err *err)
{
    sigset_t waiting;
    unsigned taken = 0;
    bool later = false;
    catch_signals(&waiting);
    errcode code = make_folders(watch->folder, err);
    if (code != OK)
        return code;
    cleanup(cleanup_close) int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0 || inotify_add_watch(fd, watch->folder,
                                    IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                        IN_ONLYDIR) < 0)
        return err_set_errno(err, "cannot watch the folder %s", watch->folder);
    code = sweep(watch, watch->once, &taken, &later, err);
    if (taken)
        watch->settled(watch->context, taken);
    while (code == OK && !watch->once && !stop_pending())
        code = wait_and_handle(watch, fd, &waiting, &later, err);
    return code;
}
