/* SPDX-License-Identifier: Apache-2.0 */
/* One layer of wrapping: recognised by its first bytes, then read member by member. */
#pragma once

#include "base/buf.h"
#include "base/file.h"
#include "intel/mime.h"

/* One unwrapped document while it is made: in memory while it is small, then in an unlinked
 * temporary file that is mapped when it is whole. All layers together have one budget. */
struct output_budget {
    uint64_t left;           /* bytes that all layers together may still make */
    uint64_t members;        /* that may still come */
    const char *temp_folder; /* NULL: $TMPDIR or /tmp */
};

struct output {
    struct output_budget *budget;
    struct buf memory;
    int fd; /* -1 while in memory */
    uint64_t size;
    struct file_map map;
};

void output_clear(struct output *output);

struct archive;

enum layer_kind {
    LAYER_NONE, /* a plain document */
    LAYER_GZIP,
    LAYER_ZSTD,
    LAYER_ZIP,
    LAYER_TAR,
    LAYER_MAIL,
    LAYER_UNKNOWN, /* known to be packed, not supported */
};

enum { MEMBER_NAME = 256 };

struct layer {
    enum layer_kind kind;
    char name[MEMBER_NAME];
    str bytes;            /* what is packed */
    struct output source; /* owns the bytes where they were unpacked from another layer */
    struct archive *archive;
    struct mime mime;
    bool done;
};

/* What one layer gives. */
struct member {
    char name[MEMBER_NAME];
    str bytes;
    struct output output; /* owns the bytes unless they are a view into the layer */
};

enum layer_kind layer_kind_of(str bytes);
/* BYTES must outlive the layer, or belong to SOURCE (may be NULL), which the layer then owns. */
errcode layer_open(struct layer *layer, enum layer_kind kind, const char *name, str bytes,
                   struct output *source, struct err *err);
void layer_close(struct layer *layer);
/* The next member, to be cleared by the caller with output_clear; *RET_MORE false at the end. */
errcode layer_next(struct layer *layer, struct output_budget *budget, struct member *ret,
                   bool *ret_more, struct err *err);
