/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the module that need no more than the headers, and the checksum. */
#include "scan/pe/pe_parts.h"
#include "scan/pe/pe_tables.h"

enum { AT_CHECKSUM = 64 };

/* A section's name is compared as C does, up to a NUL. */
struct value
pe_call_section_index_name(struct module_run *run, const struct object *self,
                           const struct value *arguments)
{
    (void)self;
    const struct pe_state *state = pe_state_of(run);
    str name = pe_c_string(arguments[0].s);
    for (size_t i = 0; state && i < state->file.section_count; i++) {
        const struct pe_section *section = &state->file.sections[i];
        if (str_eq(pe_c_string((str){section->name, sizeof section->name}), name))
            return value_integer((int64_t)i);
    }
    return value_undefined();
}

/* In a file the argument is an offset, in a process's memory an address. */
struct value
pe_call_section_index_address(struct module_run *run, const struct object *self,
                              const struct value *arguments)
{
    (void)self;
    const struct pe_state *state = pe_state_of(run);
    for (size_t i = 0; state && i < state->file.section_count; i++) {
        const struct pe_section *section = &state->file.sections[i];
        int64_t start = run->is_process ? section->virtual_address : section->raw_offset;
        int64_t size = run->is_process ? section->virtual_size : section->raw_size;
        if (arguments[0].i >= start && arguments[0].i < start + size)
            return value_integer((int64_t)i);
    }
    return value_undefined();
}

/* The flag itself, 0x2000, as libyara has it; not 1. */
struct value
pe_call_is_dll(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    (void)arguments;
    const struct pe_state *state = pe_state_of(run);
    return state ? value_integer(state->file.characteristics & PE_CHARACTERISTIC_DLL)
                 : value_undefined();
}

struct value
pe_call_is_32bit(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    (void)arguments;
    const struct pe_state *state = pe_state_of(run);
    return state ? value_integer(!state->file.is_64bit) : value_undefined();
}

struct value
pe_call_is_64bit(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    (void)arguments;
    const struct pe_state *state = pe_state_of(run);
    return state ? value_integer(state->file.is_64bit) : value_undefined();
}

struct value
pe_call_rva_to_offset(struct module_run *run, const struct object *self,
                      const struct value *arguments)
{
    (void)self;
    const struct pe_state *state = pe_state_of(run);
    size_t offset;
    if (!state || !pe_offset(&state->file, (uint64_t)arguments[0].i, &offset))
        return value_undefined();
    return value_integer((int64_t)offset);
}

/* The sum of all words of 32 bits, with zeros behind the data's end, folded to 16 bits. */
static uint64_t
sum_words(str data)
{
    uint64_t sum = 0;
    size_t words = data.n / 4;
    for (size_t i = 0; i < words; i++)
        sum += pe_u32(data.p + 4 * i);
    char rest[4] = {0};
    if (data.n % 4)
        memcpy(rest, data.p + 4 * words, data.n % 4);
    return sum + pe_u32(rest);
}

/* What a PE's checksum should be: its own field counts as 0 where it stands at a multiple of 4. */
static uint64_t
checksum(const struct pe_file *pe)
{
    uint64_t sum = sum_words(pe->data);
    size_t at = pe->optional + AT_CHECKSUM;
    if (at % 4 == 0)
        sum -= pe_u32(pe->data.p + at);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum + pe->data.n;
}

struct value
pe_call_calculate_checksum(struct module_run *run, const struct object *self,
                           const struct value *arguments)
{
    (void)self;
    (void)arguments;
    struct pe_state *state = pe_state_of(run);
    if (!state)
        return value_undefined();
    if (!state->has_checksum) {
        state->has_checksum = true;
        state->checksum = checksum(&state->file);
    }
    return value_integer((int64_t)state->checksum);
}
