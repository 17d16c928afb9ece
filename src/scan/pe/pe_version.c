/* SPDX-License-Identifier: Apache-2.0 */
/* The strings of a version resource (Microsoft, VS_VERSIONINFO): blocks within blocks, each with
 * its length, a key in UTF-16 and what it holds, padded to four bytes from the block's start.
 * Blocks may overlap and be read for many resources, so that the bytes looked at are bounded. */
#include "scan/pe/pe_parts.h"
#include "scan/pe/pe_tables.h"

enum {
    VERSIONS_MAX = 65536, /* libyara has no bound */
    BUDGET_BASE = 16 << 20,
    HEAD = 6, /* length, length of the value, type */
    KEY_BYTES = 63,
    VALUE_BYTES = 255,
    BLOCK_COST = 32,
    FIXED_INFO = 86,       /* key and VS_FIXEDFILEINFO, without the head */
    STRING_FILE_INFO = 30, /* its key */
};

struct reader {
    struct module_run *run;
    const struct pe_file *pe;
    struct pe_resources *resources;
};

/* False when all that may be looked at was looked at. */
static bool
spend(struct pe_resources *resources, size_t bytes)
{
    if (resources->version_budget < bytes)
        return false;
    resources->version_budget -= bytes;
    return true;
}

static size_t
padded(size_t at, size_t size)
{
    return at + (size + 3) / 4 * 4;
}

/* Whether a block of that KEY stands AT; its length is then *RET. */
static bool
block_of(const struct reader *reader, size_t at, str key, size_t *ret)
{
    str block = pe_at(reader->pe, at, HEAD + 2 * (key.n + 1));
    if (!block.p || !spend(reader->resources, BLOCK_COST))
        return false;
    for (size_t i = 0; i <= key.n; i++) {
        char want = i < key.n ? key.p[i] : 0;
        if (block.p[HEAD + 2 * i] != want || block.p[HEAD + 2 * i + 1] != 0)
            return false;
    }
    *ret = pe_u16(block.p);
    return true;
}

/* The characters before the first NUL (of two bytes) AT; false when there is none. */
static bool
wide_length(const struct reader *reader, size_t at, size_t *ret)
{
    str rest = pe_at(reader->pe, at, 2);
    for (size_t i = 0; i + 2 <= rest.n; i += 2) {
        if (rest.p[i] == 0 && rest.p[i + 1] == 0) {
            *ret = i / 2;
            return spend(reader->resources, BLOCK_COST + i);
        }
        if (i >= reader->resources->version_budget)
            break;
    }
    spend(reader->resources,
          rest.n < reader->resources->version_budget ? rest.n : reader->resources->version_budget);
    return false;
}

/* The low bytes of the characters AT, up to the first that is 0 and at most MAX. */
static str
narrow(const struct reader *reader, size_t at, size_t characters, size_t max)
{
    size_t n = characters < max ? characters : max;
    char text[VALUE_BYTES];
    str wide = pe_at(reader->pe, at, 0);
    for (size_t i = 0; i < n; i++)
        text[i] = wide.p[2 * i];
    return arena_str(reader->run->arena, pe_c_string((str){text, n}));
}

static void
add_version(const struct reader *reader, size_t at, size_t key_length, size_t value_at)
{
    struct pe_resources *resources = reader->resources;
    size_t value_length;
    if (resources->version_count >= VERSIONS_MAX || !wide_length(reader, value_at, &value_length))
        return;
    if (pe_u16(reader->pe->data.p + at + 2) == 0)
        value_length = 0;
    resources->versions = pe_grow(reader->run->arena, resources->versions, resources->version_count,
                                  &resources->version_room, sizeof *resources->versions);
    resources->versions[resources->version_count++] = (struct pe_version_item){
        .key = narrow(reader, at + HEAD, key_length, KEY_BYTES),
        .value = narrow(reader, value_at, value_length, VALUE_BYTES),
    };
}

/* Whether a block with any key stands AT, before END; what it holds starts at *RET_INNER. */
static bool
any_block(const struct reader *reader, size_t at, size_t end, size_t *ret_key, size_t *ret_length,
          size_t *ret_inner)
{
    str head = pe_at(reader->pe, at, HEAD);
    if (at >= end || !head.p || pe_u16(head.p) == 0 || !wide_length(reader, at + HEAD, ret_key))
        return false;
    *ret_length = pe_u16(head.p);
    *ret_inner = padded(at, HEAD + 2 * (*ret_key + 1));
    return true;
}

/* The string tables, one a language, from AT to END. */
static void
read_tables(const struct reader *reader, size_t at, size_t end)
{
    size_t key, length, string;
    while (any_block(reader, at, end, &key, &length, &string)) {
        at = padded(at, length);
        size_t value;
        while (any_block(reader, string, at, &key, &length, &value)) {
            add_version(reader, string, key, value);
            string = padded(string, length);
        }
    }
}

void
pe_read_versions(struct module_run *run, const struct pe_file *pe, size_t offset,
                 struct pe_resources *resources)
{
    struct reader reader = {run, pe, resources};
    size_t at = offset, length;
    if (!resources->version_budget_set) {
        resources->version_budget_set = true;
        resources->version_budget = BUDGET_BASE + pe->data.n;
    }
    if (!block_of(&reader, at, STR("VS_VERSION_INFO"), &length))
        return;
    at = padded(at, HEAD + FIXED_INFO);
    while (block_of(&reader, at, STR("VarFileInfo"), &length) && length)
        at = padded(at, length);
    while (block_of(&reader, at, STR("StringFileInfo"), &length) && length) {
        size_t tables = padded(at, HEAD + STRING_FILE_INFO);
        at = padded(at, length);
        read_tables(&reader, tables, at);
    }
}

/* The dictionary has each key once, with the value that was read last. */
static struct value
make_dictionary(struct module_run *run, const struct pe_resources *resources)
{
    struct pe_index index;
    struct list *list = module_dictionary(run, resources->version_count);
    pe_index_init(run->arena, &index, resources->version_count);
    list->count = 0;
    for (size_t i = 0; i < resources->version_count; i++) {
        const struct pe_version_item *item = &resources->versions[i];
        uint64_t hash = str_hash(item->key);
        size_t probe = 0, at;
        while ((at = pe_index_next(&index, hash, &probe)) != SIZE_MAX)
            if (str_eq(list->keys[at], item->key))
                break;
        if (at == SIZE_MAX) {
            at = list->count++;
            pe_index_add(&index, hash, at);
        }
        list->keys[at] = item->key;
        list->items[at] = value_string(item->value);
    }
    return value_dictionary(list);
}

void
pe_load_version_info(struct module_run *run, struct pe_state *state)
{
    const struct pe_resources *resources = pe_resources_of(run, state);
    struct list *list = module_array(run, resources->version_count);
    for (size_t i = 0; i < list->count; i++) {
        struct object *object = module_object(run, &pe_version_item_shape);
        pe_set_text(object, PE_VERSION_KEY, resources->versions[i].key);
        pe_set_text(object, PE_VERSION_VALUE, resources->versions[i].value);
        list->items[i] = value_struct(object);
    }
    run->root->fields[PE_VERSION_INFO_LIST] = value_array(list);
    run->root->fields[PE_VERSION_INFO] = make_dictionary(run, resources);
}
