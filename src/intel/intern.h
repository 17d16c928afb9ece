/* SPDX-License-Identifier: Apache-2.0 */
/* Interning: equal values get one small number each. Both tables hash openly with linear probing
 * and at most half full; numbers are handed out in the order of first sight, from 0 for values
 * and from 1 for text (0 is the empty text). */
#pragma once

#include "base/str.h"

/* Values of one fixed size, compared as bytes: padding must be zero. */
struct intern {
    size_t size; /* of one item; set this, zero the rest */
    char *items;
    size_t count, room;
    uint32_t *slots; /* number + 1, 0 = free */
    size_t mask;
};
uint32_t intern_add(struct intern *intern, const void *item);
static inline const void *
intern_get(const struct intern *intern, uint32_t number)
{
    return intern->items + number * intern->size;
}
void intern_clear(struct intern *intern);

/* Text is kept one after the other in one block; a piece is found by its place there. */
struct intern_text {
    char *p;
    size_t n, room;
    struct intern_piece {
        uint32_t at, n;
    } * pieces;
    size_t count, pieces_room;
    uint32_t *slots;
    size_t mask;
};
/* S is at most 64 KiB and the whole below 4 GiB (the callers' caps see to it). */
uint32_t intern_text_add(struct intern_text *intern, str s);
/* A view that the next addition makes invalid. */
str intern_text_get(const struct intern_text *intern, uint32_t number);
struct intern_piece intern_text_piece(const struct intern_text *intern, uint32_t number);
void intern_text_clear(struct intern_text *intern);
