/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a pack's tables lie within its chunks, and reading what their entries name. */
#include "scan/pack/inner.h"
#include "scan/pack/veil.h"
#include "scan/regex/regex.h"

static bool
span_fits(uint64_t first, uint64_t count, uint64_t all)
{
    return first <= all && count <= all - first;
}

static bool
table_fits(const struct pack *pack, const struct table_record *table)
{
    if (table->of >= TABLE_OFS || table->kind > DIGEST_SHA256 || table->bucket_bits > 24 ||
        table->flags > (TABLE_SIZED | TABLE_GOOD))
        return false;
    bool is_sized = table->flags & TABLE_SIZED;
    uint64_t bytes = (uint64_t)table->count * stored_size(table->kind);
    return span_fits(table->digests, bytes, pack->digest_bytes) &&
           span_fits(table->first, table->count, pack->hash_count) &&
           span_fits(table->first_bucket, ((uint64_t)1 << table->bucket_bits) + 1,
                     pack->bucket_count) &&
           (!is_sized || (span_fits(table->first_size, table->count, pack->size_count) &&
                          span_fits(table->first_set, table->set_count, pack->set_count)));
}

/* Containers are few. */
static bool
container_fits(const struct pack *pack, const struct container_record *container)
{
    return span_fits(container->type.at, container->type.size, pack->texts.n) &&
           (container->regex == NO_INDEX || regex_check_place(pack->regex, container->regex));
}

errcode
pack_check(const struct pack *pack, struct err *err)
{
    errcode code = regex_check(pack->regex, err);
    if (code != OK)
        return code;
    for (uint32_t i = 0; i < pack->table_count; i++)
        if (!table_fits(pack, &pack->tables[i]))
            return err_set(err, ERR_CORRUPT, "the pack is damaged: table %u of hashes", i);
    for (uint32_t i = 0; i < pack->container_count; i++)
        if (!container_fits(pack, &pack->containers[i]))
            return err_set(err, ERR_CORRUPT, "the pack is damaged: archive member %u", i);
    return OK;
}

/* Texts end on terminals, and a pack may be anyone's. */
static str
shown(str s)
{
    return str_is_shown(s) ? s : STR("?");
}

str
pack_text(const struct pack *pack, struct text_place place)
{
    if (!span_fits(place.at, place.size, pack->texts.n))
        return (str){NULL, 0};
    return shown((str){pack->texts.p + place.at, place.size});
}

bool
pack_name(const struct pack *pack, struct text_place place, struct arena *arena, str *ret)
{
    if (!span_fits(place.at, place.size, pack->names.n))
        return false;
    char *text = arena_alloc(arena, (size_t)place.size + 1);
    veil(veil_seed(pack->meta.seed, PACK_NAMES), place.at, pack->names.p + place.at, text,
         place.size);
    *ret = (str){text, place.size};
    return true;
}

bool
pack_label(const struct pack *pack, uint32_t label, struct arena *arena, struct pack_listed *ret)
{
    if (label >= pack->label_count)
        return false;
    const struct label_record *record = &pack->labels[label];
    uint32_t source = record->size_and_source >> 8;
    struct text_place place = {record->at, record->size_and_source & PACK_NAME_MAX};
    if (source >= pack->source_count || !pack_name(pack, place, arena, &ret->name))
        return false;
    ret->name = shown(ret->name);
    ret->source = pack_text(pack, pack->sources[source].path);
    return true;
}
