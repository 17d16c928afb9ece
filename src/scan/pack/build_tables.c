/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes become sorted tables with buckets. */
#include "scan/pack/build.h"

#include "base/limits.h"

enum { BUCKET_ENTRIES = 4, BUCKET_BITS_MAX = 24 };

static int
compare_entries(const void *a, const void *b)
{
    const struct hash_entry *x = a, *y = b;
    int order = memcmp(x->digest, y->digest, sizeof x->digest);
    if (order != 0)
        return order;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return x->label < y->label ? -1 : x->label > y->label;
}

/* One label is enough for each that names the same hash twice. */
static size_t
drop_same(struct hash_entry *entries, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || compare_entries(&entries[i], &entries[kept - 1]) != 0)
            entries[kept++] = entries[i];
    return kept;
}

static uint32_t
bucket_of(const struct hash_entry *entry, unsigned bits)
{
    const uint8_t *d = entry->digest;
    uint32_t head =
        (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | (uint32_t)d[3];
    return (uint32_t)((uint64_t)head >> (32 - bits));
}

static void
write_buckets(struct buf *out, const struct hash_entry *entries, uint32_t count, unsigned bits)
{
    uint32_t i = 0;
    for (uint32_t bucket = 0; bucket < (uint32_t)1 << bits; bucket++) {
        buf_add(out, &i, sizeof i);
        while (i < count && bucket_of(&entries[i], bits) == bucket)
            i++;
    }
    buf_add(out, &count, sizeof count);
}

static int
compare_sizes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint32_t
write_set(struct buf *out, const uint64_t *sizes, uint32_t count)
{
    size_t n = count * sizeof *sizes;
    uint32_t distinct = 0;
    struct buf copy = BUF(LIMIT_PACK_CHUNK);
    buf_add(&copy, sizes, n);
    uint64_t *sorted = (void *)copy.p;
    qsort(sorted, count, sizeof *sorted, compare_sizes);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && sorted[i] == sorted[i - 1])
            continue;
        buf_add(out, &sorted[i], sizeof sorted[i]);
        distinct++;
    }
    buf_clear(&copy);
    return distinct;
}

static void
write_table(struct buf *list, struct table_record table, struct built_tables *out)
{
    struct hash_entry *entries = (void *)list->p;
    size_t count = list->n / sizeof *entries, digest = stored_size(table.kind);
    qsort(entries, count, sizeof *entries, compare_entries);
    table.count = (uint32_t)drop_same(entries, count);
    while (table.bucket_bits < BUCKET_BITS_MAX && table.count >> table.bucket_bits > BUCKET_ENTRIES)
        table.bucket_bits++;
    table.first = (uint32_t)(out->labels.n / sizeof(uint32_t));
    table.first_size = (uint32_t)(out->sizes.n / sizeof(uint64_t));
    table.first_bucket = (uint32_t)(out->buckets.n / sizeof(uint32_t));
    table.first_set = (uint32_t)(out->sets.n / sizeof(uint64_t));
    table.digests = out->digests.n;
    for (uint32_t i = 0; i < table.count; i++) {
        buf_add(&out->digests, entries[i].digest, digest);
        buf_add(&out->labels, &entries[i].label, sizeof entries[i].label);
        if (table.flags & TABLE_SIZED)
            buf_add(&out->sizes, &entries[i].size, sizeof entries[i].size);
    }
    write_buckets(&out->buckets, entries, table.count, table.bucket_bits);
    if ((table.flags & TABLE_SIZED) && !out->sizes.full)
        table.set_count =
            write_set(&out->sets, (uint64_t *)(void *)out->sizes.p + table.first_size, table.count);
    buf_add(&out->tables, &table, sizeof table);
}

void
build_tables(struct pack_build *build, struct built_tables *ret)
{
    struct built_tables out = {BUF(LIMIT_PACK_CHUNK), BUF(LIMIT_PACK_CHUNK), BUF(LIMIT_PACK_CHUNK),
                               BUF(LIMIT_PACK_CHUNK), BUF(LIMIT_PACK_CHUNK), BUF(LIMIT_PACK_CHUNK)};
    for (int of = 0; of < TABLE_OFS; of++)
        for (int kind = 0; kind < HASH_KINDS; kind++)
            for (int flags = 0; flags < HASH_FLAGS; flags++) {
                struct table_record table = {
                    .of = (uint8_t)of, .kind = (uint8_t)kind, .flags = (uint8_t)flags};
                if (build->hashes[of][kind][flags].n > 0)
                    write_table(&build->hashes[of][kind][flags], table, &out);
            }
    *ret = out;
}
