/* SPDX-License-Identifier: Apache-2.0 */
/* The export table: addresses by ordinal, and names that point to some of them. */
#include "scan/pe/pe_parts.h"
#include "scan/pe/pe_tables.h"

enum {
    EXPORTS_MAX = 16384, /* as in libyara (MAX_PE_EXPORTS) */
    NAME_MAX_BYTES = 512,
    DIRECTORY = 40,
};

/* The tables that the directory leads to, each checked to hold what is read from it. */
struct tables {
    size_t count, name_count;
    uint32_t base;                            /* the first ordinal */
    const char *addresses, *ordinals, *names; /* names is NULL when there are none */
    size_t start, size;                       /* of the directory: an address within is a forward */
};

/* What stands at RVA when SIZE bytes are there, else NULL. */
static const char *
table_at(const struct pe_file *pe, uint32_t rva, uint64_t size)
{
    size_t offset;
    if (!pe_offset(pe, rva, &offset) || size > pe->data.n - offset)
        return NULL;
    return pe->data.p + offset;
}

/* False when there is nothing to list. libyara asks that as many ordinals as addresses are there,
 * though there are only as many as names. */
static bool
find_tables(const struct pe_file *pe, const char *directory, struct tables *tables)
{
    uint32_t count = pe_u32(directory + 20), names = pe_u32(directory + 24);
    tables->count = count < EXPORTS_MAX ? count : EXPORTS_MAX;
    tables->name_count = names < tables->count ? names : tables->count;
    tables->base = pe_u32(directory + 16);
    if (names) {
        tables->names = table_at(pe, pe_u32(directory + 32), (uint64_t)names * 4);
        if (!tables->names)
            return false;
    }
    tables->ordinals = table_at(pe, pe_u32(directory + 36), (uint64_t)tables->count * 2);
    tables->addresses = table_at(pe, pe_u32(directory + 28), (uint64_t)tables->count * 4);
    return tables->ordinals && tables->addresses;
}

static void
read_address(const struct pe_file *pe, const struct tables *tables, struct pe_export *export)
{
    size_t offset;
    if (!pe_offset(pe, export->rva, &offset))
        return;
    if (offset > tables->start && offset - tables->start < tables->size) {
        export->forward = pe_text(pe, offset, NAME_MAX_BYTES);
    } else {
        export->has_offset = true;
        export->offset = offset;
    }
}

/* Of several names of one address, the first counts, even when it leads nowhere. */
static void
read_names(const struct pe_file *pe, const struct tables *tables, struct arena *arena,
           struct pe_export *exports)
{
    bool *named = arena_alloc(arena, tables->count);
    for (size_t i = 0; i < tables->name_count; i++) {
        size_t target = pe_u16(tables->ordinals + 2 * i), offset;
        if (target >= tables->count || named[target])
            continue;
        named[target] = true;
        if (pe_offset(pe, pe_u32(tables->names + 4 * i), &offset) && offset > 0)
            exports[target].name = pe_text(pe, offset, NAME_MAX_BYTES);
    }
}

static void
read_exports(struct module_run *run, const struct pe_file *pe, struct pe_exports *exports)
{
    const struct pe_directory *directory = pe_directory(pe, PE_DIRECTORY_EXPORT);
    size_t offset, name;
    if (!directory || directory->address == 0 || !pe_offset(pe, directory->address, &offset))
        return;
    str head = pe_at(pe, offset, DIRECTORY);
    if (!head.p)
        return;
    exports->has_directory = true;
    exports->timestamp = pe_u32(head.p + 4);
    struct tables tables = {.start = offset, .size = directory->size};
    size_t left = pe->data.n + 1;
    if (pe_offset(pe, pe_u32(head.p + 12), &name)) {
        left = pe->data.n - name;
        if (name > 0)
            exports->dll_name = pe_text(pe, name, SIZE_MAX);
    }
    if (!find_tables(pe, head.p, &tables) || tables.count * 4 > left)
        return;
    struct pe_export *items = arena_alloc(run->arena, tables.count * sizeof *items);
    for (size_t i = 0; i < tables.count; i++) {
        items[i].ordinal = (uint32_t)(tables.base + i);
        items[i].rva = pe_u32(tables.addresses + 4 * i);
        read_address(pe, &tables, &items[i]);
    }
    if (tables.names)
        read_names(pe, &tables, run->arena, items);
    exports->items = items;
    exports->count = tables.count;
}

struct pe_exports *
pe_exports_of(struct module_run *run, struct pe_state *state)
{
    if (!state->exports) {
        state->exports = arena_alloc(run->arena, sizeof *state->exports);
        read_exports(run, &state->file, state->exports);
    }
    return state->exports;
}

void
pe_load_exports(struct module_run *run, struct pe_state *state)
{
    const struct pe_exports *exports = pe_exports_of(run, state);
    pe_set(run->root, PE_NUMBER_OF_EXPORTS, (int64_t)exports->count);
    if (exports->has_directory)
        pe_set(run->root, PE_EXPORT_TIMESTAMP, exports->timestamp);
    pe_set_text(run->root, PE_DLL_NAME, exports->dll_name);
}

void
pe_load_export_details(struct module_run *run, struct pe_state *state)
{
    const struct pe_exports *exports = pe_exports_of(run, state);
    struct list *list = module_array(run, exports->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct pe_export *export = &exports->items[i];
        struct object *object = module_object(run, &pe_export_shape);
        if (export->has_offset)
            pe_set(object, PE_EXPORT_OFFSET, (int64_t) export->offset);
        pe_set_text(object, PE_EXPORT_NAME, export->name);
        pe_set_text(object, PE_EXPORT_FORWARD_NAME, export->forward);
        pe_set(object, PE_EXPORT_ORDINAL, export->ordinal);
        pe_set(object, PE_EXPORT_RVA, export->rva);
        list->items[i] = value_struct(object);
    }
    run->root->fields[PE_EXPORT_DETAILS] = value_array(list);
}

static size_t
find_indexed(const struct pe_exports *exports, uint64_t hash, str name)
{
    size_t probe = 0, i;
    while ((i = pe_index_next(&exports->by_name, hash, &probe)) != SIZE_MAX)
        if (str_eq_nocase(exports->items[i].name, name))
            return i;
    return SIZE_MAX;
}

static size_t
find_name(struct module_run *run, struct pe_exports *exports, str name)
{
    if (exports->count == 0)
        return SIZE_MAX;
    if (!exports->indexed) {
        exports->indexed = true;
        pe_index_init(run->arena, &exports->by_name, exports->count);
        for (size_t i = 0; i < exports->count; i++) {
            str own = exports->items[i].name;
            uint64_t hash = pe_index_hash(own);
            if (own.p && find_indexed(exports, hash, own) == SIZE_MAX)
                pe_index_add(&exports->by_name, hash, i);
        }
    }
    return find_indexed(exports, pe_index_hash(name), name);
}

static size_t
find_regex(const struct module_run *run, const struct pe_exports *exports, struct value regex)
{
    for (size_t i = 0; i < exports->count; i++)
        if (exports->items[i].name.p &&
            run->host->matches(run->host->scan, regex, exports->items[i].name))
            return i;
    return SIZE_MAX;
}

/* libyara looks no further than the number of exports, also where ordinals start above 1. */
static size_t
find_ordinal(const struct pe_exports *exports, int64_t ordinal)
{
    if (exports->count == 0 || ordinal <= 0 || ordinal > (int64_t)exports->count)
        return SIZE_MAX;
    uint32_t i = (uint32_t)ordinal - exports->items[0].ordinal;
    return i < exports->count ? i : SIZE_MAX;
}

/* The export's number that ARGUMENT (a name, an ordinal or a regular expression) finds; ANSWERED
 * is false when the data are no PE. */
static size_t
find(struct module_run *run, const struct value *argument, bool *ret_answered)
{
    struct pe_state *state = pe_state_of(run);
    *ret_answered = state != NULL;
    if (!state)
        return SIZE_MAX;
    struct pe_exports *exports = pe_exports_of(run, state);
    if (argument->kind == VALUE_STRING)
        return find_name(run, exports, argument->s);
    if (argument->kind == VALUE_REGEX)
        return find_regex(run, exports, *argument);
    return find_ordinal(exports, argument->i);
}

static struct value
is_exported(struct module_run *run, const struct value *argument)
{
    bool answered;
    size_t i = find(run, argument, &answered);
    return answered ? value_integer(i != SIZE_MAX) : value_undefined();
}

static struct value
export_index(struct module_run *run, const struct value *argument)
{
    bool answered;
    size_t i = find(run, argument, &answered);
    return i != SIZE_MAX ? value_integer((int64_t)i) : value_undefined();
}

struct value
pe_call_exports_name(struct module_run *run, const struct object *self,
                     const struct value *arguments)
{
    (void)self;
    return is_exported(run, arguments);
}

struct value
pe_call_exports_regex(struct module_run *run, const struct object *self,
                      const struct value *arguments)
{
    (void)self;
    return is_exported(run, arguments);
}

struct value
pe_call_exports_ordinal(struct module_run *run, const struct object *self,
                        const struct value *arguments)
{
    (void)self;
    return is_exported(run, arguments);
}

struct value
pe_call_exports_index_name(struct module_run *run, const struct object *self,
                           const struct value *arguments)
{
    (void)self;
    return export_index(run, arguments);
}

struct value
pe_call_exports_index_regex(struct module_run *run, const struct object *self,
                            const struct value *arguments)
{
    (void)self;
    return export_index(run, arguments);
}

struct value
pe_call_exports_index_ordinal(struct module_run *run, const struct object *self,
                              const struct value *arguments)
{
    (void)self;
    return export_index(run, arguments);
}
