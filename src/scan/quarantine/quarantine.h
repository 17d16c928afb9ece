/* SPDX-License-Identifier: Apache-2.0 */
/* Taking files out of the way so that they can be given back. A file that is taken is copied under
 * a veil, the copy is made durable and read back, and only then the file is unlinked, after a look
 * that it still is the one that was scanned. Whatever moment the machine stops at, each file is
 * whole in its place or in quarantine. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/file_info.h"
#include "base/hash.h"

struct quarantine;
/* FOLDER is made when it is not there (0700) and must be its owner's alone; what a crash left
 * behind is finished or undone. One program at a time; another one is ERR_BUSY. */
errcode quarantine_open(const char *folder, struct quarantine **ret, struct err *err);
void quarantine_close(struct quarantine *quarantine);

/* What was scanned, so that nothing else is taken instead. */
struct file_identity {
    uint64_t device, inode, size;
    int64_t modified, changed; /* nanoseconds since 1970 */
    struct sha256 sha256;      /* of its content */
};
/* Of an open file, without its digest. */
errcode file_identity_of(int fd, const char *name, struct file_identity *ret, struct err *err);
struct file_identity file_identity_of_info(const struct file_info *info);

enum {
    QUARANTINE_NETWORK = 1, /* also from network file systems */
    QUARANTINE_SYSTEM = 2,  /* also files of packages and of the system */
};
/* Whether taking PATH needs one of the flags; 0: no. */
unsigned quarantine_asks(const char *path);
/* Takes the file. WHY is the name of what was found in it. Links are not followed, in no part of
 * the path; hard links, folders and special files are refused, as is a file that is
 * not the one of IDENTITY any more (ERR_BUSY). */
errcode quarantine_take(struct quarantine *quarantine, const char *path,
                        const struct file_identity *identity, const char *why, unsigned flags,
                        uint64_t *ret_number, struct err *err);
/* Takes line LINE (from 1), which must be TEXT still, out of the text file PATH. */
errcode quarantine_take_line(struct quarantine *quarantine, const char *path, size_t line, str text,
                             const char *why, unsigned flags, uint64_t *ret_number,
                             struct err *err);
/* Ends a process that still runs the program that it did when it was found (STARTED: its start
 * time, field 22 of /proc/PID/stat or what GetProcessTimes says; PROGRAM: what /proc/PID/exe or
 * QueryFullProcessImageName said, NULL: any), and notes it. */
errcode quarantine_stop(struct quarantine *quarantine, uint32_t pid, uint64_t started,
                        const char *program, const char *why, uint64_t *ret_number,
                        struct err *err);

/* A value of the registry of Windows, as it was seen. */
struct quarantine_value {
    const char *key;      /* "HKLM\\SOFTWARE\\…" or "HKU\\…", as 64-bit programs see it */
    const char *name;     /* "": the key's default value */
    uint32_t type;        /* REG_SZ and so on */
    struct sha256 sha256; /* of its data */
    const char *instead;  /* what is put in its place: a text, or the number of a REG_DWORD; NULL:
                           * nothing, the value goes */
};
/* Takes the value out of the registry, when it is the one that was seen still (else ERR_BUSY). */
errcode quarantine_take_value(struct quarantine *quarantine, const struct quarantine_value *value,
                              const char *why, uint64_t *ret_number, struct err *err);

/* A scheduled task of Windows, as it was seen. */
struct quarantine_task {
    const char *name;      /* "\\FOLDER\\NAME", as the Task Scheduler calls it */
    struct sha256 actions; /* of what it starts: task_digest */
};
/* Whether it needs QUARANTINE_SYSTEM, as those of Windows itself do; 0: no. */
unsigned quarantine_asks_task(const char *name);
/* Disables the task, when it starts what was seen still (else ERR_BUSY), and keeps a copy of its
 * description. ERR_NOT_FOUND when there is none of that name, or it is disabled already. */
errcode quarantine_take_task(struct quarantine *quarantine, const struct quarantine_task *task,
                             const char *why, unsigned flags, uint64_t *ret_number,
                             struct err *err);

enum quarantine_kind {
    QUARANTINE_FILE,
    QUARANTINE_LINE,
    QUARANTINE_PROCESS,
    QUARANTINE_VALUE,
    QUARANTINE_TASK,
};
struct quarantine_item {
    uint64_t number;
    enum quarantine_kind kind;
    usec taken;
    /* A path as it was, bytes that are no UTF-8 included; of a value "KEY\\NAME", of a
     * task its name. */
    const char *path, *why;
    uint64_t size;
    struct sha256 sha256;
    uint32_t mode, owner, group;
    uint64_t line;                /* of a line: where it stood */
    uint32_t pid;                 /* of a process */
    uint32_t type;                /* of a value */
    size_t key;                   /* of a value: bytes of `path` that are its key */
    bool has_instead;             /* of a value: another one stands in its place */
    bool is_restored, is_deleted; /* it stays listed */
    bool is_missing;              /* its copy is gone, not by this program */
};
/* In the order of their numbers; false behind the last. Strings are the quarantine's. */
bool quarantine_at(const struct quarantine *quarantine, size_t i, struct quarantine_item *ret);
/* Puts it back with owner, mode, ACL, extended attributes and times, or to the path TO. Nothing
 * that stands there is replaced. A line goes back between the lines that it stood between, else to
 * the end; a value to its key, when none of its name is there, or still the one that was put in its
 * place; a task is enabled when it is there and starts what it did. With TO the bytes of any go
 * into a file of their own. */
errcode quarantine_restore(struct quarantine *quarantine, uint64_t number, const char *to,
                           struct err *err);
/* What the last restore could not give back, or did otherwise, a line each; "" when all is as it
 * was. */
const char *quarantine_notes(const struct quarantine *quarantine);
/* Deletes what is kept of it for good. */
errcode quarantine_delete(struct quarantine *quarantine, uint64_t number, struct err *err);
