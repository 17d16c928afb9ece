/* SPDX-License-Identifier: Apache-2.0 */
/* A folder that is held open, so that what is done in it is done nowhere else: in
 * quarantine_linux and quarantine_windows. NAME is of one part. */
#pragma once

#include "base/err.h"
#include "base/file.h"
#include "base/file_info.h"

struct room {
    intptr_t handle;      /* the system's own; -1: none */
    char path[PATH_TEXT]; /* from the root */
};

/* The folder of a quarantine: made when it is not there; nobody else may use it. */
errcode room_open_own(const char *path, struct room *ret, struct err *err);
void room_close(struct room *room);
bool room_is_same(const struct room *a, const struct room *b);
/* What the name stands for itself; false when there is nothing. */
bool room_look(const struct room *room, const char *name, struct file_info *ret);
/* Each name, until EACH fails. */
errcode room_each(const struct room *room,
                  errcode (*each)(void *context, str name, struct err *err), void *context,
                  struct err *err);

/* A new file for its owner alone, to read and write. */
errcode room_create(const struct room *room, const char *name, int *ret_fd, struct err *err);
/* The same without a name; ERR_UNSUPPORTED where there is no such thing. */
errcode room_create_unnamed(const struct room *room, int *ret_fd, struct err *err);
/* Gives it one that is free; *RET_TAKEN when it is not. */
errcode room_name_unnamed(const struct room *room, int fd, const char *name, bool *ret_taken,
                          struct err *err);
/* To read; no link is followed. */
errcode room_open_file(const struct room *room, const char *name, int *ret_fd, struct err *err);
/* To read and write, made when it is not there. */
errcode room_open_kept(const struct room *room, const char *name, int *ret_fd, struct err *err);
/* The same, by one program at a time: ERR_BUSY. */
errcode room_lock(const struct room *room, const char *name, int *ret_fd, struct err *err);
/* Space on the disk for BYTES more, where the file system can. */
void room_reserve(int fd, uint64_t end, uint64_t bytes);

/* The open file FROM to a name that is free; *RET_TAKEN when it is not. */
errcode room_rename_new(const struct room *room, int fd, const char *from, const char *to,
                        bool *ret_taken, struct err *err);
errcode room_rename_over(const struct room *room, const char *from, const char *to,
                         struct err *err);
/* Both change names in one step; ERR_UNSUPPORTED where the file system cannot. */
errcode room_exchange(const struct room *room, const char *a, const char *b, struct err *err);
errcode room_remove(const struct room *room, const char *name, struct err *err);
/* Makes its names durable. */
errcode room_sync(const struct room *room, struct err *err);
