/* SPDX-License-Identifier: Apache-2.0 */
/* Names as small numbers: each distinct text gets the next index. */
#pragma once

#include "base/arena.h"

struct names {
    str *items;
    size_t count, room;
    uint32_t *slots; /* index + 1, 0 free; twice as many as items at least */
    size_t slot_count;
    struct arena arena;
};

void names_clear(struct names *names);
/* The text's index, made when it is new. */
size_t names_index(struct names *names, str text);
/* The same without making it: SIZE_MAX. */
size_t names_find(const struct names *names, str text);
