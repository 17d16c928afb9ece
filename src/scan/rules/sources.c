/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/rules/sources.h"

#include <math.h>

#include "scan/rules/entry_point.h"

static const struct value unknown = {.kind = VALUE_UNKNOWN};

struct value
source_filesize(const struct scanner *scanner)
{
    if (scanner->pass == PASS_NOTHING)
        return unknown;
    return scanner->is_process ? value_undefined() : value_integer((int64_t)scanner->file_size);
}

struct value
source_entrypoint(struct scanner *scanner)
{
    if (scanner->pass == PASS_NOTHING)
        return unknown;
    if (scanner->entry_state == ENTRY_UNASKED) {
        bool known = !scanner->is_process && entry_point(scanner->data, &scanner->entry_point);
        scanner->entry_state = known ? ENTRY_KNOWN : ENTRY_NONE;
    }
    return scanner->entry_state == ENTRY_KNOWN ? value_integer((int64_t)scanner->entry_point)
                                               : value_undefined();
}

struct value
source_external(const struct scanner *scanner, uint32_t external)
{
    const struct external_record *record = &scanner->externals[external];
    if (scanner->pass == PASS_NOTHING)
        return unknown;
    if (record->kind == EXTERNAL_STRING)
        return value_string(scanner->external_texts[external]);
    return record->kind == EXTERNAL_FLOAT ? value_float(record->real)
                                          : value_integer(record->integer);
}

struct value
source_rule(const struct scanner *scanner, uint32_t rule)
{
    if (scanner->pass == PASS_NOTHING)
        return unknown;
    return value_integer(scanner->verdicts[rule] == VERDICT_TRUE);
}

static bool
read_bytes(struct scanner *scanner, uint64_t at, uint8_t *out, size_t size)
{
    if (scanner->is_process)
        return scanner->fetch && scanner->fetch(scanner->context, at, out, size) == size;
    if (at > scanner->data.n || scanner->data.n - at < size)
        return false;
    memcpy(out, scanner->data.p + at, size);
    return true;
}

struct value
source_read(struct scanner *scanner, uint32_t form, struct value at)
{
    uint8_t bytes[4];
    size_t size = form & READ_SIZE;
    uint32_t value = 0;
    if (scanner->pass == PASS_NOTHING || at.kind == VALUE_UNKNOWN)
        return unknown;
    if (at.kind != VALUE_INTEGER || at.i < 0 || !read_bytes(scanner, (uint64_t)at.i, bytes, size))
        return value_undefined();
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[form & READ_BIG ? i : size - 1 - i];
    unsigned unused = 32 - 8 * (unsigned)size;
    if (form & READ_SIGNED)
        return value_integer((int32_t)(value << unused) >> unused);
    return value_integer(value);
}

/* ---- modules ---- */

static bool
matches(void *scan, struct value regex, str s)
{
    struct scanner *scanner = scan;
    return regex_search(scanner->machine, scanner->rules->regex, regex.regex, s);
}

static void
console(void *scan, str text)
{
    struct scanner *scanner = scan;
    if (scanner->console)
        scanner->console(scanner->context, text);
}

static struct module_run *new_run(struct scanner *scanner, const struct module *module);

struct module_run *
scanner_run_of(struct scanner *scanner, const struct module *module)
{
    for (uint32_t i = 0; i < scanner->rules->module_count; i++)
        if (scanner->rules->modules[i] == module)
            return scanner_module(scanner, i);
    return new_run(scanner, module);
}

static struct module_run *
other_run(struct module_run *run, const char *name)
{
    const struct module *module = module_find(str_of(name));
    return module ? scanner_run_of(run->host->scan, module) : NULL;
}

static struct module_run *
new_run(struct scanner *scanner, const struct module *module)
{
    struct module_run *run = arena_alloc(&scanner->arena, sizeof *run);
    struct module_host *host = arena_alloc(&scanner->arena, sizeof *host);
    *host = (struct module_host){matches, console, scanner};
    *run = (struct module_run){.module = module,
                               .host = host,
                               .arena = &scanner->arena,
                               .data = scanner->data,
                               .other = other_run,
                               .is_process = scanner->is_process};
    run->root = module_object(run, &module->shape);
    return run;
}

struct module_run *
scanner_module(struct scanner *scanner, uint32_t module)
{
    if (!scanner->runs[module])
        scanner->runs[module] = new_run(scanner, scanner->rules->modules[module]);
    return scanner->runs[module];
}

struct value
source_module(struct scanner *scanner, uint32_t ref)
{
    if (scanner->pass != PASS_EXACT)
        return unknown;
    return value_struct(scanner_module(scanner, scanner->rules->refs[ref].module)->root);
}

struct value
source_field(struct scanner *scanner, uint32_t number, struct value object)
{
    const struct ref *ref = &scanner->rules->refs[number];
    if (object.kind == VALUE_UNKNOWN)
        return object;
    if (object.kind != VALUE_STRUCT || object.object->shape != ref->shape)
        return value_undefined();
    if (ref->is_root)
        module_load(scanner_module(scanner, ref->module), ref->of->group);
    return object.object->fields[ref->field];
}

struct value
source_item(struct value container, struct value key)
{
    if (container.kind == VALUE_UNKNOWN || key.kind == VALUE_UNKNOWN)
        return unknown;
    if (container.kind == VALUE_ARRAY && key.kind == VALUE_INTEGER) {
        const struct list *list = container.list;
        return key.i >= 0 && (uint64_t)key.i < list->count ? list->items[key.i] : value_undefined();
    }
    if (container.kind != VALUE_DICTIONARY || key.kind != VALUE_STRING || !container.list->keys)
        return value_undefined();
    for (size_t i = 0; i < container.list->count; i++)
        if (str_eq(container.list->keys[i], key.s))
            return container.list->items[i];
    return value_undefined();
}

static bool
has_type(struct value value, char letter)
{
    switch (letter) {
    case 'i':
    case 'b':
        return value.kind == VALUE_INTEGER;
    case 'f':
        return value.kind == VALUE_FLOAT;
    case 's':
        return value.kind == VALUE_STRING;
    default:
        return letter == 'r' && value.kind == VALUE_REGEX;
    }
}

struct value
source_call(struct scanner *scanner, uint32_t number, const struct value *values, uint32_t count)
{
    const struct ref *ref = &scanner->rules->refs[number];
    for (uint32_t i = 0; i <= count; i++)
        if (values[i].kind == VALUE_UNKNOWN)
            return unknown;
    if (values[0].kind != VALUE_STRUCT || values[0].object->shape != ref->shape)
        return value_undefined();
    for (uint32_t i = 0; i < count; i++)
        if (!has_type(values[i + 1], ref->overload->arguments[i]))
            return value_undefined();
    struct value value =
        ref->overload->call(scanner_module(scanner, ref->module), values[0].object, values + 1);
    return value.kind == VALUE_FLOAT && isnan(value.f) ? value_undefined() : value;
}
