/* SPDX-License-Identifier: Apache-2.0 */
/* The headers of a Portable Executable (Microsoft, "PE Format"), checked against the data's end, so
 * that readers of its parts need no more than pe_at. Files lie: every number is input. */
#pragma once

#include "base/str.h"

enum {
    PE_SECTIONS_MAX = 96, /* as libyara has it (MAX_PE_SECTIONS) */
    PE_DIRECTORIES = 16,
    PE_DIRECTORY_EXPORT = 0,
    PE_DIRECTORY_IMPORT = 1,
    PE_DIRECTORY_RESOURCE = 2,
    PE_DIRECTORY_SECURITY = 4, /* its "address" is an offset in the file */
    PE_DIRECTORY_DEBUG = 6,
    PE_DIRECTORY_DELAY_IMPORT = 13,
    PE_DIRECTORY_CLI = 14,
    PE_CHARACTERISTIC_DLL = 0x2000,
};

struct pe_section {
    char name[8];
    uint32_t virtual_size, virtual_address, raw_size, raw_offset;
    uint32_t relocations_offset, lines_offset;
    uint16_t relocations, lines;
    uint32_t characteristics;
};
struct pe_directory {
    uint32_t address, size;
};
struct pe_file {
    str data;
    size_t header;   /* offset of "PE\0\0" */
    size_t optional; /* offset of the optional header */
    bool is_64bit;   /* PE32+ */
    uint16_t machine, characteristics, optional_size;
    uint32_t section_alignment, file_alignment;
    /* All are in the data, and all count, whatever NumberOfRvaAndSizes and the optional header's
     * size say: both lie (so in libyara). */
    struct pe_directory directories[PE_DIRECTORIES];
    size_t section_count;    /* those that the data hold */
    bool sections_cut;       /* the data end before the sections that the header names */
    uint32_t lowest_address; /* of a section; UINT32_MAX without any */
    struct pe_section sections[PE_SECTIONS_MAX];
};

/* False when the data are no PE as libyara's pe_get_header has it: no MZ, no PE signature, or
 * headers (with all 16 directories) past the end. Any machine will do. Touches the first
 * section_count sections only. */
bool pe_file_open(struct pe_file *pe, str data);
/* The offset in the file of a relative virtual address, with the rules of libyara 4.5
 * (pe_rva_to_offset: alignments, addresses before the first section, sections without raw data);
 * false when nothing in the data stands for it. 64 bits, as import tables of PE32+ have them. */
bool pe_offset(const struct pe_file *pe, uint64_t rva, size_t *ret_offset);
/* The rest of the data from OFFSET when at least SIZE bytes are there, else an empty view. */
str pe_at(const struct pe_file *pe, size_t offset, size_t size);
/* NULL when there is no directory of that number. */
const struct pe_directory *pe_directory(const struct pe_file *pe, unsigned directory);

/* What the language's keyword `entrypoint` is in a PE file: the entry point's offset with the older
 * rules of libyara's exefiles.c (i386 and amd64 only, 60 sections, no alignment, not checked
 * against the data's end). False when the data are no such file. */
bool pe_entry_point(str data, uint64_t *ret);
/* The same for a piece of memory at BASE; false for a DLL. */
bool pe_entry_point_memory(str data, uint64_t base, uint64_t *ret);

/* Numbers of a PE are little-endian and anywhere. */
static inline uint16_t
pe_u16(const char *p)
{
    const uint8_t *b = (const uint8_t *)p;
    return (uint16_t)(b[0] | b[1] << 8);
}
static inline uint32_t
pe_u32(const char *p)
{
    const uint8_t *b = (const uint8_t *)p;
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}
static inline uint64_t
pe_u64(const char *p)
{
    return pe_u32(p) | (uint64_t)pe_u32(p + 4) << 32;
}
