/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind the last section of a PE file, such as the archive of a self-extracting one.
 */
#include "scan/unpack_programs/program.h"

enum { SECTION = 40, SECTIONS_MAX = 96, MARK_SPAN = 4096 };

bool
program_is_pe(str data)
{
    uint32_t at = unpack_u32(data, 60);
    return str_starts(data, STR("MZ")) && str_starts(str_from(data, at), STR("PE\0\0"));
}

size_t
program_overlay(str data)
{
    size_t at = unpack_u32(data, 60), end = 0;
    uint32_t count = unpack_u16(data, at + 6);
    size_t table = at + 24 + unpack_u16(data, at + 20);
    for (uint32_t i = 0; i < count && i < SECTIONS_MAX; i++) {
        size_t section = table + (size_t)i * SECTION;
        size_t last = (size_t)unpack_u32(data, section + 16) + unpack_u32(data, section + 20);
        end = last > end ? last : end;
    }
    return end + 16 < data.n ? end : 0;
}

str
program_section(str data, const char *name, size_t *ret_begin)
{
    size_t at = unpack_u32(data, 60), table = at + 24 + unpack_u16(data, at + 20);
    uint32_t count = unpack_u16(data, at + 6);
    for (uint32_t i = 0; i < count && i < SECTIONS_MAX; i++) {
        size_t section = table + (size_t)i * SECTION;
        if (str_starts(unpack_slice(data, section, 8), str_of(name))) {
            *ret_begin = unpack_u32(data, section + 20);
            return unpack_slice(data, *ret_begin, unpack_u32(data, section + 16));
        }
    }
    return (str){0};
}

/* Self-extracting programs put a few bytes before their archive; the reader of zip finds its own.
 */
static size_t
archive_at(str data)
{
    static const char *const marks[] = {"7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07", "MSCF"};
    size_t from = program_overlay(data);
    str head = unpack_slice(data, from, MARK_SPAN);
    for (size_t i = 0; from && i < sizeof marks / sizeof *marks; i++) {
        size_t at = str_find(head, str_of(marks[i]));
        if (at != SIZE_MAX)
            return from + at;
    }
    return 0;
}

static bool
matches_overlay(str data, const char *name)
{
    (void)name;
    return program_is_pe(data) && archive_at(data) > 0;
}

static void
read_overlay(struct unpack *walk, str data)
{
    unpack_give(walk, STR("overlay"), str_from(data, archive_at(data)), false);
}

const struct unpack_kind unpack_overlay = {"pe", matches_overlay, read_overlay};
