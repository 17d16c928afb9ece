/* SPDX-License-Identifier: Apache-2.0 */
/* One unwrapped document while it is made: in memory while it is small, then in an unlinked
 * temporary file that is mapped when it is whole. What a whole unwrapping may make is one budget.
 */
#pragma once

#include "base/buf.h"
#include "base/file.h"

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

void output_init(struct output *output, struct output_budget *budget);
errcode output_write(struct output *output, str bytes, struct err *err);
/* Nothing more is written: the whole content, valid until output_clear. */
errcode output_finish(struct output *output, str *ret, struct err *err);
void output_clear(struct output *output);
