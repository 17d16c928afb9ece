/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a counter file (docs/storage.md): what it holds is all that the counters ever keep
 * (inner to the part). */
#pragma once

#include "portal/counters.h"

struct counter_row {
    enum counter what;
    str name; /* may be empty */
    day since;
    uint64_t total;
};

enum { COUNTER_FILE_MAX = 64 << 10 };

typedef void counter_take(void *context, const struct counter_row *row);

void counter_file_begin(struct buf *out);
void counter_file_row(struct buf *out, const struct counter_row *row);
void counter_file_end(struct buf *out);
/* Hands each row to TAKE once the whole text is known to be sound; else ERR_CORRUPT, and TAKE was
 * not called. */
errcode counter_file_read(str text, counter_take *take, void *context, struct err *err);

const char *counter_name(enum counter what);
/* Whether NAME may stand in a file and on a page. */
bool counter_name_is_fine(str name);
