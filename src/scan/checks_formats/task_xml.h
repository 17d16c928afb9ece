/* SPDX-License-Identifier: Apache-2.0 */
/* What a scheduled task does: the part of its XML (MS-TSCH, "XML Task Definition Language") that
 * names programs. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

enum {
    TASK_ACTIONS = 32,    /* as the schema has it */
    TASK_BYTES = 4 << 20, /* of a file (seen: 20 KiB) */
    TASK_TEXT = 64 << 10, /* of a program with its arguments; the rest is cut */
};

struct task_action {
    const char *program, *arguments, *folder; /* an element Exec; "" where one is not there */
    const char *class_id;                     /* of an element ComHandler; "" */
};
struct task {
    struct task_action actions[TASK_ACTIONS];
    size_t count;
    bool is_hidden;
};

/* UTF-8 or UTF-16 with its mark. Texts live as long as the arena. ERR_FORMAT for what has no
 * element Task. */
errcode task_parse(str bytes, struct arena *arena, struct task *ret, struct err *err);
/* Of all that its actions say: two descriptions of one task have the same, whatever their encoding
 * and settings are. */
struct sha256 task_digest(const struct task *task);
