/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of signatures: what conditions would see of a file, by path, against lines such as
 * "signatures[0].serial = 0a:1b". */
#pragma once

#include "base/buf.h"
#include "base/tap.h"
#include "scan/authenticode/authenticode.h"

#include <inttypes.h>

static const struct field seen_fields[] = {
    {"signatures", FIELD_ARRAY, FIELD_STRUCT, &authenticode_signature_shape},
    {"number_of_signatures", FIELD_INTEGER},
    {"is_signed", FIELD_INTEGER},
};
static const struct shape seen_shape = {seen_fields, 3};

struct seen {
    struct arena arena;
    struct object *root;
};

static inline void
see(struct seen *seen, str data)
{
    static struct pe_file pe;
    *seen = (struct seen){.arena = ARENA};
    struct module_run run = {.arena = &seen->arena, .data = data};
    seen->root = module_object(&run, &seen_shape);
    struct value *fields = seen->root->fields;
    if (pe_file_open(&pe, data))
        authenticode_load(&run, &pe, &fields[0], &fields[1], &fields[2]);
}

/* "name", "name[3]" or what follows in a path; takes it off *PATH. */
static inline struct value
step_into(struct value from, const struct shape **shape, str *path)
{
    str name = *path;
    size_t n = 0, index = 0;
    while (n < name.n && name.p[n] != '.' && name.p[n] != '[')
        n++;
    *path = str_from(name, n);
    name.n = n;
    size_t at = shape_find(*shape, name);
    if (at == SIZE_MAX || from.kind != VALUE_STRUCT)
        return value_undefined();
    struct value value = from.object->fields[at];
    *shape = (*shape)->fields[at].shape;
    if (path->n && path->p[0] == '[') {
        for (n = 1; n < path->n && ascii_is_digit(path->p[n]); n++)
            index = index * 10 + (size_t)(path->p[n] - '0');
        *path = str_from(*path, n + 1);
        if (value.kind != VALUE_ARRAY || index >= value.list->count)
            return value_undefined();
        value = value.list->items[index];
    }
    *path = str_from(*path, 1);
    return value;
}

static inline struct value
value_at(const struct seen *seen, const char *text)
{
    const struct shape *shape = &seen_shape;
    struct value value = value_struct(seen->root);
    for (str path = str_of(text); path.n;)
        value = step_into(value, &shape, &path);
    return value;
}

static inline int64_t
number_at(const struct seen *seen, const char *path)
{
    struct value value = value_at(seen, path);
    return value.kind == VALUE_INTEGER ? value.i : -1;
}

/* The value as a line has it; a number's digits are written to OUT (24 bytes). */
static inline str
text_of(struct value value, char out[24])
{
    if (value.kind == VALUE_STRING)
        return value.s;
    if (value.kind != VALUE_INTEGER)
        return STR("undefined");
    return (str){out, (size_t)snprintf(out, 24, "%" PRId64, value.i)};
}

/* One check a line of LINES. */
static inline void
check_lines(const struct seen *seen, str lines, const char *name)
{
    str line;
    while (str_line(&lines, &line)) {
        char path[256], out[24];
        size_t at = str_find(line, STR(" = "));
        if (at == SIZE_MAX || !str_copy((str){line.p, at}, path, sizeof path))
            continue;
        str got = text_of(value_at(seen, path), out);
        tap_eq_str(got, str_from(line, at + 3), "%s: %s", name, path);
    }
}
