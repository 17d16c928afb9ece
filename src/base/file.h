/* SPDX-License-Identifier: Apache-2.0 */
/* Files: read whole with a cap, mapped read-only, replaced without a moment in between. */
#pragma once

#include "base/buf.h"

/* A file mapped read-only. A mapping outlives the file's name; on Windows no one can remove, cut or
 * replace the file until then. */
struct file_map {
    str bytes;
};

/* Reads the whole file; more than CAP bytes is ERR_LIMIT. The caller clears RET. */
errcode file_read(const char *path, size_t cap, struct buf *ret, struct err *err);
/* Standard input or any descriptor until its end. */
errcode file_read_fd(int fd, const char *name, size_t cap, struct buf *ret, struct err *err);
/* Opens for reading; the caller closes. */
errcode file_open(const char *path, int *ret_fd, struct err *err);
/* The same without waiting for who may write to a FIFO. */
errcode file_open_now(const char *path, int *ret_fd, struct err *err);
/* Opens PATH, made when it is not there, to read and write it as the only one that writes: else
 * ERR_BUSY. A link is not followed. */
errcode file_open_alone(const char *path, int *ret_fd, struct err *err);
/* Bytes of an open regular file; anything else is ERR_USAGE. NAME is for messages. */
errcode file_size(int fd, const char *name, uint64_t *ret, struct err *err);
/* N bytes from OFFSET, wherever the descriptor stands, and it stays there; *RET_N is less only at
 * the file's end. */
errcode file_read_at(int fd, uint64_t offset, void *out, size_t n, const char *name, size_t *ret_n,
                     struct err *err);
/* Maps a regular file; anything else is ERR_USAGE. Files that others may cut: base/file_guard.h. */
errcode file_map_open(const char *path, struct file_map *ret, struct err *err);
errcode file_map_fd(int fd, const char *name, struct file_map *ret, struct err *err);
/* The same of a copy in an unnamed file in FOLDER, for files that others may still change: a
 * mapping that they cut would kill this process. The descriptor may be a pipe. More than CAP bytes
 * is ERR_LIMIT. */
errcode file_map_copy(const char *path, const char *folder, size_t cap, struct file_map *ret,
                      struct err *err);
errcode file_map_copy_fd(int fd, const char *name, const char *folder, size_t cap,
                         struct file_map *ret, struct err *err);
void file_map_close(struct file_map *map);
/* Gives back the memory of what lies before OFFSET, which is read again when it is asked for. */
void file_map_forget(const struct file_map *map, size_t offset);

/* Writes to a temporary name beside PATH, fsyncs, renames over PATH, fsyncs the folder: after a
 * crash PATH is the old or the new content, whole. */
errcode file_replace(const char *path, str content, struct err *err);
/* The three steps apart, for content that is written in pieces. TEMP_PATH gets the temporary
 * name (PATH_TEXT bytes); commit renames it to PATH. A temporary file that is not committed is
 * the caller's to remove. */
enum { PATH_TEXT = 4096 };
errcode file_create_temp(const char *path, char temp_path[PATH_TEXT], int *ret_fd, struct err *err);
errcode file_commit_temp(int fd, const char *temp_path, const char *path, struct err *err);
/* A file in FOLDER that has no name and goes with its last descriptor or mapping. */
errcode file_create_unnamed(const char *folder, int *ret_fd, struct err *err);
/* Writes all of it; short writes are continued. NAME is for the message. */
errcode file_write_fd(int fd, str content, const char *name, struct err *err);
/* The same from OFFSET on, wherever the descriptor stands. */
errcode file_write_at(int fd, uint64_t offset, str content, const char *name, struct err *err);
/* Waits until it is on the disk. */
errcode file_sync(int fd, const char *name, struct err *err);
errcode file_cut(int fd, uint64_t size, const char *name, struct err *err);
/* What is read next comes from the disk, not from memory, where the system does that. */
void file_forget(int fd);
/* Makes the folder and those above it (mode 0750), each durably; fine when it is there. */
errcode folder_make(const char *path, struct err *err);
errcode folder_sync(const char *path, struct err *err);
/* Of the folder that PATH stands in. */
errcode folder_sync_above(const char *path, struct err *err);
errcode file_remove(const char *path, struct err *err);
bool file_exists(const char *path);
/* Paths are UTF-8 on every system; on Windows they may be longer than its 260 characters, and '\\'
 * separates as '/' does. */
/* Joins with '/', into PATH_TEXT bytes; ERR_LIMIT when it does not fit. */
errcode path_join(char out[PATH_TEXT], const char *folder, const char *name, struct err *err);
/* Whether it begins at the root, of a drive or server on Windows. */
bool path_is_full(str path);
/* The part after the last separator. */
const char *path_base(const char *path);
