/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: records that are only ever added, each durable before what it announces is done. A
 * record's checksum is also of the place it stands at. What follows the last sound record is the
 * end of a write that a crash cut; damage before a sound record is an error. */
#pragma once

#include "scan/quarantine/about.h"

enum journal_kind {
    JOURNAL_TAKING = 1, /* payload: about, without attributes; the copy is durable */
    JOURNAL_TAKEN,      /* it is in quarantine alone, or again */
    JOURNAL_UNDONE,     /* it was not taken */
    JOURNAL_SWAPPING,   /* payload: target; a text file is being replaced to take a line */
    JOURNAL_RESTORING,  /* payload: target */
    JOURNAL_RESTORED,
    JOURNAL_DELETED,
    JOURNAL_KINDS,
};

/* A file that is being made, so that the next start finds it. */
struct target {
    uint64_t device, inode; /* 0: not made yet */
    uint64_t replaced;      /* inode of the text file that it replaces; 0: none */
    str path;
    str temp; /* its temporary name in the same folder; empty: it has none */
};

struct journal_record {
    enum journal_kind kind;
    uint64_t number;
    usec time;
    str payload;
};

enum {
    JOURNAL_MAGIC = 8,
    JOURNAL_RECORD = ABOUT_BYTES + 64, /* the longest */
};
#define JOURNAL_BYTES ((size_t)256 << 20)

/* The first bytes of every journal. */
void journal_begin(struct buf *out);
/* A record for the place AT of the journal. */
void journal_write(const struct journal_record *record, uint64_t at, struct buf *out);
void journal_target_write(const struct target *target, struct buf *out);
errcode journal_target_parse(str bytes, struct target *ret, struct err *err);

struct journal_reader {
    str bytes;
    size_t at; /* behind the last sound record */
};
/* A journal that is cut within its first bytes is an empty one: `at` is 0 then. */
errcode journal_open(str bytes, struct journal_reader *ret, struct err *err);
/* *RET_MORE is false behind the last sound record. */
errcode journal_next(struct journal_reader *reader, struct journal_record *ret, bool *ret_more,
                     struct err *err);
