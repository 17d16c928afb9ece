/* SPDX-License-Identifier: Apache-2.0 */
/* All that a module shows of some data, one "path = value" a line, as `yara -D` shows it: for
 * comparing with stored text, and for touching every byte of it. */
#pragma once

#include "base/buf.h"
#include "base/require.h"
#include "scan/modules/module.h"

/* Shapes are tables of the program, nested three deep, so these recursions have a floor. */
static void dump_value(struct buf *out, struct buf *path, const struct field *field,
                       enum field_kind kind, const struct value *value);

static void
dump_string(struct buf *out, str s)
{
    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c >= ' ' && c <= '~')
            buf_char(out, (char)c);
        else
            buf_printf(out, "\\x%02x", c);
    }
    buf_char(out, '"');
}

static void
dump_object(struct buf *out, struct buf *path, const struct shape *shape,
            const struct object *object)
{
    size_t n = path->n;
    require(object->count == shape->count);
    for (size_t i = 0; i < shape->count; i++) {
        buf_printf(path, "%s%s", n ? "." : "", shape->fields[i].name);
        dump_value(out, path, &shape->fields[i], shape->fields[i].kind, &object->fields[i]);
        path->n = n;
    }
}

static void
dump_list(struct buf *out, struct buf *path, const struct field *field, const struct list *list)
{
    size_t n = path->n;
    for (size_t i = 0; i < list->count; i++) {
        buf_printf(path, "[%zu]", i);
        dump_value(out, path, field, field->item, &list->items[i]);
        path->n = n;
    }
}

/* Undefined values have no line. */
static void
dump_value(struct buf *out, struct buf *path, const struct field *field, enum field_kind kind,
           const struct value *value)
{
    if (value->kind == VALUE_UNDEFINED)
        return;
    if (kind == FIELD_STRUCT) {
        require(value->kind == VALUE_STRUCT);
        dump_object(out, path, field->shape, value->object);
        return;
    }
    if (kind == FIELD_ARRAY) {
        require(value->kind == VALUE_ARRAY);
        dump_list(out, path, field, value->list);
        return;
    }
    buf_printf(out, "%.*s = ", (int)path->n, path->p);
    if (kind == FIELD_INTEGER) {
        require(value->kind == VALUE_INTEGER);
        buf_i64(out, value->i);
    } else {
        require(kind == FIELD_STRING && value->kind == VALUE_STRING);
        dump_string(out, value->s);
    }
    buf_char(out, '\n');
}

/* Loads all groups of MODULE over DATA; what it makes lives in ARENA. */
static inline struct object *
module_run_all(const struct module *module, str data, struct arena *arena)
{
    struct module_run run = {.module = module, .arena = arena, .data = data};
    run.root = module_object(&run, &module->shape);
    for (size_t i = 0; i < module->shape.count; i++)
        module_load(&run, module->shape.fields[i].group);
    return run.root;
}

static inline void
module_dump(const struct module *module, str data, struct buf *out)
{
    struct arena arena = ARENA;
    struct buf path = BUF(1 << 10);
    dump_object(out, &path, &module->shape, module_run_all(module, data, &arena));
    buf_clear(&path);
    arena_clear(&arena);
}
