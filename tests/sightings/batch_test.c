/* SPDX-License-Identifier: Apache-2.0 */
/* The sets of one input in memory: keys, names, days, prefixes, caps; random events against a list
 * that is sorted. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"
#include "sightings/batch.h"

#include <stdio.h>

static const struct families *families;
static usec received;

static struct event
event_at(const char *time, const char *addr)
{
    struct event event;
    event_init(&event);
    event.class = CLASS_INFECTED_SYSTEM;
    event.text[TEXT_FEED_NAME] = STR("feed");
    if (time)
        require(time_parse(str_of(time), &event.time));
    if (addr && strchr(addr, '/'))
        require(prefix_parse(str_of(addr), true, &event.source_network));
    else if (addr)
        require(ip_parse(str_of(addr), &event.source_ip));
    return event;
}

static struct event
named(const char *malware, const char *identifier)
{
    struct event event = event_at("2026-08-30 10:00:00", "192.0.2.1");
    event.text[TEXT_MALWARE_NAME] = str_of(malware);
    event.text[TEXT_IDENTIFIER] = str_of(identifier);
    return event;
}

static errcode
add(struct batch *batch, struct event event)
{
    struct err err;
    errcode code = batch_add(batch, &event, &err);
    if (code != OK)
        tap_note("%s", err.text);
    return code;
}

static const struct batch_set *
find(struct batch *batch, const char *family)
{
    for (size_t i = 0; i < batch_count(batch); i++)
        if (str_eq(batch_get(batch, i)->key.family, str_of(family)))
            return batch_get(batch, i);
    return NULL;
}

static void
test_names(void)
{
    struct batch *batch = batch_new(families, NULL, received);
    add(batch, named("Avalanche-Andromeda", NULL));
    add(batch, named("gamarue", NULL));
    add(batch, named("never heard of", NULL));
    add(batch, named(NULL, "open-redis"));
    add(batch, named(NULL, NULL));
    tap_eq_i64(batch_count(batch), 4, "two names of one family are one key");
    const struct batch_set *set = find(batch, "andromeda");
    tap_ok(set && set->events == 2 && !set->unknown_name, "the canonical one");
    set = find(batch, "never heard of");
    tap_ok(set && set->unknown_name, "an unknown name is kept and marked");
    set = find(batch, "open-redis");
    tap_ok(set && !set->unknown_name, "without malware the identifier is the family");
    tap_ok(find(batch, "unknown") != NULL, "without both it is unknown");
    batch_free(batch);
}

/* The same word as a malware's name and as an identifier, in both orders. */
static void
test_name_and_identifier(void)
{
    for (int i = 0; i < 2; i++) {
        struct batch *batch = batch_new(families, NULL, received);
        add(batch, i ? named("gamarue", NULL) : named(NULL, "gamarue"));
        add(batch, i ? named(NULL, "gamarue") : named("gamarue", NULL));
        const struct batch_set *family = find(batch, "andromeda");
        const struct batch_set *identifier = find(batch, "gamarue");
        tap_ok(family && identifier && family->events == 1 && identifier->events == 1,
               "a name and an identifier of the same text are two keys");
        add(batch, i ? named("xyz", NULL) : named(NULL, "xyz"));
        add(batch, i ? named(NULL, "xyz") : named("xyz", NULL));
        const struct batch_set *unknown = find(batch, "xyz");
        tap_ok(unknown && unknown->unknown_name, "an unknown name is marked in either order");
        batch_free(batch);
    }
}

static void
test_long_names(void)
{
    char name[400];
    struct batch *batch = batch_new(families, NULL, received);
    for (size_t at = 0; at < 4; at++) {
        memset(name, 'a', at);
        for (size_t i = at; i + 3 < sizeof name; i += 3)
            memcpy(name + i, "\xe1\xbb\x87", 4);
        add(batch, named(name, NULL));
    }
    bool whole = batch_count(batch) == 4, fits = true;
    for (size_t i = 0; i < batch_count(batch); i++) {
        whole = whole && str_is_utf8(batch_get(batch, i)->key.family);
        fits = fits && batch_get(batch, i)->key.family.n <= LIMIT_FAMILY_NAME;
    }
    tap_ok(fits, "a long name is cut");
    tap_ok(whole, "between characters");
    batch_free(batch);
}

static void
test_times(void)
{
    struct batch *batch = batch_new(families, NULL, received);
    tap_eq_i64(add(batch, event_at("2026-09-03 08:00:00", "192.0.2.1")), OK, "two days ahead");
    tap_eq_i64(add(batch, event_at("2026-09-03 08:00:01", "192.0.2.1")), ERR_FORMAT, "more");
    tap_eq_i64(add(batch, event_at("1970-01-01 00:00:00+07:00", "192.0.2.1")), ERR_FORMAT,
               "before 1970");
    tap_eq_i64(add(batch, event_at("1999-12-31 23:59:59", "192.0.2.1")), OK, "long ago");
    tap_ok(!batch_totals(batch).undated, "all were dated");
    tap_eq_i64(add(batch, event_at(NULL, "192.0.2.1")), OK, "without a time");
    tap_ok(batch_totals(batch).undated, "is noted");
    tap_eq_i64(batch_count(batch), 3, "three days");
    tap_eq_i64(batch_get(batch, 2)->key.day, day_of(received), "the day of receipt is its day");
    tap_eq_i64(batch_totals(batch).events, 3, "what was refused is not counted");
    batch_free(batch);
}

static void
test_prefixes(void)
{
    struct batch *batch = batch_new(families, NULL, received);
    static const struct {
        const char *prefix;
        uint64_t members;
    } cases[] = {
        {"192.0.2.0/24", 256},
        {"192.0.2.128/25", 256},
        {"198.51.100.7/32", 257},
        {"0.0.0.0/0", 257},
        {"255.255.255.255/32", 258},
        {"10.0.0.0/8", 258 + (1 << 24)},
        {"2001:db8::/56", 258 + (1 << 24) + 256},
        {"2001:db8::/64", 258 + (1 << 24) + 256},
        {"2001:db8::1/128", 258 + (1 << 24) + 256},
        {"2001:db8::/32", 258 + (1 << 24) + 256},
        {"ffff:ffff:ffff:ffff::/64", 258 + (1 << 24) + 257},
        {"2001:db9::/48", 258 + (1 << 24) + 257 + 65536},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        add(batch, event_at("2026-08-30", cases[i].prefix));
        batch_finish(batch);
        tap_eq_i64(ipset_count(batch_get(batch, 0)->set), cases[i].members, "with %s",
                   cases[i].prefix);
    }
    tap_eq_i64(batch_totals(batch).without_address, 2, "two were too large to be a list");
    add(batch, event_at("2026-08-30", NULL));
    struct event classless = event_at("2026-08-30", "192.0.2.1");
    classless.class = CLASS_NONE;
    add(batch, classless);
    tap_eq_i64(batch_totals(batch).without_address, 4, "no address; no class");
    tap_eq_i64(batch_count(batch), 1, "make no set");
    batch_free(batch);
}

static void
test_caps(void)
{
    struct batch *batch = batch_new(families, NULL, received);
    struct event event = event_at("2026-08-30", "192.0.2.1");
    struct err err;
    char name[16];
    errcode code = OK;
    size_t keys = 0;
    for (; code == OK && keys <= LIMIT_SET_KEYS; keys++) {
        snprintf(name, sizeof name, "f%zu", keys);
        event.text[TEXT_MALWARE_NAME] = str_of(name);
        code = batch_add(batch, &event, &err);
    }
    tap_ok(code == ERR_LIMIT && keys == LIMIT_SET_KEYS + 1, "too many keys: %s", err.text);
    tap_eq_i64(batch_add(batch, &event, &err), ERR_LIMIT, "and again");
    batch_free(batch);

    batch = batch_new(families, NULL, received);
    event = event_at("2026-08-30", "2001:db8::/48");
    code = OK;
    for (keys = 0; code == OK && keys < 4096; keys++) {
        event.source_network.addr.hi = UINT64_C(0x2001) << 48 | keys << 16;
        code = batch_add(batch, &event, &err);
    }
    tap_eq_i64(code, ERR_LIMIT, "IPv6 prefixes that would fill the memory: %s", err.text);
    batch_free(batch);
}

/* A member under its key, as the oracle lists it. */
struct row {
    day day;
    enum event_class class;
    str family, source;
    uint8_t version;
    uint64_t member;
};

static int
row_compare(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = str_compare(x->family, y->family);
    if (order == 0)
        order = str_compare(x->source, y->source);
    if (order == 0)
        order = (x->day > y->day) - (x->day < y->day);
    if (order == 0)
        order = (x->class > y->class) - (x->class < y->class);
    if (order == 0)
        order = (x->version > y->version) - (x->version < y->version);
    return order ? order : (x->member > y->member) - (x->member < y->member);
}

static size_t
sort_rows(struct row *rows, size_t count)
{
    qsort(rows, count, sizeof *rows, row_compare);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || row_compare(&rows[kept - 1], &rows[i]) != 0)
            rows[kept++] = rows[i];
    return kept;
}

static size_t
rows_of_set(const struct batch_set *set, struct row *out)
{
    struct row row = {set->key.day, set->key.class, set->key.family, set->key.source, 4, 0};
    size_t n = 0, count6;
    struct ipset_walk *walk = ipset_walk_new(set->set);
    for (uint32_t addr; ipset_walk_next4(walk, &addr, 1) == 1; n++) {
        row.member = addr;
        out[n] = row;
    }
    ipset_walk_free(walk);
    const uint64_t *halves = ipset_list6(set->set, &count6);
    row.version = 6;
    for (size_t i = 0; i < count6; i++) {
        row.member = halves[i];
        out[n++] = row;
    }
    return n;
}

/* More keys than the cache has places. */
static void
test_random(uint64_t seed)
{
    enum { EVENTS = 60000, NAMES = 400 };
    static char names[NAMES][24];
    static const char *const sources[] = {"alpha", "beta", "alpha beta", "gamma"};
    static const char *const known[] = {"gamarue", "ANDROMEDA", "b66", "Iot-Mirai", "mirai"};
    struct rng rng = {seed};
    for (int i = 0; i < NAMES; i++)
        if (i % 8)
            snprintf(names[i], sizeof names[i], "name-%d", i);
        else
            snprintf(names[i], sizeof names[i], "%s", known[i / 8 % 5]);
    struct row *want = mem_calloc(EVENTS, sizeof *want), *got = mem_calloc(EVENTS, sizeof *got);
    struct batch *batch = batch_new(families, NULL, received);
    for (size_t i = 0; i < EVENTS; i++) {
        struct event event = event_at(NULL, NULL);
        str name = str_of(names[rng_below(&rng, NAMES)]);
        bool malware = rng_below(&rng, 2);
        const struct family *family = malware ? families_find(families, name) : NULL;
        struct row *row = &want[i];
        row->day = day_of(received) - (day)rng_below(&rng, 40);
        row->class = rng_below(&rng, 2) ? CLASS_INFECTED_SYSTEM : CLASS_SCANNER;
        row->family = family ? family->name : name;
        row->source = str_of(sources[rng_below(&rng, 4)]);
        row->version = rng_below(&rng, 4) ? 4 : 6;
        row->member = row->version == 4 ? UINT32_C(0x0a00ff00) + rng_below(&rng, 512)
                                        : UINT64_C(0x20010db800000000) + rng_below(&rng, 64);
        event.time = day_start(row->day) + (usec)rng_below(&rng, 86400) * USEC_PER_SECOND;
        event.class = row->class;
        event.text[malware ? TEXT_MALWARE_NAME : TEXT_IDENTIFIER] = name;
        event.text[TEXT_FEED_NAME] = row->source;
        event.source_ip = row->version == 4 ? ip_from_v4((uint32_t)row->member)
                                            : (ip){row->member, rng_next(&rng), 6};
        require(batch_add(batch, &event, NULL) == OK);
    }
    batch_finish(batch);
    uint64_t events = 0;
    size_t want_count = sort_rows(want, EVENTS), got_count = 0;
    for (size_t i = 0; i < batch_count(batch); i++) {
        require(got_count + ipset_count(batch_get(batch, i)->set) <= EVENTS);
        got_count += rows_of_set(batch_get(batch, i), got + got_count);
        events += batch_get(batch, i)->events;
    }
    bool equal = sort_rows(got, got_count) == got_count && got_count == want_count;
    for (size_t i = 0; equal && i < want_count; i++)
        equal = row_compare(&want[i], &got[i]) == 0;
    tap_ok(equal, "%d random events are in %zu sets as in a sorted list", EVENTS,
           batch_count(batch));
    tap_eq_i64(events, EVENTS, "each is counted");
    batch_free(batch);
    free(want);
    free(got);
}

int
main(void)
{
    struct families *table;
    if (families_new("families.tsv", STR(""), &table, NULL) != OK)
        return 1;
    families = table;
    time_parse(STR("2026-09-01T08:00:00Z"), &received);
    test_names();
    test_name_and_identifier();
    test_long_names();
    test_times();
    test_prefixes();
    test_caps();
    test_random(1);
    test_random(2);
    families_free(table);
    return tap_done();
}
