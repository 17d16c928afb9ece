/* SPDX-License-Identifier: Apache-2.0 */
/* A file on its way, at PATH; beside it PATH.from tells what of it is there, so that the next call
 * goes on where one was cut. */
#pragma once

#include "base/file.h"
#include "cmd/http/download.h"

struct part {
    char path[PATH_TEXT], note_path[PATH_TEXT];
    int fd;
    uint64_t fetched; /* bytes that came by this call */
};
/* ERR_BUSY when another program has it. The caller closes. */
errcode part_open(const char *path, struct part *ret, struct err *err);
void part_close(struct part *part);
/* Removes both files; the descriptor stays open. */
void part_remove(const struct part *part);
errcode part_empty(const struct part *part, struct err *err);
/* Downloads WHAT, or the rest of it where a part of what KEY names is there, a text of one line and
 * less than VALIDATOR_MAX bytes. BYTES: of all of it, 0: not known. What was cut stays and is told;
 * after other errors nothing stays. Sets WHAT's resume_at, resume_tag, context and begun. */
errcode part_fetch(struct part *part, const char *key, uint64_t bytes, struct download *what,
                   struct downloaded *ret, struct err *err);
