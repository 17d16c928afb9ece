/* SPDX-License-Identifier: Apache-2.0 */
/* Sections and entry points of PE (through pe_file) and ELF files (System V ABI, "Object Files").
 * ClamAV's sections of an ELF file are those of the section headers, the empty first included. */
#include "scan/clamav/layout.h"

#include "scan/pe/pe_file.h"

static bool
read_pe(str data, struct arena *arena, struct layout *ret)
{
    enum { ENTRY_POINT = 16 };
    struct pe_file *pe = arena_alloc(arena, sizeof *pe);
    if (!pe_file_open(pe, data))
        return false;
    ret->count = pe->section_count;
    ret->sections = arena_alloc(arena, (ret->count + 1) * sizeof *ret->sections);
    for (size_t i = 0; i < ret->count; i++)
        ret->sections[i] =
            (struct layout_section){pe->sections[i].raw_offset, pe->sections[i].raw_size};
    str optional = pe_at(pe, pe->optional + ENTRY_POINT, 4);
    size_t entry;
    ret->has_entry = optional.n && pe_offset(pe, pe_u32(optional.p), &entry);
    if (ret->has_entry)
        ret->entry = entry;
    return true;
}

/* Numbers of an ELF file in its own byte order and width. */
struct elf {
    str data;
    bool is_64bit, is_big;
};

static uint64_t
elf_number(const struct elf *elf, uint64_t at, unsigned size)
{
    uint64_t value = 0;
    if (at > elf->data.n || elf->data.n - at < size)
        return 0;
    const uint8_t *p = (const uint8_t *)elf->data.p + at;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)p[i] << 8 * (elf->is_big ? size - 1 - i : i);
    return value;
}

/* A field whose place differs between 32 and 64 bits, as wide as an address. */
static uint64_t
elf_word(const struct elf *elf, uint64_t header, unsigned at32, unsigned at64)
{
    return elf_number(elf, header + (elf->is_64bit ? at64 : at32), elf->is_64bit ? 8 : 4);
}

static uint64_t
elf_half(const struct elf *elf, unsigned at32, unsigned at64)
{
    return elf_number(elf, elf->is_64bit ? at64 : at32, 2);
}

/* How many headers of SIZE bytes the data hold from TABLE on, at most COUNT. */
static size_t
elf_held(const struct elf *elf, uint64_t table, uint64_t count, uint64_t size)
{
    if (table >= elf->data.n || size == 0)
        return 0;
    uint64_t held = (elf->data.n - table) / size;
    return (size_t)(held < count ? held : count);
}

/* The entry's address in the file, by the segment that is loaded there. */
static void
elf_entry(const struct elf *elf, struct layout *ret)
{
    enum { LOADED = 1, SIZE32 = 32, SIZE64 = 56 };
    uint64_t entry = elf_word(elf, 0, 24, 24), table = elf_word(elf, 0, 28, 32);
    uint64_t size = elf->is_64bit ? SIZE64 : SIZE32;
    if (elf_half(elf, 42, 54) != size)
        return;
    size_t count = elf_held(elf, table, elf_half(elf, 44, 56), size);
    for (size_t i = 0; i < count; i++) {
        uint64_t header = table + i * size;
        uint64_t offset = elf_word(elf, header, 4, 8), address = elf_word(elf, header, 8, 16);
        uint64_t length = elf_word(elf, header, 16, 32);
        if (elf_number(elf, header, 4) == LOADED && entry >= address && entry - address < length &&
            offset <= UINT64_MAX - (entry - address)) {
            ret->has_entry = true;
            ret->entry = offset + (entry - address);
            return;
        }
    }
}

static bool
read_elf(str data, struct arena *arena, struct layout *ret)
{
    enum { SIZE32 = 40, SIZE64 = 64, HEADER = 52 };
    if (data.n < HEADER || memcmp(data.p, "\177ELF", 4) != 0)
        return false;
    struct elf elf = {data, data.p[4] == 2, data.p[5] == 2};
    elf_entry(&elf, ret);
    uint64_t size = elf.is_64bit ? SIZE64 : SIZE32, table = elf_word(&elf, 0, 32, 40);
    if (elf_half(&elf, 46, 58) == size)
        ret->count = elf_held(&elf, table, elf_half(&elf, 48, 60), size);
    ret->sections = arena_alloc(arena, (ret->count + 1) * sizeof *ret->sections);
    for (size_t i = 0; i < ret->count; i++)
        ret->sections[i] = (struct layout_section){elf_word(&elf, table + i * size, 16, 24),
                                                   elf_word(&elf, table + i * size, 20, 32)};
    return true;
}

bool
layout_read(str data, struct arena *arena, struct layout *ret)
{
    struct layout layout = {0};
    if (!read_pe(data, arena, &layout) && !read_elf(data, arena, &layout))
        return false;
    *ret = layout;
    return true;
}
