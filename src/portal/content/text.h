/* SPDX-License-Identifier: Apache-2.0 */
/* One content file (inner to content). */
#pragma once

#include "base/arena.h"
#include "portal/content/content.h"

/* A report that remembers whether anything was refused. */
struct content_faults {
    const struct content_report *report;
    size_t refused;
    struct err first; /* the first refusal */
};
void content_fault_add(struct content_faults *faults, enum content_level level, str path,
                       size_t line, const char *key, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Reads BYTES, the file PATH of KIND, into ARENA; what is wrong goes to FAULTS. The result holds
 * what was right. */
struct content_text *content_text_parse(enum content_kind kind, str path, str bytes,
                                        struct arena *arena, struct content_faults *faults);

/* markdown.c: BODY (CommonMark), whose first line is LINE of the file, into the text's html and
 * links. */
void content_markdown(str body, size_t line, struct arena *arena, struct content_text *text,
                      struct content_faults *faults);
