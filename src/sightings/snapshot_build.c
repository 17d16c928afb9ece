/* SPDX-License-Identifier: Apache-2.0 */
/* From stored sets to a snapshot. For one family the sets of all days are walked side by side, one
 * block of 65,536 addresses at a time, so that first and last day and the number of days of each
 * address are found in memory of fixed size. */
#include "sightings/sets_internal.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "sightings/lock.h"

enum {
    BLOCK = 1 << 16,
    WALK_STEP = 1024,
    /* A larger set is a listing of whole networks (a routing blocklist), not of machines; it would
     * tell a citizen nothing about the own connection, so it is counted but not looked up. */
    LISTED_MOST = 4000000,
    /* A snapshot numbers its families with 16 bits. Real data have hundreds; of a flood of made-up
     * names the largest are listed, so that one hostile feed cannot stop the others' answers. */
    FAMILIES_MOST = 65000,
};

struct pair {
    enum event_class class;
    char family[128];
    uint64_t members;
};

/* Distinct once they are settled; repeats among the newest wait for the next time. */
struct pairs {
    struct pair *list;
    size_t count, room;
};

static int
pair_compare(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->class != y->class)
        return x->class < y->class ? -1 : 1;
    return strcmp(x->family, y->family);
}

static void
pairs_settle(struct pairs *pairs)
{
    if (pairs->count == 0)
        return;
    qsort(pairs->list, pairs->count, sizeof *pairs->list, pair_compare);
    size_t kept = 1;
    for (size_t i = 1; i < pairs->count; i++)
        if (pair_compare(&pairs->list[kept - 1], &pairs->list[i]) != 0)
            pairs->list[kept++] = pairs->list[i];
        else
            pairs->list[kept - 1].members += pairs->list[i].members;
    pairs->count = kept;
}

static int
most_members(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->members != y->members)
        return x->members < y->members ? 1 : -1;
    return pair_compare(a, b);
}

static void
pairs_cut(struct pairs *pairs)
{
    pairs_settle(pairs);
    if (pairs->count <= FAMILIES_MOST)
        return;
    qsort(pairs->list, pairs->count, sizeof *pairs->list, most_members);
    pairs->count = FAMILIES_MOST;
}

static errcode
note_pair(void *context, const struct set_key *key, struct err *err)
{
    (void)err;
    struct pairs *pairs = context;
    if (key->class == CLASS_NONE || key->members > LISTED_MOST)
        return OK;
    if (pairs->count == pairs->room) {
        pairs_settle(pairs);
        if (pairs->count * 2 >= pairs->room) {
            pairs->room = pairs->room ? pairs->room * 2 : 64;
            pairs->list = mem_resize(pairs->list, pairs->room, sizeof *pairs->list);
        }
    }
    struct pair *pair = &pairs->list[pairs->count];
    *pair = (struct pair){.class = key->class, .members = key->members};
    if (str_copy(key->family, pair->family, sizeof pair->family))
        pairs->count++;
    return OK;
}

/* One day's set and how far its walk has come. */
struct day_walk {
    day day;
    struct ipset *set;
    struct ipset_walk *walk;
    size_t count, at;
    uint32_t step[WALK_STEP];
};

struct family_days {
    struct day_walk **days; /* ascending */
    size_t count, room;
};

static errcode
note_day(void *context, const struct set_key *key, const struct ipset *set, struct err *err)
{
    (void)err;
    struct family_days *all = context;
    if (key->members > LISTED_MOST)
        return OK;
    if (all->count > 0 && all->days[all->count - 1]->day == key->day) {
        ipset_or(all->days[all->count - 1]->set, set);
        return OK;
    }
    if (all->count == all->room) {
        all->room = all->room ? all->room * 2 : 64;
        all->days = mem_resize(all->days, all->room, sizeof *all->days);
    }
    struct day_walk *walk = mem_calloc(1, sizeof *walk);
    walk->day = key->day;
    walk->set = ipset_copy(set);
    all->days[all->count++] = walk;
    return OK;
}

static void
family_days_clear(struct family_days *all)
{
    for (size_t i = 0; i < all->count; i++) {
        ipset_walk_free(all->days[i]->walk);
        ipset_free(all->days[i]->set);
        free(all->days[i]);
    }
    free(all->days);
}

/* The walk's next address without taking it; false at the end. */
static bool
peek(struct day_walk *walk, uint32_t *ret)
{
    if (walk->at == walk->count) {
        walk->count = ipset_walk_next4(walk->walk, walk->step, WALK_STEP);
        walk->at = 0;
        if (walk->count == 0)
            return false;
    }
    *ret = walk->step[walk->at];
    return true;
}

/* What is known of each address of the current block; days == 0: not seen. */
struct seen {
    day first, last;
    uint32_t days;
};

struct build {
    struct snapshot_builder *builder;
    uint32_t family;
    struct seen *block;
};

static void
add_seen(struct build *build, ip addr, const struct seen *seen)
{
    snapshot_builder_add(build->builder, addr, build->family, seen->first, seen->last, seen->days);
}

static void
note_seen(struct seen *seen, day on)
{
    if (seen->days == 0)
        seen->first = on;
    seen->last = on;
    seen->days++;
}

/* The lowest block that any walk still has. */
static bool
next_block(struct family_days *all, uint32_t *ret)
{
    bool any = false;
    for (size_t i = 0; i < all->count; i++) {
        uint32_t addr;
        if (peek(all->days[i], &addr) && (!any || addr >> 16 < *ret)) {
            *ret = addr >> 16;
            any = true;
        }
    }
    return any;
}

static void
add_family4(struct build *build, struct family_days *all)
{
    uint32_t block = 0;
    for (size_t i = 0; i < all->count; i++)
        all->days[i]->walk = ipset_walk_new(all->days[i]->set);
    while (next_block(all, &block)) {
        memset(build->block, 0, BLOCK * sizeof *build->block);
        for (size_t i = 0; i < all->count; i++) {
            uint32_t addr;
            for (; peek(all->days[i], &addr) && addr >> 16 == block; all->days[i]->at++)
                note_seen(&build->block[addr & 0xffff], all->days[i]->day);
        }
        for (uint32_t low = 0; low < BLOCK; low++)
            if (build->block[low].days)
                add_seen(build, ip_from_v4(block << 16 | low), &build->block[low]);
    }
}

/* Each day's /64s beside those of the union; both are sorted. */
static void
add_family6(struct build *build, const struct family_days *all)
{
    cleanup(cleanup_ipset) struct ipset *total = ipset_new();
    size_t count, n;
    for (size_t i = 0; i < all->count; i++) {
        const uint64_t *day_halves = ipset_list6(all->days[i]->set, &n);
        cleanup(cleanup_free) uint64_t *copy = mem_alloc(n * sizeof *copy);
        if (n)
            memcpy(copy, day_halves, n * sizeof *copy);
        ipset_add_many6(total, copy, n);
    }
    const uint64_t *halves = ipset_list6(total, &count);
    cleanup(cleanup_free) struct seen *seen = mem_calloc(count, sizeof *seen);
    for (size_t i = 0; i < all->count; i++) {
        const uint64_t *day_halves = ipset_list6(all->days[i]->set, &n);
        for (size_t j = 0, at = 0; j < n; j++) {
            while (halves[at] < day_halves[j])
                at++;
            note_seen(&seen[at], all->days[i]->day);
        }
    }
    for (size_t i = 0; i < count; i++)
        add_seen(build, (ip){.hi = halves[i], .version = 6}, &seen[i]);
}

static errcode
add_pairs(struct sightings *sightings, const struct pairs *pairs, day from,
          struct snapshot_builder *builder, struct err *err)
{
    struct build build = {.builder = builder};
    build.block = mem_calloc(BLOCK, sizeof *build.block);
    errcode code = OK;
    for (size_t i = 0; code == OK && i < pairs->count; i++) {
        struct family_days all = {NULL, 0, 0};
        struct set_query query = SET_QUERY_ALL;
        query.from = from;
        query.class = pairs->list[i].class;
        query.family = str_of(pairs->list[i].family);
        code = sightings_each(sightings, &query, note_day, &all, err);
        if (code == OK) {
            build.family = snapshot_builder_family(builder, query.family, query.class);
            add_family4(&build, &all);
            add_family6(&build, &all);
        }
        family_days_clear(&all);
    }
    free(build.block);
    return code;
}

static errcode
add_sets(struct sightings *sightings, const struct snapshot_plan *plan,
         struct snapshot_builder *builder, struct err *err)
{
    struct set_query query = SET_QUERY_ALL;
    day first, last;
    uint64_t generation;
    /* Before all else: what comes in meanwhile makes the next generation, and the next snapshot. */
    errcode code = sightings_generation(sightings, &generation, err);
    if (code == OK)
        code = sightings_days(sightings, &query, &first, &last, err);
    if (code != OK)
        return code;
    struct snapshot_meta meta = {
        .as_of = last,
        .built = clock_now(),
        .window_days = plan->window_days,
        .demonstration = plan->demonstration,
        .generation = generation,
    };
    snapshot_builder_meta(builder, &meta);
    query.from = clock_today() - (day)plan->history_days;
    struct pairs pairs = {NULL, 0, 0};
    code = sightings_each_key(sightings, &query, note_pair, &pairs, err);
    pairs_cut(&pairs);
    if (code == OK)
        code = add_pairs(sightings, &pairs, query.from, builder, err);
    free(pairs.list);
    return code;
}

static errcode
write_next(const char *folder, struct snapshot_builder *builder, char *ret_path, size_t path_size,
           struct err *err)
{
    char path[PATH_TEXT];
    enum { KEEP = 3 };
    errcode code = folder_make(folder, err);
    if (code == OK)
        code = snapshot_next_path(folder, path, sizeof path, err);
    if (code == OK)
        code = snapshot_builder_write(builder, path, err);
    if (code == OK)
        code = snapshot_remove_old(folder, KEEP, err);
    if (code == OK && !str_copy(str_of(path), ret_path, path_size))
        code = err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return code;
}

errcode
sightings_snapshot_build(struct sightings *sightings, const struct snapshot_plan *plan,
                         char *ret_path, size_t path_size, struct err *err)
{
    char registry[PATH_TEXT], folder[PATH_TEXT];
    errcode code = path_join(registry, sightings->folder, "networks", err);
    if (code == OK)
        code = path_join(folder, sightings->folder, "snapshot", err);
    if (code != OK)
        return code;
    cleanup(cleanup_close) int lock = -1;
    code = lock_take(sightings->folder, "snapshot.lock", LOCK_ALONE, &lock, err);
    if (code != OK)
        return code;
    struct networks *networks = networks_new();
    struct network_map *map = NULL;
    struct snapshot_builder *builder = snapshot_builder_new();
    code = networks_load(networks, registry, err);
    if (code == OK)
        code = network_map_new(networks, clock_today(), &map, err);
    if (code == OK) {
        snapshot_builder_networks(builder, map);
        code = add_sets(sightings, plan, builder, err);
    }
    if (code == OK)
        code = write_next(folder, builder, ret_path, path_size, err);
    snapshot_builder_free(builder);
    network_map_free(map);
    networks_free(networks);
    return code;
}
