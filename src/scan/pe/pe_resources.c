/* SPDX-License-Identifier: Apache-2.0 */
/* Resources: a tree of directories, three deep (type, name, language), with data at its leaves. The
 * walk keeps its own stack; since directories may be shared, what it visits is bounded. */
#include "scan/pe/pe_parts.h"
#include "scan/pe/pe_tables.h"

enum {
    RESOURCES_MAX = 65536, /* as in libyara (MAX_RESOURCES) */
    VISITS_MAX = 16 * RESOURCES_MAX,
    LEVELS = 3,
    DIRECTORY = 16,
    ENTRY = 8,
    LEAF = 16,
    TEXT_MAX = 1000,         /* characters of a name */
    LENGTH_MAX = 0x3fffffff, /* of a resource: more is corrupt */
    ENTRIES_MAX = 32768,
    TYPE_VERSION = 16,
};
#define HIGH_BIT 0x80000000u

/* Where the walk stands in one directory. */
struct level {
    size_t next; /* offset of the next entry */
    size_t left; /* entries */
    str text;    /* of the entry that it is in */
};
struct walk {
    struct module_run *run;
    const struct pe_file *pe;
    struct pe_resources *resources;
    size_t base;             /* what offsets in the tree count from */
    int32_t numbers[LEVELS]; /* of the last entry of each level, -1 before the first */
    struct level levels[LEVELS];
    size_t visits;
};

/* Sets *LEVEL to the entries of the directory at OFFSET. False when it is none. */
static bool
enter(const struct pe_file *pe, size_t offset, struct level *level)
{
    str head = pe_at(pe, offset, DIRECTORY);
    if (!head.p || pe_u32(head.p) != 0)
        return false;
    size_t named = pe_u16(head.p + 12), numbered = pe_u16(head.p + 14);
    if (named > ENTRIES_MAX || numbered > ENTRIES_MAX)
        return false;
    *level = (struct level){.next = offset + DIRECTORY, .left = named + numbered};
    return pe_at(pe, offset, DIRECTORY + ENTRY * level->left).p != NULL;
}

/* The string that an entry's NAME leads to; p is NULL when it is a number or leads nowhere. */
static str
read_text(const struct walk *walk, uint32_t name)
{
    const str none = {NULL, 0};
    if (!(name & HIGH_BIT))
        return none;
    str s = pe_at(walk->pe, walk->base + (name & ~HIGH_BIT), 2);
    if (!s.p || pe_u16(s.p) > TEXT_MAX || s.n - 2 < (size_t)pe_u16(s.p) * 2)
        return none;
    return (str){s.p + 2, (size_t)pe_u16(s.p) * 2};
}

static void
add_resource(struct walk *walk, const char *leaf)
{
    struct pe_resources *resources = walk->resources;
    uint32_t length = pe_u32(leaf + 4);
    if (length == 0 || length > LENGTH_MAX || resources->count >= RESOURCES_MAX)
        return;
    resources->items = pe_grow(walk->run->arena, resources->items, resources->count,
                               &resources->room, sizeof *resources->items);
    struct pe_resource *resource = &resources->items[resources->count++];
    *resource = (struct pe_resource){.rva = pe_u32(leaf), .length = length};
    resource->has_offset = pe_offset(walk->pe, resource->rva, &resource->offset);
    for (size_t i = 0; i < LEVELS; i++) {
        struct pe_label *label = &resource->labels[i];
        label->text = walk->levels[i].text;
        label->number = walk->numbers[i];
        label->has_number = !label->text.p && label->number != -1;
    }
    if (walk->numbers[0] == TYPE_VERSION && resource->has_offset)
        pe_read_versions(walk->run, walk->pe, resource->offset, resources);
}

/* The next entry of the directory at DEPTH; returns the depth to go on at, which is one less when
 * the directory has no more. */
static size_t
step(struct walk *walk, size_t depth)
{
    struct level *level = &walk->levels[depth - 1];
    str entry = level->left ? pe_at(walk->pe, level->next, ENTRY) : (str){NULL, 0};
    uint32_t target = entry.p ? pe_u32(entry.p + 4) : 0;
    if (target == 0) { /* libyara goes no further in this directory either */
        level->text = (str){NULL, 0};
        return depth - 1;
    }
    level->left--;
    level->next += ENTRY;
    walk->numbers[depth - 1] = (int32_t)pe_u32(entry.p);
    level->text = read_text(walk, pe_u32(entry.p));
    size_t offset = walk->base + (target & ~HIGH_BIT);
    if ((target & HIGH_BIT) && depth < LEVELS)
        return enter(walk->pe, offset, &walk->levels[depth]) ? depth + 1 : depth;
    str leaf = pe_at(walk->pe, offset, LEAF);
    if (leaf.p)
        add_resource(walk, leaf.p);
    return depth;
}

static void
read_resources(struct module_run *run, const struct pe_file *pe, struct pe_resources *resources)
{
    const struct pe_directory *directory = pe_directory(pe, PE_DIRECTORY_RESOURCE);
    size_t offset;
    if (!directory || directory->address == 0 || !pe_offset(pe, directory->address, &offset))
        return;
    str head = pe_at(pe, offset, DIRECTORY);
    if (!head.p)
        return;
    resources->has_directory = true;
    resources->timestamp = pe_u32(head.p + 4);
    resources->major = pe_u16(head.p + 8);
    resources->minor = pe_u16(head.p + 10);
    struct walk walk = {
        .run = run,
        .pe = pe,
        .resources = resources,
        .base = offset,
        .numbers = {-1, -1, -1},
    };
    size_t depth = enter(pe, offset, &walk.levels[0]) ? 1 : 0;
    while (depth && walk.visits++ < VISITS_MAX)
        depth = step(&walk, depth);
}

struct pe_resources *
pe_resources_of(struct module_run *run, struct pe_state *state)
{
    if (!state->resources) {
        state->resources = arena_alloc(run->arena, sizeof *state->resources);
        read_resources(run, &state->file, state->resources);
    }
    return state->resources;
}

void
pe_load_resources(struct module_run *run, struct pe_state *state)
{
    const struct pe_resources *resources = pe_resources_of(run, state);
    struct object *root = run->root;
    pe_set(root, PE_NUMBER_OF_RESOURCES, (int64_t)resources->count);
    pe_set(root, PE_NUMBER_OF_VERSION_INFOS, (int64_t)resources->version_count);
    if (!resources->has_directory)
        return;
    pe_set(root, PE_RESOURCE_TIMESTAMP, resources->timestamp);
    struct object *version = root->fields[PE_RESOURCE_VERSION].object;
    pe_set(version, PE_VERSION_MAJOR, resources->major);
    pe_set(version, PE_VERSION_MINOR, resources->minor);
}

static struct object *
resource_object(struct module_run *run, const struct pe_resource *resource)
{
    struct object *object = module_object(run, &pe_resource_shape);
    pe_set(object, PE_RESOURCE_RVA, resource->rva);
    if (resource->has_offset)
        pe_set(object, PE_RESOURCE_OFFSET, (int64_t)resource->offset);
    pe_set(object, PE_RESOURCE_LENGTH, resource->length);
    for (size_t i = 0; i < LEVELS; i++) {
        const struct pe_label *label = &resource->labels[i];
        if (label->has_number)
            pe_set(object, PE_RESOURCE_TYPE + i, label->number);
        pe_set_text(object, PE_RESOURCE_TYPE_STRING + i, label->text);
    }
    return object;
}

void
pe_load_resource_details(struct module_run *run, struct pe_state *state)
{
    const struct pe_resources *resources = pe_resources_of(run, state);
    struct list *list = module_array(run, resources->count);
    for (size_t i = 0; i < list->count; i++)
        list->items[i] = value_struct(resource_object(run, &resources->items[i]));
    run->root->fields[PE_RESOURCES] = value_array(list);
}

/* True when the language of a resource has NUMBER in the bits of MASK. */
static struct value
has_language(struct module_run *run, int64_t number, uint32_t mask)
{
    struct pe_state *state = pe_state_of(run);
    if (!state)
        return value_undefined();
    const struct pe_resources *resources = pe_resources_of(run, state);
    for (size_t i = 0; i < resources->count; i++) {
        const struct pe_label *language = &resources->items[i].labels[LEVELS - 1];
        if (language->has_number && ((uint32_t)language->number & mask) == number)
            return value_integer(1);
    }
    return value_integer(0);
}

struct value
pe_call_locale(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    return has_language(run, arguments[0].i, 0xffff);
}

struct value
pe_call_language(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    return has_language(run, arguments[0].i, 0xff);
}
