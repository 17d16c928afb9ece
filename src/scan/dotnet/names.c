/* SPDX-License-Identifier: Apache-2.0 */
/* Full names of type definitions, which may be nested, and the budget of all that is named. */
#include "scan/dotnet/types.h"

enum {
    NESTING_MAX = 10,
    VISIBILITY = 7, /* flags: ECMA-335 II.23.1.15 */
    NESTED_PUBLIC = 2,
    ALLOCATION = 16, /* what each takes besides, for its alignment */
};

bool
types_spend(struct types *types, size_t n)
{
    if (types->spent || n > types->budget) {
        types->spent = true;
        return false;
    }
    types->budget -= n;
    return true;
}

void *
types_alloc(struct types *types, size_t n)
{
    return types_spend(types, n + ALLOCATION) ? arena_alloc(types->run->arena, n) : NULL;
}

str
types_keep(struct types *types, str s)
{
    char *p = types_alloc(types, s.n + 1);
    if (!p)
        return (str){NULL, 0};
    if (s.n)
        memcpy(p, s.p, s.n);
    return (str){p, s.n};
}

bool
types_is_nested(uint32_t flags)
{
    return (flags & VISIBILITY) >= NESTED_PUBLIC;
}

str
types_join(struct types *types, str name_space, str name)
{
    if (name.n == 0)
        return name_space;
    str joined = name;
    if (name_space.n > 0) {
        char *p = types_alloc(types, name_space.n + 1 + name.n);
        if (!p)
            return (str){NULL, 0};
        memcpy(p, name_space.p, name_space.n);
        p[name_space.n] = '.';
        memcpy(p + name_space.n + 1, name.p, name.n);
        joined = (str){p, name_space.n + 1 + name.n};
    }
    const char *tick = memchr(joined.p, '`', joined.n);
    return tick ? (str){joined.p, (size_t)(tick - joined.p)} : joined;
}

static str
column_string(const struct types *types, const char *row, unsigned column)
{
    const struct metadata *metadata = types->metadata;
    return metadata_string(metadata, metadata_column(metadata, TABLE_TYPE_DEF, row, column));
}

/* The full name of what definition INDEX is nested in. Walks out to the outermost type, a limited
 * way since types may enclose each other, then joins names on the way back. */
static str
enclosing_name(struct types *types, uint32_t index)
{
    const char *rows[NESTING_MAX];
    size_t count = 0;
    bool whole = false; /* the last row is of a type that is not nested */
    while (count < NESTING_MAX && !whole && index <= types->definition_count &&
           types->enclosing[index]) {
        uint32_t outer = types->enclosing[index];
        const char *row = metadata_row(types->metadata, TABLE_TYPE_DEF, outer);
        if (!row || str_eq(column_string(types, row, 1), STR("<Module>")))
            break;
        rows[count++] = row;
        uint32_t flags = metadata_column(types->metadata, TABLE_TYPE_DEF, row, 0);
        whole = !types_is_nested(flags) || outer == index;
        index = outer;
    }
    str name = {NULL, 0};
    while (count-- > 0) {
        str own = column_string(types, rows[count], 2);
        str name_space = whole ? own : types_join(types, name, own);
        whole = false;
        name = types_join(types, name_space, column_string(types, rows[count], 1));
    }
    return name;
}

const struct type_name *
types_definition(struct types *types, uint32_t index)
{
    static const struct type_name none;
    const char *row = metadata_row(types->metadata, TABLE_TYPE_DEF, index);
    if (!row || index > types->definition_count)
        return &none;
    struct type_name *name = &types->definitions[index];
    if (name->known)
        return name;
    name->known = true;
    name->name_space = column_string(types, row, 2);
    if (types_is_nested(metadata_column(types->metadata, TABLE_TYPE_DEF, row, 0)))
        name->name_space = types_join(types, enclosing_name(types, index), name->name_space);
    name->full = types_join(types, name->name_space, column_string(types, row, 1));
    return name;
}
