/* SPDX-License-Identifier: Apache-2.0 */
/* CPU of one chart as HTML: 60 days of ten families as one plot and as ten, and the map. */
#include "bench.h"

#include "base/rng.h"
#include "portal/charts/charts.h"

enum { DAYS = 60, FAMILIES = 10, SOURCES = 4, TIMES = 400, ROUNDS = 5 };

static double values[FAMILIES][DAYS];
static struct chart_series series[FAMILIES];
static enum chart_health states[SOURCES][DAYS];
static struct chart_source sources[SOURCES];
static struct chart_stretch stretch;
static struct chart_trend trend;
static struct chart_province provinces[34];
static struct chart_map map;

static void
make_figures(void)
{
    static const char *const codes[] = {"01", "04", "08", "11", "12", "14", "15", "19", "20",
                                        "22", "24", "25", "31", "33", "37", "38", "40", "42",
                                        "44", "46", "48", "51", "52", "56", "66", "68", "75",
                                        "79", "80", "82", "86", "91", "92", "96"};
    struct rng rng = {2020};
    struct chart_head head = {LANGUAGE_VI,
                              "c",
                              STR("Địa chỉ có dấu hiệu nhiễm mã độc"),
                              STR("địa chỉ mỗi ngày"),
                              0,
                              STR("Một địa chỉ không là một máy.")};
    day first = day_from_civil(2026, 9, 27);
    for (size_t i = 0; i < FAMILIES; i++) {
        for (size_t d = 0; d < DAYS; d++)
            values[i][d] = 20000 + (double)rng_below(&rng, 90000);
        series[i] = (struct chart_series){STR("avalanche-andromeda"), values[i]};
    }
    for (size_t i = 0; i < SOURCES; i++) {
        for (size_t d = 0; d < DAYS; d++)
            states[i][d] = d % 20 == i ? CHART_HEALTH_SHRUNK : CHART_HEALTH_OK;
        sources[i] = (struct chart_source){STR("event4_sinkhole"), states[i]};
    }
    stretch = (struct chart_stretch){first + 20, first + 23, STR("nguồn không gửi dữ liệu")};
    trend = (struct chart_trend){head,
                                 first,
                                 DAYS,
                                 series,
                                 FAMILIES,
                                 &stretch,
                                 1,
                                 {first, first + 13},
                                 {first + 40, first + 53},
                                 40000,
                                 first + DAYS - 1,
                                 sources,
                                 SOURCES};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        provinces[i] =
            (struct chart_province){str_of(codes[i]), (double)rng_below(&rng, 3000) / 100};
    map = (struct chart_map){head, first, provinces, sizeof codes / sizeof *codes, NULL};
    map.head.decimals = 1;
}

static void
draw_trend(struct buf *out)
{
    chart_trend(&trend, out);
}

static void
draw_multiples(struct buf *out)
{
    chart_multiples(&trend, out);
}

static void
draw_map(struct buf *out)
{
    chart_map(&map, out);
}

static void
measure(const char *name, void (*draw)(struct buf *out), double most, const char *bar)
{
    struct buf out = BUF(1 << 20);
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds();
        for (int i = 0; i < TIMES; i++) {
            buf_reset(&out);
            draw(&out);
        }
        double each = (cpu_seconds() - start) / TIMES * 1e3;
        best = each < best ? each : best;
    }
    fprintf(stderr, "%s: %zu bytes\n", name, out.n);
    bench_print(&(struct bench_row){name, "ms CPU", NULL, bar, best, 0, 0, best <= most});
    buf_clear(&out);
}

int
main(void)
{
    make_figures();
    measure("chart: trend, 60 days x 10 families", draw_trend, 0.5, "<= 0.5");
    measure("chart: ten small trends", draw_multiples, 0.5, "<= 0.5");
    measure("chart: map of 34 provinces", draw_map, 0.2, "<= 0.2");
    return 0;
}
