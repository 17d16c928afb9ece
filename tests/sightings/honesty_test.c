/* SPDX-License-Identifier: Apache-2.0 */
/* Figures that would mislead: days that are not over, gaps counted as nothing, names that vanish,
 * codes that change their meaning. Each must be right, or say that it cannot be compared. */
#include "stage.h"

#include "sightings/measures/measures.h"

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
    if (tap_ok(row < table_rows(table), "there is a row %zu", row))
        tap_eq_str(table_text(table, row, column, &arena), str_of(want), "row %zu, %s", row,
                   column);
    arena_clear(&arena);
}

/* One row of a measure, in one call. */
static void
gives(const struct measure_request *request, const char *name, size_t row, const char *column,
      const char *want)
{
    struct table *table = compute(request, name);
    has(table, row, column, want);
    table_free(table);
}

static struct measure_request
request_of(struct stage *s)
{
    struct measure_request r = MEASURE_REQUEST;
    r.sightings = s->sightings;
    return r;
}

/* A morning's file must not look like a clean-up, though its fall is within what weekends do. */
static void
day_not_over(void)
{
    struct stage s;
    stage_open(&s);
    for (int i = 0; i < 8; i++)
        stage_seen(&s, d(i), "a", "mirai", "14.160.0.0", i < 7 ? 1000 : 700, 1);
    setenv("KHIEN_NOW", "2026-09-08T06:00:00Z", 1);
    struct measure_request r = request_of(&s);
    gives(&r, "mean", 0, "to", "2026-09-07");
    gives(&r, "mean", 0, "mean_daily", "1000.0");
    gives(&r, "compare", 0, "result_to", "2026-09-07");
    gives(&r, "daily", 7, "day", "2026-09-08");
    gives(&r, "daily", 7, "comparable", "no");
    gives(&r, "daily", 6, "comparable", "yes");
    r.to = d(7);
    gives(&r, "mean", 0, "comparable", "no");
    gives(&r, "mean", 0, "reasons", "2026-09-08 is not over yet");
    stage_close(&s);
}

/* An explained gap is no day without infections. */
static void
gaps(void)
{
    struct stage s;
    struct err err;
    stage_open(&s);
    for (int i = 0; i < 10; i++)
        if (i != 4 && i != 5)
            stage_seen(&s, d(i), "a", "mirai", "14.160.0.0", 100, 1);
    for (int i = 4; i < 6; i++)
        tap_no_err(sightings_note_set(s.sightings, STR("a"), d(i), STR("ok: moved house"), &err),
                   &err, "a note");
    struct measure_request r = request_of(&s);
    gives(&r, "mean", 0, "comparable", "yes");
    gives(&r, "mean", 0, "days", "8");
    gives(&r, "mean", 0, "mean_daily", "100.0");
    gives(&r, "mean", 0, "minimum", "100");
    gives(&r, "top", 0, "mean_daily", "100.0");
    gives(&r, "estimate", 0, "mean_daily", "100.0");
    gives(&r, "networks", 0, "mean_daily", "100.0");
    stage_close(&s);
}

/* What is nowhere in the store cannot have been cleaned: a frozen name that nobody reports now. */
static void
vanished_name(void)
{
    struct stage s, later;
    struct err err;
    struct buf kept = BUF(1 << 20);
    stage_open(&s);
    for (int i = 0; i < 5; i++)
        stage_seen(&s, d(i), "a", "old-name", "14.160.0.0", 100, 1);
    struct measure_request r = request_of(&s);
    r.baseline = (struct measure_window){d(0), d(4)};
    tap_no_err(measure_baseline_freeze(&r, STR("x"), false, &err), &err, "frozen");
    tap_no_err(sightings_setting(s.sightings, "baseline.x", &kept, &err), &err, "kept");
    stage_open(&later); /* as after a replay with other names */
    for (int i = 0; i < 10; i++)
        stage_seen(&later, d(i), "a", "new-name", "14.160.0.0", 100, 1);
    tap_no_err(sightings_set_setting(later.sightings, "baseline.x", buf_view(&kept), &err), &err,
               "put");
    r = request_of(&later);
    r.baseline_name = STR("x");
    r.result = (struct measure_window){d(5), d(9)};
    gives(&r, "compare", 0, "change_percent", "0.00");
    gives(&r, "compare", 2, "scope", "family:old-name");
    gives(&r, "compare", 2, "comparable", "no");
    gives(&r, "compare", 2, "target_met", "");
    gives(&r, "compare", 1, "comparable", "no"); /* the largest: all of them vanished */
    buf_clear(&kept);
    stage_close(&later);
    stage_close(&s);
}

/* A source begins to report one more family: too little for the source to have grown. */
static void
family_added(void)
{
    struct stage s;
    stage_open(&s);
    for (int i = 0; i < 20; i++) {
        stage_seen(&s, d(i), "a", "mirai", "14.160.0.0", 1000, 1);
        if (i >= 14)
            stage_seen(&s, d(i), "a", "qsnatch", "14.170.0.0", 200, 1);
    }
    struct measure_request r = request_of(&s);
    gives(&r, "compare", 0, "comparable", "no");
    r.family = STR("mirai");
    gives(&r, "compare", 0, "comparable", "yes");
    stage_close(&s);
}

/* New and gone compare halves of the same length; one day has none. */
static void
halves(void)
{
    struct stage s;
    stage_open(&s);
    for (int i = 0; i < 3; i++)
        stage_seen(&s, d(i), "a", "mirai", i == 1 ? "14.170.0.0" : "14.160.0.0", 100, 1);
    struct measure_request r = request_of(&s);
    gives(&r, "networks", 0, "new", "0");
    gives(&r, "networks", 0, "gone", "0");
    r.to = d(0);
    gives(&r, "networks", 0, "new", "");
    stage_close(&s);
}

/* Code 24 was another province before July 2025; 01 did not change. */
static void
provinces(void)
{
    static const char registry[] =
        "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to\n"
        "14.160.0.0/24,64500,First,first,VN,24,,fixed,,,\n"
        "14.160.1.0/24,64500,First,first,VN,01,,fixed,,,\n";
    struct stage s;
    struct err err;
    struct networks_report report;
    struct networks *net = networks_new();
    tap_no_err(networks_read(net, "net.csv", str_of(registry), NULL, NULL, &report, &err), &err,
               "a registry");
    stage_open(&s);
    day merge = day_from_civil(2025, 7, 1);
    for (int i = -4; i < 4; i++)
        stage_seen(&s, merge + i, "a", "mirai", "14.160.0.0", 512, 1);
    struct measure_request r = request_of(&s);
    r.networks = net;
    gives(&r, "mean", 0, "comparable", "yes");
    r.by = BY_PROVINCE;
    gives(&r, "networks", 0, "comparable", "no");
    gives(&r, "daily", 9, "day", "2025-07-01");
    gives(&r, "daily", 9, "comparable", "no");
    gives(&r, "daily", 11, "comparable", "yes");
    r.by = BY_DEFAULT;
    r.province = STR("24");
    gives(&r, "compare", 0, "comparable", "no");
    r.province = STR("01");
    gives(&r, "compare", 0, "comparable", "yes");
    r.control = STR("province:24");
    gives(&r, "compare", 0, "comparable", "no");
    stage_close(&s);
    networks_free(net);
}

int
main(void)
{
    day_not_over();
    gaps();
    vanished_name();
    family_added();
    halves();
    provinces();
    return tap_done();
}
