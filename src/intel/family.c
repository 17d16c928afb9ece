/* SPDX-License-Identifier: Apache-2.0 */
/* Aliases in an open hash table whose keys are normalised: lower case, '_' and ' ' as '-'. A name
 * that is not listed is tried again without what feeds decorate names with: a Malpedia platform
 * prefix (only where the family's platform agrees) and a variant at the end. */
#include "intel/family.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/embed.h"
#include "base/limits.h"
#include "base/require.h"
#include "base/tsv.h"

struct slot {
    const char *key;
    uint32_t length;
    uint32_t family; /* index + 1; 0 = free */
};

struct families {
    struct family *list;
    size_t count, room;
    struct slot *slots; /* a power of two, never more than half full */
    size_t slot_count, used;
    struct arena arena; /* the normalised keys */
};

enum { FIRST_SLOTS = 1024 };

/* The normalised name in OUT; empty when it is too long to be one. */
static str
normalise(str name, char out[LIMIT_FAMILY_NAME])
{
    if (name.n > LIMIT_FAMILY_NAME)
        return (str){NULL, 0};
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        out[i] = c == '_' || c == ' ' ? '-' : ascii_lower(c);
    }
    return (str){out, name.n};
}

/* The key's slot, or the free one where it belongs. */
static struct slot *
slot_of(const struct families *families, str key)
{
    size_t mask = families->slot_count - 1;
    for (size_t at = str_hash(key) & mask;; at = (at + 1) & mask) {
        struct slot *slot = &families->slots[at];
        if (!slot->family || str_eq((str){slot->key, slot->length}, key))
            return slot;
    }
}

static void
grow(struct families *families)
{
    struct slot *old = families->slots;
    size_t old_count = families->slot_count;
    families->slot_count = old_count ? old_count * 2 : FIRST_SLOTS;
    families->slots = mem_calloc(families->slot_count, sizeof *families->slots);
    for (size_t i = 0; i < old_count; i++)
        if (old[i].family)
            *slot_of(families, (str){old[i].key, old[i].length}) = old[i];
    free(old);
}

static errcode
add_alias(struct families *families, str alias, size_t index, const struct tsv *tsv,
          struct err *err)
{
    char text[LIMIT_FAMILY_NAME];
    str key = normalise(alias, text);
    if (key.n == 0)
        return err_set(err, ERR_FORMAT, "%s: line %zu: a family name must have 1 to %d bytes",
                       tsv->name, tsv->line, LIMIT_FAMILY_NAME);
    if (families->used * 2 >= families->slot_count)
        grow(families);
    struct slot *slot = slot_of(families, key);
    if (slot->family && slot->family != index + 1)
        return err_set(err, ERR_FORMAT, "%s: line %zu: \"%.*s\" stands for %.*s already", tsv->name,
                       tsv->line, STR_ARG(alias), STR_ARG(families->list[slot->family - 1].name));
    if (!slot->family) {
        key = arena_str(&families->arena, key);
        *slot = (struct slot){key.p, (uint32_t)key.n, (uint32_t)index + 1};
        families->used++;
    }
    return OK;
}

/* Cells: name, aliases, kind, platform, Vietnamese, English. */
static errcode
add_row(struct families *families, const str *cells, const struct tsv *tsv, struct err *err)
{
    if (families->count == families->room) {
        families->room = families->room ? families->room * 2 : 256;
        families->list = mem_resize(families->list, families->room, sizeof *families->list);
    }
    size_t index = families->count++;
    families->list[index] = (struct family){
        .name = cells[0],
        .kind = cells[2],
        .platform = cells[3],
        .description = {[LANGUAGE_VI] = cells[4], [LANGUAGE_EN] = cells[5]},
    };
    errcode code = add_alias(families, cells[0], index, tsv, err);
    str rest = cells[1], alias;
    while (code == OK && rest.n && str_cut(&rest, ',', &alias))
        code = add_alias(families, str_trim(alias), index, tsv, err);
    return code;
}

static void
cleanup_families(struct families **families)
{
    families_free(*families);
}

errcode
families_new(const char *name, str text, struct families **ret, struct err *err)
{
    cleanup(cleanup_families) struct families *families = mem_calloc(1, sizeof *families);
    if (text.n == 0) {
        name = "families.tsv";
        text = embed_file(name);
    }
    if (text.n > LIMIT_TABLE_BYTES)
        return err_set(err, ERR_LIMIT, "%s: larger than the %d bytes allowed", name,
                       LIMIT_TABLE_BYTES);
    grow(families);
    struct tsv tsv = tsv_open(name, text, 6);
    str cells[TSV_CELLS_MAX];
    for (bool more = true;;) {
        errcode code = tsv_next(&tsv, cells, &more, err);
        if (code == OK && more)
            code = add_row(families, cells, &tsv, err);
        if (code != OK)
            return code;
        if (!more)
            break;
    }
    *ret = take(families);
    return OK;
}

void
families_free(struct families *families)
{
    if (!families)
        return;
    arena_clear(&families->arena);
    free(families->slots);
    free(families->list);
    free(families);
}

static const struct family *
listed(const struct families *families, str key)
{
    const struct slot *slot = slot_of(families, key);
    return slot->family ? &families->list[slot->family - 1] : NULL;
}

/* Malpedia's prefixes and the platforms of our table that they agree with. "multi" agrees with all;
 * those of languages, with an empty list here, agree with any platform. */
static const struct {
    const char *prefix, *platforms[3];
} prefixes[] = {
    {"win.", {"windows"}}, {"elf.", {"linux", "iot", "android"}},
    {"apk.", {"android"}}, {"osx.", {"macos"}},
    {"ios.", {"ios"}},     {"js.", {NULL}},
    {"jar.", {NULL}},      {"php.", {NULL}},
    {"ps1.", {NULL}},      {"py.", {NULL}},
    {"vbs.", {NULL}},      {"asp.", {NULL}},
};

static bool
platform_agrees(const struct family *family, const char *const platforms[3])
{
    if (!platforms[0] || str_eq(family->platform, STR("multi")) || family->platform.n == 0)
        return true;
    for (size_t i = 0; i < 3 && platforms[i]; i++)
        if (str_eq(family->platform, str_of(platforms[i])))
            return true;
    return false;
}

/* Without ".b", ".gen", "-gen", "-variant" and the like at the end: a letter or two after a dot is
 * a variant, a number is not (badbox and badbox.2 are two families). Empty when there is none. */
static str
without_variant(str key)
{
    static const char *const words[] = {".gen",     "-gen",     "-generic",
                                        ".generic", "-variant", ".variant"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        str word = str_of(words[i]);
        if (key.n > word.n && str_ends(key, word))
            return (str){key.p, key.n - word.n};
    }
    for (size_t letters = 1; letters <= 2 && letters + 1 < key.n; letters++) {
        char c = key.p[key.n - letters];
        if (c < 'a' || c > 'z')
            break;
        if (key.p[key.n - letters - 1] == '.')
            return (str){key.p, key.n - letters - 1};
    }
    return (str){NULL, 0};
}

static const struct family *
listed_or_variant(const struct families *families, str key)
{
    const struct family *family = listed(families, key);
    str stem = family ? (str){NULL, 0} : without_variant(key);
    return stem.n ? listed(families, stem) : family;
}

static const struct family *
find_decorated(const struct families *families, str key)
{
    if (!memchr(key.p, '.', key.n) && !memchr(key.p, '-', key.n))
        return NULL; /* most unlisted names have no decoration */
    str stem = without_variant(key);
    const struct family *family = stem.n ? listed(families, stem) : NULL;
    for (size_t i = 0; !family && i < sizeof prefixes / sizeof *prefixes; i++) {
        str head = str_of(prefixes[i].prefix);
        if (!str_starts(key, head) || key.n == head.n)
            continue;
        family = listed_or_variant(families, str_from(key, head.n));
        return family && platform_agrees(family, prefixes[i].platforms) ? family : NULL;
    }
    return family;
}

const struct family *
families_find(const struct families *families, str name)
{
    char text[LIMIT_FAMILY_NAME];
    str key = normalise(str_trim(name), text);
    if (key.n == 0)
        return NULL;
    const struct family *family = listed(families, key);
    return family ? family : find_decorated(families, key);
}
