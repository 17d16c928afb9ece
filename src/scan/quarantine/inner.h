/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the quarantine share. */
#pragma once

#include "base/file.h"
#include "scan/quarantine/copy.h"
#include "scan/quarantine/identity.h"
#include "scan/quarantine/list.h"
#include "scan/quarantine/room.h"

struct quarantine {
    struct list list;
    char folder[PATH_TEXT]; /* as it was given */
    struct room room;
    int lock, journal; /* of two files in it */
    uint64_t end;      /* of the journal */
    uint64_t next;     /* number that is free */
    bool is_broken;    /* the journal's end on the disk is unknown */
    struct buf notes;
};

/* ---- store.c ---- */
/* Adds a record and makes it durable; then the list knows of it. */
errcode store_append(struct quarantine *quarantine, enum journal_kind kind, uint64_t number,
                     str payload, struct err *err);
errcode store_append_about(struct quarantine *quarantine, uint64_t number,
                           const struct about *about, struct err *err);
errcode store_append_target(struct quarantine *quarantine, enum journal_kind kind, uint64_t number,
                            const struct target *target, struct err *err);
/* For what is done already: when it cannot be written now, the next start finds out by itself. */
void store_settle(struct quarantine *quarantine, enum journal_kind kind, uint64_t number);
/* What became of a take that has its copy: it failed, and its begin may be in the journal
 * (IS_BEGUN), or the original is gone, which only IS_DURABLE ones note: what comes back after a
 * crash is one too many, not one too few. */
void store_undo(struct quarantine *quarantine, uint64_t number, bool is_begun);
void store_taken(struct quarantine *quarantine, uint64_t number, bool is_durable);

/* ---- recover.c ---- */
errcode quarantine_recover(struct quarantine *quarantine, struct err *err);

/* ---- copies.c ---- */
enum { COPY_NAME = 32, COPY_BLOCK = 256 << 10 };
char *copy_name(uint64_t number, const char *ending, char out[COPY_NAME]);
/* A copy that is being written. */
struct copy_writer {
    const struct quarantine *quarantine;
    uint64_t number;
    struct about about;
    int fd;
    uint64_t seed, at, done;
    char *block;
};
/* ABOUT's strings must live until the end; its size and digest may be set until copy_finish. */
errcode copy_begin(const struct quarantine *quarantine, uint64_t number, const struct about *about,
                   struct copy_writer *ret, struct err *err);
errcode copy_add(struct copy_writer *writer, str piece, struct err *err);
/* Durable, read back and compared, then under its name. */
errcode copy_finish(struct copy_writer *writer, struct err *err);
/* Frees it; what did not get its name is removed. */
void copy_end(struct copy_writer *writer);
/* All of this at once, of what is small. */
errcode copy_bytes(const struct quarantine *quarantine, uint64_t number, const struct about *about,
                   str content, struct err *err);

/* Names for temporary files: NUMBER is in them. */
void temp_name(uint64_t number, char out[COPY_NAME]);
bool temp_is_of(str name, uint64_t number);

struct copy_reader {
    struct copy_head head;
    int fd;
    char name[COPY_NAME];
    uint64_t done;
};
errcode copy_open(const struct quarantine *quarantine, uint64_t number, struct copy_reader *ret,
                  struct err *err);
/* The next COPY_BLOCK bytes at most; 0 at the end. */
errcode copy_next(struct copy_reader *reader, char *out, size_t *ret_n, struct err *err);
/* All of the content, as it was taken. */
errcode copy_whole(struct copy_reader *reader, struct buf *out, struct err *err);
void copy_close(struct copy_reader *reader);
errcode copy_remove(struct quarantine *quarantine, uint64_t number, struct err *err);

/* ---- quarantine_linux, quarantine_windows ---- */
/* A name in a folder that is held open, so that nobody can put another folder there. */
struct place {
    struct room room;
    char path[PATH_TEXT]; /* from the root */
    const char *name;     /* its last part */
};
errcode place_open(const char *path, struct place *ret, struct err *err);
static inline void
place_close(struct place *place)
{
    room_close(&place->room);
}
/* False when nothing is there. */
static inline bool
place_look(const struct place *place, struct file_info *ret)
{
    return room_look(&place->room, place->name, ret);
}
/* Opens what is there for reading, without following links; refuses what may not be removed. */
errcode place_open_here(const struct place *place, int *ret_fd, struct err *err);
/* What lists all names of a file. */
extern const char place_names_lister[];
/* place.c: a regular file of one name that may be removed. On Windows nobody can write or rename it
 * until it is closed. */
errcode place_open_file(const struct place *place, int *ret_fd, struct file_info *ret,
                        struct err *err);
/* Removes the name of the open file, of which it was just seen that it is still its; on Windows the
 * file itself, and closes it. */
errcode place_remove(const struct place *place, int *fd, struct err *err);

/* ---- asks.c; quarantine_linux, quarantine_windows ---- */
unsigned place_asks(const struct place *place);
errcode place_permits(const struct place *place, unsigned flags, struct err *err);

/* ---- quarantine_linux, quarantine_windows ---- */
/* Owner, mode, times, attributes; ATTRIBUTES owns what the last are a view of. */
errcode metadata_read(int fd, const char *name, struct about *about, struct buf *attributes,
                      struct err *err);
/* As far as it is permitted; NOTES gets a line for what is not. */
void metadata_put(int fd, const struct about *about, struct buf *notes);
/* Times of now. */
errcode metadata_touch(int fd, const char *name, struct err *err);

/* ---- swap.c ---- */
/* A text file that is to be replaced by another content. */
struct swap {
    struct quarantine *quarantine;
    uint64_t number;
    enum journal_kind kind; /* JOURNAL_SWAPPING or JOURNAL_RESTORING */
    struct place place;
    int fd;                /* of the file as it is */
    struct file_info info; /* before `text` was read */
    bool keeps_temp;       /* it is someone else's */
    struct buf text;
};
enum { SWAP_TEXT = 16 << 20 }; /* bytes */
errcode swap_open(const char *path, struct swap *ret, struct err *err);
/* Puts CONTENT in its place with the same owner, mode and attributes, in one step, unless it was
 * changed since. The journal knows of the temporary file at any time. */
errcode swap_commit(struct swap *swap, str content, struct buf *notes, struct err *err);
void swap_close(struct swap *swap);

/* ---- line.c ---- */
errcode line_restore(struct quarantine *quarantine, const struct entry *entry,
                     struct copy_reader *reader, struct err *err);
