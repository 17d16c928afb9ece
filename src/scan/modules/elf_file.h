/* SPDX-License-Identifier: Apache-2.0 */
/* The headers of an ELF file (System V ABI, "Object Files"), of 32 and 64 bits and both byte
 * orders. Files lie: whatever a header says is checked against the data's end before it is
 * followed. */
#pragma once

#include "base/str.h"

enum {
    ELF_TYPE_EXEC = 2,
    ELF_SECTION_SYMTAB = 2,
    ELF_SECTION_STRTAB = 3,
    ELF_SECTION_NOBITS = 8,
    ELF_SECTION_DYNSYM = 11,
    ELF_SEGMENT_DYNAMIC = 2,
};

struct elf_file {
    str data;
    bool is_64bit, is_big_endian;
    uint16_t type, machine;
    uint64_t entry; /* an address */
    uint64_t section_offset, segment_offset;
    uint16_t section_size, section_count, section_names, segment_size, segment_count;
};
struct elf_section {
    uint32_t name, type, link;
    uint64_t flags, address, offset, size;
};
struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, virtual_address, physical_address, file_size, memory_size, alignment;
};
struct elf_symbol {
    uint32_t name;
    uint8_t bind, type, visibility;
    uint16_t section;
    uint64_t value, size;
};
struct elf_dynamic {
    uint64_t tag, value;
};

/* False when the data are no ELF file or not longer than its header. */
bool elf_file_open(struct elf_file *elf, str data);
/* How many there are when the table lies in the data; 0 otherwise. */
size_t elf_sections(const struct elf_file *elf);
size_t elf_segments(const struct elf_file *elf);
/* I is below that. */
struct elf_section elf_section(const struct elf_file *elf, size_t i);
struct elf_segment elf_segment(const struct elf_file *elf, size_t i);
/* The entry at OFFSET; false when it does not lie in the data. */
bool elf_dynamic(const struct elf_file *elf, uint64_t offset, struct elf_dynamic *ret);
size_t elf_dynamic_size(const struct elf_file *elf);

/* Symbols and their names. */
struct elf_symbols {
    const char *p;
    size_t count;
    str names;
};
/* Those of the last section of TYPE (symtab or dynsym) that has a table of strings; false when
 * there is none or when a part of it lies outside the data. */
bool elf_symbols(const struct elf_file *elf, uint32_t type, struct elf_symbols *ret);
struct elf_symbol elf_symbol(const struct elf_file *elf, const struct elf_symbols *symbols,
                             size_t i);

/* A table of strings and how many bytes may still be read in it: names may overlap, and to read
 * them all would take the square of the file's size. */
struct elf_names {
    str table;
    size_t left;
};
struct elf_names elf_names(const struct elf_file *elf, str table);
/* The table of the sections' names: it goes on to the end of the data. */
struct elf_names elf_section_names(const struct elf_file *elf);
/* The string at INDEX up to its NUL, or false. A table's first byte must be NUL. */
bool elf_name(struct elf_names *names, uint32_t index, str *ret);

/* The offset in the file of an address, which need not lie in the data: by the segments of an
 * executable, by the sections of others. */
bool elf_offset(const struct elf_file *elf, uint64_t address, uint64_t *ret);

/* What the keyword `entrypoint` is in an ELF file: an offset. As in libyara the file is read as
 * little-endian, and the offset is 0 where none was found. False when it is no ELF file. */
bool elf_entry_point(str data, uint64_t *ret);
