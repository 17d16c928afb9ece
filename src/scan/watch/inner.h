/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>

#include "base/file.h"
#include "scan/watch/pending.h"
#include "scan/watch/watch.h"

/* A mount whose file system fanotify tells of. Events name a folder by a handle, which is opened by
 * way of FD: a file system may be mounted in several places, and each shows a part of it. */
struct watch_mount {
    int fd, mount;
    uint64_t file_system; /* statfs(2) */
};
struct watch_folder {
    int number; /* the kernel's; they ascend */
    char *path;
};
struct file_watch {
    char **paths, **left_out;
    size_t path_count, left_out_count;
    int fanotify, inotify; /* -1: not used */
    struct watch_mount *mounts;
    size_t mount_count;
    struct watch_folder *folders; /* by number; a path of NULL: gone */
    size_t folder_count, folder_room, folders_gone, unwatched;
    char **trees; /* that inotify watches */
    size_t tree_count;
    struct pending pending;
    bool is_lost;
};

bool is_below(const char *path, const char *folder);
/* Takes note of PATH, when it is watched. */
void watch_note(struct file_watch *watch, const char *path);

/* mounts.c: gives the file systems that are mounted below PATH and hold files. */
void mounts_below(const char *path, void (*each)(void *context, const char *mount), void *context);

/* fanotify.c */
errcode fanotify_begin(struct file_watch *watch, struct err *err);
bool fanotify_add(struct file_watch *watch, const char *path); /* its whole file system */
void fanotify_take(struct file_watch *watch);

/* inotify.c */
errcode inotify_begin(struct file_watch *watch, struct err *err);
/* The folder PATH and those below it on its file system, or the folder of the file PATH. */
void inotify_add(struct file_watch *watch, const char *path);
void inotify_take(struct file_watch *watch);
