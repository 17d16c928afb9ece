/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of a PE's parts share. */
#pragma once

#include "scan/pe/pe_module.h"

/* Makes room for one more item: ITEMS is an array of *ROOM items of SIZE bytes in the arena. */
void *pe_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size);

/* What stands at OFFSET up to a NUL, MAX bytes or the data's end. Empty past the end. */
str pe_text(const struct pe_file *pe, size_t offset, size_t max);
/* The name of the library at OFFSET when it has 1 to MAX - 1 bytes that a file's name may have,
 * and a NUL; else an empty view. */
str pe_library_name(const struct pe_file *pe, size_t offset, size_t max);
/* What the import by ordinal of LIBRARY is called (as imphash defines it), or "ordN". */
str pe_ordinal_name(struct arena *arena, str library, uint16_t ordinal);

void pe_add_library(struct arena *arena, struct pe_imports *imports, str name);
/* To the library that was added last. */
void pe_add_function(struct arena *arena, struct pe_imports *imports,
                     const struct pe_function *function);
/* The function's number among all imports, or SIZE_MAX. */
size_t pe_find_import(struct module_run *run, struct pe_imports *imports, str library, str name);
size_t pe_find_ordinal(struct module_run *run, struct pe_imports *imports, str library,
                       int64_t ordinal);

/* Reads the strings of the version resource at OFFSET into RESOURCES. */
void pe_read_versions(struct module_run *run, const struct pe_file *pe, size_t offset,
                      struct pe_resources *resources);

/* A view that ends at its first NUL, as C compares strings. */
static inline str
pe_c_string(str s)
{
    const char *nul = s.n ? memchr(s.p, 0, s.n) : NULL;
    return nul ? (str){s.p, (size_t)(nul - s.p)} : s;
}
static inline void
pe_set(struct object *object, size_t field, int64_t i)
{
    object->fields[field] = value_integer(i);
}
static inline void
pe_set_text(struct object *object, size_t field, str s)
{
    if (s.p)
        object->fields[field] = value_string(s);
}
