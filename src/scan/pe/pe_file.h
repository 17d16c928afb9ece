/* SPDX-License-Identifier: Apache-2.0 */
/* The headers of a Portable Executable (Microsoft, "PE Format"), checked against the data's end, so
 * that readers of its parts need no more than pe_at. Files lie: every number is input. */
#pragma once

#include "base/str.h"

enum {
    PE_SECTIONS_MAX = 96, /* as libyara has it (MAX_PE_SECTIONS) */
    PE_DIRECTORIES = 16,
    PE_DIRECTORY_SECURITY = 4, /* its "address" is an offset in the file */
    PE_DIRECTORY_CLI = 14,
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
    uint32_t directory_count; /* those that the header has and the data hold, at most 16 */
    struct pe_directory directories[PE_DIRECTORIES];
    size_t section_count; /* those that the data hold */
    struct pe_section sections[PE_SECTIONS_MAX];
};

/* False when the data are no PE: no MZ, no PE signature, or headers past the end. */
bool pe_file_open(struct pe_file *pe, str data);
/* The offset in the file of a relative virtual address, with the rules of libyara 4.5
 * (pe_rva_to_offset: alignments, addresses before the first section, sections without raw data);
 * false when nothing in the data stands for it. */
bool pe_offset(const struct pe_file *pe, uint32_t rva, size_t *ret_offset);
/* The rest of the data from OFFSET when at least SIZE bytes are there, else an empty view. */
str pe_at(const struct pe_file *pe, size_t offset, size_t size);
