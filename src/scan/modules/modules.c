/* SPDX-License-Identifier: Apache-2.0 */
/* The list of modules, and what all of them share. */
#include "scan/modules/modules.h"

#include "base/require.h"

static const struct module *const modules[] = {
    &clamav_module, &console_module, &dotnet_module, &elf_module,  &hash_module, &magic_module,
    &math_module,   &pe_module,      &string_module, &time_module, NULL,
};
static const struct module *for_tests;

void
module_add_for_tests(const struct module *module)
{
    for_tests = module;
}

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
    return for_tests && str_eq(str_of(for_tests->name), name) ? for_tests : NULL;
}

void
module_load(struct module_run *run, unsigned group)
{
    require(group < 64);
    uint64_t bit = (uint64_t)1 << group;
    if (run->loaded & bit)
        return;
    run->loaded |= bit;
    run->module->load(run, group);
}

void
module_load_nothing(struct module_run *run, unsigned group)
{
    (void)run;
    (void)group;
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
    object->shape = shape;
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

bool
module_range(str data, const struct value *arguments, str *ret)
{
    int64_t offset = arguments[0].i, size = arguments[1].i;
    if (offset < 0 || size < 0 || (uint64_t)offset >= data.n)
        return false;
    str rest = str_from(data, (size_t)offset);
    *ret = (str){rest.p, (uint64_t)size < rest.n ? (size_t)size : rest.n};
    return true;
}

struct value
module_string(struct module_run *run, str s)
{
    return value_string(arena_str(run->arena, s));
}
