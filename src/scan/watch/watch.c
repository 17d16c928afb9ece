/* SPDX-License-Identifier: Apache-2.0 */
/* Each file system that paths are on, and each below them, is seen by fanotify, or by inotify where
 * that cannot be. */
#include "scan/watch/inner.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/require.h"

bool
is_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    if (n == 1) /* the root */
        return true;
    return strncmp(path, folder, n) == 0 && (path[n] == 0 || path[n] == '/');
}

void
watch_note(struct file_watch *watch, const char *path)
{
    bool is_watched = false;
    for (size_t i = 0; i < watch->path_count && !is_watched; i++)
        is_watched = is_below(path, watch->paths[i]);
    for (size_t i = 0; i < watch->left_out_count && is_watched; i++)
        is_watched = !is_below(path, watch->left_out[i]);
    if (is_watched && !pending_add(&watch->pending, path, clock_monotonic()))
        watch->is_lost = true;
}

/* ---- making ---- */

static char **
copy_all(const char *const *texts, size_t count)
{
    char **copies = mem_calloc(count + 1, sizeof *copies);
    for (size_t i = 0; i < count; i++)
        copies[i] = mem_strndup(texts[i], strlen(texts[i]));
    return copies;
}

static void
free_all(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

static void
add_place(void *context, const char *path)
{
    struct file_watch *watch = context;
    if (fanotify_add(watch, path) || inotify_begin(watch, NULL) != OK)
        return;
    watch->trees = mem_resize(watch->trees, watch->tree_count + 1, sizeof *watch->trees);
    watch->trees[watch->tree_count++] = mem_strndup(path, strlen(path));
    inotify_add(watch, path);
}

errcode
file_watch_open(const struct file_watch_options *options, struct file_watch **ret, struct err *err)
{
    struct file_watch *watch = mem_calloc(1, sizeof *watch);
    watch->paths = copy_all(options->paths, options->count);
    watch->path_count = options->count;
    watch->left_out = copy_all(options->left_out, options->left_out_count);
    watch->left_out_count = options->left_out_count;
    watch->fanotify = watch->inotify = -1;
    errcode code =
        options->by_inotify || fanotify_begin(watch, NULL) != OK ? inotify_begin(watch, err) : OK;
    for (size_t i = 0; i < watch->path_count && code == OK; i++) {
        add_place(watch, watch->paths[i]);
        mounts_below(watch->paths[i], add_place, watch);
    }
    if (code == OK && watch->mount_count == 0 && watch->folder_count == 0)
        code = err_set(err, ERR_DENIED,
                       "nothing of it can be watched: neither fanotify nor inotify see it, or "
                       "fs.inotify.max_user_watches (sysctl) is used up");
    if (code == OK)
        *ret = watch;
    else
        file_watch_close(watch);
    return code;
}

void
file_watch_close(struct file_watch *watch)
{
    if (!watch)
        return;
    for (size_t i = 0; i < watch->mount_count; i++)
        close(watch->mounts[i].fd);
    for (size_t i = 0; i < watch->folder_count; i++)
        free(watch->folders[i].path);
    if (watch->fanotify >= 0)
        close(watch->fanotify);
    if (watch->inotify >= 0)
        close(watch->inotify);
    free_all(watch->paths, watch->path_count);
    free_all(watch->left_out, watch->left_out_count);
    free_all(watch->trees, watch->tree_count);
    free(watch->mounts);
    free(watch->folders);
    pending_clear(&watch->pending);
    free(watch);
}

struct file_watch_about
file_watch_about(const struct file_watch *watch)
{
    return (struct file_watch_about){watch->mount_count, watch->folder_count - watch->folders_gone,
                                     watch->unwatched};
}

/* ---- what is written ---- */

void
file_watch_read(struct file_watch *watch, int milliseconds)
{
    struct pollfd polled[2] = {{.fd = watch->fanotify, .events = POLLIN},
                               {.fd = watch->inotify, .events = POLLIN}};
    if (poll(polled, 2, milliseconds) <= 0)
        return;
    if (polled[0].revents)
        fanotify_take(watch);
    if (polled[1].revents)
        inotify_take(watch);
}

size_t
file_watch_take(struct file_watch *watch, char **out, size_t max)
{
    return pending_take(&watch->pending, clock_monotonic(), out, max);
}

size_t
file_watch_waiting(const struct file_watch *watch)
{
    return watch->pending.count;
}

bool
file_watch_lost(struct file_watch *watch)
{
    bool is_lost = watch->is_lost;
    if (is_lost)
        pending_clear(&watch->pending);
    watch->is_lost = false;
    return is_lost;
}
