/* SPDX-License-Identifier: Apache-2.0 */
/* What an open pack says of itself. */
#include "scan/pack/inner.h"
#include "scan/pack/seal.h"

static void
count_tables(const struct pack *pack, struct pack_counts *counts)
{
    for (uint32_t i = 0; i < pack->table_count; i++) {
        const struct table_record *table = &pack->tables[i];
        if (table->of == TABLE_OF_SECTIONS)
            counts->section_hashes += table->count;
        else if (table->of == TABLE_OF_IMPORTS)
            counts->import_hashes += table->count;
        else if (table->flags & TABLE_GOOD)
            counts->good_files += table->count;
        else
            counts->file_hashes += table->count;
    }
}

static struct pack_counts
counts_of(const struct pack *pack)
{
    struct pack_counts counts = {
        .rules = pack->rules.sections[IMAGE_RULES].n / sizeof(struct rule_record),
        .names = pack->name_count,
        .addresses = pack->address_count,
        .containers = pack->container_count,
        .sources = pack->source_count,
    };
    count_tables(pack, &counts);
    for (uint32_t i = 0; i < pack->indicator_count; i++) {
        counts.domains += pack->indicators[i].kind == INDICATOR_DOMAIN;
        counts.urls += pack->indicators[i].kind == INDICATOR_URL;
    }
    for (uint32_t i = 0; i < pack->source_count; i++)
        counts.refused += pack->sources[i].refused_count;
    return counts;
}

struct pack_info
pack_info(const struct pack *pack)
{
    const char *program = pack->meta.program;
    const char *end = memchr(program, 0, sizeof pack->meta.program);
    struct pack_info info = {
        .version = pack->meta.version,
        .bytes = pack->file.size,
        .built = pack->meta.built,
        .program = {program, end ? (size_t)(end - program) : sizeof pack->meta.program},
        .format = pack->meta.format_min,
        .is_signed = seal_is_signed(&pack->seal),
        .counts = counts_of(pack),
    };
    memcpy(info.id, pack->seal.digest, sizeof info.id);
    memcpy(info.public_key, pack->seal.public_key, sizeof info.public_key);
    return info;
}

size_t
pack_source_count(const struct pack *pack)
{
    return pack->source_count;
}

struct pack_source
pack_source_at(const struct pack *pack, size_t i)
{
    const struct source_record *record = &pack->sources[i];
    return (struct pack_source){
        .path = pack_text(pack, record->path),
        .about = {pack_text(pack, record->licence), pack_text(pack, record->author),
                  pack_text(pack, record->url)},
        .first_rule = record->first_rule,
        .rules = record->rule_count,
        .entries = record->entry_count,
        .refused = record->refused_count,
    };
}

/* Sources are in the order of their rules; those without any stand between them. */
bool
pack_source_of_rule(const struct pack *pack, size_t rule, struct pack_source *ret)
{
    size_t low = 0, high = pack->source_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct source_record *record = &pack->sources[middle];
        if ((uint64_t)record->first_rule + record->rule_count <= rule)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == pack->source_count || pack->sources[low].first_rule > rule)
        return false;
    *ret = pack_source_at(pack, low);
    return true;
}
