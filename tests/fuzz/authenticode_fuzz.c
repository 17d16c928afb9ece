/* SPDX-License-Identifier: Apache-2.0 */
/* The input is the content of a certificate table behind a small program: what conditions see is
 * whole whatever it holds, nothing verifies that was not signed for that program, and what it costs
 * stays in proportion. */
#include "base/require.h"
#include "scan/authenticode/authenticode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    PROGRAM = 1024,
    PE_HEADER = 64,
    OPTIONAL = PE_HEADER + 24,
    DIRECTORY = OPTIONAL + 96 + 8 * PE_DIRECTORY_SECURITY,
    MEMORY_A_BYTE = 256, /* of the arena, beyond what little an empty file takes */
    MEMORY_FIXED = 4 << 20,
};

static void
put_u32(char *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (char)(value >> 8 * i);
}

/* The 32-bit program that tests/scan/signed has too, with the table behind it. */
static str
make_program(const uint8_t *table, size_t size)
{
    char *p = mem_calloc(1, PROGRAM + 8 + size);
    memcpy(p, "MZ", 2);
    put_u32(p + 60, PE_HEADER);
    memcpy(p + PE_HEADER, "PE\0\0\x4c\x01\x01\0\x01", 9);
    p[PE_HEADER + 20] = (char)224;
    memcpy(p + OPTIONAL, "\x0b\x01", 2);
    put_u32(p + DIRECTORY, PROGRAM);
    put_u32(p + DIRECTORY + 4, (uint32_t)size + 8);
    put_u32(p + PROGRAM, (uint32_t)size + 8);
    if (size)
        memcpy(p + PROGRAM + 8, table, size);
    return (str){p, PROGRAM + 8 + size};
}

static size_t
check_text(struct value value)
{
    require(value.kind == VALUE_STRING || value.kind == VALUE_UNDEFINED);
    return value.kind == VALUE_STRING && value.s.n ? (size_t)value.s.p[value.s.n - 1] & 1 : 0;
}

/* Every value is of its field's kind; the sum makes sure that all of them were read. */
static size_t
check_plain(const struct field *field, struct value value)
{
    if (field->kind == FIELD_STRING)
        return check_text(value);
    if (field->kind == FIELD_INTEGER)
        require(value.kind == VALUE_INTEGER || value.kind == VALUE_UNDEFINED);
    if (field->kind == FIELD_ARRAY)
        require(value.kind == VALUE_ARRAY || value.kind == VALUE_UNDEFINED);
    return 0;
}

static size_t check_list(const struct shape *shape, struct value value);

/* Shapes nest three deep. */
static size_t
check_object(const struct shape *shape, struct value value)
{
    size_t sum = 0;
    require(value.kind == VALUE_STRUCT && value.object->count == shape->count);
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        sum += check_plain(field, value.object->fields[i]);
        if (field->kind == FIELD_STRUCT)
            sum += check_object(field->shape, value.object->fields[i]);
        if (field->kind == FIELD_ARRAY)
            sum += check_list(field->shape, value.object->fields[i]);
    }
    return sum;
}

static size_t
check_list(const struct shape *shape, struct value value)
{
    size_t sum = 0;
    for (size_t i = 0; value.kind == VALUE_ARRAY && i < value.list->count; i++)
        sum += check_object(shape, value.list->items[i]);
    return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pe_file pe;
    struct arena arena = ARENA;
    struct value signatures, count, is_signed;
    str program = make_program(data, size);
    struct module_run run = {.arena = &arena, .data = program};
    require(pe_file_open(&pe, program));
    authenticode_load(&run, &pe, &signatures, &count, &is_signed);
    require(signatures.kind == VALUE_ARRAY && count.kind == VALUE_INTEGER);
    require(count.i <= SIGNATURES_MAX && (size_t)count.i == signatures.list->count);
    require(is_signed.kind == VALUE_INTEGER && is_signed.i == 0);
    require(check_list(&authenticode_signature_shape, signatures) < SIZE_MAX);
    require(arena.total <= MEMORY_FIXED + MEMORY_A_BYTE * size);
    arena_clear(&arena);
    free((char *)program.p);
    return 0;
}
