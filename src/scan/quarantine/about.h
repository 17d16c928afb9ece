/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of something that was taken, beside its content. The same bytes stand in front of a
 * copy and, without attributes, in the journal, so that either tells of the other when it is lost
 * (docs/format-quarantine.md). */
#pragma once

#include "base/buf.h"
#include "scan/quarantine/quarantine.h"

enum {
    ABOUT_PATH = 4095,
    ABOUT_WHY = 4096,
    ABOUT_ATTRIBUTES = 1 << 20,
    ABOUT_BYTES = ABOUT_PATH + ABOUT_WHY + ABOUT_ATTRIBUTES + 4096,
};

/* Where a line stood: what the lines beside it were. */
struct line_place {
    uint64_t number; /* from 1 */
    bool has_before, has_after;
    struct sha256 before, after;
};

struct about {
    enum quarantine_kind kind;
    uint32_t mode, owner, group; /* of a value the mode is its type */
    /* Of a line the text file's; of a process the inode is its number, `changed` its start; of a
     * value the inode is the bytes of `path` that are its key, the device is 1 when another value
     * was put in its place, of which size and digest are; of a task the digest is of its
     * actions. */
    struct file_identity identity;
    int64_t accessed; /* nanoseconds since 1970 */
    usec taken;
    uint64_t size;        /* of what the copy holds */
    struct sha256 sha256; /* and its digest */
    struct line_place line;
    str path, why;
    str attributes; /* for each u32 size of the name, u32 size of the value, both */
};

/* "HKLM\\…" or "HKU\\…" */
bool about_is_in_registry(str path);
/* "\\…", of one backslash, which no file's path is. */
bool about_is_task(str path);
void about_write(const struct about *about, struct buf *out);
/* The strings are views of BYTES. */
errcode about_parse(str bytes, struct about *ret, struct err *err);

struct attribute {
    str name, value;
};
void attribute_write(const struct attribute *attribute, struct buf *out);
/* False at the end of *REST. */
bool attribute_cut(str *rest, struct attribute *ret);
