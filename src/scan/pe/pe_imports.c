/* SPDX-License-Identifier: Apache-2.0 */
/* The import table: libraries, each with a table of thunks that name functions or give their
 * numbers. Thunks of all libraries together are bounded, since tables may overlap. */
#include "scan/pe/pe_parts.h"
#include "scan/pe/pe_tables.h"

enum {
    IMPORTS_MAX = 16384, /* as in libyara (MAX_PE_IMPORTS), of libraries and of functions */
    THUNKS_MAX = 16 * IMPORTS_MAX, /* that are looked at, valid or not */
    LIBRARY_NAME_MAX = 256,
    FUNCTION_NAME_MAX = 512,
    DESCRIPTOR = 20,
    HINT = 2,
};

void *
pe_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    *room = *room ? *room * 2 : 16;
    void *larger = arena_alloc(arena, *room * size);
    if (count)
        memcpy(larger, items, count * size);
    return larger;
}

str
pe_text(const struct pe_file *pe, size_t offset, size_t max)
{
    str rest = pe_at(pe, offset, 1);
    if (rest.n > max)
        rest.n = max;
    return pe_c_string(rest);
}

/* Windows refuses these in names of files; anything that is not printable ASCII is refused too. */
static bool
is_name_byte(char c)
{
    return c >= ' ' && c <= '~' && !memchr("\"*<>?|", c, 6);
}

str
pe_library_name(const struct pe_file *pe, size_t offset, size_t max)
{
    str rest = pe_at(pe, offset, 1);
    for (size_t i = 0; i < rest.n && i < max; i++) {
        if (rest.p[i] == 0)
            return (str){rest.p, i};
        if (!is_name_byte(rest.p[i]))
            break;
    }
    return (str){NULL, 0};
}

/* What compilers make of names, as pefile has it. */
static bool
is_function_name(str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i], lower = ascii_lower(c);
        if (!(lower >= 'a' && lower <= 'z') && !ascii_is_digit(c) && !memchr("._?@$()<>", c, 9))
            return false;
    }
    return name.n != 0;
}

void
pe_add_library(struct arena *arena, struct pe_imports *imports, str name)
{
    imports->libraries = pe_grow(arena, imports->libraries, imports->library_count,
                                 &imports->library_room, sizeof *imports->libraries);
    imports->libraries[imports->library_count++] =
        (struct pe_library){.name = name, .first = imports->function_count};
}

void
pe_add_function(struct arena *arena, struct pe_imports *imports, const struct pe_function *function)
{
    imports->functions = pe_grow(arena, imports->functions, imports->function_count,
                                 &imports->function_room, sizeof *imports->functions);
    struct pe_function *added = &imports->functions[imports->function_count++];
    *added = *function;
    added->library = (uint32_t)imports->library_count - 1;
    imports->libraries[added->library].count++;
}

/* Reads what THUNK stands for; false when that is nothing that could be imported. */
static bool
read_thunk(struct arena *arena, const struct pe_file *pe, str library, uint64_t thunk,
           struct pe_function *ret)
{
    uint64_t flag = pe->is_64bit ? UINT64_C(1) << 63 : UINT64_C(1) << 31;
    if (thunk & flag) {
        if (thunk > (flag | 0xffff))
            return false;
        ret->has_ordinal = true;
        ret->ordinal = (uint16_t)thunk;
        ret->name = pe_ordinal_name(arena, library, ret->ordinal);
        return true;
    }
    size_t offset;
    if (!pe_offset(pe, thunk, &offset) || !pe_at(pe, offset, HINT + 1).p)
        return false;
    ret->name = pe_text(pe, offset + HINT, FUNCTION_NAME_MAX);
    return is_function_name(ret->name);
}

/* The functions of the library whose DESCRIPTOR it is; *BUDGET counts the thunks that may still be
 * looked at. A library without any is not imported. */
static void
read_library(struct module_run *run, const struct pe_file *pe, const char *descriptor, str name,
             struct pe_imports *imports, size_t *budget)
{
    size_t size = pe->is_64bit ? 8 : 4, offset = 0;
    uint32_t address = pe_u32(descriptor + 16);
    if (!pe_offset(pe, pe_u32(descriptor), &offset) || offset == 0)
        if (!pe_offset(pe, address, &offset))
            return;
    bool added = false;
    for (size_t i = 0; i < IMPORTS_MAX && imports->function_count < IMPORTS_MAX && *budget; i++) {
        str rest = pe_at(pe, offset + i * size, size);
        uint64_t thunk = !rest.p ? 0 : pe->is_64bit ? pe_u64(rest.p) : pe_u32(rest.p);
        if (thunk == 0)
            return;
        --*budget;
        struct pe_function function = {0};
        if (!read_thunk(run->arena, pe, name, thunk, &function))
            continue;
        function.rva = address + i * size;
        if (!pe->is_64bit)
            function.rva = (uint32_t)function.rva;
        if (!added)
            pe_add_library(run->arena, imports, name);
        added = true;
        pe_add_function(run->arena, imports, &function);
    }
}

static void
read_imports(struct module_run *run, const struct pe_file *pe, struct pe_imports *imports)
{
    const struct pe_directory *directory = pe_directory(pe, PE_DIRECTORY_IMPORT);
    size_t offset, budget = THUNKS_MAX;
    if (!directory || directory->address == 0 || !pe_offset(pe, directory->address, &offset))
        return;
    for (size_t i = 0; i < IMPORTS_MAX; i++) {
        str descriptor = pe_at(pe, offset + i * DESCRIPTOR, DESCRIPTOR);
        uint32_t rva = descriptor.p ? pe_u32(descriptor.p + 12) : 0;
        size_t name_offset;
        if (rva == 0)
            return;
        if (!pe_offset(pe, rva, &name_offset))
            continue;
        str name = pe_library_name(pe, name_offset, LIBRARY_NAME_MAX);
        if (name.n)
            read_library(run, pe, descriptor.p, name, imports, &budget);
    }
}

struct pe_imports *
pe_imports_of(struct module_run *run, struct pe_state *state)
{
    if (!state->imports) {
        state->imports = arena_alloc(run->arena, sizeof *state->imports);
        read_imports(run, &state->file, state->imports);
    }
    return state->imports;
}

void
pe_load_imports(struct module_run *run, struct pe_state *state)
{
    const struct pe_imports *imports = pe_imports_of(run, state);
    pe_set(run->root, PE_NUMBER_OF_IMPORTS, (int64_t)imports->library_count);
    pe_set(run->root, PE_NUMBER_OF_IMPORTED_FUNCTIONS, (int64_t)imports->function_count);
}

void
pe_load_delayed(struct module_run *run, struct pe_state *state)
{
    const struct pe_imports *imports = pe_delayed_of(run, state);
    pe_set(run->root, PE_NUMBER_OF_DELAYED_IMPORTS, (int64_t)imports->library_count);
    pe_set(run->root, PE_NUMBER_OF_DELAYED_IMPORTED_FUNCTIONS, (int64_t)imports->function_count);
}

static struct object *
library_object(struct module_run *run, const struct pe_imports *imports,
               const struct pe_library *library)
{
    struct list *list = module_array(run, library->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct pe_function *function = &imports->functions[library->first + i];
        struct object *object = module_object(run, &pe_function_shape);
        pe_set_text(object, PE_FUNCTION_NAME, function->name);
        if (function->has_ordinal)
            pe_set(object, PE_FUNCTION_ORDINAL, function->ordinal);
        if (function->rva)
            pe_set(object, PE_FUNCTION_RVA, (int64_t)function->rva);
        list->items[i] = value_struct(object);
    }
    struct object *object = module_object(run, &pe_library_shape);
    pe_set_text(object, PE_LIBRARY_NAME, library->name);
    pe_set(object, PE_LIBRARY_COUNT, (int64_t)library->count);
    object->fields[PE_LIBRARY_FUNCTIONS] = value_array(list);
    return object;
}

static struct value
details(struct module_run *run, const struct pe_imports *imports)
{
    struct list *list = module_array(run, imports->library_count);
    for (size_t i = 0; i < list->count; i++)
        list->items[i] = value_struct(library_object(run, imports, &imports->libraries[i]));
    return value_array(list);
}

void
pe_load_import_details(struct module_run *run, struct pe_state *state)
{
    run->root->fields[PE_IMPORT_DETAILS] = details(run, pe_imports_of(run, state));
}

void
pe_load_delayed_details(struct module_run *run, struct pe_state *state)
{
    run->root->fields[PE_DELAYED_IMPORT_DETAILS] = details(run, pe_delayed_of(run, state));
}
