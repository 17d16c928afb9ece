/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks in a list, filled from the front; each new one is larger. */
#include "base/arena.h"

#include "base/require.h"

#include <stdalign.h>
#include <stdlib.h>

struct arena_block {
    struct arena_block *next;
    alignas(max_align_t) char bytes[];
};

enum { FIRST_BLOCK = 4096, LARGEST_STEP = 1 << 20 };

static void
add_block(struct arena *arena, size_t size)
{
    size_t room = arena->room ? arena->room * 2 : FIRST_BLOCK;
    if (room > LARGEST_STEP)
        room = LARGEST_STEP;
    if (room < size)
        room = size;
    struct arena_block *block = mem_alloc(sizeof *block + room);
    block->next = arena->block;
    arena->block = block;
    arena->room = room;
    arena->used = 0;
    arena->total += room;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
    size_t align = alignof(max_align_t);
    require(size < SIZE_MAX / 2);
    size = (size + align - 1) / align * align;
    if (!arena->block || arena->room - arena->used < size)
        add_block(arena, size);
    char *p = arena->block->bytes + arena->used;
    arena->used += size;
    memset(p, 0, size);
    return p;
}

char *
arena_z(struct arena *arena, str s)
{
    char *copy = arena_alloc(arena, s.n + 1);
    if (s.n)
        memcpy(copy, s.p, s.n);
    return copy;
}

str
arena_str(struct arena *arena, str s)
{
    return (str){arena_z(arena, s), s.n};
}

str
arena_lower(struct arena *arena, str s)
{
    char *copy = arena_z(arena, s);
    for (size_t i = 0; i < s.n; i++)
        copy[i] = ascii_lower(copy[i]);
    return (str){copy, s.n};
}

void
arena_reset(struct arena *arena)
{
    if (!arena->block)
        return;
    while (arena->block->next) {
        struct arena_block *next = arena->block->next;
        arena->block->next = next->next;
        free(next);
    }
    arena->used = 0;
    arena->total = arena->room;
}

void
arena_clear(struct arena *arena)
{
    while (arena->block) {
        struct arena_block *next = arena->block->next;
        free(arena->block);
        arena->block = next;
    }
    *arena = ARENA;
}
