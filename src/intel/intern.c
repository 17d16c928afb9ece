/* SPDX-License-Identifier: Apache-2.0 */
/* Interning of fixed-size values and of text. */
#include "intel/intern.h"

#include "base/require.h"

enum { SLOTS_FIRST = 256, TEXT_MAX = 1 << 16 };

/* Room for one more and at most half full; the caller refills what is returned empty. */
static bool
slots_grow(uint32_t **slots, size_t *mask, size_t count)
{
    if (*slots && (count + 1) * 2 <= *mask + 1)
        return false;
    size_t size = *slots ? (*mask + 1) * 2 : SLOTS_FIRST;
    require(size <= UINT32_MAX);
    free(*slots);
    *slots = mem_calloc(size, sizeof **slots);
    *mask = size - 1;
    return true;
}

static void
slot_put(uint32_t *slots, size_t mask, uint64_t hash, uint32_t number)
{
    size_t i = hash & mask;
    while (slots[i])
        i = (i + 1) & mask;
    slots[i] = number + 1;
}

static uint64_t
item_hash(const struct intern *intern, const void *item)
{
    return str_hash((str){item, intern->size});
}

uint32_t
intern_add(struct intern *intern, const void *item)
{
    if (slots_grow(&intern->slots, &intern->mask, intern->count))
        for (uint32_t i = 0; i < intern->count; i++)
            slot_put(intern->slots, intern->mask, item_hash(intern, intern_get(intern, i)), i);
    uint64_t hash = item_hash(intern, item);
    for (size_t i = hash & intern->mask; intern->slots[i]; i = (i + 1) & intern->mask) {
        uint32_t number = intern->slots[i] - 1;
        if (memcmp(intern_get(intern, number), item, intern->size) == 0)
            return number;
    }
    if (intern->count == intern->room) {
        intern->room = intern->room ? intern->room * 2 : 64;
        intern->items = mem_resize(intern->items, intern->room, intern->size);
    }
    uint32_t number = (uint32_t)intern->count++;
    memcpy(intern->items + number * intern->size, item, intern->size);
    slot_put(intern->slots, intern->mask, hash, number);
    return number;
}

void
intern_clear(struct intern *intern)
{
    free(intern->items);
    free(intern->slots);
    *intern = (struct intern){.size = intern->size};
}

struct intern_piece
intern_text_piece(const struct intern_text *intern, uint32_t number)
{
    return number == 0 ? (struct intern_piece){0, 0} : intern->pieces[number - 1];
}

str
intern_text_get(const struct intern_text *intern, uint32_t number)
{
    struct intern_piece piece = intern_text_piece(intern, number);
    return piece.n == 0 ? (str){"", 0} : (str){intern->p + piece.at, piece.n};
}

static uint32_t
text_append(struct intern_text *intern, str s)
{
    require(s.n <= TEXT_MAX && intern->n + s.n <= UINT32_MAX);
    if (intern->n + s.n > intern->room) {
        intern->room = (intern->room + s.n) * 2;
        intern->p = mem_resize(intern->p, intern->room, 1);
    }
    if (intern->count == intern->pieces_room) {
        intern->pieces_room = intern->pieces_room ? intern->pieces_room * 2 : 64;
        intern->pieces = mem_resize(intern->pieces, intern->pieces_room, sizeof *intern->pieces);
    }
    memcpy(intern->p + intern->n, s.p, s.n);
    intern->pieces[intern->count++] = (struct intern_piece){(uint32_t)intern->n, (uint32_t)s.n};
    intern->n += s.n;
    return (uint32_t)intern->count;
}

uint32_t
intern_text_add(struct intern_text *intern, str s)
{
    if (s.n == 0)
        return 0;
    if (slots_grow(&intern->slots, &intern->mask, intern->count))
        for (uint32_t i = 1; i <= intern->count; i++)
            slot_put(intern->slots, intern->mask, str_hash(intern_text_get(intern, i)), i - 1);
    uint64_t hash = str_hash(s);
    for (size_t i = hash & intern->mask; intern->slots[i]; i = (i + 1) & intern->mask)
        if (str_eq(intern_text_get(intern, intern->slots[i]), s))
            return intern->slots[i];
    uint32_t number = text_append(intern, s);
    slot_put(intern->slots, intern->mask, hash, number - 1);
    return number;
}

void
intern_text_clear(struct intern_text *intern)
{
    free(intern->p);
    free(intern->pieces);
    free(intern->slots);
    *intern = (struct intern_text){0};
}
