/* SPDX-License-Identifier: Apache-2.0 */
/* Fields are read at their offset, by two tables: one for 32 bits and one for 64. */
#include "scan/modules/elf_file.h"

enum { IDENT_SIZE = 16, SECTIONS_RESERVED = 0xff00, SEGMENTS_EXTENDED = 0xffff };

/* Sizes of headers and entries; the index is is_64bit. */
static const size_t header_sizes[] = {52, 64};
static const size_t section_sizes[] = {40, 64};
static const size_t segment_sizes[] = {32, 56};
static const size_t symbol_sizes[] = {16, 24};
static const size_t dynamic_sizes[] = {8, 16};

static uint64_t
number(const struct elf_file *elf, const char *p, size_t size)
{
    uint64_t n = 0;
    for (size_t i = 0; i < size; i++)
        n = n << 8 | (uint8_t)p[elf->is_big_endian ? i : size - 1 - i];
    return n;
}

static uint16_t
half(const struct elf_file *elf, const char *p)
{
    return (uint16_t)number(elf, p, 2);
}

static uint32_t
word(const struct elf_file *elf, const char *p)
{
    return (uint32_t)number(elf, p, 4);
}

/* A number that is as wide as an address. */
static uint64_t
wide(const struct elf_file *elf, const char *p)
{
    return number(elf, p, elf->is_64bit ? 8 : 4);
}

/* The I-th of the numbers of that width that follow one another from P. */
static uint64_t
wide_at(const struct elf_file *elf, const char *p, size_t i)
{
    return wide(elf, p + i * (elf->is_64bit ? 8 : 4));
}

static void
read_header(struct elf_file *elf, str data, bool is_64bit, bool is_big_endian)
{
    *elf = (struct elf_file){.data = data, .is_64bit = is_64bit, .is_big_endian = is_big_endian};
    const char *p = data.p;
    const char *tail = p + header_sizes[is_64bit] - 12;
    elf->type = half(elf, p + 16);
    elf->machine = half(elf, p + 18);
    elf->entry = wide_at(elf, p + 24, 0);
    elf->segment_offset = wide_at(elf, p + 24, 1);
    elf->section_offset = wide_at(elf, p + 24, 2);
    elf->segment_size = half(elf, tail + 2);
    elf->segment_count = half(elf, tail + 4);
    elf->section_size = half(elf, tail + 6);
    elf->section_count = half(elf, tail + 8);
    elf->section_names = half(elf, tail + 10);
}

/* 1: 32 bits, 2: 64 bits; 0: the data are no ELF file. */
static int
elf_class(str data)
{
    bool is_elf = data.n >= IDENT_SIZE && memcmp(data.p, "\177ELF", 4) == 0;
    return is_elf && (data.p[4] == 1 || data.p[4] == 2) ? data.p[4] : 0;
}

bool
elf_file_open(struct elf_file *elf, str data)
{
    int class = elf_class(data);
    if (class == 0 || (data.p[5] != 1 && data.p[5] != 2) || data.n <= header_sizes[class - 1])
        return false;
    read_header(elf, data, class == 2, data.p[5] == 2);
    return true;
}

static bool
lies_within(const struct elf_file *elf, uint64_t offset, uint64_t size)
{
    return offset <= elf->data.n && size <= elf->data.n - offset;
}

size_t
elf_sections(const struct elf_file *elf)
{
    size_t count = elf->section_count;
    if (count >= SECTIONS_RESERVED || elf->section_names >= count ||
        elf->section_offset >= elf->data.n ||
        !lies_within(elf, elf->section_offset, count * section_sizes[elf->is_64bit]))
        return 0;
    return count;
}

size_t
elf_segments(const struct elf_file *elf)
{
    size_t count = elf->segment_count;
    if (count >= SEGMENTS_EXTENDED || elf->segment_offset >= elf->data.n ||
        !lies_within(elf, elf->segment_offset, count * segment_sizes[elf->is_64bit]))
        return 0;
    return count;
}

struct elf_section
elf_section(const struct elf_file *elf, size_t i)
{
    const char *p = elf->data.p + elf->section_offset + i * section_sizes[elf->is_64bit];
    return (struct elf_section){
        .name = word(elf, p),
        .type = word(elf, p + 4),
        .flags = wide_at(elf, p + 8, 0),
        .address = wide_at(elf, p + 8, 1),
        .offset = wide_at(elf, p + 8, 2),
        .size = wide_at(elf, p + 8, 3),
        .link = word(elf, p + (elf->is_64bit ? 40 : 24)),
    };
}

struct elf_segment
elf_segment(const struct elf_file *elf, size_t i)
{
    const char *p = elf->data.p + elf->segment_offset + i * segment_sizes[elf->is_64bit];
    const char *wides = p + (elf->is_64bit ? 8 : 4);
    return (struct elf_segment){
        .type = word(elf, p),
        .flags = word(elf, p + (elf->is_64bit ? 4 : 24)),
        .offset = wide_at(elf, wides, 0),
        .virtual_address = wide_at(elf, wides, 1),
        .physical_address = wide_at(elf, wides, 2),
        .file_size = wide_at(elf, wides, 3),
        .memory_size = wide_at(elf, wides, 4),
        .alignment = wide_at(elf, wides, elf->is_64bit ? 5 : 6),
    };
}

size_t
elf_dynamic_size(const struct elf_file *elf)
{
    return dynamic_sizes[elf->is_64bit];
}

bool
elf_dynamic(const struct elf_file *elf, uint64_t offset, struct elf_dynamic *ret)
{
    if (!lies_within(elf, offset, elf_dynamic_size(elf)))
        return false;
    const char *p = elf->data.p + offset;
    *ret = (struct elf_dynamic){.tag = wide_at(elf, p, 0), .value = wide_at(elf, p, 1)};
    return true;
}

/* libyara compares a link with the number of sections as it stands in the file, whatever the
 * byte order; the section must lie in the data. */
static bool
linked_strings(const struct elf_file *elf, const struct elf_section *section,
               struct elf_section *ret)
{
    uint16_t count = elf->section_count;
    if (elf->is_big_endian)
        count = (uint16_t)(count << 8 | count >> 8);
    size_t size = section_sizes[elf->is_64bit];
    if (section->link >= count || elf->section_offset > UINT64_MAX - section->link * size ||
        !lies_within(elf, elf->section_offset + section->link * size, size))
        return false;
    *ret = elf_section(elf, section->link);
    return ret->type == ELF_SECTION_STRTAB;
}

bool
elf_symbols(const struct elf_file *elf, uint32_t type, struct elf_symbols *ret)
{
    struct elf_section symbols = {0}, names = {0}, section, linked;
    bool found = false;
    size_t sections = elf_sections(elf);
    for (size_t i = 0; i < sections; i++) {
        section = elf_section(elf, i);
        if (section.type != type || !linked_strings(elf, &section, &linked))
            continue;
        symbols = section;
        names = linked;
        found = true;
    }
    if (!found || !lies_within(elf, symbols.offset, symbols.size) ||
        !lies_within(elf, names.offset, names.size))
        return false;
    *ret = (struct elf_symbols){
        .p = elf->data.p + symbols.offset,
        .count = (size_t)symbols.size / symbol_sizes[elf->is_64bit],
        .names = {elf->data.p + names.offset, (size_t)names.size},
    };
    return true;
}

/* In big-endian files libyara takes the visibility to be the default, whatever they say. */
struct elf_symbol
elf_symbol(const struct elf_file *elf, const struct elf_symbols *symbols, size_t i)
{
    const char *p = symbols->p + i * symbol_sizes[elf->is_64bit];
    const char *info = p + (elf->is_64bit ? 4 : 12);
    const char *wides = p + (elf->is_64bit ? 8 : 4);
    return (struct elf_symbol){
        .name = word(elf, p),
        .bind = (uint8_t)info[0] >> 4,
        .type = (uint8_t)info[0] & 15,
        .visibility = elf->is_big_endian ? 0 : (uint8_t)info[1] & 3,
        .section = half(elf, info + 2),
        .value = wide_at(elf, wides, 0),
        .size = wide_at(elf, wides, 1),
    };
}

struct elf_names
elf_names(const struct elf_file *elf, str table)
{
    return (struct elf_names){table, elf->data.n};
}

struct elf_names
elf_section_names(const struct elf_file *elf)
{
    uint64_t offset = elf_section(elf, elf->section_names).offset;
    bool has_table = offset > 0 && offset < elf->data.n;
    return elf_names(elf, has_table ? str_from(elf->data, (size_t)offset) : (str){NULL, 0});
}

bool
elf_name(struct elf_names *names, uint32_t index, str *ret)
{
    if (index >= names->table.n || index > INT32_MAX || names->table.p[0] != 0)
        return false;
    str rest = str_from(names->table, index);
    size_t most = rest.n < names->left ? rest.n : names->left;
    const char *end = memchr(rest.p, 0, most);
    names->left -= end ? (size_t)(end - rest.p) : most;
    if (!end)
        return false;
    *ret = (str){rest.p, (size_t)(end - rest.p)};
    return true;
}

/* True when ADDRESS lies in a part from START; ends wrap at the width of an address. */
static bool
holds(const struct elf_file *elf, uint64_t start, uint64_t size, uint64_t address)
{
    uint64_t end = start + size;
    return address >= start && address < (elf->is_64bit ? end : (uint32_t)end);
}

static bool
offset_by_segments(const struct elf_file *elf, uint64_t address, uint64_t *ret)
{
    size_t size = elf->segment_count * segment_sizes[elf->is_64bit];
    if (elf->segment_offset == 0 || !lies_within(elf, elf->segment_offset, size))
        return false;
    for (size_t i = 0; i < elf->segment_count; i++) {
        struct elf_segment segment = elf_segment(elf, i);
        if (holds(elf, segment.virtual_address, segment.memory_size, address)) {
            *ret = segment.offset + (address - segment.virtual_address);
            return true;
        }
    }
    return false;
}

static bool
offset_by_sections(const struct elf_file *elf, uint64_t address, uint64_t *ret)
{
    size_t size = elf->section_count * section_sizes[elf->is_64bit];
    if (elf->section_offset == 0 || !lies_within(elf, elf->section_offset, size))
        return false;
    for (size_t i = 0; i < elf->section_count; i++) {
        struct elf_section section = elf_section(elf, i);
        if (section.type != 0 && section.type != ELF_SECTION_NOBITS &&
            holds(elf, section.address, section.size, address)) {
            *ret = section.offset + (address - section.address);
            return true;
        }
    }
    return false;
}

bool
elf_offset(const struct elf_file *elf, uint64_t address, uint64_t *ret)
{
    return elf->type == ELF_TYPE_EXEC ? offset_by_segments(elf, address, ret)
                                      : offset_by_sections(elf, address, ret);
}

bool
elf_entry_point(str data, uint64_t *ret)
{
    int class = elf_class(data);
    if (class == 0 || data.n < header_sizes[class - 1])
        return false;
    struct elf_file elf;
    read_header(&elf, data, class == 2, false);
    uint64_t offset = 0;
    elf_offset(&elf, elf.entry, &offset);
    *ret = offset;
    return true;
}
