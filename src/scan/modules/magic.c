/* SPDX-License-Identifier: Apache-2.0 */
/* The magic module. The data are named once, when a rule first asks. */
#include "scan/modules/magic.h"

#include "scan/modules/modules.h"

#include <stdarg.h>

void
magic_set(struct magic_name *name, const char *mime, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name->type, sizeof name->type, format, arguments);
    va_end(arguments);
    name->mime = mime;
}

void
magic_add(struct magic_name *name, const char *format, ...)
{
    size_t used = strlen(name->type);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name->type + used, sizeof name->type - used, format, arguments);
    va_end(arguments);
}

static uint32_t
number(str data, size_t offset, size_t size, bool is_big)
{
    uint32_t n = 0;
    if (offset > data.n || data.n - offset < size)
        return 0;
    for (size_t i = 0; i < size; i++)
        n = n << 8 | (uint8_t)data.p[offset + (is_big ? i : size - 1 - i)];
    return n;
}

uint32_t
magic_u16(str data, size_t offset)
{
    return number(data, offset, 2, false);
}

uint32_t
magic_u32(str data, size_t offset)
{
    return number(data, offset, 4, false);
}

uint32_t
magic_u16_big(str data, size_t offset)
{
    return number(data, offset, 2, true);
}

uint32_t
magic_u32_big(str data, size_t offset)
{
    return number(data, offset, 4, true);
}

bool
magic_at(str data, size_t offset, str bytes)
{
    return str_starts(str_from(data, offset), bytes);
}

void
magic_find(str data, struct magic_name *ret)
{
    if (data.n == 1)
        magic_set(ret, NULL, "very short file (no magic)");
    else if (!magic_program(data, ret) && !magic_format(data, ret) && !magic_table(data, ret) &&
             !magic_text(data, ret))
        magic_set(ret, NULL, "data");
    if (!ret->mime)
        ret->mime = "application/octet-stream";
}

/* NULL where libyara has no answer: for a piece of a process and for an empty file. */
static const struct magic_name *
name_of(struct module_run *run)
{
    if (run->is_process || run->data.n == 0)
        return NULL;
    if (!run->state) {
        run->state = arena_alloc(run->arena, sizeof(struct magic_name));
        magic_find(run->data, run->state);
    }
    return run->state;
}

static struct value
type(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    (void)arguments;
    const struct magic_name *name = name_of(run);
    return name ? value_string(str_of(name->type)) : value_undefined();
}

static struct value
mime_type(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    (void)arguments;
    const struct magic_name *name = name_of(run);
    return name ? value_string(str_of(name->mime)) : value_undefined();
}

static const struct overload type_overloads[] = {{"", 's', type}, {NULL, 0, NULL}};
static const struct overload mime_type_overloads[] = {{"", 's', mime_type}, {NULL, 0, NULL}};
static const struct field fields[] = {
    {.name = "mime_type", .kind = FIELD_FUNCTION, .overloads = mime_type_overloads},
    {.name = "type", .kind = FIELD_FUNCTION, .overloads = type_overloads},
};
static const struct constant constants[] = {{.name = NULL}};

const struct module magic_module = {
    .name = "magic",
    .shape = {fields, sizeof fields / sizeof fields[0]},
    .constants = constants,
    .load = module_load_nothing,
};
