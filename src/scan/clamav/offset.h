/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a file a body signature must begin. */
#pragma once

#include "base/buf.h"

enum offset_kind {
    OFFSET_ANY,
    OFFSET_START,        /* of the file */
    OFFSET_END,          /* of the file */
    OFFSET_ENTRY,        /* the entry point */
    OFFSET_SECTION,      /* the start of a section's data */
    OFFSET_IN_SECTION,   /* anywhere in it */
    OFFSET_LAST_SECTION, /* its start */
    OFFSET_VERSION,      /* an entry of a PE's version information */
    OFFSET_MACRO,        /* no place: a member of a macro group */
};
struct offset {
    enum offset_kind kind;
    int64_t add;
    uint64_t index; /* of the section or group */
    uint64_t shift; /* so many bytes later will do as well */
    bool has_shift;
};

/* "*", "10", "EOF-5,2", "EP+0" …; TARGET is the signature's, since some need an executable. */
errcode offset_parse(str text, unsigned target, struct offset *ret, struct err *err);
/* True when it is the file's first byte and nothing else. */
bool offset_is_start(const struct offset *offset);
/* Appends YARA's condition that the string "$NAME" is there, or the number of times that it is.
 * BACK: matches begin so many bytes before the place. */
void offset_write_found(const struct offset *offset, const char *name, unsigned back,
                        struct buf *out);
errcode offset_write_count(const struct offset *offset, const char *name, unsigned back,
                           struct buf *out, struct err *err);
/* Appends the place as an expression; for kinds that are one place. */
void offset_write_place(const struct offset *offset, int64_t add, struct buf *out);
