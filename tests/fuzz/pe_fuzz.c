/* SPDX-License-Identifier: Apache-2.0 */
/* A PE file: every group of the module's fields is loaded and every function called, in a file and
 * in a process; what lists and counts say of each other must hold. */
#include "base/require.h"
#include "scan/modules/modules.h"
#include "scan/pe/pe_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
matches(void *scan, struct value regex, str s)
{
    (void)scan;
    return s.n % 2 == regex.regex;
}

static void
console(void *scan, str text)
{
    (void)scan;
    (void)text;
}

/* Reads each byte of what a value shows, so that a sanitizer sees a view past the data's end. */
static uint64_t
sum_value(struct value value)
{
    uint64_t sum = 0;
    if (value.kind == VALUE_INTEGER)
        return (uint64_t)value.i;
    if (value.kind == VALUE_STRING)
        for (size_t i = 0; i < value.s.n; i++)
            sum += (uint8_t)value.s.p[i];
    return sum;
}

/* Shapes are nested three deep, so that this recursion has a floor. */
static uint64_t
sum_object(const struct object *object, unsigned depth)
{
    require(depth < 8);
    uint64_t sum = 0;
    for (size_t i = 0; i < object->count; i++) {
        struct value value = object->fields[i];
        if (value.kind == VALUE_STRUCT)
            sum += sum_object(value.object, depth + 1);
        else if (value.kind == VALUE_ARRAY || value.kind == VALUE_DICTIONARY)
            for (size_t j = 0; j < value.list->count; j++)
                sum += value.list->items[j].kind == VALUE_STRUCT
                           ? sum_object(value.list->items[j].object, depth + 1)
                           : sum_value(value.list->items[j]);
        else
            sum += sum_value(value);
    }
    return sum;
}

static struct value
argument(char letter, uint64_t seed)
{
    static const char *const names[] = {"KERNEL32.dll", "ExitProcess", ".text", "a"};
    switch (letter) {
    case 'i':
        return value_integer((int64_t)(seed % 7000));
    case 's':
        return value_string(str_of(names[seed % 4]));
    default:
        return (struct value){.kind = VALUE_REGEX, .regex = seed % 2};
    }
}

static void
call_functions(struct module_run *run, const struct shape *shape, uint64_t seed)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (shape->fields[i].kind == FIELD_STRUCT)
            call_functions(run, shape->fields[i].shape, seed);
        const struct overload *overload = shape->fields[i].overloads;
        for (; overload && overload->call; overload++) {
            struct value arguments[4];
            for (size_t j = 0; overload->arguments[j]; j++)
                arguments[j] = argument(overload->arguments[j], seed >> j);
            sum_value(overload->call(run, run->root, arguments));
        }
    }
}

static int64_t
field(const struct module_run *run, const char *name)
{
    return run->root->fields[shape_find(&run->module->shape, str_of(name))].i;
}

static size_t
count(const struct module_run *run, const char *name)
{
    return run->root->fields[shape_find(&run->module->shape, str_of(name))].list->count;
}

static void
check_counts(const struct module_run *run)
{
    if (field(run, "is_pe") != 1)
        return;
    require((int64_t)count(run, "import_details") == field(run, "number_of_imports"));
    require((int64_t)count(run, "export_details") == field(run, "number_of_exports"));
    require((int64_t)count(run, "resources") == field(run, "number_of_resources"));
    require((int64_t)count(run, "version_info_list") == field(run, "number_of_version_infos"));
    require(count(run, "version_info") <= count(run, "version_info_list"));
    require(field(run, "number_of_imported_functions") <= 16384);
}

/* FIRST_CALLS: functions before any field. */
static void
run_module(str data, bool is_process, bool first_calls)
{
    static const struct module_host host = {matches, console, NULL};
    struct arena arena = ARENA;
    struct module_run run = {
        .module = module_find(STR("pe")),
        .host = &host,
        .arena = &arena,
        .data = data,
        .is_process = is_process,
    };
    run.root = module_object(&run, &run.module->shape);
    if (first_calls)
        call_functions(&run, &run.module->shape, data.n);
    for (size_t i = 0; i < run.module->shape.count; i++)
        module_load(&run, run.module->shape.fields[i].group);
    volatile uint64_t sum = sum_object(run.root, 0);
    (void)sum;
    check_counts(&run);
    call_functions(&run, &run.module->shape, data.n);
    arena_clear(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str s = {(const char *)data, size};
    uint64_t entry;
    run_module(s, false, size % 2);
    run_module(s, true, false);
    pe_entry_point(s, &entry);
    pe_entry_point_memory(s, 0, &entry);
    return 0;
}
