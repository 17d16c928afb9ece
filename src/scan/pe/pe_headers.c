/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that stand in the headers: most are a number at a fixed place. */
#include "scan/pe/pe_parts.h"
#include "scan/pe/pe_tables.h"

enum { FILE_HEADER = 24, NAME_MAX_BYTES = 65536, SYMBOL_BYTES = 18 };
enum { AT_ENTRY_POINT = 16, AT_DIRECTORY_COUNT_32 = 92, AT_DIRECTORY_COUNT_64 = 108 };

/* A number in the optional header: where it stands in PE32 and PE32+, and how many bytes it has. */
struct number {
    uint8_t field, at_32, bytes_32, at_64, bytes_64;
};
static const struct number optional_numbers[] = {
    {PE_OPTHDR_MAGIC, 0, 2, 0, 2},
    {PE_SIZE_OF_CODE, 4, 4, 4, 4},
    {PE_SIZE_OF_INITIALIZED_DATA, 8, 4, 8, 4},
    {PE_SIZE_OF_UNINITIALIZED_DATA, 12, 4, 12, 4},
    {PE_ENTRY_POINT_RAW, AT_ENTRY_POINT, 4, AT_ENTRY_POINT, 4},
    {PE_BASE_OF_CODE, 20, 4, 20, 4},
    {PE_BASE_OF_DATA, 24, 4, 0, 0},
    {PE_IMAGE_BASE, 28, 4, 24, 8},
    {PE_SECTION_ALIGNMENT, 32, 4, 32, 4},
    {PE_FILE_ALIGNMENT, 36, 4, 36, 4},
    {PE_WIN32_VERSION_VALUE, 52, 4, 52, 4},
    {PE_SIZE_OF_IMAGE, 56, 4, 56, 4},
    {PE_SIZE_OF_HEADERS, 60, 4, 60, 4},
    {PE_CHECKSUM, 64, 4, 64, 4},
    {PE_SUBSYSTEM, 68, 2, 68, 2},
    {PE_DLL_CHARACTERISTICS, 70, 2, 70, 2},
    {PE_SIZE_OF_STACK_RESERVE, 72, 4, 72, 8},
    {PE_SIZE_OF_STACK_COMMIT, 76, 4, 80, 8},
    {PE_SIZE_OF_HEAP_RESERVE, 80, 4, 88, 8},
    {PE_SIZE_OF_HEAP_COMMIT, 84, 4, 96, 8},
    {PE_LOADER_FLAGS, 88, 4, 104, 4},
    {PE_NUMBER_OF_RVA_AND_SIZES, AT_DIRECTORY_COUNT_32, 4, AT_DIRECTORY_COUNT_64, 4},
};

static int64_t
number_at(const char *p, unsigned bytes)
{
    switch (bytes) {
    case 1:
        return (uint8_t)p[0];
    case 2:
        return pe_u16(p);
    case 4:
        return pe_u32(p);
    default:
        return (int64_t)pe_u64(p);
    }
}

static void
set_version(struct object *root, size_t field, const char *p, unsigned bytes)
{
    struct object *version = root->fields[field].object;
    pe_set(version, PE_VERSION_MAJOR, number_at(p, bytes));
    pe_set(version, PE_VERSION_MINOR, number_at(p + bytes, bytes));
}

/* In a file the entry point is an offset, and -1 when the address has none (so in libyara). */
static int64_t
entry_point(const struct module_run *run, const struct pe_file *pe)
{
    uint32_t rva = pe_u32(pe->data.p + pe->optional + AT_ENTRY_POINT);
    size_t offset;
    if (run->is_process)
        return rva;
    return pe_offset(pe, rva, &offset) ? (int64_t)offset : -1;
}

void
pe_load_headers(struct module_run *run, struct pe_state *state)
{
    const struct pe_file *pe = &state->file;
    struct object *root = run->root;
    const char *file = pe->data.p + pe->header, *optional = pe->data.p + pe->optional;
    pe_set(root, PE_MACHINE, pe->machine);
    pe_set(root, PE_NUMBER_OF_SECTIONS, pe_u16(file + 6));
    pe_set(root, PE_TIMESTAMP, pe_u32(file + 8));
    pe_set(root, PE_POINTER_TO_SYMBOL_TABLE, pe_u32(file + 12));
    pe_set(root, PE_NUMBER_OF_SYMBOLS, pe_u32(file + 16));
    pe_set(root, PE_SIZE_OF_OPTIONAL_HEADER, pe->optional_size);
    pe_set(root, PE_CHARACTERISTICS, pe->characteristics);
    pe_set(root, PE_ENTRY_POINT, entry_point(run, pe));
    for (size_t i = 0; i < sizeof optional_numbers / sizeof optional_numbers[0]; i++) {
        const struct number *number = &optional_numbers[i];
        unsigned at = pe->is_64bit ? number->at_64 : number->at_32;
        unsigned bytes = pe->is_64bit ? number->bytes_64 : number->bytes_32;
        if (bytes)
            pe_set(root, number->field, number_at(optional + at, bytes));
    }
    set_version(root, PE_LINKER_VERSION, optional + 2, 1);
    set_version(root, PE_OS_VERSION, optional + 40, 2);
    set_version(root, PE_IMAGE_VERSION, optional + 44, 2);
    set_version(root, PE_SUBSYSTEM_VERSION, optional + 48, 2);
}

static void
load_directories(struct module_run *run, const struct pe_file *pe)
{
    uint32_t count = pe_u32(pe->data.p + pe->optional +
                            (pe->is_64bit ? AT_DIRECTORY_COUNT_64 : AT_DIRECTORY_COUNT_32));
    struct list *list = module_array(run, count < PE_DIRECTORIES ? count : PE_DIRECTORIES);
    for (size_t i = 0; i < list->count; i++) {
        struct object *directory = module_object(run, &pe_directory_shape);
        pe_set(directory, PE_DIRECTORY_ADDRESS, pe->directories[i].address);
        pe_set(directory, PE_DIRECTORY_SIZE, pe->directories[i].size);
        list->items[i] = value_struct(directory);
    }
    run->root->fields[PE_DATA_DIRECTORIES] = value_array(list);
}

/* "/123" names byte 123 of the table of strings behind the symbols: printable and terminated, or
 * the name is undefined. */
static str
full_name(const struct pe_file *pe, str name)
{
    const char *file = pe->data.p + pe->header;
    uint64_t symbols = pe_u32(file + 12);
    if (symbols == 0 || name.n == 0 || name.p[0] != '/')
        return name;
    uint64_t index = 0, offset = symbols + (uint64_t)pe_u32(file + 16) * SYMBOL_BYTES;
    for (size_t i = 1; i < name.n && ascii_is_digit(name.p[i]); i++)
        index = index * 10 + (uint64_t)(name.p[i] - '0');
    offset += index;
    if (offset >= pe->data.n)
        return (str){NULL, 0};
    str rest = str_from(pe->data, (size_t)offset);
    for (size_t i = 0; i < rest.n && i < NAME_MAX_BYTES; i++) {
        if (rest.p[i] == 0)
            return (str){rest.p, i};
        if (rest.p[i] < 0x20 || rest.p[i] > 0x7e)
            break;
    }
    return (str){NULL, 0};
}

static struct object *
section_object(struct module_run *run, const struct pe_file *pe, size_t i)
{
    const struct pe_section *section = &pe->sections[i];
    struct object *object = module_object(run, &pe_section_shape);
    str name = {section->name, sizeof section->name};
    while (name.n && name.p[name.n - 1] == 0)
        name.n--;
    pe_set_text(object, PE_SECTION_NAME, name);
    pe_set_text(object, PE_SECTION_FULL_NAME, full_name(pe, name));
    pe_set(object, PE_SECTION_CHARACTERISTICS, section->characteristics);
    pe_set(object, PE_SECTION_ADDRESS, section->virtual_address);
    pe_set(object, PE_SECTION_SIZE, section->virtual_size);
    pe_set(object, PE_SECTION_RAW_OFFSET, section->raw_offset);
    pe_set(object, PE_SECTION_RAW_SIZE, section->raw_size);
    pe_set(object, PE_SECTION_RELOCATIONS_OFFSET, section->relocations_offset);
    pe_set(object, PE_SECTION_LINES_OFFSET, section->lines_offset);
    pe_set(object, PE_SECTION_RELOCATIONS, section->relocations);
    pe_set(object, PE_SECTION_LINES, section->lines);
    return object;
}

/* Where the raw data of the section end that ends last. That section is found with sums of 32 bits
 * as in libyara, so that one whose end wraps around does not count. */
static uint64_t
sections_end(const struct pe_file *pe)
{
    uint64_t end = 0;
    for (size_t i = 0; i < pe->section_count; i++) {
        const struct pe_section *section = &pe->sections[i];
        uint32_t wrapped = section->raw_offset + section->raw_size;
        if (wrapped > end)
            end = (uint64_t)section->raw_offset + section->raw_size;
    }
    return end;
}

void
pe_load_sections(struct module_run *run, struct pe_state *state)
{
    const struct pe_file *pe = &state->file;
    load_directories(run, pe);
    struct list *list = module_array(run, pe->section_count);
    for (size_t i = 0; i < list->count; i++)
        list->items[i] = value_struct(section_object(run, pe, i));
    run->root->fields[PE_SECTIONS] = value_array(list);
    uint64_t end = sections_end(pe);
    bool has_overlay = end && end < pe->data.n;
    struct object *overlay = run->root->fields[PE_OVERLAY].object;
    pe_set(overlay, PE_OVERLAY_OFFSET, has_overlay ? (int64_t)end : 0);
    pe_set(overlay, PE_OVERLAY_SIZE, has_overlay ? (int64_t)(pe->data.n - end) : 0);
}
