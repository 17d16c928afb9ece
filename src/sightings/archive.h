/* SPDX-License-Identifier: Apache-2.0 */
/* The archive: every input as it came, archived before it is parsed: the source of truth. An entry
 * is archive/YYYY/MM/DD/<sha256>.zst: a zstd skippable frame with what must be known to read it
 * again (name, feed, day of receipt), then the content as one ordinary zstd stream, so that
 * `zstd -d` gives the input back. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"

struct archive_meta {
    char name[256];     /* the input's own file name */
    char format[64];    /* forced format, or "" */
    char source[128];   /* forced source name, or "" */
    char columns[1024]; /* the generic CSV's column map, or "" */
    usec received;
    uint64_t bytes; /* of the input */
};

struct archive_entry {
    struct sha256 hash;
    char path[512]; /* below the archive's folder's parent (var/) */
    struct archive_meta meta;
};

/* Stores CONTENT durably unless an intact entry with its hash, day of receipt and meta is there;
 * *RET is then that earlier entry, with its own receipt time, and *RET_NEW is false. An entry that
 * was made with other words (format, source, columns, name) gives way: nobody could use it. Text in
 * the meta that is no UTF-8 is stored with '?' in place of the bytes at fault. HASH is the
 * content's where the caller knows it, else NULL. */
errcode archive_add(const char *folder, str content, const struct sha256 *hash,
                    const struct archive_meta *meta, struct archive_entry *ret, bool *ret_new,
                    struct err *err);
/* The entry's content, decompressed into an unlinked temporary file and mapped; damage (wrong hash,
 * broken frame, missing meta) is ERR_CORRUPT naming the entry. */
struct archive_content;
errcode archive_open(const char *folder, const char *path, struct archive_entry *ret_entry,
                     struct archive_content **ret, struct err *err);
/* Only whether it is whole; needs no room for the content. */
errcode archive_check(const char *folder, const char *path, struct archive_entry *ret_entry,
                      struct err *err);
/* What the path says by itself: hash, and the day of receipt as meta.received. False when it is no
 * path of an entry. */
bool archive_identify(const char *path, struct archive_entry *ret);
str archive_bytes(const struct archive_content *content);
void archive_close(struct archive_content *content);
/* Each entry in the order of its path; EACH gets the path below FOLDER. */
errcode archive_each(const char *folder,
                     errcode (*each)(void *context, const char *path, struct err *err),
                     void *context, struct err *err);
