/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups in the mapped tables: a few reads of memory each, and the entries' texts only for what is
 * found. */
#include "scan/pack/inner.h"
#include "scan/pack/text_key.h"

/* ---- hashes ---- */

bool
pack_has_size(const struct pack *pack, const struct table_record *table, uint64_t size)
{
    if (!(table->flags & TABLE_SIZED))
        return table->count > 0;
    const uint64_t *set = pack->size_sets + table->first_set;
    uint32_t low = 0, high = table->set_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (set[middle] < size)
            low = middle + 1;
        else
            high = middle;
    }
    return low < table->set_count && set[low] == size;
}

static int
compare_entry(const struct pack *pack, const struct table_record *table, uint32_t i,
              const uint8_t *digest, uint64_t size)
{
    size_t n = stored_size(table->kind);
    int order = memcmp(pack->digests + table->digests + (size_t)i * n, digest, n);
    if (order != 0 || !(table->flags & TABLE_SIZED))
        return order;
    uint64_t own = pack->hash_sizes[table->first_size + i];
    return own < size ? -1 : own > size;
}

/* The first entry that is not before (DIGEST, SIZE). */
static uint32_t
first_entry(const struct pack *pack, const struct table_record *table, const uint8_t *digest,
            uint64_t size)
{
    uint32_t head = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 |
                    (uint32_t)digest[2] << 8 | digest[3];
    uint32_t bucket = (uint32_t)((uint64_t)head >> (32 - table->bucket_bits));
    const uint32_t *bounds = pack->buckets + table->first_bucket + bucket;
    uint32_t low = bounds[0], high = bounds[1];
    if (high > table->count || low > high)
        return table->count; /* a damaged pack finds nothing */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_entry(pack, table, middle, digest, size) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool
pack_next_hash(const struct pack *pack, const struct table_record *table, const uint8_t *digest,
               uint64_t size, uint32_t *cursor, uint32_t *ret_label)
{
    uint32_t i = *cursor ? *cursor : first_entry(pack, table, digest, size);
    if (i >= table->count || compare_entry(pack, table, i, digest, size) != 0)
        return false;
    *cursor = i + 1;
    *ret_label = pack->hash_labels[table->first + i];
    return true;
}

/* ---- texts ---- */

static bool
find_text(const struct pack *pack, enum indicator_kind kind, str key, struct arena *arena,
          struct pack_listed *ret)
{
    uint64_t hash = text_key_hash(key);
    uint32_t low = 0, high = pack->indicator_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct indicator_record *record = &pack->indicators[middle];
        if (record->kind < kind || (record->kind == kind && record->hash < hash))
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < pack->indicator_count; low++) {
        const struct indicator_record *record = &pack->indicators[low];
        str text;
        if (record->kind != kind || record->hash != hash)
            return false;
        if (pack_name(pack, record->text, arena, &text) && str_eq(text, key))
            return pack_label(pack, record->label, arena, ret);
    }
    return false;
}

bool
pack_find_domain(const struct pack *pack, str domain, struct arena *arena, struct pack_listed *ret)
{
    struct pack_listed listed = {.as = PACK_LISTED_DOMAIN};
    str key;
    if (!text_key_domain(domain, arena, &key))
        return false;
    for (size_t dot = 0; dot != SIZE_MAX; key = str_from(key, dot + 1)) {
        if (find_text(pack, INDICATOR_DOMAIN, key, arena, &listed)) {
            *ret = listed;
            return true;
        }
        dot = str_find(key, STR("."));
        if (dot == SIZE_MAX)
            break;
    }
    return false;
}

bool
pack_find_url(const struct pack *pack, str url, struct arena *arena, struct pack_listed *ret)
{
    struct pack_listed listed = {.as = PACK_LISTED_URL};
    str key;
    if (!text_key_url(url, arena, &key) || !find_text(pack, INDICATOR_URL, key, arena, &listed))
        return false;
    *ret = listed;
    return true;
}

/* ---- addresses ---- */

static int
compare_address(const struct address_record *record, ip address, uint8_t length)
{
    uint8_t bytes[16] = {0};
    ip_to_bytes(address, bytes);
    if (record->version != address.version)
        return record->version < address.version ? -1 : 1;
    if (record->length != length)
        return record->length < length ? -1 : 1;
    return memcmp(record->bytes, bytes, address.version == 4 ? 4 : 16);
}

static bool
find_prefix(const struct pack *pack, ip address, uint8_t length, struct arena *arena,
            struct pack_listed *ret)
{
    uint32_t low = 0, high = pack->address_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_address(&pack->addresses[middle], address, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < pack->address_count &&
           compare_address(&pack->addresses[low], address, length) == 0 &&
           pack_label(pack, pack->addresses[low].label, arena, ret);
}

bool
pack_find_address(const struct pack *pack, ip address, struct arena *arena, struct pack_listed *ret)
{
    struct pack_listed listed = {.as = PACK_LISTED_ADDRESS};
    address = ip_unmap(address);
    for (int length = address.version == 4 ? 32 : 128; length >= 0 && pack->address_count;
         length--) {
        if (!find_prefix(pack, ip_mask(address, (uint8_t)length), (uint8_t)length, arena, &listed))
            continue;
        *ret = listed;
        return true;
    }
    return false;
}
