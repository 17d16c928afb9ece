/* SPDX-License-Identifier: Apache-2.0 */
#include "module_runs.h"

#include "base/require.h"

static void
say(void *scan, str text)
{
    struct module_under_test *test = scan;
    buf_str(&test->lines, text);
    buf_char(&test->lines, '\n');
}

/* Stands in for the engine's: the expression is a literal. */
static bool
matches(void *scan, struct value regex, str s)
{
    (void)scan;
    return str_find(s, regex.s) != SIZE_MAX;
}

void
module_open(struct module_under_test *test, const struct module *module, str data)
{
    *test = (struct module_under_test){.arena = ARENA, .lines = BUF(1 << 20)};
    test->host = (struct module_host){.matches = matches, .console = say, .scan = test};
    test->run = (struct module_run){
        .module = module,
        .host = &test->host,
        .arena = &test->arena,
        .data = data,
    };
    test->run.root = module_object(&test->run, &module->shape);
}

void
module_close(struct module_under_test *test)
{
    arena_clear(&test->arena);
    buf_clear(&test->lines);
}

static str
next_name(str *path)
{
    size_t n = 0;
    while (n < path->n && path->p[n] != '.' && path->p[n] != '[')
        n++;
    str name = {path->p, n};
    *path = str_from(*path, n);
    return name;
}

static struct value
item_by_key(const struct list *list, str key)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->keys[i], key))
            return list->items[i];
    return value_undefined();
}

/* PATH begins with "[3]" or "["key"]", which is taken away. */
static struct value
next_item(struct value container, str *path)
{
    const char *end = memchr(path->p, ']', path->n);
    require(end);
    str inside = {path->p + 1, (size_t)(end - path->p) - 1};
    *path = str_from(*path, inside.n + 2);
    if (container.kind == VALUE_UNDEFINED)
        return container;
    uint64_t i;
    if (container.kind == VALUE_DICTIONARY)
        return item_by_key(container.list, (str){inside.p + 1, inside.n - 2});
    require(container.kind == VALUE_ARRAY && str_to_u64(inside, UINT32_MAX, &i));
    return i < container.list->count ? container.list->items[i] : value_undefined();
}

struct value
module_value(struct module_under_test *test, str path)
{
    const struct shape *shape = &test->run.module->shape;
    struct value value = value_struct(test->run.root);
    bool is_root = true;
    while (path.n > 0) {
        if (path.p[0] == '.')
            path = str_from(path, 1);
        size_t i = shape_find(shape, next_name(&path));
        require(i != SIZE_MAX);
        if (is_root)
            module_load(&test->run, shape->fields[i].group);
        is_root = false;
        if (value.kind == VALUE_STRUCT)
            value = value.object->fields[i];
        shape = shape->fields[i].shape;
        if (path.n > 0 && path.p[0] == '[')
            value = next_item(value, &path);
    }
    return value;
}

struct value
module_call(struct module_under_test *test, const char *name, const char *arguments,
            const struct value *values)
{
    const struct shape *shape = &test->run.module->shape;
    size_t i = shape_find(shape, str_of(name));
    require(i != SIZE_MAX && shape->fields[i].kind == FIELD_FUNCTION);
    const struct overload *overload = shape->fields[i].overloads;
    while (overload->call && strcmp(overload->arguments, arguments) != 0)
        overload++;
    require(overload->call);
    return overload->call(&test->run, test->run.root, values);
}
