/* SPDX-License-Identifier: Apache-2.0 */
/* charts_demo vi|en|hostile STYLE.css…: one page with every chart, over made-up figures, for eyes,
 * for XML parsers and for browsers; the style sheets are put into it. */
#include "portal/charts/charts.h"

#include "base/file.h"
#include "base/require.h"
#include "base/rng.h"

#include <stdio.h>

enum { DAYS = 60, FAMILIES = 10, SOURCES = 4 };

static struct buf out = {.cap = 16 << 20};
static enum language language;
static struct rng rng = {7};
static bool hostile; /* every text wants to break out of its place */

static const char *
word(const char *vi, const char *en)
{
    if (hostile)
        return "</text></title><script>\"'&]]></script>--> <!-- \xe1\xba\xad";
    return language == LANGUAGE_VI ? vi : en;
}

static struct chart_head
head(const char *id, const char *vi, const char *en)
{
    return (struct chart_head){
        .language = language,
        .id = id,
        .caption = str_of(word(vi, en)),
        .unit = str_of(word("địa chỉ mỗi ngày", "addresses a day")),
        .note = str_of(word("Một địa chỉ không phải là một máy: nhiều máy dùng chung một địa chỉ.",
                            "An address is not a machine: several may share one.")),
    };
}

/* A level that falls slowly from day 25 on, with weekends and noise. */
static double
level(double start, size_t d)
{
    double fall = d > 25 ? pow(0.985, (double)(d - 25)) : 1;
    double weekend = d % 7 < 2 ? 0.88 : 1;
    return floor(start * fall * weekend * (0.96 + 0.0001 * (double)rng_below(&rng, 800)));
}

static double values[FAMILIES][DAYS];
static struct chart_series series[FAMILIES];
static enum chart_health states[SOURCES][DAYS];
static struct chart_source sources[SOURCES];
static struct chart_stretch stretches[2];

static void
make_figures(day first)
{
    static const char *const families[FAMILIES] = {"avalanche-andromeda",
                                                   "conficker",
                                                   "necurs",
                                                   "mirai",
                                                   "gamut",
                                                   "sality",
                                                   "ramnit",
                                                   "virut.ng",
                                                   "nymaim",
                                                   "android.hummer"};
    static const char *const names[SOURCES] = {"event4_sinkhole", "event4_sinkhole_http",
                                               "event6_sinkhole", "feodo-ipblocklist"};
    for (size_t i = 0; i < FAMILIES; i++) {
        for (size_t d = 0; d < DAYS; d++)
            values[i][d] = level(900 * pow(0.72, (double)i), d);
        values[i][12] = values[i][13] = CHART_ABSENT;
        series[i] = (struct chart_series){str_of(word(families[i], families[i])), values[i]};
    }
    values[2][40] = values[2][42] = CHART_ABSENT; /* a day alone */
    for (size_t i = 0; i < SOURCES; i++) {
        for (size_t d = 0; d < DAYS; d++)
            states[i][d] = CHART_HEALTH_OK;
        sources[i] = (struct chart_source){str_of(word(names[i], names[i])), states[i]};
    }
    states[0][12] = states[0][13] = CHART_HEALTH_MISSING;
    states[1][30] = CHART_HEALTH_POLICY_CHANGE;
    states[1][44] = CHART_HEALTH_SHRUNK;
    states[1][50] = CHART_HEALTH_GROWN;
    for (size_t d = 0; d < 20; d++)
        states[2][d] = CHART_HEALTH_NONE;
    states[2][20] = CHART_HEALTH_FIRST_DAY;
    states[3][36] = states[3][37] = CHART_HEALTH_EXPLAINED;
    stretches[0] = (struct chart_stretch){
        first + 12, first + 13,
        str_of(word("nguồn event4_sinkhole không gửi dữ liệu", "event4_sinkhole was missing"))};
    stretches[1] =
        (struct chart_stretch){first + 30, first + 30,
                               str_of(word("nguồn event4_sinkhole_http đổi cách đếm",
                                           "event4_sinkhole_http counts differently since then"))};
}

static void
show_trends(day first)
{
    static double total[DAYS];
    static struct chart_series all;
    for (size_t d = 0; d < DAYS; d++) {
        total[d] = 0;
        for (size_t i = 0; i < FAMILIES; i++)
            total[d] += values[i][d];
        if (isnan(values[2][d]) && d > 20)
            total[d] = level(3000, d);
    }
    all = (struct chart_series){str_of(word("Tất cả", "All")), total};
    struct chart_trend trend = {.head = head("t1", "Địa chỉ có dấu hiệu nhiễm mã độc",
                                             "Addresses with signs of infection"),
                                .first = first,
                                .days = DAYS,
                                .series = &all,
                                .series_count = 1,
                                .stretches = stretches,
                                .stretch_count = 2,
                                .baseline = {first, first + 13},
                                .result = {first + DAYS - 15, first + DAYS - 2},
                                .target = 1500,
                                .today = first + DAYS - 1,
                                .sources = sources,
                                .source_count = SOURCES};
    chart_trend(&trend, &out);
    trend.head = head("t2", "Năm họ mã độc nhiều nhất", "The five largest families");
    trend.series = series;
    trend.series_count = 5;
    trend.baseline = trend.result = CHART_NO_WINDOW;
    trend.target = CHART_ABSENT;
    chart_trend(&trend, &out);
    trend.head = head("t3", "Mười họ mã độc", "Ten families");
    trend.series_count = FAMILIES;
    trend.source_count = 0;
    chart_trend(&trend, &out);
    trend.head = head("m1", "Mười họ mã độc, mỗi họ một hình", "Ten families, one plot each");
    trend.source_count = SOURCES;
    chart_multiples(&trend, &out);
}

static void
show_long_trend(void)
{
    enum { LONG = 1500 };
    static double level_of[LONG];
    static struct chart_series one;
    for (size_t d = 0; d < LONG; d++)
        level_of[d] = d > 700 && d < 760 ? CHART_ABSENT : 2e6 + 1e6 * sin((double)d / 200);
    one = (struct chart_series){str_of(word("Tất cả", "All")), level_of};
    struct chart_trend trend = {.head = head("t4", "Bốn năm", "Four years"),
                                .first = day_from_civil(2022, 10, 1),
                                .days = LONG,
                                .series = &one,
                                .series_count = 1,
                                .baseline = CHART_NO_WINDOW,
                                .result = CHART_NO_WINDOW,
                                .target = CHART_ABSENT,
                                .today = DAY_NONE};
    chart_trend(&trend, &out);
    trend.head = head("t5", "Chưa có gì", "Nothing yet");
    trend.days = 0;
    chart_trend(&trend, &out);
}

static void
show_gauges(day first)
{
    static str reason;
    struct chart_gauge gauge = {.head = head("g1", "Chiến dịch có hiệu quả không?",
                                             "Does the campaign work?"),
                                .baseline_sum = 45863,
                                .baseline_days = 14,
                                .now_sum = 46611,
                                .now_days = 14,
                                .baseline = {first, first + 13},
                                .now = {first + 45, first + 58},
                                .target_percent = -50,
                                .low_percent = -0.4,
                                .high_percent = 3.7,
                                .verdict = CHART_NOT_MET};
    gauge.head.decimals = 1;
    chart_gauge(&gauge, &out);
    gauge.head.id = "g2";
    gauge.now_sum = 21440;
    gauge.low_percent = -55;
    gauge.high_percent = -51;
    gauge.verdict = CHART_MET;
    chart_gauge(&gauge, &out);
    reason = stretches[1].reason;
    gauge.head.id = "g3";
    gauge.verdict = CHART_NOT_COMPARABLE;
    gauge.low_percent = CHART_ABSENT;
    gauge.reasons = &reason;
    gauge.reason_count = 1;
    chart_gauge(&gauge, &out);
}

static void
show_bars(void)
{
    const struct chart_bar bars[] = {
        {str_of(word("VNPT", "VNPT")), 12.51, 12.2, 12.83},
        {STR("Viettel"), 9.87, 9.61, 10.13},
        {STR("FPT Telecom"), 15.02, 14.1, 16},
        {STR("CMC Telecom"), 14.5, 12.6, 16.7},
        {STR("SCTV"), 3.1, 1.2, 7.9},
        {STR("Công ty cổ phần hạ tầng viễn thông Tây Đô"), 6.2, 5.4, 7.1},
        {STR("MobiFone"), 2.25, NAN, NAN},
        {STR("NetNam"), NAN, NAN, NAN},
    };
    struct chart_bars chart = {.head = head("b1", "Nhà mạng: tỷ lệ địa chỉ có dấu hiệu nhiễm",
                                            "Providers: share of addresses with signs"),
                               .bars = bars,
                               .count = sizeof bars / sizeof *bars};
    chart.head.decimals = 2;
    chart.head.unit = str_of(word("trên 10.000 địa chỉ", "per 10,000 addresses"));
    chart_bars(&chart, &out);
}

static void
show_flows(day first)
{
    static double kinds[4][DAYS];
    for (size_t d = 0; d < DAYS; d++) {
        kinds[0][d] = level(420, d);
        kinds[1][d] = level(260, d);
        kinds[2][d] = level(1900, d);
        kinds[3][d] = level(520, d) * (d > 25 ? 1.3 : 1);
        if (d == 12 || d == 13)
            for (size_t i = 0; i < 4; i++)
                kinds[i][d] = CHART_ABSENT;
    }
    struct chart_flows flows = {.head = head("f1", "Mới, quay lại, đã hết", "New, back, gone"),
                                .first = first,
                                .days = DAYS,
                                .fresh = kinds[0],
                                .returning = kinds[1],
                                .stayed = kinds[2],
                                .gone = kinds[3]};
    chart_flows(&flows, &out);
}

static void
show_maps(void)
{
    static char codes[100][3];
    static struct chart_province provinces[100];
    size_t count = 0;
    for (int code = 1; code < 97; code++) {
        snprintf(codes[count], sizeof codes[count], "%02d", code);
        if (code == 12)
            continue;
        provinces[count] = (struct chart_province){
            str_of(codes[count]), 0.5 + (double)rng_below(&rng, 2000) / 100 * (code % 5 + 1) / 5};
        count++;
    }
    struct chart_map map = {.head = head("map1", "Tỉnh, thành phố", "Provinces"),
                            .at = day_from_civil(2026, 11, 1),
                            .provinces = provinces,
                            .count = count};
    map.head.decimals = 1;
    map.head.unit = str_of(word("trên 10.000 địa chỉ", "per 10,000 addresses"));
    chart_map(&map, &out);
    map.head.id = "map2";
    map.at = day_from_civil(2025, 6, 30);
    chart_map(&map, &out);
}

int
main(int argc, char **argv)
{
    day first = day_from_civil(2026, 9, 27);
    language = argc > 1 && strcmp(argv[1], "vi") == 0 ? LANGUAGE_VI : LANGUAGE_EN;
    hostile = argc > 1 && strcmp(argv[1], "hostile") == 0;
    buf_printf(&out,
               "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"/>"
               "<meta name=\"viewport\" content=\"width=device-width\"/><title>Charts</title>",
               language_code(language));
    for (int i = 2; i < argc; i++) {
        struct err err;
        struct buf style = BUF(1 << 20);
        require(file_read(argv[i], style.cap, &style, &err) == OK);
        buf_z(&out, "<style>");
        buf_str(&out, buf_view(&style));
        buf_z(&out, "</style>");
        buf_clear(&style);
    }
    buf_z(&out, "</head><body><main class=\"wide\">");
    make_figures(first);
    show_trends(first);
    show_long_trend();
    show_gauges(first);
    show_bars();
    show_flows(first);
    show_maps();
    buf_z(&out, "</main></body></html>\n");
    require(buf_check(&out, "page", NULL) == OK);
    fwrite(out.p, 1, out.n, stdout);
    buf_clear(&out);
    return 0;
}
