/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/yara/symbols.h"

#include "base/require.h"

static struct symbol *
slot_of(const struct symbols *symbols, uint32_t space, str name)
{
    size_t mask = symbols->room - 1;
    size_t i = (size_t)(str_hash(name) + space * 0x9E3779B97F4A7C15u) & mask;
    while (symbols->slots[i].used &&
           (symbols->slots[i].space != space || !str_eq(symbols->slots[i].name, name)))
        i = (i + 1) & mask;
    return &symbols->slots[i];
}

const struct symbol *
symbols_find(const struct symbols *symbols, uint32_t space, str name)
{
    if (symbols->count == 0)
        return NULL;
    const struct symbol *slot = slot_of(symbols, space, name);
    return slot->used ? slot : NULL;
}

static void
grow(struct symbols *symbols)
{
    struct symbols larger = {.count = symbols->count,
                             .room = symbols->room ? symbols->room * 2 : 64};
    larger.slots = mem_calloc(larger.room, sizeof *larger.slots);
    for (size_t i = 0; i < symbols->room; i++)
        if (symbols->slots[i].used)
            *slot_of(&larger, symbols->slots[i].space, symbols->slots[i].name) = symbols->slots[i];
    free(symbols->slots);
    *symbols = larger;
}

void
symbols_add(struct symbols *symbols, uint32_t space, str name, uint32_t value)
{
    if (symbols->count * 4 >= symbols->room * 3)
        grow(symbols);
    *slot_of(symbols, space, name) = (struct symbol){name, space, value, true};
    symbols->count++;
}

void
symbols_clear(struct symbols *symbols)
{
    free(symbols->slots);
    *symbols = (struct symbols){0};
}
