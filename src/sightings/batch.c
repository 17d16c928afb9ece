/* SPDX-License-Identifier: Apache-2.0 */
/* The sets of one input. The common case is a few keys and millions of events, so a small cache
 * turns (time, class, name, source) into the key's slot, and an address is one append to the slot's
 * array; full arrays are radix-sorted into the Roaring bitmap. Memory stays near the size of the
 * sets, however sparse the addresses are. */
#include "sightings/batch.h"

#include "base/limits.h"
#include "base/require.h"

enum {
    CACHE_SLOTS = 1024,
    FRESH_FIRST = 64,
    FRESH_MOST = 1 << 16,
    PREFIX_SHORTEST4 = 8,  /* larger prefixes are no list of addresses any more */
    PREFIX_SHORTEST6 = 48, /* 65,536 /64s */
};

struct cached {
    uint64_t hash; /* of the event's class, name and source as the feed writes them */
    day day;
    struct batch_set *set;
};

struct batch {
    const struct families *families;
    const struct network_map *networks;
    usec received, latest;
    struct arena arena;
    struct batch_set **sets; /* open addressing by key, NULL = free */
    struct batch_set **list; /* in the order they came */
    size_t count, slots;
    struct batch_totals totals;
    uint64_t halves; /* that prefixes stood for */
    struct cached cache[CACHE_SLOTS];
};

struct batch *
batch_new(const struct families *families, const struct network_map *networks, usec received)
{
    struct batch *batch = mem_calloc(1, sizeof *batch);
    batch->families = families;
    /* Carrier-grade NAT space (RFC 6598) is in every map. A registry with nothing else attributes
     * nothing, so nothing is missing from it. */
    batch->networks = networks && network_map_count(networks) > 1 ? networks : NULL;
    batch->received = received;
    batch->latest = received + LIMIT_DAYS_AHEAD * USEC_PER_DAY;
    batch->slots = 64;
    batch->sets = mem_calloc(batch->slots, sizeof(void *));
    batch->list = mem_calloc(batch->slots, sizeof(void *));
    return batch;
}

void
batch_free(struct batch *batch)
{
    if (!batch)
        return;
    for (size_t i = 0; i < batch->count; i++) {
        ipset_free(batch->list[i]->set);
        free(batch->list[i]->fresh4);
        free(batch->list[i]->fresh6);
    }
    free(batch->sets);
    free(batch->list);
    arena_clear(&batch->arena);
    free(batch);
}

static uint64_t
key_hash(const struct set_key *key)
{
    uint64_t hash = str_hash(key->family) * 31 + str_hash(key->source);
    hash = (hash ^ (uint64_t)(uint32_t)key->day) * UINT64_C(0x9e3779b97f4a7c15);
    return (hash ^ (uint64_t)key->class) * UINT64_C(0xbf58476d1ce4e5b9);
}

static bool
key_eq(const struct set_key *a, const struct set_key *b)
{
    return a->day == b->day && a->class == b->class && str_eq(a->family, b->family) &&
           str_eq(a->source, b->source);
}

/* The slot that holds KEY, or the free one where it belongs. */
static size_t
slot_of(const struct batch *batch, const struct set_key *key)
{
    size_t at = key_hash(key) & (batch->slots - 1);
    while (batch->sets[at] && !key_eq(&batch->sets[at]->key, key))
        at = (at + 1) & (batch->slots - 1);
    return at;
}

static void
grow(struct batch *batch)
{
    batch->slots *= 2;
    free(batch->sets);
    batch->sets = mem_calloc(batch->slots, sizeof(void *));
    batch->list = mem_resize(batch->list, batch->slots, sizeof(void *));
    for (size_t i = 0; i < batch->count; i++)
        batch->sets[slot_of(batch, &batch->list[i]->key)] = batch->list[i];
}

static errcode
find_or_make(struct batch *batch, const struct set_key *key, struct batch_set **ret,
             struct err *err)
{
    size_t at = slot_of(batch, key);
    if (!batch->sets[at]) {
        if (batch->count >= LIMIT_SET_KEYS)
            return err_set(err, ERR_LIMIT,
                           "the input has more than %d different (day, class, family, source)",
                           LIMIT_SET_KEYS);
        if (batch->count * 2 >= batch->slots) {
            grow(batch);
            at = slot_of(batch, key);
        }
        struct batch_set *set = arena_alloc(&batch->arena, sizeof *set);
        set->key = *key;
        set->key.family = arena_str(&batch->arena, key->family);
        set->key.source = arena_str(&batch->arena, key->source);
        set->set = ipset_new();
        batch->sets[at] = set;
        batch->list[batch->count++] = set;
    }
    *ret = batch->sets[at];
    return OK;
}

/* Cut between characters. */
static str
at_most(str s, size_t most)
{
    if (s.n <= most)
        return s;
    while (most > 0 && ((unsigned char)s.p[most] & 0xc0) == 0x80)
        most--;
    return (str){s.p, most};
}

/* The family of the set: the malware's canonical name, or its name as it came (unknown names are
 * kept), or for classes without malware the identifier ("open-redis"). */
static str
family_of(const struct batch *batch, const struct event *event, bool *ret_unknown)
{
    *ret_unknown = false;
    str name = event->text[TEXT_MALWARE_NAME];
    if (name.n == 0) {
        str identifier = event->text[TEXT_IDENTIFIER];
        return identifier.n ? at_most(identifier, LIMIT_FAMILY_NAME) : STR("unknown");
    }
    const struct family *family = families_find(batch->families, name);
    if (family)
        return family->name;
    *ret_unknown = true;
    return at_most(name, LIMIT_FAMILY_NAME);
}

/* Feeds file some unpatched machines under infected-system with the taxonomy "vulnerable"; a set of
 * infected machines must not hold them. */
static enum event_class
class_of(const struct event *event)
{
    bool vulnerable = event->taxonomy && strcmp(event->taxonomy, "vulnerable") == 0;
    return vulnerable ? CLASS_VULNERABLE_SYSTEM : event->class;
}

static errcode
set_for(struct batch *batch, const struct event *event, day on, struct batch_set **ret,
        struct err *err)
{
    str name = event->text[TEXT_MALWARE_NAME];
    bool is_malware = name.n > 0; /* an identifier of the same text is another family */
    if (!is_malware)
        name = event->text[TEXT_IDENTIFIER];
    str source = event->text[TEXT_FEED_NAME];
    uint64_t hash =
        str_hash(name) * 31 + str_hash(source) * 7 + (uint64_t)class_of(event) * 2 + is_malware;
    struct cached *cached = &batch->cache[(hash ^ (uint64_t)(uint32_t)on) & (CACHE_SLOTS - 1)];
    if (cached->set && cached->hash == hash && cached->day == on) {
        *ret = cached->set;
        return OK;
    }
    bool unknown;
    struct set_key key = {
        .day = on,
        .class = class_of(event),
        .family = family_of(batch, event, &unknown),
        .source = at_most(source, LIMIT_SOURCE_NAME),
    };
    struct batch_set *set = NULL;
    errcode code = find_or_make(batch, &key, &set, err);
    if (code != OK)
        return code;
    set->unknown_name |= unknown;
    *cached = (struct cached){hash, on, set};
    *ret = set;
    return OK;
}

static void
flush4(struct batch_set *set)
{
    ipset_add_many4(set->set, set->fresh4, set->fresh4_count);
    set->fresh4_count = 0;
}

static void
add4(struct batch_set *set, uint32_t addr)
{
    if (set->fresh4_count == set->fresh4_room) {
        if (set->fresh4_room < FRESH_MOST) {
            set->fresh4_room = set->fresh4_room ? set->fresh4_room * 4 : FRESH_FIRST;
            set->fresh4 = mem_resize(set->fresh4, set->fresh4_room, sizeof *set->fresh4);
        } else {
            flush4(set);
        }
    }
    set->fresh4[set->fresh4_count++] = addr;
}

static void
flush6(struct batch_set *set)
{
    ipset_add_many6(set->set, set->fresh6, set->fresh6_count);
    set->fresh6_count = 0;
}

static void
add6(struct batch_set *set, uint64_t half)
{
    if (set->fresh6_count == set->fresh6_room) {
        /* Merging costs the whole set, so wait for as many as it has. */
        if (set->fresh6_room < FRESH_MOST || set->fresh6_room < ipset_count6(set->set)) {
            set->fresh6_room = set->fresh6_room ? set->fresh6_room * 4 : FRESH_FIRST;
            set->fresh6 = mem_resize(set->fresh6, set->fresh6_room, sizeof *set->fresh6);
        } else {
            flush6(set);
        }
    }
    set->fresh6[set->fresh6_count++] = half;
}

/* A listed prefix stands for all its addresses, unless it is too large to be a list. */
static errcode
add_prefix(struct batch *batch, struct batch_set *set, prefix p, struct err *err)
{
    ip last = prefix_last(p);
    if (p.bits < (p.addr.version == 4 ? PREFIX_SHORTEST4 : PREFIX_SHORTEST6)) {
        batch->totals.without_address++;
        return OK;
    }
    if (p.addr.version == 4) {
        ipset_add_range4(set->set, (uint32_t)p.addr.lo, (uint32_t)last.lo);
        return OK;
    }
    batch->halves += last.hi - p.addr.hi + 1;
    if (batch->halves > LIMIT_PREFIX6_NETS)
        return err_set(err, ERR_LIMIT, "its IPv6 prefixes stand for more than %d /64 networks",
                       LIMIT_PREFIX6_NETS);
    for (uint64_t i = 0; i <= last.hi - p.addr.hi; i++)
        add6(set, p.addr.hi + i);
    return OK;
}

static errcode
day_of_event(struct batch *batch, const struct event *event, day *ret, struct err *err)
{
    if (event->time == USEC_NONE) {
        batch->totals.undated = true;
        *ret = day_of(batch->received);
        return OK;
    }
    if (event->time > batch->latest)
        return err_set(err, ERR_FORMAT, "its time lies more than %d days after its receipt",
                       LIMIT_DAYS_AHEAD);
    if (event->time < 0)
        return err_set(err, ERR_FORMAT, "its time lies before 1970");
    *ret = day_of(event->time);
    return OK;
}

errcode
batch_add(struct batch *batch, const struct event *event, struct err *err)
{
    day on = DAY_NONE;
    errcode code = day_of_event(batch, event, &on, err);
    if (code != OK)
        return code;
    bool has_prefix = event->source_ip.version == 0 && event->source_network.addr.version != 0;
    if (event->class == CLASS_NONE || (event->source_ip.version == 0 && !has_prefix)) {
        batch->totals.events++;
        batch->totals.without_address++;
        return OK;
    }
    struct batch_set *set = NULL;
    code = set_for(batch, event, on, &set, err);
    if (code != OK)
        return code;
    batch->totals.events++;
    set->events++;
    if (has_prefix)
        return add_prefix(batch, set, event->source_network, err);
    if (event->source_ip.version == 4)
        add4(set, (uint32_t)event->source_ip.lo);
    else
        add6(set, event->source_ip.hi);
    if (batch->networks && network_map_find(batch->networks, event->source_ip) == 0)
        batch->totals.unattributed++;
    return OK;
}

void
batch_finish(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        flush4(batch->list[i]);
        flush6(batch->list[i]);
    }
}

size_t
batch_count(const struct batch *batch)
{
    return batch->count;
}

struct batch_set *
batch_get(struct batch *batch, size_t at)
{
    return batch->list[at];
}

struct batch_totals
batch_totals(const struct batch *batch)
{
    return batch->totals;
}
