/* SPDX-License-Identifier: Apache-2.0 */
/* What is inside of files: archives, compressed files, documents, mail, packed programs. Each
 * member is given whole, in memory, then the members inside of it. What is not opened, and why, is
 * told: nothing is passed over in silence. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* Why something inside of a file was not given. */
enum unpack_skip {
    UNPACK_ENCRYPTED, /* needs a password */
    UNPACK_DAMAGED,   /* what could be read before the fault was given */
    UNPACK_UNKNOWN,   /* a format or method that is not read: its name is the detail */
    UNPACK_DEPTH,     /* a cap was met: of containers in containers, … */
    UNPACK_ENTRIES,   /* … members, … */
    UNPACK_MEMBER,    /* … bytes of one member (its first bytes are given), … */
    UNPACK_BYTES,     /* … bytes of all members, … */
    UNPACK_RATIO,     /* … bytes out for a byte in, … */
    UNPACK_TIME,      /* … seconds. */
    UNPACK_SKIPS,
};
const char *unpack_skip_name(enum unpack_skip skip); /* "encrypted", "damaged", … */

/* Zeros stand for the defaults. */
struct unpack_options {
    unsigned depth_max;   /* 8 */
    uint64_t entries_max; /* 1000000, of one file with all that is inside of it */
    uint64_t member_max;  /* 64 MiB */
    uint64_t bytes_max;   /* 4 GiB */
    unsigned ratio_max;   /* 1000, where more than 16 MiB came out */
    unsigned seconds_max; /* 120 */
    bool without_library; /* as where there is no libarchive: for tests */
};
struct unpack_member {
    const char *path; /* "a.zip/b.docm/word/vbaProject.bin/VBA/M1.vba": NULs, controls and bad UTF-8
                         are replaced; a member without a name is "#1", "#2" … */
    const char *kind; /* of the container that it was in: "zip", "ole2", "pdf" … */
    str data;         /* until the call returns */
    unsigned depth;   /* 1: inside of the file itself */
    bool is_script;   /* text that a program runs: a macro, a script of a page or a PDF */
};
struct unpack_sink {
    void *context;
    bool (*member)(void *context, const struct unpack_member *member); /* false: no more */
    void (*skipped)(void *context, const char *path, enum unpack_skip why, const char *detail);
};

/* Working memory, one a thread, reused from file to file. */
struct unpack;
struct unpack *unpack_new(const struct unpack_options *options);
void unpack_free(struct unpack *unpack);
/* True when NAME's first bytes, or its ending, say that something may be inside. Cheap. */
bool unpack_wants(str data, const char *name);
/* Gives all members to SINK. DATA is a file's content, NAME begins the members' paths. Only what
 * ends the whole walk is an error: no memory is one that the program does not survive, so that is
 * none; all faults of the data are skips. False when there is nothing inside of DATA. */
bool unpack_each(struct unpack *unpack, str data, const char *name, const struct unpack_sink *sink);
