/* SPDX-License-Identifier: Apache-2.0 */
/* figures_bench VAR-FOLDER [DAYS]: the public figures of DAYS (60) days × 10 families of 250,000
 * addresses each out of a pool of 2 M, drawn anew every day, which is more change than a country
 * has: built afresh, and once more with one new day. Both must give the same bytes. */
#include "bench.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/rng.h"
#include "sightings/sets_internal.h"
#include "sightings/sightings.h"

#include <sys/resource.h>

enum { FAMILIES = 10, POOL = 2000000, PER_SET = 250000, BLOCKS = 256 };

struct world {
    struct sightings *sightings;
    struct networks *networks;
    uint32_t *pool;
    day last;
};

static void
must(errcode code, const struct err *err)
{
    if (code == OK)
        return;
    fprintf(stderr, "figures_bench: %s\n", err->text);
    abort();
}

static void
make_pool(struct world *world, struct rng *rng)
{
    world->pool = mem_alloc(POOL * sizeof *world->pool);
    for (uint32_t i = 0; i < POOL; i++)
        world->pool[i] = 0x70000000 + (uint32_t)((uint64_t)i * (BLOCKS << 16) / POOL) +
                         (uint32_t)rng_below(rng, 8);
}

/* 256 networks of 16 providers in 32 provinces. */
static void
make_networks(struct world *world)
{
    static const char *const codes[] = {"01", "04", "08", "11", "12", "14", "15", "19",
                                        "20", "22", "24", "25", "31", "33", "37", "38"};
    struct buf text = BUF(1 << 20);
    struct networks_report report;
    struct err err;
    buf_z(&text, "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,"
                 "valid_to\n");
    for (int i = 0; i < BLOCKS; i++)
        buf_printf(&text, "112.%d.0.0/16,%d,AS,isp%d,VN,%s,,%s,,,\n", i, 64500 + i, i % 16,
                   codes[i / 16], i % 3 ? "fixed" : "mobile");
    world->networks = networks_new();
    must(networks_read(world->networks, "own.csv", buf_view(&text), NULL, NULL, &report, &err),
         &err);
    buf_clear(&text);
}

static void
make_day(struct world *world, struct rng *rng, day at)
{
    struct err err;
    uint32_t *addrs = mem_alloc(POOL * sizeof *addrs);
    must(store_begin(world->sightings->store, &err), &err);
    for (int family = 0; family < FAMILIES; family++) {
        size_t count = 0;
        for (size_t i = 0; i < POOL; i++)
            if (rng_below(rng, POOL) < PER_SET)
                addrs[count++] = world->pool[i];
        struct ipset *set = ipset_new();
        ipset_add_many4(set, addrs, count);
        char name[16];
        snprintf(name, sizeof name, "family%d", family);
        struct set_key key = {at, CLASS_INFECTED_SYSTEM, str_of(name), STR("bench"), 0};
        must(set_save(world->sightings, SETS_LIVE, &key, set, &err), &err);
        ipset_free(set);
    }
    must(generation_grow(world->sightings, &err), &err);
    must(store_commit(world->sightings->store, &err), &err);
    free(addrs);
}

static double
build(struct world *world, bool afresh, char path[PATH_TEXT])
{
    struct err err;
    const struct figures_plan plan = {.slug = STR("bench"),
                                      .home_country = STR("VN"),
                                      .baseline_from = DAY_NONE,
                                      .baseline_to = DAY_NONE,
                                      .result_from = DAY_NONE,
                                      .result_to = DAY_NONE,
                                      .target = -50,
                                      .afresh = afresh};
    double start = cpu_seconds();
    must(figures_build(world->sightings, world->networks, &plan, path, PATH_TEXT, &err), &err);
    return cpu_seconds() - start;
}

static bool
same_bytes(const char *a, const char *b)
{
    struct file_map x, y;
    struct err err;
    must(file_map_open(a, &x, &err), &err);
    must(file_map_open(b, &y, &err), &err);
    bool same = str_eq(x.bytes, y.bytes);
    file_map_close(&x);
    file_map_close(&y);
    return same;
}

static void
ask(const struct figures *figures, const char *name, int rounds,
    void (*question)(const struct figures *), double limit)
{
    double start = cpu_seconds();
    for (int i = 0; i < rounds; i++)
        question(figures);
    double each = (cpu_seconds() - start) / rounds * 1e3;
    bench_print(&(struct bench_row){name, "ms", NULL, limit > 1 ? "<= 20 ms" : "< 1 ms", each, 0, 0,
                                    each < limit});
}

static void
ask_trend(const struct figures *figures)
{
    const struct figures_meta *meta = figures_meta(figures);
    struct reasons reasons = {0};
    for (int family = 0; family < FAMILIES; family++) {
        char name[16];
        snprintf(name, sizeof name, "family%d", family);
        require(figures_mean(figures, CLASS_INFECTED_SYSTEM, str_of(name), FIGURES_TOTAL, STR(""),
                             meta->first, meta->last)
                    .maximum > 0);
    }
    figures_reasons(figures, CLASS_INFECTED_SYSTEM, STR("family3"), FIGURES_TOTAL, STR(""),
                    meta->first, meta->last, &reasons);
    reasons_clear(&reasons);
}

static void
ask_rates(const struct figures *figures)
{
    const struct figures_meta *meta = figures_meta(figures);
    struct rate *rates;
    uint32_t days;
    require(figures_rates(figures, CLASS_INFECTED_SYSTEM, STR("family3"), FIGURES_PROVINCE,
                          meta->first, meta->last, &rates, &days) > 0);
    free(rates);
}

static void
ask_change(const struct figures *figures)
{
    const struct figures_meta *meta = figures_meta(figures);
    struct figures_change change;
    day half = (meta->last - meta->first + 1) / 2; /* windows must not share a day */
    require(figures_change(figures, CLASS_INFECTED_SYSTEM, FIGURES_ALL, FIGURES_TOTAL, STR(""),
                           (struct measure_window){meta->first, meta->first + half - 1},
                           (struct measure_window){meta->last - half + 1, meta->last}, true,
                           &change, NULL) == OK);
}

static void
ask_all(const char *path)
{
    struct figures *figures;
    struct err err;
    must(figures_open(path, true, &figures, &err), &err);
    ask(figures, "figures: ten trends with reasons", 1000, ask_trend, 1);
    ask(figures, "figures: rates by province", 1000, ask_rates, 1);
    ask(figures, "figures: a change with its interval", 50, ask_change, 20);
    figures_unref(figures);
}

int
main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    uint64_t days = 60;
    if (argc > 2 && !str_to_u64(str_of(argv[2]), 3650, &days))
        return 2;
    struct err err;
    struct rng rng = {2020};
    char path[PATH_TEXT], again[PATH_TEXT];
    setenv("KHIEN_NOW", "2026-11-21T12:00:00Z", 1);
    struct world world = {.last = clock_today() - 1};
    must(sightings_open(argv[1], true, &world.sightings, &err), &err);
    make_pool(&world, &rng);
    make_networks(&world);
    for (day d = (day)days - 1; d > 0; d--)
        make_day(&world, &rng, world.last - d);
    double whole = build(&world, true, path);
    make_day(&world, &rng, world.last);
    double more = build(&world, false, path);
    double afresh = build(&world, true, again);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    fprintf(stderr, "%llu days: afresh %.2f s, one more day %.2f s, afresh %.2f s; peak %ld MiB\n",
            (unsigned long long)days, whole, more, afresh, usage.ru_maxrss >> 10);
    bool same = same_bytes(path, again);
    bench_print(&(struct bench_row){"figures: one new day", "s", "afresh", "same bytes", more,
                                    afresh, afresh / more, same});
    ask_all(again);
    sightings_close(world.sightings);
    networks_free(world.networks);
    free(world.pool);
    return same ? 0 : 1;
}
