/* SPDX-License-Identifier: Apache-2.0 */
/* The public figures against the measures as oracle: every count, every reason, every ready answer;
 * figures built step by step against figures built afresh; damaged files. */
#include "base/cleanup.h"
#include "base/rng.h"
#include "sightings/measures/health.h"
#include "sightings/sets_internal.h"
#include "stage.h"

#include <dirent.h>
#include <math.h>

enum { DAYS = 40, FAMILIES = 4, SOURCES = 3, POOL = 900 };

static const char *const families[FAMILIES] = {"andromeda", "mirai", "necurs", ""};
static const char *const sources[SOURCES] = {"alpha", "beta", "gamma"};
static struct stage stage;
static struct networks *networks;
static char folder[PATH_TEXT];
static day first, last;

/* Before and after the provinces were merged, two providers, one that begins later, and IPv6. */
static void
make_networks(void)
{
    static const char rows[] =
        "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to\n"
        "112.0.0.0/24,64500,One,viettel,VN,01,,fixed,1000,,\n"
        "112.0.1.0/24,64500,One,viettel,VN,24,,mobile,,,\n"
        "112.0.2.0/24,64501,Two,fpt,VN,27,,fixed,,,2025-06-30\n"
        "112.0.2.0/24,64501,Two,fpt,VN,24,,fixed,,2025-07-01,\n"
        "2001:ee0::/32,64502,Three,vnpt,VN,,,mobile,,,\n";
    struct networks_report report;
    struct err err;
    networks = networks_new();
    require(networks_read(networks, "own.csv", STR(rows), NULL, NULL, &report, &err) == OK);
    require(report.refused == 0);
}

static void
put_set(day at, enum event_class class, const char *family, const char *source, struct ipset *set)
{
    uint64_t added = 0;
    struct set_key key = {
        .day = at, .class = class, .family = str_of(family), .source = str_of(source)};
    require(set_merge(stage.sightings, SETS_LIVE, &key, set, &added, NULL) == OK);
    ipset_free(set);
}

static struct ipset *
random_set(struct rng *rng, size_t count)
{
    struct ipset *set = ipset_new();
    for (size_t i = 0; i < count; i++) {
        uint64_t n = rng_below(rng, POOL);
        ipset_add(set, n % 9 ? ip_from_v4(0x70000000 + (uint32_t)n)
                             : (ip){.hi = UINT64_C(0x20010ee000000000) + n, .version = 6});
    }
    return set;
}

/* Sources miss days, a family pauses, and one class is no infection. */
static void
fill_day(day at)
{
    struct rng rng = {(uint64_t)at * 7919};
    require(store_begin(stage.sightings->store, NULL) == OK);
    for (int f = 0; f < FAMILIES; f++)
        for (int s = 0; s < SOURCES; s++) {
            bool paused = f == 2 && (at - first) % 11 > 7,
                 missed = s == 1 && (at - first) % 13 == 5;
            if (paused || missed || (f == 3 && s != 0))
                continue;
            put_set(at, CLASS_INFECTED_SYSTEM, families[f], sources[s],
                    random_set(&rng, 60 + 30 * (size_t)f));
        }
    put_set(at, CLASS_BLACKLIST, "", "list", random_set(&rng, 90));
    put_set(at, CLASS_SCANNER, "zmap", "alpha", random_set(&rng, 20));
    require(generation_grow(stage.sightings, NULL) == OK);
    require(store_commit(stage.sightings->store, NULL) == OK);
}

static struct figures_plan
plan_of(bool afresh)
{
    return (struct figures_plan){.demonstration = true,
                                 .slug = STR("thu-nghiem"),
                                 .home_country = STR("VN"),
                                 .baseline_from = first,
                                 .baseline_to = first + 9,
                                 .result_from = last - 9,
                                 .result_to = last,
                                 .target = -50,
                                 .afresh = afresh};
}

static struct figures *
build(bool afresh, char path[PATH_TEXT])
{
    const struct figures_plan plan = plan_of(afresh);
    struct figures *figures = NULL;
    struct err err;
    if (!tap_no_err(figures_build(stage.sightings, networks, &plan, path, PATH_TEXT, &err), &err,
                    "built %s", afresh ? "afresh" : "on top of the newest") ||
        !tap_no_err(figures_open(path, true, &figures, &err), &err, "and opened"))
        exit(tap_done());
    tap_no_err(figures_check(figures, &err), &err, "its sums agree");
    return figures;
}

static struct measure_request
request_of(void)
{
    struct measure_request request = MEASURE_REQUEST;
    request.sightings = stage.sightings;
    request.networks = networks;
    return request;
}

/* ---- counts ---- */

/* Each row of `stats daily` is in the figures; returns the sum, to be compared with all. */
static uint64_t
compare_rows(const struct figures *figures, const struct table *table, str family,
             enum figures_dimension dimension, size_t *wrong)
{
    struct arena arena = ARENA;
    uint64_t sum = 0;
    for (size_t i = 0; i < table_rows(table); i++) {
        struct figures_series series = {.count = 0};
        day at;
        require(day_parse(table_text(table, i, "day", &arena), &at));
        enum event_class class = event_class_find(table_text(table, i, "class", &arena));
        str key = dimension == FIGURES_TOTAL    ? STR("")
                  : dimension == FIGURES_SOURCE ? table_text(table, i, "source", &arena)
                                                : table_text(table, i, "network", &arena);
        str name = family.p ? family : table_text(table, i, "family", &arena);
        figures_find(figures, class, name, dimension, key, &series);
        struct figures_count count = figures_on(&series, at);
        *wrong += count.ipv4 != table_value(table, i, "ipv4") ||
                  count.ipv6_64 != table_value(table, i, "ipv6_64");
        sum += (uint64_t)table_value(table, i, "distinct");
    }
    arena_clear(&arena);
    return sum;
}

static uint64_t
sum_of(const struct figures *figures, enum event_class class, str family,
       enum figures_dimension dimension)
{
    uint64_t sum = 0;
    size_t at, count = figures_keys(figures, class, family, dimension, &at);
    for (size_t i = 0; i < count; i++) {
        struct figures_series series = figures_at(figures, at + i);
        for (size_t k = 0; k < series.count; k++)
            sum += (uint64_t)series.days[k].ipv4 + series.days[k].ipv6_64;
    }
    return sum;
}

static void
test_daily(const struct figures *figures, enum event_class class, const char *family,
           enum figures_dimension dimension, enum measure_by by)
{
    struct measure_request request = request_of();
    struct table *table;
    struct err err;
    size_t wrong = 0;
    request.class = class;
    request.family = str_of(family);
    request.by = by;
    if (!tap_no_err(measure_daily(&request, &table, &err), &err, "stats daily"))
        return;
    str name = family ? str_of(family) : FIGURES_ALL;
    uint64_t sum = compare_rows(figures, table, name, dimension, &wrong);
    tap_ok(wrong == 0 && sum > 0 && sum == sum_of(figures, class, name, dimension),
           "%s, family %s, by %s: %zu rows as stats daily says", event_class_name(class),
           family ? family : "*", measure_by_name(by), table_rows(table));
    table_free(table);
}

static void
test_counts(const struct figures *figures)
{
    static const enum measure_by bys[] = {
        [FIGURES_TOTAL] = BY_TOTAL, [FIGURES_ISP] = BY_ISP,       [FIGURES_PROVINCE] = BY_PROVINCE,
        [FIGURES_KIND] = BY_KIND,   [FIGURES_SOURCE] = BY_SOURCE,
    };
    for (enum figures_dimension d = 0; d < FIGURES_DIMENSION_COUNT; d++) {
        test_daily(figures, CLASS_INFECTED_SYSTEM, NULL, d, bys[d]);
        test_daily(figures, CLASS_BLACKLIST, NULL, d, bys[d]);
        for (int f = 0; f < FAMILIES && families[f][0]; f++)
            test_daily(figures, CLASS_INFECTED_SYSTEM, families[f], d, bys[d]);
    }
    test_daily(figures, CLASS_SCANNER, NULL, FIGURES_TOTAL, BY_TOTAL);
    test_daily(figures, CLASS_SCANNER, "zmap", FIGURES_SOURCE, BY_SOURCE);
    struct figures_series series;
    tap_ok(!figures_find(figures, CLASS_SCANNER, FIGURES_ALL, FIGURES_ISP, STR("fpt"), &series) &&
               !figures_find(figures, CLASS_SPAM, FIGURES_ALL, FIGURES_TOTAL, STR(""), &series) &&
               !figures_find(figures, CLASS_INFECTED_SYSTEM, STR("no"), FIGURES_TOTAL, STR(""),
                             &series),
           "what is not there is not found");
}

/* The union of the largest families, set by set. */
static void
test_largest(const struct figures *figures)
{
    struct figures_series series = {.count = 0};
    size_t wrong = 0;
    str name;
    figures_find(figures, CLASS_INFECTED_SYSTEM, FIGURES_LARGEST, FIGURES_TOTAL, STR(""), &series);
    for (day at = first; at <= last; at++) {
        struct ipset *all = ipset_new(), *one;
        for (size_t i = 0; i < figures_largest(figures, i, &name); i++) {
            struct set_query query = {at, at, CLASS_INFECTED_SYSTEM, name, {NULL, 0}};
            require(sightings_union(stage.sightings, &query, &one, NULL) == OK);
            ipset_or(all, one);
            ipset_free(one);
        }
        struct figures_count count = figures_on(&series, at);
        wrong += count.ipv4 != ipset_count4(all) || count.ipv6_64 != ipset_count6(all);
        ipset_free(all);
    }
    tap_ok(wrong == 0 && series.count > 0, "the largest are a true union");
    tap_ok(figures_largest(figures, 0, &name) == 3 && str_eq(name, STR("necurs")),
           "they are those of the baseline's window, without the nameless");
}

/* ---- flows ---- */

static struct ipset *
days_union(str family, day from, day to)
{
    struct set_query query = {from, to, CLASS_INFECTED_SYSTEM, family, {NULL, 0}};
    struct ipset *all;
    if (to < from)
        return ipset_new();
    require(sightings_union(stage.sightings, &query, &all, NULL) == OK);
    return all;
}

static bool
flow_right(const struct figures_flow *flow, str family, day at)
{
    struct ipset *now = days_union(family, at, at), *before = days_union(family, at - 1, at - 1);
    struct ipset *history = days_union(family, first, at - 1);
    uint64_t stayed = ipset_and_count(now, before), fresh = ipset_andnot_count(now, history);
    bool right = flow->stayed == stayed && flow->fresh == fresh &&
                 flow->returning == ipset_count(now) - stayed - fresh &&
                 flow->gone == ipset_andnot_count(before, now);
    ipset_free(now);
    ipset_free(before);
    ipset_free(history);
    return right;
}

static void
test_flows(const struct figures *figures)
{
    for (int f = 0; f < FAMILIES; f++) {
        str name = families[f][0] ? str_of(families[f]) : FIGURES_ALL;
        struct figures_flows flows = {.count = 0};
        size_t wrong = 0;
        figures_flows(figures, name, &flows);
        for (day at = first; at <= last; at++)
            wrong += at < flows.first || at >= flows.first + (day)flows.count ||
                     !flow_right(&flows.days[at - flows.first], str_of(families[f]), at);
        tap_ok(wrong == 0, "the flows of %.*s, %zu days", STR_ARG(name), flows.count);
    }
}

/* ---- reasons ---- */

static bool
same_reasons(const struct reasons *a, const struct reasons *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = str_eq(a->items[i], b->items[i]);
    return same;
}

static void
test_reasons(const struct figures *figures)
{
    struct measure_request request = request_of();
    struct scope scope;
    struct health health;
    struct err err;
    struct rng rng = {31};
    size_t wrong = 0, told = 0;
    require(scope_open(&scope, &request, CLASS_INFECTED_SYSTEM, &err) == OK);
    require(health_load(&health, &scope, scope.from, health_last_day(&scope), &err) == OK);
    for (int i = 0; i < 400; i++) {
        day from = first + (day)rng_below(&rng, DAYS), to = from + (day)rng_below(&rng, 20);
        str family = str_of(families[rng_below(&rng, FAMILIES)]);
        str source =
            rng_below(&rng, 3) ? (str){NULL, 0} : str_of(sources[rng_below(&rng, SOURCES)]);
        struct reasons file = {0}, database = {0}, shown = {0};
        health_reasons(&health, source, family, from, to, &database);
        health_reasons(figures_health(figures, CLASS_INFECTED_SYSTEM), source, family, from, to,
                       &file);
        figures_reasons(figures, CLASS_INFECTED_SYSTEM, family.n ? family : FIGURES_ALL,
                        source.n ? FIGURES_SOURCE : FIGURES_TOTAL, source, from, to, &shown);
        wrong += !same_reasons(&file, &database) || !same_reasons(&shown, &database);
        for (day at = from; at <= to; at++)
            wrong += health_gap(&health, family, at) !=
                     health_gap(figures_health(figures, CLASS_INFECTED_SYSTEM), family, at);
        wrong +=
            health_sound(&health, STR("beta"), from, to) !=
            health_sound(figures_health(figures, CLASS_INFECTED_SYSTEM), STR("beta"), from, to);
        told += database.count;
        reasons_clear(&file);
        reasons_clear(&database);
        reasons_clear(&shown);
    }
    tap_ok(wrong == 0 && told > 100, "%zu reasons, gaps and soundness as from the database", told);
    struct reasons merged = {0};
    figures_reasons(figures, CLASS_INFECTED_SYSTEM, FIGURES_ALL, FIGURES_PROVINCE, STR("24"), first,
                    last, &merged);
    bool found = false;
    for (size_t i = 0; i < merged.count; i++)
        found |= str_find(merged.items[i], STR("provinces have other borders")) != SIZE_MAX;
    tap_ok(found, "a province says that its borders changed");
    reasons_clear(&merged);
    health_clear(&health);
    scope_close(&scope);
}

/* ---- groups ---- */

static size_t
count_groups(const struct figures *figures, day at, const char *code, const char *name)
{
    size_t real = 0, found = 0, count = figures_groups(figures, FIGURES_PROVINCE, at, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        struct figures_group group = figures_group_at(figures, FIGURES_PROVINCE, at, i);
        real += !str_eq(group.key, STR("unknown"));
        found += str_eq(group.key, str_of(code)) && str_eq(group.name_en, str_of(name));
    }
    return found == 1 ? real : 0;
}

static void
test_groups(const struct figures *figures)
{
    day merged = day_from_civil(2025, 7, 1), from, to;
    tap_ok(count_groups(figures, merged - 1, "24", "Bac Giang") == 63, "63 provinces before");
    tap_ok(count_groups(figures, merged, "24", "Bac Ninh") == 34, "34 afterwards");
    tap_ok(figures_groups(figures, FIGURES_PROVINCE, merged + 1, &from, &to) > 0 &&
               from == merged && to > last,
           "with their first day");
    size_t count = figures_groups(figures, FIGURES_ISP, last, NULL, NULL);
    uint64_t announced = 0;
    bool named = false;
    for (size_t i = 0; i < count; i++) {
        struct figures_group group = figures_group_at(figures, FIGURES_ISP, last, i);
        if (str_eq(group.key, STR("viettel"))) {
            announced = group.announced;
            named = str_eq(group.name_en, STR("Viettel Group"));
        }
    }
    tap_ok(announced == 512 && named, "a provider has its addresses and its name");
}

/* ---- ready answers and functions over ranges ---- */

static void
test_ready(const struct figures *figures)
{
    static const struct {
        const char *name;
        errcode (*compute)(const struct measure_request *, struct table **, struct err *);
        enum measure_by by;
        bool windows;
    } answers[] = {
        {"compare", measure_compare, 0, true},
        {"churn", measure_churn, 0, true},
        {"survival", measure_survival, 0, false},
        {"recurrence", measure_recurrence, 0, false},
        {"top", measure_top, 0, false},
        {"estimate", measure_estimate, 0, false},
        {"health", measure_health, 0, false},
        {"networks-isp", measure_networks, BY_ISP, false},
        {"networks-kind", measure_networks, BY_KIND, false},
        {"networks-province", measure_networks, BY_PROVINCE, false},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct measure_request request = request_of();
        struct buf text = BUF(1 << 24);
        struct table *table;
        str fault;
        request.by = answers[i].by;
        if (answers[i].windows) {
            request.baseline = (struct measure_window){first, first + 9};
            request.result = (struct measure_window){last - 9, last};
        }
        require(answers[i].compute(&request, &table, NULL) == OK);
        table_note(table, "DEMONSTRATION: these data are simulated");
        table_write_json(table, &text);
        tap_eq_str(figures_ready(figures, str_of(answers[i].name), &fault), buf_view(&text),
                   "%s is what stats prints", answers[i].name);
        buf_clear(&text);
        table_free(table);
    }
    str fault;
    tap_ok(figures_ready(figures, STR("no"), &fault).n == 0 && fault.n == 0, "nothing else is");
}

static bool
near(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-9 * (1 + fabs(b));
}

/* Row 0 of a measure. */
static struct table *
measured(errcode (*compute)(const struct measure_request *, struct table **, struct err *),
         struct measure_request request)
{
    struct table *table;
    struct err err;
    tap_no_err(compute(&request, &table, &err), &err, "the measure answers");
    return table;
}

static void
test_ranges(const struct figures *figures)
{
    struct rng rng = {5};
    for (int i = 0; i < 6; i++) {
        struct measure_request request = request_of();
        request.from = first + (day)rng_below(&rng, 20);
        request.to = request.from + 5 + (day)rng_below(&rng, 15);
        request.family = str_of(families[i % 3]);
        struct table *table = measured(measure_mean, request);
        struct figures_mean mean = figures_mean(figures, CLASS_INFECTED_SYSTEM, request.family,
                                                FIGURES_TOTAL, STR(""), request.from, request.to);
        tap_ok(near(mean.mean, table_value(table, 0, "mean_daily")) &&
                   mean.days == table_value(table, 0, "days") &&
                   mean.seen == table_value(table, 0, "days_seen") &&
                   (double)mean.minimum == table_value(table, 0, "minimum") &&
                   (double)mean.maximum == table_value(table, 0, "maximum"),
               "mean of %d days as stats mean", request.to - request.from + 1);
        table_free(table);

        struct figures_ranked ranked[2];
        struct arena arena = ARENA;
        request.family = (str){NULL, 0};
        table = measured(measure_top, request);
        size_t count =
            figures_rank(figures, CLASS_INFECTED_SYSTEM, request.from, request.to, ranked, 2);
        bool same = count == 2;
        for (size_t k = 0; k < count; k++)
            same = same && str_eq(ranked[k].family, table_text(table, k, "family", &arena)) &&
                   (double)ranked[k].address_days == table_value(table, k, "address_days") &&
                   ranked[k].days == table_value(table, k, "days_seen");
        tap_ok(same, "the two largest families as stats top");
        arena_clear(&arena);
        table_free(table);
    }
}

static void
test_rates(const struct figures *figures, enum figures_dimension dimension, enum measure_by by)
{
    struct measure_request request = request_of();
    struct arena arena = ARENA;
    struct rate *rates;
    uint32_t days;
    request.by = by;
    request.from = last - 12;
    request.to = last;
    struct table *table = measured(measure_networks, request);
    size_t count = figures_rates(figures, CLASS_INFECTED_SYSTEM, FIGURES_ALL, dimension, last - 12,
                                 last, &rates, &days);
    bool same = count == table_rows(table) && count > 2;
    for (size_t i = 0; same && i < count; i++)
        same = str_eq(rates[i].key, table_text(table, i, "network", &arena)) &&
               near((double)(rates[i].sum4 + rates[i].sum6) / days,
                    table_value(table, i, "mean_daily")) &&
               near(rates[i].interval.low * 10000, table_value(table, i, "addresses_low"));
    tap_ok(same, "%zu rates by %s as stats networks", count, measure_by_name(by));
    free(rates);
    arena_clear(&arena);
    table_free(table);
}

static void
test_change(const struct figures *figures)
{
    struct measure_request request = request_of();
    struct figures_change change;
    struct err err;
    request.baseline = (struct measure_window){first + 2, first + 8};
    request.result = (struct measure_window){last - 6, last};
    struct table *table = measured(measure_compare, request);
    tap_no_err(figures_change(figures, CLASS_INFECTED_SYSTEM, FIGURES_ALL, FIGURES_TOTAL, STR(""),
                              request.baseline, request.result, true, &change, &err),
               &err, "a change");
    tap_ok(near(change.percent, table_value(table, 0, "change_percent")) &&
               near(change.interval.low, table_value(table, 0, "interval_low")) &&
               near(change.interval.high, table_value(table, 0, "interval_high")) &&
               (double)change.before_sum == table_value(table, 0, "baseline_sum") &&
               (double)change.after_sum == table_value(table, 0, "result_sum") &&
               change.before_days == table_value(table, 0, "baseline_days"),
           "with its interval as stats compare");
    table_free(table);
    request.result.to--;
    tap_eq_i64(figures_change(figures, CLASS_INFECTED_SYSTEM, FIGURES_ALL, FIGURES_TOTAL, STR(""),
                              request.baseline, request.result, true, &change, &err),
               ERR_USAGE, "windows of other lengths are refused");
}

/* ---- step by step ---- */

static bool
same_files(const char *a, const char *b)
{
    struct buf x = {0}, y = {0};
    bool same = file_read(a, 1 << 30, &x, NULL) == OK && file_read(b, 1 << 30, &y, NULL) == OK &&
                str_eq(buf_view(&x), buf_view(&y));
    buf_clear(&x);
    buf_clear(&y);
    return same;
}

static void
test_step(const char *what)
{
    char on_top[PATH_TEXT], afresh[PATH_TEXT];
    figures_unref(build(false, on_top));
    figures_unref(build(true, afresh));
    tap_ok(same_files(on_top, afresh), "%s: the same bytes as afresh", what);
}

static void
test_steps(void)
{
    struct rng rng = {77};
    struct err err;
    test_step("nothing new");
    fill_day(++last);
    test_step("one more day");
    require(store_begin(stage.sightings->store, NULL) == OK);
    put_set(first + 7, CLASS_INFECTED_SYSTEM, "mirai", "late", random_set(&rng, 50));
    require(generation_grow(stage.sightings, NULL) == OK);
    require(store_commit(stage.sightings->store, NULL) == OK);
    test_step("a late file");
    require(store_begin(stage.sightings->store, NULL) == OK);
    put_set(last, CLASS_INFECTED_SYSTEM, "gozi", "alpha", random_set(&rng, 500));
    require(store_commit(stage.sightings->store, NULL) == OK);
    test_step("a new family");
    last += 3;
    fill_day(last);
    test_step("a day after a gap");
    fill_day(first - 2);
    test_step("an earlier day");
    require(sightings_note_set(stage.sightings, STR("beta"), first + 5, STR("ok holiday"), &err) ==
            OK);
    test_step("a note");
    require(measure_ranking_set(stage.sightings, STR("mirai,gozi"), &err) == OK);
    test_step("chosen families");
    struct networks_report report;
    static const char rows[] =
        "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to\n"
        "112.0.3.0/24,64504,Four,vnpt,VN,01,,hosting,,2025-07-03,\n";
    require(networks_read(networks, "more.csv", STR(rows), NULL, NULL, &report, &err) == OK);
    test_step("another registry");
    struct measure_request request = request_of();
    request.baseline = (struct measure_window){first, first + 9};
    request.networks = NULL;
    require(measure_baseline_freeze(&request, STR("thu-nghiem"), false, &err) == OK);
    test_step("a frozen baseline");
}

static void
test_frozen(void)
{
    char path[PATH_TEXT];
    struct figures *figures = build(false, path);
    tap_eq_str(figures_meta(figures)->baseline_name, STR("thu-nghiem"), "the baseline is named");
    str name, ready = figures_ready(figures, STR("compare"), NULL);
    tap_ok(str_find(ready, STR("\"baseline_changed\":false")) != SIZE_MAX, "and compared with");
    tap_ok(figures_largest(figures, 0, &name) == 2 && str_eq(name, STR("mirai")),
           "its largest families are those that were chosen");
    figures_unref(figures);
}

/* ---- damage, and nothing ---- */

static void
test_damage(void)
{
    char path[PATH_TEXT], next[PATH_TEXT];
    struct figures *figures = NULL;
    struct buf right = {0};
    struct err err, warning;
    figures_unref(build(false, path));
    require(file_read(path, 1 << 30, &right, &err) == OK);
    require(numbered_next_path(folder, ".fig", next, sizeof next, &err) == OK);
    static const double cuts[] = {0, 0.001, 0.3, 0.9, 0.9999};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        require(file_replace(next, (str){right.p, (size_t)((double)right.n * cuts[i])}, &err) ==
                OK);
        tap_ok(figures_open(next, true, &figures, &err) == ERR_CORRUPT && err.text[0],
               "cut at %.2f %%: %s", 100 * cuts[i], err.text);
    }
    right.p[right.n / 2] ^= 1;
    require(file_replace(next, buf_view(&right), &err) == OK);
    tap_ok(figures_open(next, true, &figures, &err) == ERR_CORRUPT, "a changed bit is found");
    tap_no_err(figures_open_newest(folder, true, &figures, &warning, &err), &err,
               "the one before is taken");
    tap_ok(warning.code == ERR_CORRUPT && strstr(warning.text, next), "and the damage told");
    figures_unref(figures);
    struct figures_plan plan = plan_of(false);
    tap_no_err(figures_build(stage.sightings, networks, &plan, path, sizeof path, &err), &err,
               "a build goes on from it");
    buf_clear(&right);
}

static void
test_empty(void)
{
    char path[PATH_TEXT];
    struct figures *figures = build(false, path);
    struct figures_series series;
    enum event_class classes[CLASS_COUNT];
    tap_ok(figures_meta(figures)->last == DAY_NONE && figures_classes(figures, classes) == 0 &&
               !figures_find(figures, CLASS_INFECTED_SYSTEM, FIGURES_ALL, FIGURES_TOTAL, STR(""),
                             &series) &&
               !figures_health(figures, CLASS_INFECTED_SYSTEM),
           "an empty installation has no figure, not zero");
    figures_unref(figures);
}

static void
remove_all(void)
{
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        char path[PATH_TEXT];
        struct err err;
        if (path_join(path, folder, entry->d_name, &err) == OK)
            unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
    char lock[PATH_TEXT];
    snprintf(lock, sizeof lock, "%s/figures.lock", stage.folder);
    unlink(lock);
}

int
main(void)
{
    struct err err;
    char path[PATH_TEXT];
    stage_open(&stage);
    require(path_join(folder, stage.folder, "figures", &err) == OK);
    first = day_from_civil(2025, 6, 10);
    last = first - 1;
    make_networks();
    test_empty();
    while (last < first + DAYS - 1)
        fill_day(++last);
    struct figures *figures = build(false, path);
    test_counts(figures);
    test_largest(figures);
    test_flows(figures);
    test_reasons(figures);
    test_groups(figures);
    test_ready(figures);
    test_ranges(figures);
    test_rates(figures, FIGURES_ISP, BY_ISP);
    test_rates(figures, FIGURES_PROVINCE, BY_PROVINCE);
    test_rates(figures, FIGURES_KIND, BY_KIND);
    test_change(figures);
    figures_unref(figures);
    test_steps();
    test_frozen();
    test_damage();
    remove_all();
    networks_free(networks);
    stage_close(&stage);
    return tap_done();
}
