/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/pack/verdict.h"

#include "scan/clamav/clamav.h"
#include "scan/pe/pe_file.h"
#include "scan/rules/sources.h"

enum { WINDOW = 4 << 20 };

struct search {
    const struct pack *pack;
    struct scanner *scanner;
    struct pack_verdict *verdict;
};

static void
add_listed(struct search *search, struct pack_listed listed, uint32_t label)
{
    struct pack_verdict *verdict = search->verdict;
    if (verdict->count == VERDICT_LISTED_MAX || verdict->is_good ||
        !pack_label(search->pack, label, &search->scanner->arena, &listed))
        return;
    if (listed.is_good) {
        verdict->is_good = true;
        verdict->count = 0;
    }
    verdict->items[verdict->count++] = listed;
}

/* ---- the file ---- */

/* Large files are let go of as they are read, and given up when the time is up. */
static bool
digest_data(struct scanner *scanner, enum digest_kind kind, uint8_t *out)
{
    struct digest *digest = digest_new(kind);
    str data = scanner->data;
    for (size_t at = 0; at < data.n && !scanner->timed_out; at += WINDOW) {
        size_t n = data.n - at < WINDOW ? data.n - at : WINDOW;
        digest_add(digest, (str){data.p + at, n});
        if (scanner->released)
            scanner->released(scanner->context, at + n);
        scanner->ticks = 4095; /* a look at the clock */
        scanner_tick(scanner);
    }
    digest_finish(digest, out);
    return !scanner->timed_out;
}

static void
look_up(struct search *search, const struct table_record *table, const uint8_t *digest,
        uint64_t size, enum pack_listed_as as)
{
    struct pack_listed listed = {
        .as = as, .kind = table->kind, .is_good = table->flags & TABLE_GOOD};
    uint32_t cursor = 0, label;
    while (pack_next_hash(search->pack, table, digest, size, &cursor, &label))
        add_listed(search, listed, label);
}

static void
find_file(struct search *search)
{
    uint8_t digests[DIGEST_KINDS][DIGEST_MAX];
    bool known[DIGEST_KINDS] = {false};
    uint64_t size = search->scanner->data.n;
    for (uint32_t i = 0; i < search->pack->table_count; i++) {
        const struct table_record *table = &search->pack->tables[i];
        if (table->of != TABLE_OF_FILES || !pack_has_size(search->pack, table, size))
            continue;
        if (!known[table->kind] && !digest_data(search->scanner, table->kind, digests[table->kind]))
            return;
        known[table->kind] = true;
        look_up(search, table, digests[table->kind], size, PACK_LISTED_FILE);
    }
}

/* ---- parts of a PE file ---- */

static void
find_section(struct search *search, str section)
{
    uint8_t digests[DIGEST_KINDS][DIGEST_MAX];
    bool known[DIGEST_KINDS] = {false};
    for (uint32_t i = 0; i < search->pack->table_count; i++) {
        const struct table_record *table = &search->pack->tables[i];
        if (table->of != TABLE_OF_SECTIONS || !pack_has_size(search->pack, table, section.n))
            continue;
        if (!known[table->kind])
            digest_of(table->kind, section, digests[table->kind]);
        known[table->kind] = true;
        look_up(search, table, digests[table->kind], section.n, PACK_LISTED_SECTION);
    }
}

/* As ClamAV cuts a file: by its alignment, offsets down and sizes up, or by 512 where a section
 * begins at a multiple of that only. */
static uint64_t
alignment_of(const struct pe_file *pe)
{
    enum { SECTOR = 0x200 };
    for (size_t i = 0; i < pe->section_count; i++) {
        const struct pe_section *section = &pe->sections[i];
        if (pe->file_alignment && section->raw_size && section->raw_offset &&
            section->raw_offset % pe->file_alignment && section->raw_offset % SECTOR == 0)
            return SECTOR;
    }
    return pe->file_alignment ? pe->file_alignment : 1;
}

/* Sections may lie over one another, so that their sizes say nothing of the work: no more is
 * digested than eight times the file. */
static void
find_sections(struct search *search, const struct pe_file *pe)
{
    str data = search->scanner->data;
    uint64_t budget = (uint64_t)data.n * 8, alignment = alignment_of(pe);
    for (size_t i = 0; i < pe->section_count; i++) {
        uint64_t at = pe->sections[i].raw_offset / alignment * alignment;
        uint64_t size = (pe->sections[i].raw_size + alignment - 1) / alignment * alignment;
        if (size == 0 || at >= data.n)
            continue;
        if (size > data.n - at)
            size = data.n - at;
        if (size > budget)
            return;
        budget -= size;
        find_section(search, (str){data.p + at, (size_t)size});
    }
}

/* The pe module computes it, as for rules. */
static void
find_imports(struct search *search)
{
    uint8_t digest[DIGEST_MAX];
    const struct module *pe = module_find(STR("pe"));
    size_t field = shape_find(&pe->shape, STR("imphash"));
    struct module_run *run = scanner_run_of(search->scanner, pe);
    struct value hash = pe->shape.fields[field].overloads->call(run, run->root, NULL);
    if (hash.kind != VALUE_STRING || !hex_parse(hash.s, digest, digest_size(DIGEST_MD5)))
        return;
    for (uint32_t i = 0; i < search->pack->table_count; i++) {
        const struct table_record *table = &search->pack->tables[i];
        if (table->of == TABLE_OF_IMPORTS && table->kind == DIGEST_MD5)
            look_up(search, table, digest, 0, PACK_LISTED_IMPORTS);
    }
}

static bool
has_tables(const struct pack *pack, enum table_of of)
{
    for (uint32_t i = 0; i < pack->table_count; i++)
        if (pack->tables[i].of == of)
            return true;
    return false;
}

static void
find_parts(struct search *search)
{
    bool sections = has_tables(search->pack, TABLE_OF_SECTIONS);
    bool imports = has_tables(search->pack, TABLE_OF_IMPORTS);
    struct pe_file file;
    if ((!sections && !imports) || !pe_file_open(&file, search->scanner->data))
        return;
    if (sections)
        find_sections(search, &file);
    if (imports)
        find_imports(search);
}

/* ---- archives ---- */

struct member_search {
    struct search *search;
    const struct container_record *record;
    const struct clamav_member *member;
};

static bool
name_matches(void *context, str regex, str name)
{
    (void)regex;
    const struct member_search *search = context;
    return regex_search(search->search->scanner->machine, search->search->pack->regex,
                        search->record->regex, name);
}

static struct clamav_range
range_of(const struct container_record *record, unsigned i)
{
    return (struct clamav_range){record->any >> i & 1, record->ranges[i].min,
                                 record->ranges[i].max};
}

static bool
try_member(void *context, const struct clamav_member *member)
{
    struct search *search = context;
    for (uint32_t i = 0; i < search->pack->container_count; i++) {
        const struct container_record *record = &search->pack->containers[i];
        struct member_search own = {search, record, member};
        struct clamav_container signature = {
            .type = pack_text(search->pack, record->type),
            .name_regex = record->regex == NO_INDEX ? (str){NULL, 0} : STR("compiled"),
            .container_size = range_of(record, 0),
            .packed_size = range_of(record, 1),
            .real_size = range_of(record, 2),
            .position = range_of(record, 3),
            .encrypted = record->encrypted,
            .has_crc = record->has_crc,
            .crc = record->crc,
        };
        if (clamav_container_matches(&signature, member, name_matches, &own))
            add_listed(search, (struct pack_listed){.as = PACK_LISTED_MEMBER}, record->label);
        if (scanner_tick(search->scanner))
            return false;
    }
    return search->verdict->count < VERDICT_LISTED_MAX;
}

void
verdict_find(const struct pack *pack, struct scanner *scanner, struct pack_verdict *ret)
{
    struct search search = {pack, scanner, ret};
    ret->count = 0;
    ret->is_good = false;
    find_file(&search);
    if (ret->is_good || scanner->timed_out)
        return;
    find_parts(&search);
    if (pack->container_count > 0)
        clamav_zip_each(scanner->data, try_member, &search);
}
