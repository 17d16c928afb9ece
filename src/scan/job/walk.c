/* SPDX-License-Identifier: Apache-2.0 */
/* Folders to come are a stack that all threads share, so that the depth of a tree costs no stack of
 * theirs. What a folder's listing says is not asked for again: only regular files, whose size and
 * times it does not tell, cost a call each. */
#include "scan/job/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"

enum { FOLDERS_MAX = 1 << 20, LISTING = 64 << 10, THREADS_MAX = 64 };

struct folder {
    char *path;
    uint64_t device; /* of the folder that it is in */
    bool is_top, is_link;
};
struct known {
    dev_t device;
    ino_t inode;
};
struct walking {
    const struct walk_options *options;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t more;
    struct folder *folders;
    size_t count, room;
    unsigned reading;    /* threads that may still add some */
    struct known *known; /* all that links may lead back to, where they are followed */
    size_t known_count, known_room;
    atomic_bool ended;
    struct err top_error; /* why the walk's own folder could not be read */
};

static void
tell(const struct walking *walking, const struct err *err)
{
    if (walking->options->unread)
        walking->options->unread(walking->options->context, err);
}

/* ---- folders to come ---- */

static bool
find_known(const struct walking *walking, const struct stat *info)
{
    for (size_t i = 0; i < walking->known_count; i++)
        if (walking->known[i].inode == info->st_ino && walking->known[i].device == info->st_dev)
            return true;
    return false;
}

static void
add_known(struct walking *walking, const struct stat *info)
{
    if (walking->known_count == walking->known_room) {
        walking->known_room = walking->known_room ? walking->known_room * 2 : 64;
        walking->known = mem_resize(walking->known, walking->known_room, sizeof *walking->known);
    }
    walking->known[walking->known_count++] = (struct known){info->st_dev, info->st_ino};
}

/* True when the link leads to a folder that is met otherwise. */
static bool
is_known(struct walking *walking, const struct stat *info, bool is_link)
{
    if (!walking->options->follow_links)
        return false;
    pthread_mutex_lock(&walking->lock);
    bool known = is_link && find_known(walking, info);
    if (!known)
        add_known(walking, info);
    pthread_mutex_unlock(&walking->lock);
    return known;
}

static void
push(struct walking *walking, const char *path, struct folder folder)
{
    struct err err;
    pthread_mutex_lock(&walking->lock);
    bool fits = walking->count < FOLDERS_MAX;
    if (fits && walking->count == walking->room) {
        walking->room = walking->room ? walking->room * 2 : 64;
        walking->folders = mem_resize(walking->folders, walking->room, sizeof *walking->folders);
    }
    if (fits) {
        folder.path = mem_strndup(path, strlen(path));
        walking->folders[walking->count++] = folder;
        pthread_cond_signal(&walking->more);
    }
    pthread_mutex_unlock(&walking->lock);
    if (!fits) {
        err_set(&err, ERR_LIMIT, "%s is left out: more than %d folders wait", path, FOLDERS_MAX);
        tell(walking, &err);
    }
}

/* False when there is no more. What is taken must be given to `done` afterwards. */
static bool
pop(struct walking *walking, struct folder *ret)
{
    pthread_mutex_lock(&walking->lock);
    while (walking->count == 0 && walking->reading > 0)
        pthread_cond_wait(&walking->more, &walking->lock);
    bool found = walking->count > 0;
    if (found) {
        *ret = walking->folders[--walking->count];
        walking->reading++;
    }
    pthread_mutex_unlock(&walking->lock);
    return found;
}

static void
done(struct walking *walking)
{
    pthread_mutex_lock(&walking->lock);
    if (--walking->reading == 0 && walking->count == 0)
        pthread_cond_broadcast(&walking->more);
    pthread_mutex_unlock(&walking->lock);
}

/* ---- a folder ---- */

/* One thread's place in it. */
struct reading {
    struct walking *walking;
    int fd;
    uint64_t device;
    size_t length; /* of the folder's own part of PATH, with a slash behind it */
    char path[PATH_TEXT];
    _Alignas(struct dirent64) char listing[LISTING];
};

static void
meet(struct reading *reading, const struct stat *info, bool is_link)
{
    struct walking *walking = reading->walking;
    const struct walk_options *options = walking->options;
    if (S_ISDIR(info->st_mode)) {
        if (options->recursive && !is_known(walking, info, is_link))
            push(walking, reading->path, (struct folder){NULL, reading->device, false, is_link});
    } else if (S_ISREG(info->st_mode) &&
               (!options->size_max || (uint64_t)info->st_size <= options->size_max)) {
        struct file_info found = file_info_of_stat(info);
        if (!options->found(options->context, reading->path, &found))
            walking->ended = true;
    }
}

static void
ask(struct reading *reading, const char *name)
{
    struct stat info;
    struct err err;
    if (fstatat(reading->fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        err_set_errno(&err, "cannot read %s", reading->path);
        tell(reading->walking, &err);
        return;
    }
    bool is_link = S_ISLNK(info.st_mode);
    if (!is_link ||
        (reading->walking->options->follow_links && fstatat(reading->fd, name, &info, 0) == 0))
        meet(reading, &info, is_link);
}

static void
visit(struct reading *reading, const struct dirent64 *entry)
{
    struct walking *walking = reading->walking;
    const struct walk_options *options = walking->options;
    const char *name = entry->d_name;
    struct err err;
    size_t n = strlen(name);
    if (name[0] == '.' && (n == 1 || (n == 2 && name[1] == '.')))
        return;
    if (reading->length + n >= sizeof reading->path) {
        err_set(&err, ERR_LIMIT, "a path in %.*s is too long", (int)reading->length, reading->path);
        tell(walking, &err);
        return;
    }
    memcpy(reading->path + reading->length, name, n + 1);
    unsigned char type = entry->d_type;
    if (type == DT_DIR && options->recursive && !options->follow_links)
        push(walking, reading->path, (struct folder){NULL, reading->device, false, false});
    else if (type == DT_REG || type == DT_UNKNOWN ||
             (options->follow_links && (type == DT_LNK || type == DT_DIR)))
        ask(reading, name);
}

static errcode
list(struct reading *reading, const char *path, struct err *err)
{
    ssize_t n = 0;
    while (!reading->walking->ended && (n = getdents64(reading->fd, reading->listing, LISTING)) > 0)
        for (ssize_t at = 0; at < n && !reading->walking->ended;) {
            const struct dirent64 *entry = (const void *)(reading->listing + at);
            visit(reading, entry);
            at += entry->d_reclen;
        }
    return n < 0 ? err_set_errno(err, "cannot read the folder %s", path) : OK;
}

static bool
is_wanted(const struct walk_options *options, const struct folder *folder, const struct stat *info)
{
    return folder->is_top || !options->enters ||
           options->enters(options->context, folder->path, info->st_dev != folder->device);
}

static errcode
read_folder(struct reading *reading, const struct folder *folder, struct err *err)
{
    int flags = folder->is_top || folder->is_link ? 0 : O_NOFOLLOW;
    struct stat info;
    cleanup(cleanup_close) int fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
    if (fd < 0 || fstat(fd, &info) != 0)
        return err_set_errno(err, "cannot read the folder %s", folder->path);
    if (!is_wanted(reading->walking->options, folder, &info))
        return OK;
    size_t n = strlen(folder->path);
    memcpy(reading->path, folder->path, n);
    if (n > 0 && reading->path[n - 1] != '/')
        reading->path[n++] = '/';
    reading->length = n;
    reading->device = info.st_dev;
    reading->fd = fd;
    return list(reading, folder->path, err);
}

static void *
read_folders(void *argument)
{
    struct walking *walking = argument;
    struct reading *reading = mem_alloc(sizeof *reading);
    struct folder folder;
    reading->walking = walking;
    while (pop(walking, &folder)) {
        struct err err;
        if (!walking->ended && read_folder(reading, &folder, &err) != OK) {
            if (folder.is_top)
                walking->top_error = err;
            else
                tell(walking, &err);
        }
        free(folder.path);
        done(walking);
    }
    free(reading);
    return NULL;
}

errcode
walk(const char *top, const struct walk_options *options, struct err *err)
{
    struct walking walking = {.options = options};
    pthread_t threads[THREADS_MAX];
    struct stat info;
    unsigned count = 0;
    if (stat(top, &info) != 0)
        return err_set_errno(err, "cannot read %s", top);
    if (S_ISREG(info.st_mode)) {
        struct file_info found = file_info_of_stat(&info);
        options->found(options->context, top, &found);
        return OK;
    }
    pthread_mutex_init(&walking.lock, NULL);
    pthread_cond_init(&walking.more, NULL);
    is_known(&walking, &info, false);
    push(&walking, top, (struct folder){NULL, info.st_dev, true, false});
    while (count + 1 < options->threads && count < THREADS_MAX &&
           pthread_create(&threads[count], NULL, read_folders, &walking) == 0)
        count++;
    read_folders(&walking);
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&walking.lock);
    pthread_cond_destroy(&walking.more);
    free(walking.folders);
    free(walking.known);
    errcode code = walking.top_error.code;
    return code == OK ? OK : err_set(err, code, "%s", walking.top_error.text);
}
