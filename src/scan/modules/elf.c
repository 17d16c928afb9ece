/* SPDX-License-Identifier: Apache-2.0 */
/* The elf module: the header at once, each table when a rule asks for it. */
#include "scan/modules/elf.h"

#include "scan/modules/modules.h"

/* The most items that an array holds: each takes more room than it has in the file, and all arrays
 * together stay below 64 MiB. The counts beside them (symtab_entries …) are true whatever they are,
 * and digests are of all symbols. */
enum { SYMBOLS_SHOWN = 90000, DYNAMIC_SHOWN = 1 << 16 };

enum group {
    HEADER,
    SECTIONS,
    SEGMENTS,
    DYNAMIC,
    SYMBOL_COUNTS,
    SYMTAB,
    DYNSYM,
    FUNCTIONS,
};

/* The order of the fields below. */
enum root_field {
    TYPE,
    MACHINE,
    ENTRY_POINT,
    NUMBER_OF_SECTIONS,
    SH_OFFSET,
    SH_ENTRY_SIZE,
    NUMBER_OF_SEGMENTS,
    PH_OFFSET,
    PH_ENTRY_SIZE,
    SECTION_LIST,
    SEGMENT_LIST,
    DYNAMIC_ENTRIES,
    DYNAMIC_LIST,
    SYMTAB_ENTRIES,
    SYMTAB_LIST,
    DYNSYM_ENTRIES,
    DYNSYM_LIST,
};

#define INTEGER(name_)                                                                             \
    {                                                                                              \
        .name = (name_), .kind = FIELD_INTEGER                                                     \
    }
static const struct field section_fields[] = {
    INTEGER("type"), INTEGER("flags"),  INTEGER("address"), {.name = "name", .kind = FIELD_STRING},
    INTEGER("size"), INTEGER("offset"),
};
static const struct field segment_fields[] = {
    INTEGER("type"),
    INTEGER("flags"),
    INTEGER("offset"),
    INTEGER("virtual_address"),
    INTEGER("physical_address"),
    INTEGER("file_size"),
    INTEGER("memory_size"),
    INTEGER("alignment"),
};
static const struct field dynamic_fields[] = {INTEGER("type"), INTEGER("val")};
static const struct field symbol_fields[] = {
    {.name = "name", .kind = FIELD_STRING},
    INTEGER("value"),
    INTEGER("size"),
    INTEGER("type"),
    INTEGER("bind"),
    INTEGER("shndx"),
};
static const struct shape section_shape = {section_fields, 6};
static const struct shape segment_shape = {segment_fields, 8};
static const struct shape dynamic_shape = {dynamic_fields, 2};
static const struct shape symbol_shape = {symbol_fields, 6};

/* What is known of the file once its header was read. */
struct elf_state {
    struct elf_file file;
    bool is_elf, has_symtab, has_dynsym;
    struct elf_symbols symtab, dynsym;
    struct value telfhash, import_md5; /* VALUE_UNKNOWN before the first call */
};

/* What the fields of an item hold, in their order. */
static void
set_integers(struct value *fields, const uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fields[i] = value_integer((int64_t)numbers[i]);
}

static struct value
integer(uint64_t number)
{
    return value_integer((int64_t)number);
}

/* Of a piece of a process only executables are read, and the entry is an address in it. */
static void
load_header(struct module_run *run)
{
    struct elf_state *state = arena_alloc(run->arena, sizeof *state);
    struct elf_file *elf = &state->file;
    run->state = state;
    state->telfhash.kind = state->import_md5.kind = VALUE_UNKNOWN;
    if (!elf_file_open(elf, run->data) || (run->is_process && elf->type != ELF_TYPE_EXEC))
        return;
    state->is_elf = true;
    struct value *root = run->root->fields;
    root[TYPE] = integer(elf->type);
    root[MACHINE] = integer(elf->machine);
    root[NUMBER_OF_SECTIONS] = integer(elf->section_count);
    root[SH_OFFSET] = integer(elf->section_offset);
    root[SH_ENTRY_SIZE] = integer(elf->section_size);
    root[NUMBER_OF_SEGMENTS] = integer(elf->segment_count);
    root[PH_OFFSET] = integer(elf->segment_offset);
    root[PH_ENTRY_SIZE] = integer(elf->segment_size);
    uint64_t entry = elf->entry;
    if (entry != 0 && (run->is_process || elf_offset(elf, elf->entry, &entry)))
        root[ENTRY_POINT] = integer(entry);
}

static struct value
section_item(struct module_run *run, const struct elf_section *section, struct elf_names *names)
{
    struct object *item = module_object(run, &section_shape);
    const uint64_t numbers[] = {section->type, section->flags, section->address};
    set_integers(item->fields, numbers, 3);
    str name;
    if (elf_name(names, section->name, &name))
        item->fields[3] = value_string(name);
    item->fields[4] = integer(section->size);
    item->fields[5] = integer(section->offset);
    return value_struct(item);
}

static void
load_sections(struct module_run *run, const struct elf_file *elf)
{
    size_t count = elf_sections(elf);
    if (count == 0)
        return;
    struct list *list = module_array(run, count);
    struct elf_names names = elf_section_names(elf);
    for (size_t i = 0; i < count; i++) {
        struct elf_section section = elf_section(elf, i);
        list->items[i] = section_item(run, &section, &names);
    }
    run->root->fields[SECTION_LIST] = value_array(list);
}

static void
load_segments(struct module_run *run, const struct elf_file *elf)
{
    size_t count = elf_segments(elf);
    if (count == 0)
        return;
    struct list *list = module_array(run, count);
    for (size_t i = 0; i < count; i++) {
        struct elf_segment segment = elf_segment(elf, i);
        const uint64_t numbers[] = {
            segment.type,
            segment.flags,
            segment.offset,
            segment.virtual_address,
            segment.physical_address,
            segment.file_size,
            segment.memory_size,
            segment.alignment,
        };
        struct object *item = module_object(run, &segment_shape);
        set_integers(item->fields, numbers, sizeof numbers / sizeof numbers[0]);
        list->items[i] = value_struct(item);
    }
    run->root->fields[SEGMENT_LIST] = value_array(list);
}

/* A file has one dynamic segment. Of more libyara lets the last one win, item by item: what an
 * earlier, longer one had behind its end stays. So they are taken from the last to the first, as
 * long as no more entries were read than the file can hold. */
struct dynamic_walk {
    const struct elf_file *elf;
    size_t segment; /* those from here on were taken */
    uint64_t left;  /* entries that may still be read */
    uint64_t offset, count;
};

static struct dynamic_walk
dynamic_walk(const struct elf_file *elf)
{
    return (struct dynamic_walk){
        .elf = elf,
        .segment = elf_segments(elf),
        .left = elf->data.n / elf_dynamic_size(elf) + 1,
    };
}

/* Entries up to and with the one that ends them. */
static void
count_dynamic(struct dynamic_walk *walk)
{
    struct elf_dynamic entry = {.tag = 1};
    size_t size = elf_dynamic_size(walk->elf);
    walk->count = 0;
    while (entry.tag != 0 && walk->left > 0 &&
           elf_dynamic(walk->elf, walk->offset + walk->count * size, &entry)) {
        walk->count++;
        walk->left--;
    }
}

static bool
next_dynamic(struct dynamic_walk *walk)
{
    while (walk->segment > 0) {
        struct elf_segment segment = elf_segment(walk->elf, --walk->segment);
        if (segment.type != ELF_SEGMENT_DYNAMIC)
            continue;
        walk->offset = segment.offset;
        count_dynamic(walk);
        return true;
    }
    return false;
}

static struct value
dynamic_item(struct module_run *run, const struct dynamic_walk *walk, size_t i)
{
    struct elf_dynamic entry = {0};
    elf_dynamic(walk->elf, walk->offset + i * elf_dynamic_size(walk->elf), &entry);
    struct object *item = module_object(run, &dynamic_shape);
    item->fields[0] = integer(entry.tag);
    item->fields[1] = integer(entry.value);
    return value_struct(item);
}

static void
load_dynamic(struct module_run *run, const struct elf_file *elf)
{
    struct dynamic_walk walk = dynamic_walk(elf);
    if (!next_dynamic(&walk))
        return;
    run->root->fields[DYNAMIC_ENTRIES] = integer(walk.count);
    uint64_t longest = 0;
    do
        longest = walk.count > longest ? walk.count : longest;
    while (next_dynamic(&walk));
    size_t shown = longest < DYNAMIC_SHOWN ? (size_t)longest : DYNAMIC_SHOWN;
    struct list *list = module_array(run, shown);
    run->root->fields[DYNAMIC_LIST] = value_array(list);
    walk = dynamic_walk(elf);
    for (size_t filled = 0; next_dynamic(&walk);)
        for (; filled < walk.count && filled < shown; filled++)
            list->items[filled] = dynamic_item(run, &walk, filled);
}

static void
load_symbol_counts(struct module_run *run, struct elf_state *state)
{
    struct value *root = run->root->fields;
    state->has_symtab = elf_symbols(&state->file, ELF_SECTION_SYMTAB, &state->symtab);
    state->has_dynsym = elf_symbols(&state->file, ELF_SECTION_DYNSYM, &state->dynsym);
    if (state->has_symtab)
        root[SYMTAB_ENTRIES] = integer(state->symtab.count);
    if (state->has_dynsym)
        root[DYNSYM_ENTRIES] = integer(state->dynsym.count);
}

static struct value
symbol_list(struct module_run *run, const struct elf_file *elf, const struct elf_symbols *symbols)
{
    size_t count = symbols->count < SYMBOLS_SHOWN ? symbols->count : SYMBOLS_SHOWN;
    struct list *list = module_array(run, count);
    struct elf_names names = elf_names(elf, symbols->names);
    for (size_t i = 0; i < count; i++) {
        struct elf_symbol symbol = elf_symbol(elf, symbols, i);
        struct object *item = module_object(run, &symbol_shape);
        str name;
        if (elf_name(&names, symbol.name, &name))
            item->fields[0] = value_string(name);
        const uint64_t numbers[] = {
            symbol.value, symbol.size, symbol.type, symbol.bind, symbol.section,
        };
        set_integers(item->fields + 1, numbers, sizeof numbers / sizeof numbers[0]);
        list->items[i] = value_struct(item);
    }
    return value_array(list);
}

static void
load_symbols(struct module_run *run, struct elf_state *state, enum group group)
{
    module_load(run, SYMBOL_COUNTS);
    if (group == SYMTAB && state->has_symtab)
        run->root->fields[SYMTAB_LIST] = symbol_list(run, &state->file, &state->symtab);
    if (group == DYNSYM && state->has_dynsym)
        run->root->fields[DYNSYM_LIST] = symbol_list(run, &state->file, &state->dynsym);
}

static void
load_table(struct module_run *run, struct elf_state *state, unsigned group)
{
    switch (group) {
    case SECTIONS:
        load_sections(run, &state->file);
        break;
    case SEGMENTS:
        load_segments(run, &state->file);
        break;
    case DYNAMIC:
        load_dynamic(run, &state->file);
        break;
    case SYMBOL_COUNTS:
        load_symbol_counts(run, state);
        break;
    case SYMTAB:
    case DYNSYM:
        load_symbols(run, state, group);
        break;
    }
}

static void
load(struct module_run *run, unsigned group)
{
    if (group == HEADER) {
        load_header(run);
        return;
    }
    module_load(run, HEADER);
    struct elf_state *state = run->state;
    if (state->is_elf)
        load_table(run, state, group);
}

typedef struct value symbols_digest(struct module_run *run, const struct elf_file *elf,
                                    const struct elf_symbols *symbols);

/* Dynamic symbols are preferred, even when there is none in their table. */
static struct value
digest_symbols(struct module_run *run, const struct elf_state *state, symbols_digest *digest)
{
    if (!state->has_dynsym && !state->has_symtab)
        return value_undefined();
    return digest(run, &state->file, state->has_dynsym ? &state->dynsym : &state->symtab);
}

static struct value
telfhash(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    (void)arguments;
    module_load(run, SYMBOL_COUNTS);
    struct elf_state *state = run->state;
    if (state->telfhash.kind == VALUE_UNKNOWN)
        state->telfhash = digest_symbols(run, state, elf_telfhash);
    return state->telfhash;
}

static struct value
import_md5(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    (void)arguments;
    module_load(run, SYMBOL_COUNTS);
    struct elf_state *state = run->state;
    if (state->import_md5.kind == VALUE_UNKNOWN)
        state->import_md5 = digest_symbols(run, state, elf_import_md5);
    return state->import_md5;
}

static const struct overload telfhash_overloads[] = {{"", 's', telfhash}, {NULL, 0, NULL}};
static const struct overload import_md5_overloads[] = {{"", 's', import_md5}, {NULL, 0, NULL}};

#define NUMBER(name_, group_)                                                                      \
    {                                                                                              \
        .name = (name_), .kind = FIELD_INTEGER, .group = (group_)                                  \
    }
#define LIST(name_, shape_, group_)                                                                \
    {                                                                                              \
        .name = (name_), .kind = FIELD_ARRAY, .item = FIELD_STRUCT, .shape = (shape_),             \
        .group = (group_)                                                                          \
    }
#define METHOD(name_, overloads_)                                                                  \
    {                                                                                              \
        .name = (name_), .kind = FIELD_FUNCTION, .overloads = (overloads_), .group = FUNCTIONS     \
    }

static const struct field fields[] = {
    NUMBER("type", HEADER),
    NUMBER("machine", HEADER),
    NUMBER("entry_point", HEADER),
    NUMBER("number_of_sections", HEADER),
    NUMBER("sh_offset", HEADER),
    NUMBER("sh_entry_size", HEADER),
    NUMBER("number_of_segments", HEADER),
    NUMBER("ph_offset", HEADER),
    NUMBER("ph_entry_size", HEADER),
    LIST("sections", &section_shape, SECTIONS),
    LIST("segments", &segment_shape, SEGMENTS),
    NUMBER("dynamic_section_entries", DYNAMIC),
    LIST("dynamic", &dynamic_shape, DYNAMIC),
    NUMBER("symtab_entries", SYMBOL_COUNTS),
    LIST("symtab", &symbol_shape, SYMTAB),
    NUMBER("dynsym_entries", SYMBOL_COUNTS),
    LIST("dynsym", &symbol_shape, DYNSYM),
    METHOD("telfhash", telfhash_overloads),
    METHOD("import_md5", import_md5_overloads),
};

const struct module elf_module = {
    .name = "elf",
    .shape = {fields, sizeof fields / sizeof fields[0]},
    .constants = elf_constants,
    .load = load,
};
