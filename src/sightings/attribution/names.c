/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probing over the items' hashes. */
#include "sightings/attribution/names.h"

#include "base/require.h"

#include <stdlib.h>

void
names_clear(struct names *names)
{
    free(names->items);
    free(names->slots);
    arena_clear(&names->arena);
    *names = (struct names){0};
}

/* The slot that holds TEXT or is free for it. */
static size_t
slot_find(const struct names *names, str text)
{
    size_t mask = names->slot_count - 1, at = str_hash(text) & mask;
    while (names->slots[at] && !str_eq(names->items[names->slots[at] - 1], text))
        at = (at + 1) & mask;
    return at;
}

static void
grow(struct names *names)
{
    names->room = names->room ? names->room * 2 : 32;
    names->items = mem_resize(names->items, names->room, sizeof *names->items);
    free(names->slots);
    names->slot_count = names->room * 2;
    names->slots = mem_calloc(names->slot_count, sizeof *names->slots);
    for (size_t i = 0; i < names->count; i++)
        names->slots[slot_find(names, names->items[i])] = (uint32_t)i + 1;
}

size_t
names_find(const struct names *names, str text)
{
    if (names->count == 0)
        return SIZE_MAX;
    uint32_t slot = names->slots[slot_find(names, text)];
    return slot ? slot - 1 : SIZE_MAX;
}

size_t
names_index(struct names *names, str text)
{
    size_t found = names_find(names, text);
    if (found != SIZE_MAX)
        return found;
    if (names->count == names->room)
        grow(names);
    names->items[names->count] = arena_str(&names->arena, text);
    names->slots[slot_find(names, text)] = (uint32_t)names->count + 1;
    return names->count++;
}
