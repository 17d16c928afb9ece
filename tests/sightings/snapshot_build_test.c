/* SPDX-License-Identifier: Apache-2.0 */
/* From sets to a snapshot: first and last day and number of days of each address against a table
 * that is filled one sighting at a time. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"
#include "sightings/sets_internal.h"

#include <stdio.h>
#include <sys/wait.h>

enum { DAYS = 40, HISTORY = 30, FAMILIES = 3, SOURCES = 2, V4 = 600, V6 = 60, ADDRS = V4 + V6 };

static char work[64];
static day today;
static const char *const families[FAMILIES] = {"mirai", "andromeda", "open-redis"};
static const enum event_class classes[FAMILIES] = {CLASS_INFECTED_SYSTEM, CLASS_INFECTED_SYSTEM,
                                                   CLASS_VULNERABLE_SYSTEM};
static bool seen[FAMILIES][ADDRS][DAYS];

/* Addresses at the edges of blocks of 65,536 and far from each other. */
static ip
addr_of(unsigned i)
{
    static const uint32_t blocks[] = {0x00000000, 0x0b57fff0, 0x0b5800f0, 0x71a0ff80, 0xfffffed4};
    if (i < V4)
        return ip_from_v4(blocks[i % 5] + i / 5);
    return (ip){.hi = UINT64_C(0x2001ee0000000000) + (uint64_t)(i - V4) * 0x10001, .version = 6};
}

static struct sightings *
open_folder(const char *name)
{
    char path[PATH_TEXT];
    struct err err;
    struct sightings *sightings = NULL;
    path_join(path, work, name, &err);
    if (!tap_no_err(sightings_open(path, true, &sightings, &err), &err, "open %s", name))
        exit(tap_done());
    return sightings;
}

static void
put_set(struct sightings *sightings, day on, enum event_class class, const char *family,
        const char *source, const struct ipset *set)
{
    uint64_t added = 0;
    struct set_key key = {
        .day = on, .class = class, .family = str_of(family), .source = str_of(source)};
    require(set_merge(sightings, SETS_LIVE, &key, set, &added, NULL) == OK);
}

static void
fill(struct sightings *sightings)
{
    struct rng rng = {7};
    require(store_begin(sightings->store, NULL) == OK);
    for (int d = 0; d < DAYS; d++)
        for (int f = 0; f < FAMILIES; f++)
            for (int s = 0; s < SOURCES; s++) {
                if (rng_below(&rng, 5) == 0)
                    continue; /* a source that is silent that day */
                cleanup(cleanup_ipset) struct ipset *set = ipset_new();
                for (unsigned i = 0; i < ADDRS; i++)
                    if (rng_below(&rng, 12 + i % 40) == 0) {
                        ipset_add(set, addr_of(i));
                        seen[f][i][d] = true;
                    }
                put_set(sightings, today - DAYS + 1 + d, classes[f], families[f], s ? "one" : "two",
                        set);
            }
    /* A routing blocklist and an event without a class are counted, but not looked up. */
    cleanup(cleanup_ipset) struct ipset *wide = ipset_new();
    ipset_add_range4(wide, 0x0b000000, 0x0bffffff);
    put_set(sightings, today, CLASS_BLACKLIST, "drop", "one", wide);
    require(generation_grow(sightings, NULL) == OK);
    require(store_commit(sightings->store, NULL) == OK);
}

static bool
answer_is_right(const struct snapshot_answer *answer, unsigned i)
{
    size_t want = 0;
    for (int f = 0; f < FAMILIES; f++) {
        day first = DAY_NONE, last = DAY_NONE;
        uint32_t days = 0;
        for (int d = DAYS - 1 - HISTORY; d < DAYS; d++)
            if (seen[f][i][d]) {
                last = today - DAYS + 1 + d;
                first = days++ ? first : last;
            }
        if (days == 0)
            continue;
        want++;
        bool found = false;
        for (size_t k = 0; k < answer->count; k++) {
            const struct snapshot_sighting *s = &answer->sightings[k];
            found = found || (str_eq(s->family, str_of(families[f])) && s->class == classes[f] &&
                              s->first == first && s->last == last && s->days == days);
        }
        if (!found)
            return false;
    }
    return answer->count == want;
}

static void
test_days(void)
{
    struct sightings *sightings = open_folder("days");
    fill(sightings);
    struct snapshot_plan plan = {.window_days = 14, .history_days = HISTORY};
    char path[PATH_TEXT];
    struct err err;
    if (!tap_no_err(sightings_snapshot_build(sightings, &plan, path, sizeof path, &err), &err,
                    "build"))
        return;
    struct snapshot *snapshot = NULL;
    if (!tap_no_err(snapshot_open(path, SNAPSHOT_RIGHT, &snapshot, &err), &err,
                    "open what was built"))
        return;
    unsigned right = 0, listed = 0;
    for (unsigned i = 0; i < ADDRS; i++) {
        struct snapshot_answer answer;
        snapshot_lookup(snapshot, addr_of(i), &answer);
        right += answer_is_right(&answer, i);
        listed += answer.count > 0;
    }
    tap_eq_i64(right, ADDRS, "first, last and days of each address and family");
    tap_ok(listed > ADDRS / 2, "most are listed: %u of %d", listed, ADDRS);
    struct snapshot_answer answer;
    snapshot_lookup(snapshot, ip_from_v4(0x0b800001), &answer);
    tap_eq_i64(answer.count, 0, "an address of a wide blocklist is not listed");
    const struct snapshot_meta *meta = snapshot_meta(snapshot);
    tap_eq_i64(meta->as_of, today, "as of the newest day");
    tap_eq_i64(meta->window_days, 14, "the window");
    tap_eq_i64(meta->generation, 1, "the generation");
    tap_ok(!meta->demonstration, "no demonstration");
    snapshot_unref(snapshot);
    sightings_close(sightings);
}

static void
test_nothing(void)
{
    struct sightings *sightings = open_folder("nothing");
    struct snapshot_plan plan = {.window_days = 30, .history_days = 90, .demonstration = true};
    char path[PATH_TEXT], small[4] = "abc";
    struct err err;
    struct snapshot *snapshot = NULL;
    tap_no_err(sightings_snapshot_build(sightings, &plan, path, sizeof path, &err), &err,
               "without data");
    tap_no_err(snapshot_open(path, SNAPSHOT_RIGHT, &snapshot, &err), &err, "open");
    struct snapshot_answer answer;
    snapshot_lookup(snapshot, ip_from_v4(0x01020304), &answer);
    tap_eq_i64(answer.count, 0, "nothing is listed");
    tap_eq_i64(snapshot_meta(snapshot)->as_of, DAY_NONE, "as of no day");
    tap_ok(snapshot_meta(snapshot)->demonstration, "a demonstration");
    snapshot_unref(snapshot);
    tap_eq_i64(sightings_snapshot_build(sightings, &plan, small, sizeof small, &err), ERR_LIMIT,
               "no room for the path");
    sightings_close(sightings);
}

/* One address in each of many families, in an order that is not theirs. */
static void
test_many_families(void)
{
    enum { MANY = 3000 };
    struct sightings *sightings = open_folder("many");
    require(store_begin(sightings->store, NULL) == OK);
    for (int on = 0; on < 2; on++)
        for (uint32_t i = 0; i < MANY; i++) {
            char name[16];
            uint32_t number = i * 1009 % MANY;
            snprintf(name, sizeof name, "family-%u", number);
            cleanup(cleanup_ipset) struct ipset *set = ipset_new();
            ipset_add(set, ip_from_v4(0x0a000000 + number));
            put_set(sightings, today - on, CLASS_INFECTED_SYSTEM, name, "one", set);
        }
    require(store_commit(sightings->store, NULL) == OK);
    struct snapshot_plan plan = {.window_days = 30, .history_days = 90};
    char path[PATH_TEXT];
    struct err err;
    struct snapshot *snapshot = NULL;
    tap_no_err(sightings_snapshot_build(sightings, &plan, path, sizeof path, &err), &err, "build");
    tap_no_err(snapshot_open(path, SNAPSHOT_RIGHT, &snapshot, &err), &err, "open");
    int right = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        char name[16];
        snprintf(name, sizeof name, "family-%u", i);
        struct snapshot_answer answer;
        snapshot_lookup(snapshot, ip_from_v4(0x0a000000 + i), &answer);
        right += answer.count == 1 && str_eq(answer.sightings[0].family, str_of(name)) &&
                 answer.sightings[0].days == 2;
    }
    tap_eq_i64(right, MANY, "each address in its family");
    tap_eq_i64(snapshot_counts(snapshot).families, MANY, "each family once");
    snapshot_unref(snapshot);
    sightings_close(sightings);
}

/* A flood of made-up names must not keep the real ones from being answered. */
static void
test_too_many_families(void)
{
    enum { FLOOD = 66000 };
    struct sightings *sightings = open_folder("flood");
    require(store_begin(sightings->store, NULL) == OK);
    cleanup(cleanup_ipset) struct ipset *one = ipset_new();
    ipset_add(one, ip_from_v4(0x0a000001));
    cleanup(cleanup_ipset) struct ipset *two = ipset_copy(one);
    ipset_add(two, ip_from_v4(0x0a000002));
    put_set(sightings, today, CLASS_INFECTED_SYSTEM, "zzz-real", "one", two);
    for (uint32_t i = 0; i < FLOOD; i++) {
        char name[16];
        snprintf(name, sizeof name, "flood-%u", i);
        put_set(sightings, today, CLASS_SCANNER, name, "two", one);
    }
    require(store_commit(sightings->store, NULL) == OK);
    struct snapshot_plan plan = {.window_days = 30, .history_days = 90};
    char path[PATH_TEXT];
    struct err err;
    struct snapshot *snapshot = NULL;
    if (tap_no_err(sightings_snapshot_build(sightings, &plan, path, sizeof path, &err), &err,
                   "build with more families than it can number") &&
        tap_no_err(snapshot_open(path, SNAPSHOT_SAFE, &snapshot, &err), &err, "open")) {
        struct snapshot_answer answer;
        snapshot_lookup(snapshot, ip_from_v4(0x0a000002), &answer);
        tap_ok(answer.count == 1 && str_eq(answer.sightings[0].family, STR("zzz-real")),
               "the larger family is listed");
    }
    snapshot_unref(snapshot);
    sightings_close(sightings);
}

/* Builders at the same time must not write over each other. */
static void
test_company(void)
{
    enum { BUILDERS = 4, KEPT = 3 };
    fflush(stdout);
    for (int i = 0; i < BUILDERS; i++)
        if (fork() == 0) {
            char folder[PATH_TEXT], path[PATH_TEXT];
            struct sightings *sightings;
            struct snapshot_plan plan = {.window_days = 30, .history_days = 90};
            path_join(folder, work, "many", NULL);
            if (sightings_open(folder, true, &sightings, NULL) != OK ||
                sightings_snapshot_build(sightings, &plan, path, sizeof path, NULL) != OK)
                _exit(1);
            sightings_close(sightings);
            _exit(0);
        }
    int failed = 0;
    for (int status; wait(&status) > 0;)
        failed += status != 0;
    tap_eq_i64(failed, 0, "%d builders at once", BUILDERS);
    char folder[PATH_TEXT], name[32];
    path_join(folder, work, "many/snapshot", NULL);
    int files = 0, newest = 0;
    for (int i = 1; i < 20; i++) {
        char path[PATH_TEXT];
        snprintf(name, sizeof name, "%d.snap", i);
        path_join(path, folder, name, NULL);
        if (file_exists(path)) {
            files++;
            newest = i;
        }
    }
    tap_eq_i64(newest, 1 + BUILDERS, "each got its own number");
    tap_eq_i64(files, KEPT, "the newest are kept");
}

int
main(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(work, sizeof work, "%s/build-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(work))
        return 1;
    setenv("KHIEN_NOW", "2026-09-01T08:00:00Z", 1);
    today = clock_today();
    test_days();
    test_nothing();
    test_many_families();
    test_too_many_families();
    test_company();
    return tap_done();
}
