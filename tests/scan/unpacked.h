/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of unpacking share: all that a walk gave and told, in one line each, and whether the
 * test file of EICAR was in it, which is put together when the test runs. */
#pragma once

#include "base/buf.h"
#include "scan/unpack/unpack.h"

struct unpacked {
    struct buf members; /* "a.zip/b.txt zip 68 1\n": path, kind, bytes, depth, "script" */
    struct buf skips;   /* "a.zip/b.txt encrypted zip\n" */
    struct buf text;    /* of all members, at most 1 MiB of each */
    uint64_t count, skip_count, bytes, eicar_count, script_count, deepest;
    uint64_t stop_at; /* the sink refuses behind so many members; 0: never */
    bool inside;
};

/* The 68 bytes. */
str eicar(void);
void unpacked_clear(struct unpacked *unpacked);
void unpacked_read(struct unpacked *ret, const struct unpack_options *options, str data,
                   const char *name);

/* Shows what there was when a check fails. */
void unpacked_expect(const struct unpacked *all, bool passed, const char *what);
bool unpacked_told(const struct unpacked *all, const char *text);
bool unpacked_gave(const struct unpacked *all, const char *text);
