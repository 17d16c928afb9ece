/* SPDX-License-Identifier: Apache-2.0 */
/* An arena owns everything of one unit of work (a request, a feed file) and frees it whole. */
#pragma once

#include "base/str.h"

struct arena_block;
struct arena {
    struct arena_block *block;
    size_t used, room, total;
};

#define ARENA ((struct arena){0})

/* SIZE zeroed bytes, aligned for anything. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
/* A terminated copy. */
str arena_str(struct arena *arena, str s);
char *arena_z(struct arena *arena, str s);
/* A copy with ASCII letters made small. */
str arena_lower(struct arena *arena, str s);
/* Forgets all but the newest block, for the next record of the same work. */
void arena_reset(struct arena *arena);
void arena_clear(struct arena *arena);
