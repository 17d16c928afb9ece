/* SPDX-License-Identifier: Apache-2.0 */
/* inotify(7) tells of one folder each. A folder that is made or moved here gets its watch when it
 * is told of; what came into it before is found because the whole folder is noted then. */
#include "scan/watch/inner.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/require.h"
#include "scan/job/walk.h"

enum { EVENTS_BYTES = 64 << 10 };

errcode
inotify_begin(struct file_watch *watch, struct err *err)
{
    if (watch->inotify < 0)
        watch->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return watch->inotify >= 0 ? OK : err_set_errno(err, "cannot use inotify");
}

/* ---- the folders ---- */

static struct watch_folder *
find_folder(const struct file_watch *watch, int number)
{
    size_t low = 0, high = watch->folder_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (watch->folders[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_there = low < watch->folder_count && watch->folders[low].number == number;
    return is_there ? &watch->folders[low] : NULL;
}

/* Numbers are not given again, so those that are gone are dropped in one go. */
static void
drop_gone(struct file_watch *watch)
{
    size_t kept = 0;
    for (size_t i = 0; i < watch->folder_count; i++)
        if (watch->folders[i].path)
            watch->folders[kept++] = watch->folders[i];
    watch->folder_count = kept;
    watch->folders_gone = 0;
}

static void
forget(struct file_watch *watch, struct watch_folder *folder)
{
    if (!folder || !folder->path)
        return;
    free(take(folder->path));
    watch->folders_gone++;
    if (watch->folders_gone > 1024 && watch->folders_gone > watch->folder_count / 2)
        drop_gone(watch);
}

static void
remember(struct file_watch *watch, int number, const char *path)
{
    struct watch_folder *folder = find_folder(watch, number);
    if (!folder) {
        if (watch->folder_count == watch->folder_room) {
            watch->folder_room = watch->folder_room ? watch->folder_room * 2 : 64;
            watch->folders = mem_resize(watch->folders, watch->folder_room, sizeof *watch->folders);
        }
        folder = &watch->folders[watch->folder_count++];
        *folder = (struct watch_folder){.number = number};
    } else if (!folder->path) {
        watch->folders_gone--;
    }
    free(folder->path);
    folder->path = mem_strndup(path, strlen(path));
}

static void
add_folder(struct file_watch *watch, const char *path)
{
    int number = inotify_add_watch(watch->inotify, path,
                                   IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                       IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK);
    if (number >= 0)
        remember(watch, number, path);
    else if (errno == ENOSPC || errno == ENOMEM)
        watch->unwatched++;
}

static bool
enters(void *context, const char *path, bool is_other)
{
    struct file_watch *watch = context;
    for (size_t i = 0; i < watch->left_out_count; i++)
        if (is_below(path, watch->left_out[i]))
            return false;
    if (is_other)
        return false;
    add_folder(watch, path);
    return true;
}

static bool
passes(void *context, const char *path, const struct file_info *info)
{
    (void)context, (void)path, (void)info;
    return true;
}

void
inotify_add(struct file_watch *watch, const char *path)
{
    const struct walk_options options = {
        .recursive = true, .found = passes, .enters = enters, .context = watch};
    struct file_info info;
    char folder[PATH_TEXT];
    if (file_info_at(path, &info, NULL) != OK)
        return;
    if (info.kind == FILE_REGULAR) { /* who replaces it replaces its entry */
        str above = {path, (size_t)(path_base(path) - path)};
        if (str_copy(above, folder, sizeof folder))
            add_folder(watch, folder);
    } else if (info.kind == FILE_FOLDER) {
        add_folder(watch, path);
        walk(path, &options, NULL);
    }
}

/* ---- the events ---- */

static void
forget_below(struct file_watch *watch, const char *path)
{
    for (size_t i = 0; i < watch->folder_count; i++) {
        struct watch_folder *folder = &watch->folders[i];
        if (!folder->path || !is_below(folder->path, path))
            continue;
        inotify_rm_watch(watch->inotify, folder->number);
        free(take(folder->path));
        watch->folders_gone++;
    }
}

static void
note_event(struct file_watch *watch, const struct inotify_event *event)
{
    char path[PATH_TEXT];
    struct watch_folder *folder = find_folder(watch, event->wd);
    if (event->mask & IN_Q_OVERFLOW)
        watch->is_lost = true;
    if (event->mask & IN_IGNORED)
        forget(watch, folder);
    else if (folder && folder->path && event->len > 0 &&
             path_join(path, folder->path, event->name, NULL) == OK) {
        bool is_folder = event->mask & IN_ISDIR;
        if (is_folder && (event->mask & IN_MOVED_FROM))
            forget_below(watch, path);
        if (is_folder && (event->mask & (IN_CREATE | IN_MOVED_TO)))
            inotify_add(watch, path);
        if (event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO) || (is_folder && event->mask & IN_CREATE))
            watch_note(watch, path);
    }
}

void
inotify_take(struct file_watch *watch)
{
    union {
        struct inotify_event first; /* for its alignment */
        char bytes[EVENTS_BYTES];
    } *events = mem_calloc(1, sizeof *events);
    ssize_t n;
    bool was_lost = watch->is_lost;
    while ((n = read(watch->inotify, events, sizeof *events)) > 0 || (n < 0 && errno == EINTR)) {
        const struct inotify_event *event;
        for (ssize_t at = 0; at < n; at += (ssize_t)(sizeof *event + event->len)) {
            event = (const void *)(events->bytes + at);
            note_event(watch, event);
        }
    }
    free(events);
    /* Folders may have been made that were not told of. */
    for (size_t i = 0; watch->is_lost && !was_lost && i < watch->tree_count; i++)
        inotify_add(watch, watch->trees[i]);
}
