/* SPDX-License-Identifier: Apache-2.0 */
/* Imports that are bound when they are first called. Descriptors made by Visual C++ 6.0 hold
 * addresses where newer ones hold addresses relative to the image's base. */
#include "scan/pe/pe_parts.h"

enum {
    DESCRIPTOR = 32,
    LIBRARIES_MAX = 16384,
    FUNCTIONS_MAX = 65536, /* libyara has no bound; tables that overlap would have no end */
    LIBRARY_NAME_MAX = 1024,
    FUNCTION_NAME_MAX = 512,
    RVA_MIN = 64, /* nothing that is named stands in the DOS header */
};

struct descriptor {
    bool relative; /* not Visual C++ 6.0's */
    uint32_t name, addresses, names;
};
/* What all descriptors of a file are read with. */
struct reader {
    struct module_run *run;
    const struct pe_file *pe;
    struct pe_imports *imports;
    uint64_t image_base;
    uint32_t image_size;
    size_t budget; /* functions that may still be looked at */
};

static uint64_t
relative_to(uint64_t base, uint64_t address)
{
    return address > base ? address - base : address;
}

/* False at the end of the table, also at a descriptor that cannot be one. */
static bool
read_descriptor(const struct reader *reader, const char *p, struct descriptor *ret)
{
    static const char zeros[DESCRIPTOR];
    uint32_t attributes = pe_u32(p);
    if (memcmp(p, zeros, DESCRIPTOR) == 0 || attributes > 1)
        return false;
    *ret = (struct descriptor){
        .relative = attributes != 0,
        .name = pe_u32(p + 4),
        .addresses = pe_u32(p + 12),
        .names = pe_u32(p + 16),
    };
    if (!ret->relative && !reader->pe->is_64bit) {
        ret->name = (uint32_t)relative_to(reader->image_base, ret->name);
        ret->addresses = (uint32_t)relative_to(reader->image_base, ret->addresses);
        ret->names = (uint32_t)relative_to(reader->image_base, ret->names);
    }
    return ret->names < reader->image_size && ret->addresses < reader->image_size &&
           ret->name >= RVA_MIN && ret->names >= RVA_MIN;
}

/* The pointer at RVA; 0 when it is 0 or not in the data. */
static uint64_t
pointer_at(const struct pe_file *pe, uint64_t rva)
{
    size_t offset, size = pe->is_64bit ? 8 : 4;
    if (!pe_offset(pe, rva, &offset))
        return 0;
    str rest = pe_at(pe, offset, size);
    return !rest.p ? 0 : pe->is_64bit ? pe_u64(rest.p) : pe_u32(rest.p);
}

static bool
read_function(const struct reader *reader, str library, uint64_t pointer, bool relative,
              struct pe_function *ret)
{
    uint64_t flag = reader->pe->is_64bit ? UINT64_C(1) << 63 : UINT64_C(1) << 31;
    if (pointer & flag) {
        ret->has_ordinal = true;
        ret->ordinal = (uint16_t)pointer;
        ret->name = pe_ordinal_name(reader->run->arena, library, ret->ordinal);
        return true;
    }
    if (!relative)
        pointer = relative_to(reader->image_base, pointer);
    size_t offset;
    if (!pe_offset(reader->pe, pointer + 2, &offset))
        return false;
    ret->name = pe_text(reader->pe, offset, FUNCTION_NAME_MAX);
    return true;
}

/* Unlike in the table of other imports, a library without functions counts. */
static void
read_library(struct reader *reader, const struct descriptor *descriptor, str name)
{
    size_t size = reader->pe->is_64bit ? 8 : 4;
    pe_add_library(reader->run->arena, reader->imports, name);
    for (size_t i = 0; reader->budget; i++, reader->budget--) {
        uint64_t rva = descriptor->addresses + i * size;
        uint64_t pointer = pointer_at(reader->pe, descriptor->names + i * size);
        struct pe_function function = {.rva = rva};
        if (pointer == 0 || pointer_at(reader->pe, rva) == 0)
            return;
        if (read_function(reader, name, pointer, descriptor->relative, &function))
            pe_add_function(reader->run->arena, reader->imports, &function);
    }
}

static void
read_delayed(struct reader *reader)
{
    const struct pe_file *pe = reader->pe;
    const struct pe_directory *directory = pe_directory(pe, PE_DIRECTORY_DELAY_IMPORT);
    size_t offset;
    if (!directory || directory->address == 0 || !pe_offset(pe, directory->address, &offset))
        return;
    for (size_t i = 0; reader->imports->library_count < LIBRARIES_MAX; i++) {
        str rest = pe_at(pe, offset + i * DESCRIPTOR, DESCRIPTOR);
        struct descriptor descriptor;
        if (!rest.p || !read_descriptor(reader, rest.p, &descriptor))
            return;
        size_t name_offset;
        if (!pe_offset(pe, descriptor.name, &name_offset))
            continue;
        str name = pe_library_name(pe, name_offset, LIBRARY_NAME_MAX);
        if (name.n)
            read_library(reader, &descriptor, name);
    }
}

struct pe_imports *
pe_delayed_of(struct module_run *run, struct pe_state *state)
{
    if (state->delayed)
        return state->delayed;
    state->delayed = arena_alloc(run->arena, sizeof *state->delayed);
    const char *optional = state->file.data.p + state->file.optional;
    struct reader reader = {
        .run = run,
        .pe = &state->file,
        .imports = state->delayed,
        .image_base = state->file.is_64bit ? pe_u64(optional + 24) : pe_u32(optional + 28),
        .image_size = pe_u32(optional + 56),
        .budget = FUNCTIONS_MAX,
    };
    read_delayed(&reader);
    return state->delayed;
}
