/* SPDX-License-Identifier: Apache-2.0 */
/* Files are told of when they were written: by fanotify, which sees whole file systems and needs
 * CAP_SYS_ADMIN, else by inotify, which sees the folders that are there and those that are made in
 * them, as many as the system allows. Linux. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct file_watch_options {
    const char *const *paths; /* folders or files, absolute, without links */
    size_t count;
    const char *const *left_out; /* so are these: nothing at or below them is told */
    size_t left_out_count;
    bool by_inotify; /* even where fanotify is allowed */
};
struct file_watch_about {
    size_t file_systems; /* seen by fanotify */
    size_t folders;      /* seen by inotify */
    size_t unwatched;    /* folders beyond the system's limit (fs.inotify.max_user_watches) */
};
struct file_watch;
/* What OPTIONS point to is copied. ERR_DENIED, ERR_LIMIT and so on when nothing can be seen. */
errcode file_watch_open(const struct file_watch_options *options, struct file_watch **ret,
                        struct err *err);
void file_watch_close(struct file_watch *watch);
struct file_watch_about file_watch_about(const struct file_watch *watch);

/* Waits for what is written, MILLISECONDS at most or until a signal, and takes note of it. */
void file_watch_read(struct file_watch *watch, int milliseconds);
/* At most MAX paths that were written and have been left alone since for half a second, or are
 * written to for five; strings are the caller's to free. A path may be gone by then, and may be a
 * folder that was moved here with what is in it. */
size_t file_watch_take(struct file_watch *watch, char **out, size_t max);
size_t file_watch_waiting(const struct file_watch *watch);
/* Whether more was written than could be taken note of since the last call: all is to be scanned
 * again, and what was noted is forgotten, since that is among it. */
bool file_watch_lost(struct file_watch *watch);
