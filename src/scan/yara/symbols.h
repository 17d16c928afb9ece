/* SPDX-License-Identifier: Apache-2.0 */
/* Names to numbers: a hash table with open addressing. */
#pragma once

#include "base/str.h"

struct symbol {
    str name; /* not copied */
    uint32_t space, value;
    bool used;
};
struct symbols {
    struct symbol *slots;
    size_t count, room; /* room is a power of two, or 0 */
};

/* NULL when (SPACE, NAME) is not there. */
const struct symbol *symbols_find(const struct symbols *symbols, uint32_t space, str name);
/* The name must not be there yet. */
void symbols_add(struct symbols *symbols, uint32_t space, str name, uint32_t value);
void symbols_clear(struct symbols *symbols);
