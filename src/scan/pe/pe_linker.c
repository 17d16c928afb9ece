/* SPDX-License-Identifier: Apache-2.0 */
/* What Microsoft's linker leaves of a program's making: the rich signature, which counts the tools
 * that made its parts, and the path of its debug database. */
#include "scan/pe/pe_parts.h"
#include "scan/pe/pe_tables.h"

enum {
    DOS_HEADER = 64,
    MARK_RICH = 0x68636952, /* "Rich" */
    MARK_DANS = 0x536e6144, /* "DanS" */
    RICH_HEAD = 16,         /* DanS and three keys */
    RICH_ITEM = 8,          /* tool and version, times */
    DEBUG_ENTRY = 28,
    DEBUG_TYPE_CODEVIEW = 2,
    PATH_MAX_BYTES = 1024,
};

/* From the PE header backwards in steps of four: "Rich" and the key behind it, then what is "DanS"
 * under that key. */
static bool
find_rich(const struct pe_file *pe, size_t *ret_start, size_t *ret_end, uint32_t *ret_key)
{
    const char *p = pe->data.p;
    size_t at = pe->header;
    uint32_t key = 0;
    while (at >= DOS_HEADER + 4) {
        at -= 4;
        if (pe_u32(p + at) == MARK_RICH) {
            key = pe_u32(p + at + 4);
            break;
        }
    }
    if (key == 0)
        return false;
    *ret_end = at;
    *ret_key = key;
    while (at >= DOS_HEADER + 4) {
        at -= 4;
        if ((pe_u32(p + at) ^ key) == MARK_DANS) {
            *ret_start = at;
            return true;
        }
    }
    return false;
}

/* The signature without its key, and of that each item's tool and version. */
static void
clear_rich(struct arena *arena, struct pe_rich *rich)
{
    char *clear = arena_alloc(arena, rich->raw.n);
    for (size_t i = 0; i < rich->raw.n; i++)
        clear[i] = (char)(rich->raw.p[i] ^ (char)(rich->key >> (i % 4 * 8)));
    rich->clear = (str){clear, rich->raw.n};
    if (rich->raw.n < RICH_HEAD)
        return;
    size_t count = (rich->raw.n - RICH_HEAD) / RICH_ITEM;
    char *versions = arena_alloc(arena, count * 4);
    for (size_t i = 0; i < count; i++)
        memcpy(versions + 4 * i, clear + RICH_HEAD + RICH_ITEM * i, 4);
    rich->versions = (str){versions, count * 4};
}

struct pe_rich *
pe_rich_of(struct module_run *run, struct pe_state *state)
{
    if (state->rich)
        return state->rich;
    struct pe_rich *rich = arena_alloc(run->arena, sizeof *rich);
    size_t end;
    rich->found = find_rich(&state->file, &rich->offset, &end, &rich->key);
    if (rich->found) {
        rich->raw = (str){state->file.data.p + rich->offset, end - rich->offset};
        clear_rich(run->arena, rich);
    }
    return state->rich = rich;
}

void
pe_load_rich(struct module_run *run, struct pe_state *state)
{
    const struct pe_rich *rich = pe_rich_of(run, state);
    if (!rich->found)
        return;
    struct object *object = run->root->fields[PE_RICH_SIGNATURE].object;
    pe_set(object, PE_RICH_OFFSET, (int64_t)rich->offset);
    pe_set(object, PE_RICH_LENGTH, (int64_t)rich->raw.n);
    pe_set(object, PE_RICH_KEY, rich->key);
    pe_set_text(object, PE_RICH_RAW_DATA, rich->raw);
    pe_set_text(object, PE_RICH_CLEAR_DATA, rich->clear);
    pe_set_text(object, PE_RICH_VERSION_DATA, rich->versions);
}

/* How often tools of VERSION and TOOL were used; NULL stands for any. */
static struct value
rich_times(struct module_run *run, const struct value *version, const struct value *tool)
{
    struct pe_state *state = pe_state_of(run);
    const struct pe_rich *rich = state ? pe_rich_of(run, state) : NULL;
    if (!rich || !rich->found)
        return value_undefined();
    int64_t times = 0;
    for (size_t at = RICH_HEAD; at + RICH_ITEM <= rich->clear.n; at += RICH_ITEM) {
        uint32_t item = pe_u32(rich->clear.p + at);
        if ((!version || version->i == (item & 0xffff)) && (!tool || tool->i == item >> 16))
            times += pe_u32(rich->clear.p + at + 4);
    }
    return value_integer(times);
}

struct value
pe_call_rich_version(struct module_run *run, const struct object *self,
                     const struct value *arguments)
{
    (void)self;
    return rich_times(run, &arguments[0], NULL);
}

struct value
pe_call_rich_version_toolid(struct module_run *run, const struct object *self,
                            const struct value *arguments)
{
    (void)self;
    return rich_times(run, &arguments[0], &arguments[1]);
}

struct value
pe_call_rich_toolid(struct module_run *run, const struct object *self,
                    const struct value *arguments)
{
    (void)self;
    return rich_times(run, NULL, &arguments[0]);
}

struct value
pe_call_rich_toolid_version(struct module_run *run, const struct object *self,
                            const struct value *arguments)
{
    (void)self;
    return rich_times(run, &arguments[1], &arguments[0]);
}

/* How many bytes stand before the path in the CodeView record of that mark; 0 for another. */
static size_t
path_offset(uint32_t mark)
{
    switch (mark) {
    case 0x3031424e: /* "NB10" */
        return 16;
    case 0x53445352: /* "RSDS" */
        return 24;
    case 0x434f544d: /* "MTOC" */
        return 20;
    default:
        return 0;
    }
}

/* The record's place is an address, or failing that an offset. */
static bool
codeview_offset(const struct pe_file *pe, const char *entry, size_t *ret)
{
    uint32_t rva = pe_u32(entry + 20), raw = pe_u32(entry + 24);
    size_t offset = 0;
    if (rva == 0 || !pe_offset(pe, rva, &offset) || offset == 0)
        offset = raw;
    *ret = offset;
    return offset != 0;
}

/* The path that the debug directory's ENTRY leads to; p is NULL when it leads to none. */
static str
debug_path(const struct pe_file *pe, const char *entry)
{
    const str none = {NULL, 0};
    size_t offset;
    if (pe_u32(entry + 12) != DEBUG_TYPE_CODEVIEW || !codeview_offset(pe, entry, &offset))
        return none;
    str record = pe_at(pe, offset, 8);
    size_t start = record.p ? path_offset(pe_u32(record.p)) : 0;
    if (start == 0 || record.n <= start)
        return none;
    str path = pe_text(pe, offset + start, PATH_MAX_BYTES);
    return path.n < PATH_MAX_BYTES ? path : none;
}

void
pe_load_debug(struct module_run *run, struct pe_state *state)
{
    const struct pe_file *pe = &state->file;
    const struct pe_directory *directory = pe_directory(pe, PE_DIRECTORY_DEBUG);
    size_t offset;
    if (!directory || directory->size == 0 || directory->address == 0 ||
        !pe_offset(pe, directory->address, &offset))
        return;
    size_t count = directory->size / DEBUG_ENTRY;
    for (size_t i = 0; i < count; i++) {
        str entry = pe_at(pe, offset + i * DEBUG_ENTRY, DEBUG_ENTRY);
        if (!entry.p)
            return;
        str path = debug_path(pe, entry.p);
        if (path.p) {
            run->root->fields[PE_PDB_PATH] = value_string(path);
            return;
        }
    }
}
