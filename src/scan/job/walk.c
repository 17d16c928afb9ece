/* SPDX-License-Identifier: Apache-2.0 */
/* Folders to come are a list, so that the depth of a tree costs no stack. */
#include "scan/job/walk.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"

enum { FOLDERS_MAX = 1 << 20 };

struct folder {
    char *path;
    dev_t device;
    ino_t inode;
};
/* ITEMS before NEXT were read; they stay, so that a link back to one of them is known. */
struct walking {
    const struct walk_options *options;
    struct folder *items;
    size_t count, room, next;
    bool ended;
};

static bool
is_known(const struct walking *walking, const struct stat *info)
{
    for (size_t i = 0; i < walking->count; i++)
        if (walking->items[i].inode == info->st_ino && walking->items[i].device == info->st_dev)
            return true;
    return false;
}

static void
tell(const struct walking *walking, const struct err *err)
{
    if (walking->options->unread)
        walking->options->unread(walking->options->context, err);
}

static void
add_folder(struct walking *walking, const char *path, const struct stat *info, bool is_link)
{
    struct err err;
    if (is_link && is_known(walking, info))
        return;
    if (walking->count == FOLDERS_MAX) {
        err_set(&err, ERR_LIMIT, "%s is left out: there are more than %d folders", path,
                FOLDERS_MAX);
        tell(walking, &err);
        return;
    }
    if (walking->count == walking->room) {
        walking->room = walking->room ? walking->room * 2 : 64;
        walking->items = mem_resize(walking->items, walking->room, sizeof *walking->items);
    }
    walking->items[walking->count++] =
        (struct folder){mem_strndup(path, strlen(path)), info->st_dev, info->st_ino};
}

static void
visit(struct walking *walking, const char *path)
{
    const struct walk_options *options = walking->options;
    struct stat info;
    struct err err;
    if (lstat(path, &info) != 0) {
        err_set_errno(&err, "cannot read %s", path);
        tell(walking, &err);
        return;
    }
    bool is_link = S_ISLNK(info.st_mode);
    if (is_link && (!options->follow_links || stat(path, &info) != 0))
        return;
    if (S_ISDIR(info.st_mode)) {
        if (options->recursive && (!options->enters || options->enters(options->context, path)))
            add_folder(walking, path, &info, is_link);
    } else if (S_ISREG(info.st_mode) &&
               (!options->size_max || (uint64_t)info.st_size <= options->size_max)) {
        struct file_info found = file_info_of_stat(&info);
        walking->ended = !options->found(options->context, path, &found);
    }
}

static errcode
read_folder(struct walking *walking, const char *path, struct err *err)
{
    DIR *folder = opendir(path);
    if (!folder)
        return err_set_errno(err, "cannot read the folder %s", path);
    const struct dirent *entry;
    while (!walking->ended && (entry = readdir(folder))) {
        char below[PATH_TEXT];
        struct err trouble;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (path_join(below, path, entry->d_name, &trouble) == OK)
            visit(walking, below);
        else
            tell(walking, &trouble);
    }
    closedir(folder);
    return OK;
}

errcode
walk(const char *top, const struct walk_options *options, struct err *err)
{
    struct walking walking = {.options = options};
    struct stat info;
    if (stat(top, &info) != 0)
        return err_set_errno(err, "cannot read %s", top);
    if (S_ISREG(info.st_mode)) {
        struct file_info found = file_info_of_stat(&info);
        options->found(options->context, top, &found);
        return OK;
    }
    add_folder(&walking, top, &info, false);
    errcode code = OK;
    for (; walking.next < walking.count && !walking.ended && code == OK; walking.next++) {
        struct err trouble;
        const char *path = walking.items[walking.next].path;
        if (read_folder(&walking, path, &trouble) == OK)
            continue;
        if (walking.next == 0)
            code = err_set(err, trouble.code, "%s", trouble.text);
        else
            tell(&walking, &trouble);
    }
    for (size_t i = 0; i < walking.count; i++)
        free(walking.items[i].path);
    free(walking.items);
    return code;
}
