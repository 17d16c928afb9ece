/* SPDX-License-Identifier: Apache-2.0 */
/* Headers are copied into numbers once; what they point to is read where it lies. The rules of
 * what is a PE and where an address lies are libyara's, since verdicts hang on them. */
#include "scan/pe/pe_file.h"

enum {
    DOS_HEADER = 64,
    DOS_NEW_HEADER = 60, /* where the offset of the PE header stands */
    FILE_HEADER = 24,    /* with the signature */
    SECTION_HEADER = 40,
    OPTIONAL_32 = 224, /* with all directories */
    OPTIONAL_64 = 240,
    DIRECTORIES_32 = 96,
    DIRECTORIES_64 = 112,
    MAGIC_64 = 0x20b,
    MACHINE_I386 = 0x14c,
    MACHINE_AMD64 = 0x8664,
    SECTOR = 0x200,
    PAGE = 0x1000,
    ENTRY_POINT_SECTIONS = 60,
};

str
pe_at(const struct pe_file *pe, size_t offset, size_t size)
{
    if (offset > pe->data.n || pe->data.n - offset < size)
        return (str){NULL, 0};
    return str_from(pe->data, offset);
}

const struct pe_directory *
pe_directory(const struct pe_file *pe, unsigned directory)
{
    return directory < PE_DIRECTORIES ? &pe->directories[directory] : NULL;
}

/* The offset of "PE\0\0", with SIZE bytes from there in the data; false when there is none. */
static bool
find_header(str data, size_t size, size_t *ret)
{
    if (data.n < DOS_HEADER || data.p[0] != 'M' || data.p[1] != 'Z')
        return false;
    uint32_t header = pe_u32(data.p + DOS_NEW_HEADER);
    if (header > INT32_MAX || header > data.n || data.n - header < size)
        return false;
    if (memcmp(data.p + header, "PE\0", 4) != 0)
        return false;
    *ret = header;
    return true;
}

static struct pe_section
read_section(const char *p)
{
    struct pe_section section = {
        .virtual_size = pe_u32(p + 8),
        .virtual_address = pe_u32(p + 12),
        .raw_size = pe_u32(p + 16),
        .raw_offset = pe_u32(p + 20),
        .relocations_offset = pe_u32(p + 24),
        .lines_offset = pe_u32(p + 28),
        .relocations = pe_u16(p + 32),
        .lines = pe_u16(p + 34),
        .characteristics = pe_u32(p + 36),
    };
    memcpy(section.name, p, sizeof section.name);
    return section;
}

static void
read_sections(struct pe_file *pe)
{
    size_t count = pe_u16(pe->data.p + pe->header + 6);
    if (count > PE_SECTIONS_MAX)
        count = PE_SECTIONS_MAX;
    str table = str_from(pe->data, pe->optional + pe->optional_size);
    pe->sections_cut = table.n / SECTION_HEADER < count;
    pe->section_count = pe->sections_cut ? table.n / SECTION_HEADER : count;
    pe->lowest_address = UINT32_MAX;
    for (size_t i = 0; i < pe->section_count; i++) {
        pe->sections[i] = read_section(table.p + i * SECTION_HEADER);
        if (pe->sections[i].virtual_address < pe->lowest_address)
            pe->lowest_address = pe->sections[i].virtual_address;
    }
}

static void
read_directories(struct pe_file *pe)
{
    size_t start = pe->is_64bit ? DIRECTORIES_64 : DIRECTORIES_32;
    const char *p = pe->data.p + pe->optional + start;
    for (size_t i = 0; i < PE_DIRECTORIES; i++)
        pe->directories[i] = (struct pe_directory){pe_u32(p + 8 * i), pe_u32(p + 8 * i + 4)};
}

bool
pe_file_open(struct pe_file *pe, str data)
{
    size_t header;
    if (!find_header(data, FILE_HEADER + OPTIONAL_32, &header))
        return false;
    const char *p = data.p + header;
    bool is_64bit = pe_u16(p + FILE_HEADER) == MAGIC_64;
    if (data.n - header < FILE_HEADER + (is_64bit ? OPTIONAL_64 : OPTIONAL_32))
        return false;
    pe->data = data;
    pe->header = header;
    pe->optional = header + FILE_HEADER;
    pe->is_64bit = is_64bit;
    pe->machine = pe_u16(p + 4);
    pe->optional_size = pe_u16(p + 20);
    pe->characteristics = pe_u16(p + 22);
    pe->section_alignment = pe_u32(p + FILE_HEADER + 32);
    pe->file_alignment = pe_u32(p + FILE_HEADER + 36);
    read_directories(pe);
    read_sections(pe);
    return true;
}

/* The section with the highest address among those that hold RVA, the last of equals. */
static const struct pe_section *
section_of(const struct pe_file *pe, uint64_t rva)
{
    const struct pe_section *best = NULL;
    for (size_t i = 0; i < pe->section_count; i++) {
        const struct pe_section *section = &pe->sections[i];
        uint32_t size =
            section->virtual_size > section->raw_size ? section->virtual_size : section->raw_size;
        /* An RVA before the section wraps around to more than any size. */
        if (rva - section->virtual_address < size &&
            (!best || best->virtual_address <= section->virtual_address))
            best = section;
    }
    return best;
}

/* A section's offset is rounded down to the alignment, of which no more than 512 counts, and to a
 * disk's sector when the image's sections are pages. */
static uint32_t
aligned_offset(const struct pe_file *pe, const struct pe_section *section)
{
    uint32_t alignment = pe->file_alignment < SECTOR ? pe->file_alignment : SECTOR;
    uint32_t offset = section->raw_offset;
    if (alignment)
        offset -= offset % alignment;
    return pe->section_alignment >= PAGE ? offset - offset % SECTOR : offset;
}

/* What comes before the first section is mapped as it stands in the file; what a section has in
 * memory beyond its raw data has no place there. */
bool
pe_offset(const struct pe_file *pe, uint64_t rva, size_t *ret_offset)
{
    if (pe->sections_cut)
        return false;
    uint64_t offset = rva;
    if (rva >= pe->lowest_address) {
        const struct pe_section *section = section_of(pe, rva);
        if (!section || rva - section->virtual_address >= section->raw_size)
            return false;
        offset = aligned_offset(pe, section) + (rva - section->virtual_address);
    }
    if (offset >= pe->data.n)
        return false;
    *ret_offset = (size_t)offset;
    return true;
}

/* The header that exefiles.c of libyara accepts. */
static bool
find_entry_header(str data, size_t *ret)
{
    if (!find_header(data, FILE_HEADER + OPTIONAL_32 + 1, ret))
        return false;
    uint16_t machine = pe_u16(data.p + *ret + 4);
    return machine == MACHINE_I386 || machine == MACHINE_AMD64;
}

bool
pe_entry_point(str data, uint64_t *ret)
{
    size_t header;
    if (!find_entry_header(data, &header))
        return false;
    const char *p = data.p + header;
    size_t size = data.n - header, count = pe_u16(p + 6);
    size_t at = (size_t)FILE_HEADER + pe_u16(p + 20);
    uint32_t rva = pe_u32(p + FILE_HEADER + 16), section_rva = 0, section_offset = 0;
    if (count > ENTRY_POINT_SECTIONS)
        count = ENTRY_POINT_SECTIONS;
    for (size_t i = 0; i < count; i++, at += SECTION_HEADER) {
        if (at + SECTION_HEADER >= size) {
            *ret = 0;
            return true;
        }
        uint32_t start = pe_u32(p + at + 12);
        if (rva >= start && section_rva <= start) {
            section_rva = start;
            section_offset = pe_u32(p + at + 20);
        }
    }
    *ret = (uint64_t)section_offset + (rva - section_rva);
    return true;
}

bool
pe_entry_point_memory(str data, uint64_t base, uint64_t *ret)
{
    size_t header;
    if (!find_entry_header(data, &header))
        return false;
    const char *p = data.p + header;
    if (pe_u16(p + 22) & PE_CHARACTERISTIC_DLL)
        return false;
    *ret = base + pe_u32(p + FILE_HEADER + 16);
    return true;
}
