/* SPDX-License-Identifier: Apache-2.0 */
/* Where the sections of an executable stand in its file, and where it begins to run. */
#pragma once

#include "base/arena.h"

enum { LAYOUT_SECTIONS_MAX = 65536 };

struct layout_section {
    uint64_t offset, size;
};
struct layout {
    bool has_entry;
    uint64_t entry; /* offset in the file */
    struct layout_section *sections;
    size_t count;
};

/* Of PE and ELF files; false for others. Sections are in ARENA, in the order of their headers. */
bool layout_read(str data, struct arena *arena, struct layout *ret);

/* Offsets of the entries (keys) of a PE's version information, as ClamAV's VI takes them. */
enum { VERSION_ENTRIES_MAX = 4096 };
size_t version_entries(str data, struct arena *arena, uint64_t **ret);
