/* SPDX-License-Identifier: Apache-2.0 */
/* Modules and their fields are named in an image, so that it outlives a change of their tables. */
#include "base/require.h"
#include "scan/rules/rules.h"

static str
next_name(str *rest)
{
    str name = {NULL, 0};
    if (!str_cut(rest, 0, &name) || name.n == 0)
        return (str){NULL, 0};
    return name;
}

static uint32_t
module_number(struct rules *rules, const struct module *module)
{
    for (uint32_t i = 0; i < rules->module_count; i++)
        if (rules->modules[i] == module)
            return i;
    rules->modules[rules->module_count] = module;
    return rules->module_count++;
}

static const struct overload *
find_overload(const struct field *field, str arguments)
{
    if (field->kind != FIELD_FUNCTION)
        return NULL;
    for (const struct overload *o = field->overloads; o->call; o++)
        if (str_eq(str_of(o->arguments), arguments))
            return o;
    return NULL;
}

static bool
resolve(struct rules *rules, const struct ref_record *record, struct ref *ref)
{
    str rest = rules_text(rules, record->path), name;
    const struct module *module = module_find(next_name(&rest));
    if (!module)
        return false;
    ref->module = module_number(rules, module);
    const struct shape *shape = &module->shape;
    while ((name = next_name(&rest)).n > 0) {
        size_t index = shape ? shape_find(shape, name) : SIZE_MAX;
        if (index == SIZE_MAX)
            return false;
        ref->is_root = shape == &module->shape;
        ref->shape = shape;
        ref->field = (uint32_t)index;
        ref->of = &shape->fields[index];
        shape = ref->of->shape;
    }
    if (record->arguments.size == NO_INDEX)
        return !ref->of || ref->of->kind != FIELD_FUNCTION;
    if (!ref->of)
        return false;
    ref->overload = find_overload(ref->of, rules_text(rules, record->arguments));
    return ref->overload != NULL;
}

static void
show_path(str path, char *out, size_t size)
{
    size_t n = 0;
    for (; n + 1 < path.n && n + 1 < size; n++)
        out[n] = path.p[n] ? path.p[n] : '.';
    out[n] = 0;
}

errcode
rules_resolve(struct rules *rules, struct err *err)
{
    const struct ref_record *records = (const void *)rules->image.sections[IMAGE_REFS].p;
    size_t modules = 0;
    while (module_at(modules))
        modules++;
    rules->modules = mem_calloc(modules + 1, sizeof(const struct module *));
    rules->refs = mem_calloc(rules->ref_count + 1, sizeof *rules->refs);
    for (uint32_t i = 0; i < rules->ref_count; i++) {
        char path[200];
        if (resolve(rules, &records[i], &rules->refs[i]))
            continue;
        show_path(rules_text(rules, records[i].path), path, sizeof path);
        return err_set(err, ERR_UNSUPPORTED, "the rules ask for %s, which this program lacks",
                       path);
    }
    return OK;
}
