/* SPDX-License-Identifier: Apache-2.0 */
/* Building a snapshot: sightings are gathered, sorted by address and packed into chunks. */
#include "base/cleanup.h"
#include "base/require.h"
#include "intel/intern.h"
#include "intel/snapshot_layout.h"

/* One sighting as it was added; key is the address (IPv4) or snapshot_key6 (IPv6). */
struct item {
    uint64_t key;
    uint32_t family, days;
    day first, last;
};
struct item_list {
    struct item *items;
    size_t count, room;
};

struct snapshot_builder {
    struct snapshot_meta meta;
    const struct network_map *networks;
    struct intern_text text;
    struct intern families; /* struct snapshot_family_key */
    struct item_list v4, v6;
};
struct snapshot_family_key {
    uint32_t name, class;
};

struct snapshot_builder *
snapshot_builder_new(void)
{
    struct snapshot_builder *builder = mem_calloc(1, sizeof *builder);
    builder->families.size = sizeof(struct snapshot_family_key);
    builder->meta.as_of = DAY_NONE;
    return builder;
}

void
snapshot_builder_free(struct snapshot_builder *builder)
{
    if (!builder)
        return;
    intern_text_clear(&builder->text);
    intern_clear(&builder->families);
    free(builder->v4.items);
    free(builder->v6.items);
    free(builder);
}

void
snapshot_builder_meta(struct snapshot_builder *builder, const struct snapshot_meta *meta)
{
    builder->meta = *meta;
}

void
snapshot_builder_networks(struct snapshot_builder *builder, const struct network_map *map)
{
    builder->networks = map;
}

uint32_t
snapshot_builder_family(struct snapshot_builder *builder, str family, enum event_class class)
{
    struct snapshot_family_key key = {
        .name = intern_text_add(&builder->text, family),
        .class = intern_text_add(&builder->text, str_of(event_class_name(class))),
    };
    return intern_add(&builder->families, &key);
}

void
snapshot_builder_add(struct snapshot_builder *builder, ip addr, uint32_t family, day first,
                     day last, uint32_t days)
{
    require(addr.version == 4 || addr.version == 6);
    require(first <= last && days > 0 && family < builder->families.count);
    struct item_list *list = addr.version == 4 ? &builder->v4 : &builder->v6;
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 4096;
        list->items = mem_resize(list->items, list->room, sizeof *list->items);
    }
    list->items[list->count++] = (struct item){
        .key = addr.version == 4 ? addr.lo : snapshot_key6(addr.hi),
        .family = family,
        .days = days,
        .first = first,
        .last = last,
    };
}

/* Sorts by the low BITS bits of the key, 16 at a time from the lowest (LSD radix sort). */
static void
sort_items(struct item_list *list, unsigned bits)
{
    if (list->count < 2)
        return;
    cleanup(cleanup_free) size_t *counts = mem_alloc(65536 * sizeof *counts);
    struct item *other = mem_alloc(list->count * sizeof *other);
    for (unsigned shift = 0; shift < bits; shift += 16) {
        memset(counts, 0, 65536 * sizeof *counts);
        for (size_t i = 0; i < list->count; i++)
            counts[list->items[i].key >> shift & 0xffff]++;
        size_t sum = 0;
        for (size_t i = 0; i < 65536; i++) {
            size_t count = counts[i];
            counts[i] = sum;
            sum += count;
        }
        for (size_t i = 0; i < list->count; i++)
            other[counts[list->items[i].key >> shift & 0xffff]++] = list->items[i];
        struct item *sorted = other;
        other = list->items;
        list->items = sorted;
    }
    list->room = list->count;
    free(other);
}

static int
by_family(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return x->family < y->family ? -1 : x->family > y->family;
}

static int
newest_first(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->last != y->last)
        return x->last > y->last ? -1 : 1;
    if (x->first != y->first)
        return x->first > y->first ? -1 : 1;
    return by_family(a, b);
}

/* Orders the sightings of one address and joins those of the same family; returns how many. */
static size_t
settle(struct item *items, size_t count)
{
    if (count == 1)
        return 1;
    qsort(items, count, sizeof *items, by_family);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        struct item *last = &items[kept - 1];
        if (items[i].family != last->family) {
            items[kept++] = items[i];
            continue;
        }
        last->first = items[i].first < last->first ? items[i].first : last->first;
        last->last = items[i].last > last->last ? items[i].last : last->last;
        last->days = items[i].days > last->days ? items[i].days : last->days;
    }
    qsort(items, kept, sizeof *items, newest_first);
    return kept < SNAPSHOT_SIGHTINGS_MAX ? kept : SNAPSHOT_SIGHTINGS_MAX;
}

/* The chunks while they are made. */
struct packing {
    day epoch;
    uint64_t sightings;
    struct snapshot_entry *more;
    size_t more_count, more_room;
    struct snapshot_dir4 *dir4;
    uint16_t *blocks4;
    struct snapshot_bits4 *bits4;
    size_t block_count;
    uint16_t *low4;
    struct snapshot_entry *entries4, *entries6;
    uint64_t *keys6;
    uint32_t *dir6;
    size_t count4, count6, dir6_count;
    struct snapshot_family_record *families;
    struct snapshot_meta_record meta;
};

static void
packing_clear(struct packing *p)
{
    free(p->more);
    free(p->dir4);
    free(p->blocks4);
    free(p->bits4);
    free(p->low4);
    free(p->entries4);
    free(p->entries6);
    free(p->keys6);
    free(p->dir6);
    free(p->families);
}

static struct snapshot_entry
sighting_entry(const struct packing *p, const struct item *item)
{
    return (struct snapshot_entry){
        .family = (uint16_t)item->family,
        .days = (uint16_t)(item->days < UINT16_MAX ? item->days : UINT16_MAX),
        .first = (uint16_t)(item->first - p->epoch),
        .last = (uint16_t)(item->last - p->epoch),
    };
}

static struct snapshot_entry
pack_entry(struct packing *p, struct item *items, size_t count)
{
    count = settle(items, count);
    p->sightings += count;
    if (count == 1)
        return sighting_entry(p, &items[0]);
    if (p->more_count + count > p->more_room) {
        p->more_room = (p->more_room + count) * 2;
        p->more = mem_resize(p->more, p->more_room, sizeof *p->more);
    }
    uint32_t place = (uint32_t)p->more_count;
    for (size_t i = 0; i < count; i++)
        p->more[p->more_count++] = sighting_entry(p, &items[i]);
    return (struct snapshot_entry){
        .family = ENTRY_MORE,
        .days = (uint16_t)count,
        .first = (uint16_t)place,
        .last = (uint16_t)(place >> 16),
    };
}

static size_t
group_end(const struct item_list *list, size_t begin)
{
    size_t end = begin + 1;
    while (end < list->count && list->items[end].key == list->items[begin].key)
        end++;
    return end;
}

/* Adds the block of a /16 that has these low halves. */
static void
pack_block(struct packing *p, const uint16_t *low, uint32_t count)
{
    size_t n = ++p->block_count;
    p->blocks4 = mem_resize(p->blocks4, n * BLOCK4_COUNT, sizeof *p->blocks4);
    p->bits4 = mem_resize(p->bits4, n * BLOCK4_COUNT, sizeof *p->bits4);
    uint16_t *block = p->blocks4 + (n - 1) * BLOCK4_COUNT;
    struct snapshot_bits4 *bits4 = p->bits4 + (n - 1) * BLOCK4_COUNT;
    memset(bits4, 0, BLOCK4_COUNT * sizeof *bits4);
    for (uint32_t run = 0, at = 0; run < BLOCK4_COUNT; run++) {
        block[run] = (uint16_t)at;
        for (; at < count && low[at] >> 8 == run; at++)
            bits4[run].words[low[at] >> 6 & 3] |= UINT64_C(1) << (low[at] & 63);
    }
}

/* ADDRS are the listed addresses, sorted, each once. */
static void
pack_dir4(struct packing *p, const uint32_t *addrs)
{
    p->dir4 = mem_calloc(DIR4_COUNT, sizeof *p->dir4);
    uint32_t at = 0;
    for (uint32_t half = 0; half + 1 < DIR4_COUNT; half++) {
        uint32_t base = at;
        while (at < p->count4 && addrs[at] >> 16 == half)
            at++;
        p->dir4[half] = (struct snapshot_dir4){base, BLOCK4_NONE};
        if (at - base < BLOCK4_FROM) {
            for (uint32_t i = base; i < at; i++)
                p->dir4[half].block |= snapshot_part4(addrs[i]);
            continue;
        }
        p->dir4[half].block = (uint32_t)p->block_count;
        pack_block(p, p->low4 + base, at - base);
    }
    p->dir4[DIR4_COUNT - 1].base = at;
}

static void
pack4(struct packing *p, struct item_list *list)
{
    if (list->count == 0)
        return;
    sort_items(list, 32);
    cleanup(cleanup_free) uint32_t *addrs = mem_alloc(list->count * sizeof *addrs);
    p->low4 = mem_alloc(list->count * sizeof *p->low4);
    p->entries4 = mem_alloc(list->count * sizeof *p->entries4);
    for (size_t begin = 0, end; begin < list->count; begin = end) {
        end = group_end(list, begin);
        uint32_t addr = (uint32_t)list->items[begin].key;
        addrs[p->count4] = addr;
        p->low4[p->count4] = (uint16_t)addr;
        p->entries4[p->count4++] = pack_entry(p, &list->items[begin], end - begin);
    }
    pack_dir4(p, addrs);
}

static void
pack_dir6(struct packing *p)
{
    uint32_t bits = DIR6_BITS_MIN, at = 0;
    while (bits < DIR6_BITS_MAX && ((size_t)4 << bits) < p->count6)
        bits++;
    p->dir6_count = ((size_t)1 << bits) + 1;
    p->dir6 = mem_alloc(p->dir6_count * sizeof *p->dir6);
    for (uint32_t block = 0; block < p->dir6_count; block++) {
        while (at < p->count6 && p->keys6[at] >> (64 - bits) < block)
            at++;
        p->dir6[block] = at;
    }
}

static void
pack6(struct packing *p, struct item_list *list)
{
    if (list->count == 0)
        return;
    sort_items(list, 64);
    p->keys6 = mem_alloc(list->count * sizeof *p->keys6);
    p->entries6 = mem_alloc(list->count * sizeof *p->entries6);
    for (size_t begin = 0, end; begin < list->count; begin = end) {
        end = group_end(list, begin);
        p->keys6[p->count6] = list->items[begin].key;
        p->entries6[p->count6++] = pack_entry(p, &list->items[begin], end - begin);
    }
    pack_dir6(p);
}

static void
pack_families(struct packing *p, const struct snapshot_builder *builder)
{
    p->families = mem_calloc(builder->families.count + 1, sizeof *p->families);
    for (uint32_t i = 0; i < builder->families.count; i++) {
        const struct snapshot_family_key *key = intern_get(&builder->families, i);
        struct intern_piece name = intern_text_piece(&builder->text, key->name),
                            class = intern_text_piece(&builder->text, key->class);
        p->families[i] = (struct snapshot_family_record){
            .name = name.at,
            .class = class.at,
            .name_size = (uint16_t)name.n,
            .class_size = (uint16_t) class.n,
        };
    }
}

/* First and last day of all items must lie within 65535 days, since entries have 16 bits. */
static errcode
find_epoch(const struct snapshot_builder *builder, day *ret, struct err *err)
{
    day first = INT32_MAX, last = INT32_MIN;
    const struct item_list *lists[] = {&builder->v4, &builder->v6};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < lists[k]->count; i++) {
            const struct item *item = &lists[k]->items[i];
            first = item->first < first ? item->first : first;
            last = item->last > last ? item->last : last;
        }
    if (first > last)
        first = last = 0;
    if ((int64_t)last - first > UINT16_MAX || first > INT32_MAX - UINT16_MAX)
        return err_set(err, ERR_LIMIT, "the sightings span more than %d days", UINT16_MAX);
    *ret = first;
    return OK;
}

static errcode
check_limits(const struct snapshot_builder *builder, struct err *err)
{
    if (builder->families.count >= ENTRY_MORE)
        return err_set(err, ERR_LIMIT, "%zu families; a snapshot holds at most %d",
                       builder->families.count, ENTRY_MORE - 1);
    if (builder->v4.count > INT32_MAX || builder->v6.count > INT32_MAX)
        return err_set(err, ERR_LIMIT, "more than 2^31 sightings");
    return OK;
}

static void
pack_meta(struct packing *p, const struct snapshot_meta *meta)
{
    p->meta = (struct snapshot_meta_record){
        .built = meta->built,
        .generation = meta->generation,
        .sightings = p->sightings,
        .as_of = meta->as_of,
        .epoch = p->epoch,
        .window_days = meta->window_days,
        .flags = meta->demonstration ? SNAPSHOT_FLAG_DEMONSTRATION : 0,
    };
}

#define CHUNK(id, array, count)                                                                    \
    ((struct chunk){CHUNK_ID(id), {(const char *)(array), (count) * sizeof *(array)}})

static errcode
write_chunks(const struct packing *p, const struct snapshot_builder *builder,
             const struct network_map *networks, const char *path, struct err *err)
{
    const struct chunk own[] = {
        CHUNK("META", &p->meta, 1),
        CHUNK("FAMR", p->families, builder->families.count),
        CHUNK("FAMT", builder->text.p, builder->text.n),
        CHUNK("L4DR", p->dir4, p->dir4 ? DIR4_COUNT : 0),
        CHUNK("L4BK", p->blocks4, p->block_count * BLOCK4_COUNT),
        CHUNK("L4BM", p->bits4, p->block_count * BLOCK4_COUNT),
        CHUNK("L4LO", p->low4, p->count4),
        CHUNK("L4EN", p->entries4, p->count4),
        CHUNK("L6DR", p->dir6, p->dir6_count),
        CHUNK("L6KY", p->keys6, p->count6),
        CHUNK("L6EN", p->entries6, p->count6),
        CHUNK("MORE", p->more, p->more_count),
    };
    enum { OWN = sizeof own / sizeof own[0] };
    struct chunk chunks[OWN + NETWORK_CHUNKS];
    memcpy(chunks, own, sizeof own);
    network_map_chunks(networks, chunks + OWN);
    return chunk_file_write(path, SNAPSHOT_MAGIC, chunks, OWN + NETWORK_CHUNKS, err);
}

static errcode
pack_and_write(struct snapshot_builder *builder, const struct network_map *networks,
               const char *path, struct err *err)
{
    struct packing p = {0};
    errcode code = check_limits(builder, err);
    if (code == OK)
        code = find_epoch(builder, &p.epoch, err);
    if (code != OK)
        return code;
    pack4(&p, &builder->v4);
    pack6(&p, &builder->v6);
    pack_families(&p, builder);
    pack_meta(&p, &builder->meta);
    code = write_chunks(&p, builder, networks, path, err);
    packing_clear(&p);
    return code;
}

errcode
snapshot_builder_write(struct snapshot_builder *builder, const char *path, struct err *err)
{
    if (builder->networks)
        return pack_and_write(builder, builder->networks, path, err);
    struct networks *registry = networks_new();
    struct network_map *empty = NULL;
    errcode code = network_map_new(registry, builder->meta.as_of, &empty, err);
    if (code == OK)
        code = pack_and_write(builder, empty, path, err);
    network_map_free(empty);
    networks_free(registry);
    return code;
}
