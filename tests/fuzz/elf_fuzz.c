/* SPDX-License-Identifier: Apache-2.0 */
/* ELF files: every table is read, every name and value lies in the data, and what is counted is as
 * large as the data can hold. The first byte says whether they are a piece of a process. */
#include "base/require.h"
#include "scan/modules/elf_file.h"
#include "scan/modules/modules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_value(const struct value *value, str data)
{
    if (value->kind == VALUE_STRING && value->s.n > 0)
        require(value->s.p >= data.p && value->s.p + value->s.n <= data.p + data.n);
    if (value->kind != VALUE_ARRAY)
        return;
    require(value->list->count <= data.n);
    for (size_t i = 0; i < value->list->count; i++) {
        const struct object *item = value->list->items[i].object;
        require(value->list->items[i].kind == VALUE_STRUCT);
        for (size_t j = 0; j < item->count; j++)
            check_value(&item->fields[j], data);
    }
}

/* A digest is text of its own, not of the data. */
static void
check_call(struct module_run *run, const char *name)
{
    const struct shape *shape = &run->module->shape;
    const struct overload *overload = shape->fields[shape_find(shape, str_of(name))].overloads;
    struct value value = overload->call(run, run->root, NULL);
    require(value.kind == VALUE_UNDEFINED || (value.kind == VALUE_STRING && value.s.n <= 72));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena arena = ARENA;
    struct module_run run = {
        .module = &elf_module,
        .arena = &arena,
        .data = {(const char *)data + 1, size - 1},
        .is_process = data[0] & 1,
    };
    uint64_t entry;
    run.root = module_object(&run, &elf_module.shape);
    for (size_t i = 0; i < elf_module.shape.count; i++)
        module_load(&run, elf_module.shape.fields[i].group);
    for (size_t i = 0; i < run.root->count; i++)
        check_value(&run.root->fields[i], run.data);
    check_call(&run, "telfhash");
    check_call(&run, "import_md5");
    elf_entry_point(run.data, &entry);
    arena_clear(&arena);
    return 0;
}
