/* SPDX-License-Identifier: Apache-2.0 */
/* A module's run over data without rules, for tests. */
#pragma once

#include "base/require.h"
#include "scan/modules/modules.h"

#include <stdio.h>
#include <stdlib.h>

/* Tests have no compiled regular expressions: number 0 matches anything, 1 nothing, 2 "Create". */
static inline bool
pe_scan_matches(void *scan, struct value regex, str s)
{
    (void)scan;
    return regex.regex == 2 ? str_find(s, STR("Create")) != SIZE_MAX : regex.regex == 0;
}

static inline void
pe_scan_console(void *scan, str text)
{
    (void)scan;
    (void)text;
}

static const struct module_host pe_scan_host = {pe_scan_matches, pe_scan_console, NULL};

static inline void
pe_scan_init(struct module_run *run, struct arena *arena, str data)
{
    *run = (struct module_run){
        .module = module_find(STR("pe")),
        .host = &pe_scan_host,
        .arena = arena,
        .data = data,
    };
    run->root = module_object(run, &run->module->shape);
}

/* The function's overload of those arguments, called. */
static inline struct value
pe_scan_call(struct module_run *run, const char *name, const char *arguments,
             const struct value *values)
{
    size_t i = shape_find(&run->module->shape, str_of(name));
    if (i == SIZE_MAX || !run->module->shape.fields[i].overloads)
        return (struct value){.kind = VALUE_UNKNOWN};
    const struct overload *overload = run->module->shape.fields[i].overloads;
    for (; overload->call; overload++)
        if (strcmp(overload->arguments, arguments) == 0)
            return overload->call(run, run->root, values);
    return (struct value){.kind = VALUE_UNKNOWN};
}

/* The member NAME of a struct of SHAPE; *RET_FIELD says what it is. */
static inline struct value
pe_scan_member(const struct shape *shape, const struct object *object, str name,
               const struct field **ret_field)
{
    size_t i = shape_find(shape, name);
    require(i != SIZE_MAX);
    *ret_field = &shape->fields[i];
    return object->fields[i];
}

/* The value at a path such as sections[1].name or version_info[Comments]; undefined when an item is
 * not there. A field that is in no shape ends the program. */
static inline struct value
pe_scan_at(struct module_run *run, const char *path)
{
    str rest = str_of(path), part;
    const struct shape *shape = &run->module->shape;
    struct value value = value_struct(run->root);
    while (str_cut(&rest, '.', &part)) {
        str name, key;
        const struct field *field;
        str_cut(&part, '[', &name);
        if (value.object == run->root) {
            size_t i = shape_find(shape, name);
            require(i != SIZE_MAX);
            module_load(run, shape->fields[i].group);
        }
        value = pe_scan_member(shape, value.object, name, &field);
        shape = field->shape;
        if (!part.p)
            continue;
        require(value.kind == VALUE_ARRAY || value.kind == VALUE_DICTIONARY);
        str_cut(&part, ']', &key);
        const struct list *list = value.list;
        uint64_t i = 0;
        if (list->keys)
            while (i < list->count && !str_eq(list->keys[i], key))
                i++;
        else
            require(str_to_u64(key, UINT32_MAX, &i));
        value = i < list->count ? list->items[i] : value_undefined();
        if (value.kind == VALUE_UNDEFINED)
            return value;
    }
    return value;
}
