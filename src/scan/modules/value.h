/* SPDX-License-Identifier: Apache-2.0 */
/* What conditions compute with. Three things stand apart: undefined (the file has no such thing,
 * e.g. a section's name where there is no section), unknown (not computed yet, in the first pass
 * over conditions, which must decide without the costly parts) and everything that is a value. */
#pragma once

#include "base/str.h"

enum value_kind {
    VALUE_UNDEFINED,
    VALUE_UNKNOWN,
    VALUE_UNTRUE,  /* not computed either, but surely 0 or undefined */
    VALUE_INTEGER, /* booleans are 0 and 1 */
    VALUE_FLOAT,
    VALUE_STRING,
    VALUE_REGEX, /* a compiled one, by its number in the rules */
    VALUE_STRUCT,
    VALUE_ARRAY,
    VALUE_DICTIONARY,
};

struct object;
struct list;
struct value {
    enum value_kind kind;
    union {
        int64_t i;
        double f;
        str s;
        uint32_t regex;
        struct object *object; /* never NULL where the kind says struct */
        struct list *list;     /* of an array or dictionary */
    };
};

/* An instance of a shape: one value a field, in the shape's order. */
struct shape;
struct object {
    const struct shape *shape;
    size_t count;
    struct value fields[];
};
/* An array's items by number; a dictionary's by KEYS, which are NULL for an array. */
struct list {
    size_t count;
    struct value *items;
    str *keys;
};

static inline struct value
value_undefined(void)
{
    return (struct value){.kind = VALUE_UNDEFINED};
}
static inline struct value
value_integer(int64_t i)
{
    return (struct value){.kind = VALUE_INTEGER, .i = i};
}
static inline struct value
value_float(double f)
{
    return (struct value){.kind = VALUE_FLOAT, .f = f};
}
/* S is not copied: it must lie in the scanned data, the rules or the scan's arena. */
static inline struct value
value_string(str s)
{
    return (struct value){.kind = VALUE_STRING, .s = s};
}
static inline struct value
value_struct(struct object *object)
{
    return (struct value){.kind = VALUE_STRUCT, .object = object};
}
static inline struct value
value_array(struct list *list)
{
    return (struct value){.kind = VALUE_ARRAY, .list = list};
}
static inline struct value
value_dictionary(struct list *list)
{
    return (struct value){.kind = VALUE_DICTIONARY, .list = list};
}
