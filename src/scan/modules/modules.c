/* SPDX-License-Identifier: Apache-2.0 */
/* The list of modules, and what all of them share. */
#include "scan/modules/modules.h"

static const struct module *const modules[] = {
    NULL,
};

const struct module *
module_at(size_t i)
{
    return i < sizeof modules / sizeof modules[0] ? modules[i] : NULL;
}

const struct module *
module_find(str name)
{
    for (size_t i = 0; modules[i]; i++)
        if (str_eq(str_of(modules[i]->name), name))
            return modules[i];
    return NULL;
}

void
module_load(struct module_run *run, unsigned group)
{
    uint64_t bit = (uint64_t)1 << group;
    if (run->loaded & bit)
        return;
    run->loaded |= bit;
    run->module->load(run, group);
}

size_t
shape_find(const struct shape *shape, str name)
{
    for (size_t i = 0; i < shape->count; i++)
        if (str_eq(str_of(shape->fields[i].name), name))
            return i;
    return SIZE_MAX;
}

/* Shapes are tables of this program, nested two or three deep, so this recursion has a floor. */
struct object *
module_object(struct module_run *run, const struct shape *shape)
{
    struct object *object =
        arena_alloc(run->arena, sizeof *object + shape->count * sizeof object->fields[0]);
    object->count = shape->count;
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].kind == FIELD_STRUCT)
            object->fields[i] = value_struct(module_object(run, shape->fields[i].shape));
    return object;
}

struct list *
module_array(struct module_run *run, size_t count)
{
    struct list *list = arena_alloc(run->arena, sizeof *list);
    list->count = count;
    list->items = arena_alloc(run->arena, count * sizeof *list->items);
    return list;
}

struct list *
module_dictionary(struct module_run *run, size_t count)
{
    struct list *list = module_array(run, count);
    list->keys = arena_alloc(run->arena, count * sizeof *list->keys);
    return list;
}
