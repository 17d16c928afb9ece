/* SPDX-License-Identifier: Apache-2.0 */
/* The measures on small campaigns whose every figure can be counted by hand. */
#include "stage.h"

#include "sightings/measures/set_questions.h"

#include <math.h>

static day
d(int number)
{
    return day_from_civil(2026, 9, 1) + number;
}

static struct table *
compute(const struct measure_request *request, const char *name)
{
    struct err err;
    struct table *table = NULL;
    if (!tap_no_err(measure_find(str_of(name))->compute(request, &table, &err), &err, "%s", name))
        exit(tap_done());
    return table;
}

static void
has(const struct table *table, size_t row, const char *column, const char *want)
{
    struct arena arena = ARENA;
    if (!tap_ok(row < table_rows(table), "there is a row %zu", row))
        return;
    tap_eq_str(table_text(table, row, column, &arena), str_of(want), "row %zu, %s", row, column);
    arena_clear(&arena);
}

/* The row whose COLUMN is VALUE. */
static size_t
row_of(const struct table *table, const char *column, const char *value)
{
    struct arena arena = ARENA;
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < table_rows(table) && found == SIZE_MAX; i++)
        if (str_eq(table_text(table, i, column, &arena), str_of(value)))
            found = i;
    arena_clear(&arena);
    return found;
}

/* Two sources and two families that overlap. */
static void
daily(void)
{
    struct stage s;
    stage_open(&s);
    stage_seen(&s, d(0), "a", "mirai", "14.160.0.0", 10, 1);
    stage_seen(&s, d(0), "b", "mirai", "14.160.0.5", 10, 1);    /* 5 new */
    stage_seen(&s, d(0), "b", "andromeda", "14.160.0.0", 3, 1); /* none new */
    stage_seen(&s, d(1), "a", "mirai", "14.160.0.0", 4, 1);
    stage_seen(&s, d(1), "b", "mirai", "14.160.0.0", 4, 1);
    struct measure_request r = MEASURE_REQUEST;
    r.sightings = s.sightings;
    struct table *table = compute(&r, "daily");
    tap_eq_i64(table_rows(table), 3, "a row for each day and family");
    has(table, 0, "family", "andromeda");
    has(table, 0, "distinct", "3");
    has(table, 1, "family", "mirai");
    has(table, 1, "distinct", "15");
    has(table, 1, "sources", "a; b");
    has(table, 1, "class", "infected-system");
    has(table, 2, "day", "2026-09-02");
    has(table, 2, "distinct", "4");
    table_free(table);

    r.by = BY_TOTAL;
    table = compute(&r, "daily");
    tap_eq_i64(table_rows(table), 2, "a row for each day");
    has(table, 0, "distinct", "15");
    table_free(table);

    r.by = BY_SOURCE;
    table = compute(&r, "daily");
    has(table, row_of(table, "source", "b"), "distinct", "13");
    table_free(table);

    r.by = BY_DEFAULT;
    table = compute(&r, "mean");
    has(table, row_of(table, "family", "*"), "mean_daily", "9.5");
    has(table, row_of(table, "family", "andromeda"), "mean_daily", "1.5");
    has(table, row_of(table, "family", "andromeda"), "minimum", "0");
    table_free(table);

    r.class = CLASS_BLACKLIST;
    table = compute(&r, "daily");
    tap_eq_i64(table_rows(table), 0, "classes never mix");
    tap_ok(table_notes(table) == 1, "an empty table says why");
    table_free(table);
    stage_close(&s);
}

static void
networks(void)
{
    static const char registry[] =
        "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to\n"
        "14.160.0.0/24,64500,First,first,VN,01,,fixed,100,,\n"
        "14.160.1.0/24,64501,Second,second,VN,79,,mobile,,,2026-09-01\n"
        "14.160.1.0/24,64502,Third,third,VN,79,,mobile,,2026-09-02,\n";
    struct stage s;
    struct err err;
    struct networks_report report;
    struct networks *net = networks_new();
    tap_no_err(networks_read(net, "net.csv", str_of(registry), NULL, NULL, &report, &err), &err,
               "a registry");
    stage_open(&s);
    for (int i = 0; i < 2; i++) {
        stage_seen(&s, d(i), "a", "mirai", "14.160.0.0", 8, 1);
        stage_seen(&s, d(i), "a", "mirai", "14.160.1.0", 16, 1);
        stage_seen(&s, d(i), "a", "mirai", "14.170.0.0", 1, 1);
    }
    struct measure_request r = MEASURE_REQUEST;
    r.sightings = s.sightings;
    r.by = BY_ISP;
    struct table *table = NULL;
    tap_eq_i64(measure_daily(&r, &table, &err), ERR_USAGE, "by ISP needs a registry");
    r.networks = net;
    table = compute(&r, "daily");
    has(table, row_of(table, "network", "first"), "distinct", "8");
    has(table, row_of(table, "network", "second"), "day", "2026-09-01");
    has(table, row_of(table, "network", "third"), "day", "2026-09-02");
    has(table, row_of(table, "network", "third"), "distinct", "16");
    has(table, row_of(table, "network", "unknown"), "distinct", "1");
    table_free(table);

    r.by = BY_TOTAL;
    r.isp = STR("first");
    table = compute(&r, "daily");
    has(table, 0, "distinct", "8");
    table_free(table);
    r.isp = (str){NULL, 0};

    r.by = BY_PROVINCE;
    table = compute(&r, "networks");
    has(table, 0, "network", "79");
    has(table, 0, "per_10000_addresses", "625.00");
    has(table, 1, "network", "01");
    has(table, 1, "mean_daily", "8.0");
    has(table, 1, "announced_ipv4", "256");
    has(table, 1, "per_10000_addresses", "312.50");
    has(table, 1, "addresses_low", "159.18"); /* Wilson for 8 of 256 */
    has(table, 1, "addresses_high", "604.42");
    has(table, 1, "per_10000_subscribers", "800.00");
    has(table, 1, "subscribers_low", "345.38"); /* Garwood for 8: 3.4538 to 15.7632 */
    has(table, 1, "subscribers_high", "1576.32");
    table_free(table);
    stage_close(&s);
    networks_free(net);
}

/* Ten sound days of COUNT from SOURCE, then the rest as COUNT2. */
static void
ten_and_ten(struct stage *s, const char *source, uint32_t count, uint32_t count2)
{
    for (int i = 0; i < 20; i++)
        stage_seen(s, d(i), source, "mirai", "14.160.0.0", i < 10 ? count : count2, 1);
}

static struct measure_request
request_of(const struct stage *s)
{
    struct measure_request r = MEASURE_REQUEST;
    r.sightings = s->sightings;
    r.baseline = (struct measure_window){d(0), d(9)};
    r.result = (struct measure_window){d(10), d(19)};
    return r;
}

/* 49.95 % must never be called 50 %. */
static void
gauge(void)
{
    struct stage s;
    stage_open(&s);
    /* A decline a little every day, as clean-ups go: 2000, 1950, … */
    uint32_t before = 0, after = 0;
    for (int i = 0; i < 20; i++) {
        uint32_t count = i == 19 ? 561 : 2000 - 75 * (uint32_t)i;
        before += i < 10 ? count : 0;
        after += i < 10 ? 0 : count;
        stage_seen(&s, d(i), "a", "mirai", "14.160.0.0", count, 1);
    }
    struct measure_request r = request_of(&s);
    struct table *table = compute(&r, "compare");
    char want[32];
    double change = floor((1 - (double)after / before) * 10000) / 100;
    snprintf(want, sizeof want, "-%.2f", change);
    has(table, 0, "scope", "all");
    has(table, 0, "change_percent", want);
    has(table, 0, "comparable", "yes");
    tap_ok(table_value(table, 0, "baseline_sum") == before, "the numerator is shown");
    tap_ok(table_value(table, 0, "result_sum") == after, "the denominator is shown");
    table_free(table);
    r.target = -45;
    table = compute(&r, "compare");
    has(table, 0, "target_met", 45 <= change ? "yes" : "no");
    table_free(table);
    r.result.to = d(18);
    struct err err;
    tap_eq_i64(measure_compare(&r, &table, &err), ERR_USAGE, "windows of unequal length");
    stage_close(&s);
}

static void
exact_percent(void)
{
    struct stage s;
    struct measure_request r;
    stage_open(&s);
    stage_seen(&s, d(0), "a", "mirai", "14.160.0.0", 20000, 1);
    stage_seen(&s, d(1), "a", "mirai", "14.160.0.0", 10001, 1); /* -49.995 % */
    r = request_of(&s);
    r.baseline = (struct measure_window){d(0), d(0)};
    r.result = (struct measure_window){d(1), d(1)};
    r.by = BY_TOTAL;
    struct table *table = compute(&r, "compare");
    has(table, 0, "change_percent", "-49.99");
    has(table, 0, "interval_low", "");
    table_free(table);
    stage_close(&s);
}

static void
frozen(void)
{
    struct stage s;
    struct err err;
    stage_open(&s);
    ten_and_ten(&s, "a", 1000, 900);
    struct measure_request r = request_of(&s);
    tap_no_err(measure_baseline_freeze(&r, STR("2026"), false, &err), &err, "freeze");
    tap_eq_i64(measure_baseline_freeze(&r, STR("2026"), false, &err), ERR_DENIED,
               "a frozen baseline stays");
    stage_seen(&s, d(3), "a", "mirai", "14.161.0.0", 50, 1); /* a late file */
    r.baseline_name = STR("2026");
    struct table *table = compute(&r, "compare");
    has(table, 0, "baseline_sum", "10000");
    has(table, 0, "baseline_changed", "yes");
    has(table, 0, "change_percent", "-10.00");
    table_free(table);
    r.baseline_name = STR("none");
    tap_eq_i64(measure_compare(&r, &table, &err), ERR_NOT_FOUND, "an unknown baseline");
    stage_close(&s);
}

/* The list of source "a" loses 80 % of its entries overnight; "b" goes on as before. */
static void
policy_loss(void)
{
    struct stage s;
    stage_open(&s);
    ten_and_ten(&s, "a", 1000, 200);
    for (int i = 0; i < 20; i++)
        stage_seen(&s, d(i), "b", "andromeda", "27.64.0.0", 500, 1);
    struct measure_request r = request_of(&s);
    struct table *table = compute(&r, "compare");
    has(table, 0, "change_percent", "-53.33");
    has(table, 0, "comparable", "no");
    has(table, 0, "target_met", "");
    has(table, 0, "reasons", "a: policy-change 2026-09-11 (200 members, about 1000 expected)");
    struct buf json = BUF(1 << 16), csv = BUF(1 << 16), text = BUF(1 << 16);
    table_write_json(table, &json);
    table_write_csv(table, &csv);
    table_write_text(table, &text);
    tap_ok(str_find(buf_view(&json), STR("\"target_met\":null")) != SIZE_MAX &&
               str_find(buf_view(&json), STR("\"comparable\":false,\"reasons\":[\"a: policy")) !=
                   SIZE_MAX,
           "JSON says so");
    tap_ok(str_find(buf_view(&csv), STR(",no,\"a: policy-change")) != SIZE_MAX, "CSV says so");
    tap_ok(str_find(buf_view(&text), STR("a: policy-change")) != SIZE_MAX, "text says so");
    buf_clear(&json);
    buf_clear(&csv);
    buf_clear(&text);
    size_t clean = row_of(table, "scope", "family:andromeda");
    has(table, clean, "comparable", "yes");
    has(table, clean, "change_percent", "0.00");
    table_free(table);

    table = compute(&r, "churn");
    size_t all = row_of(table, "family", "*");
    has(table, all, "gone", "800");
    has(table, all, "cleaned", "0");
    has(table, all, "unwitnessed", "800");
    has(table, all, "comparable", "no");
    table_free(table);

    r.by = BY_TOTAL;
    table = compute(&r, "daily");
    has(table, 9, "comparable", "yes");
    has(table, 10, "comparable", "no");
    has(table, 11, "comparable", "yes");
    table_free(table);
    r.by = BY_SOURCE;
    table = compute(&r, "daily");
    has(table, 2 * 10, "source", "a");
    has(table, 2 * 10, "comparable", "no");
    has(table, 2 * 10 + 1, "source", "b");
    has(table, 2 * 10 + 1, "comparable", "yes");
    table_free(table);

    r.from = d(0);
    r.to = d(19);
    table = compute(&r, "health");
    size_t a = row_of(table, "source", "a");
    has(table, a, "state", "first-day");
    has(table, a + 9, "state", "ok");
    has(table, a + 10, "state", "policy-change");
    has(table, a + 11, "state", "ok");
    table_free(table);
    stage_close(&s);
}

/* With a sound source: 100 networks' addresses go; only those whose network is still reported. */
static void
witness(void)
{
    struct stage s;
    stage_open(&s);
    for (int i = 0; i < 20; i++) {
        stage_seen(&s, d(i), "a", "mirai", "14.160.0.0", 1000, 1);
        stage_seen(&s, d(i), "a", "mirai", "27.64.0.0", i < 10 ? 100 : 60, 1);
        if (i < 10)
            stage_seen(&s, d(i), "a", "mirai", "42.112.0.0", 30, 1);
    }
    stage_seen(&s, d(10), "a", "mirai", "1.52.0.0", 7, 1);
    stage_seen(&s, d(-1), "a", "mirai", "1.52.0.0", 5, 1);
    stage_seen(&s, d(-1), "a", "mirai", "14.160.0.0", 1000, 1);
    struct measure_request r = request_of(&s);
    struct table *table = compute(&r, "churn");
    size_t all = row_of(table, "family", "*");
    has(table, all, "before", "1130");
    has(table, all, "after", "1067");
    has(table, all, "stayed", "1060");
    has(table, all, "gone", "70");
    has(table, all, "cleaned", "40");
    has(table, all, "unwitnessed", "30");
    has(table, all, "returning", "5");
    has(table, all, "new", "2");
    has(table, all, "comparable", "yes");
    table_free(table);
    stage_close(&s);
}

static void
outage(void)
{
    struct stage s;
    struct err err;
    stage_open(&s);
    for (int i = 0; i < 20; i++)
        if (i != 12)
            stage_seen(&s, d(i), "a", "mirai", "14.160.0.0", 1000, 1);
    struct measure_request r = request_of(&s);
    struct table *table = compute(&r, "compare");
    has(table, 0, "comparable", "no");
    has(table, 0, "reasons", "a: missing 2026-09-13");
    has(table, 0, "change_percent", "-10.00");
    table_free(table);
    tap_no_err(sightings_note_set(s.sightings, STR("a"), d(12), STR("ok: their server moved"),
                                  &err),
               &err, "the operator explains the gap");
    table = compute(&r, "compare");
    has(table, 0, "comparable", "yes");
    has(table, 0, "result_days", "9");
    has(table, 0, "change_percent", "0.00");
    table_free(table);
    tap_no_err(sightings_note_set(s.sightings, STR("a"), d(15), STR("new sensors"), &err), &err,
               "the operator notes a change");
    table = compute(&r, "compare");
    has(table, 0, "comparable", "no");
    has(table, 0, "reasons",
        "a: policy-change 2026-09-16 (1000 members, about 1000 expected): new sensors");
    table_free(table);
    stage_close(&s);
}

/* Silence up to two days ago shows without being asked for; of a long gap the beginning. */
static void
silence(void)
{
    struct stage s;
    stage_open(&s);
    setenv("KHIEN_NOW", "2026-09-10T06:00:00Z", 1);
    for (int i = 0; i < 4; i++)
        stage_seen(&s, d(i), "a", "mirai", "14.160.0.0", 100, 1);
    struct measure_request r = MEASURE_REQUEST;
    r.sightings = s.sightings;
    struct table *table = compute(&r, "health");
    tap_eq_i64(table_rows(table), 8, "up to the 8th of September");
    has(table, 7, "state", "missing");
    table_free(table);
    r.to = d(3);
    table = compute(&r, "health");
    tap_eq_i64(table_rows(table), 4, "up to the day that is asked for");
    table_free(table);
    r.to = DAY_NONE;
    setenv("KHIEN_NOW", "2026-12-11T06:00:00Z", 1);
    stage_seen(&s, d(100), "b", "mirai", "14.160.0.0", 100, 1);
    table = compute(&r, "health");
    tap_eq_i64(table_rows(table), 4 + 30 + 1, "a source that stopped does not fill the table");
    table_free(table);
    stage_close(&s);
}

/* The country fell by half, but so did those who were told nothing. */
static void
control_group(void)
{
    static const char registry[] =
        "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to\n"
        "14.160.0.0/16,64500,Told,told,VN,,,fixed,,,\n"
        "27.64.0.0/16,64501,Untold,untold,VN,,,fixed,,,\n";
    struct stage s;
    struct err err;
    struct networks_report report;
    struct networks *net = networks_new();
    tap_no_err(networks_read(net, "net.csv", str_of(registry), NULL, NULL, &report, &err), &err,
               "a registry");
    stage_open(&s);
    for (int i = 0; i < 20; i++) {
        stage_seen(&s, d(i), "a", "mirai", "14.160.0.0", i < 10 ? 1000 : 600, 1);
        stage_seen(&s, d(i), "a", "mirai", "27.64.0.0", i < 10 ? 1000 : 750, 1);
    }
    struct measure_request r = request_of(&s);
    r.networks = net;
    r.isp = STR("told");
    r.control = STR("isp:untold");
    struct table *table = compute(&r, "compare");
    has(table, 0, "change_percent", "-40.00");
    has(table, 0, "control_change_percent", "-25.00");
    has(table, 0, "net_change_percent", "-20.00"); /* 0.6 / 0.75 */
    table_free(table);
    r.control = STR("nobody");
    tap_eq_i64(measure_compare(&r, &table, &err), ERR_USAGE, "a control group that is none");
    stage_close(&s);
    networks_free(net);
}

static void
ranking(void)
{
    struct stage s;
    struct err err;
    stage_open(&s);
    for (int i = 0; i < 3; i++) {
        stage_seen(&s, d(i), "a", "mirai", "14.160.0.0", 10, 1);
        stage_seen(&s, d(i), "b", "mirai", "14.160.0.5", 10, 1); /* 15 together */
        stage_seen(&s, d(i), "a", "mozi", "14.161.0.0", 18, 1);
    }
    stage_seen(&s, d(0), "a", "andromeda", "14.162.0.0", 50, 1); /* many, but once */
    struct measure_request r = MEASURE_REQUEST;
    r.sightings = s.sightings;
    struct table *table = compute(&r, "top");
    has(table, 0, "family", "mozi");
    has(table, 0, "address_days", "54");
    has(table, 1, "family", "andromeda");
    has(table, 2, "family", "mirai");
    has(table, 2, "address_days", "45");
    has(table, 2, "share_percent", "30.20");
    table_free(table);
    tap_no_err(measure_ranking_set(s.sightings, STR("mirai, conficker"), &err), &err, "a list");
    table = compute(&r, "top");
    has(table, 0, "family", "mirai");
    has(table, 0, "computed_rank", "3");
    has(table, 1, "family", "conficker");
    has(table, 1, "address_days", "0");
    has(table, 2, "pinned", "no");
    table_free(table);
    stage_close(&s);
}

static void
add_up(void *context, day at, str family, uint64_t distinct)
{
    struct buf *out = context;
    buf_printf(out, "%d %.*s %llu\n", (int)(at - d(0)), STR_ARG(family),
               (unsigned long long)distinct);
}

static void
questions(void)
{
    struct stage s;
    struct err err;
    stage_open(&s);
    stage_seen(&s, d(0), "a", "mirai", "14.160.0.0", 10, 1);
    stage_seen(&s, d(0), "b", "mirai", "14.160.0.5", 10, 1);
    stage_seen(&s, d(1), "a", "mozi", "14.160.0.0", 4, 1);
    stage_seen(&s, d(2), "a", "mirai", "14.160.0.3", 10, 1);
    struct buf out = BUF(4096);
    struct set_query all = SET_QUERY_ALL, first = all, second = all, third = all;
    uint64_t n = 0;
    first.from = first.to = d(0);
    second.from = second.to = d(1);
    third.from = third.to = d(2);
    tap_no_err(question_day_family(s.sightings, &all, add_up, &out, &err), &err, "per day");
    tap_eq_str(buf_view(&out), STR("0 mirai 15\n1 mozi 4\n2 mirai 10\n"), "distinct per day");
    buf_clear(&out);
    question_distinct(s.sightings, &all, &n, &err);
    tap_eq_i64(n, 15, "distinct");
    question_difference(s.sightings, &first, &third, &n, &err);
    tap_eq_i64(n, 5, "gone");
    question_recurring(s.sightings, &first, &second, &third, &n, &err);
    tap_eq_i64(n, 9, "seen, away, seen again");
    stage_close(&s);
}

int
main(void)
{
    daily();
    networks();
    gauge();
    exact_percent();
    frozen();
    policy_loss();
    witness();
    outage();
    silence();
    control_group();
    ranking();
    questions();
    return tap_done();
}
