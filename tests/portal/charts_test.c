/* SPDX-License-Identifier: Apache-2.0 */
/* Charts say what they were given: figures in tables, gaps as gaps, absent as absent, escaped
 * texts, and nothing breaks at the edges. tests/cli/charts_page.t reads a page of them as XML. */
#include "portal/charts/axis.h"
#include "portal/charts/charts.h"
#include "portal/charts/number.h"

#include "base/tap.h"

#include <stdio.h>

static size_t
count(str text, const char *needle)
{
    size_t n = 0;
    for (size_t at; (at = str_find(text, str_of(needle))) != SIZE_MAX; n++)
        text = str_from(text, at + strlen(needle));
    return n;
}

static bool
has(const struct buf *out, const char *needle)
{
    return str_find(buf_view(out), str_of(needle)) != SIZE_MAX;
}

static struct chart_head
head(enum language language)
{
    return (struct chart_head){
        .language = language, .id = "c", .caption = STR("Caption"), .unit = STR("a day")};
}

/* ---- numbers ---- */

static void
check_number(enum language language, double value, int decimals, const char *want)
{
    char out[NUMBER_TEXT];
    tap_eq_str(number_text(out, language, value, decimals), str_of(want), "%g: %s", value, want);
}

static void
test_numbers(void)
{
    char out[NUMBER_TEXT];
    day d = day_from_civil(2026, 1, 9);
    check_number(LANGUAGE_VI, 1234567, 0, "1.234.567");
    check_number(LANGUAGE_EN, 1234567, 0, "1,234,567");
    check_number(LANGUAGE_VI, 12.5, 1, "12,5");
    check_number(LANGUAGE_EN, 1000.05, 2, "1,000.05");
    check_number(LANGUAGE_EN, 0, 0, "0");
    check_number(LANGUAGE_EN, 0.999, 2, "1.00");
    check_number(LANGUAGE_EN, -0.001, 2, "0.00");
    check_number(LANGUAGE_VI, -47.8, 1, "−47,8");
    check_number(LANGUAGE_VI, NAN, 0, "–");
    check_number(LANGUAGE_EN, INFINITY, 2, "–");
    check_number(LANGUAGE_EN, 999999999999999, 0, "999,999,999,999,999");
    check_number(LANGUAGE_EN, 1e14, 6, "100,000,000,000,000.000");
    check_number(LANGUAGE_VI, 1.5e300, 0, "1,5e+300");
    tap_eq_str(number_change(out, LANGUAGE_VI, 1.6309), STR("+1,63\xc2\xa0%"), "a rise");
    tap_eq_str(number_change(out, LANGUAGE_EN, -50), STR("−50.00\xc2\xa0%"), "a fall");
    tap_eq_str(number_change(out, LANGUAGE_EN, 0.001), STR("0.00\xc2\xa0%"), "no change, no sign");
    tap_eq_str(number_percent(out, LANGUAGE_VI, -50), STR("−50\xc2\xa0%"), "a target");
    tap_eq_str(number_percent(out, LANGUAGE_VI, -47.8), STR("−47,8\xc2\xa0%"), "an odd target");
    tap_eq_str(number_day(out, LANGUAGE_VI, d), STR("09/01/2026"), "a day in Vietnamese");
    tap_eq_str(number_day(out, LANGUAGE_EN, d), STR("2026-01-09"), "a day in English");
    tap_eq_str(number_day_month(out, LANGUAGE_VI, d), STR("09/01"), "day and month");
    tap_eq_str(number_day_month(out, LANGUAGE_EN, d), STR("01-09"), "month and day");
    tap_eq_str(number_month(out, LANGUAGE_VI, d), STR("01/2026"), "a month in Vietnamese");
    tap_eq_str(number_month(out, LANGUAGE_EN, d), STR("2026-01"), "a month in English");
}

static void
check_axis(double max, int decimals, double top, double step)
{
    struct axis axis = axis_for(max, decimals);
    tap_ok(fabs(axis.top - top) < 1e-9 * top && fabs(axis.step - step) < 1e-9 * step,
           "axis up to %g: top %g, step %g", max, axis.top, axis.step);
}

static void
test_axes(void)
{
    check_axis(0, 0, 1, 1);
    check_axis(1, 0, 1, 1);
    check_axis(933, 0, 1000, 200);
    check_axis(1000, 0, 1000, 200);
    check_axis(1001, 0, 1200, 200);
    check_axis(0.37, 2, 0.4, 0.1);
    check_axis(2e9, 0, 2e9, 5e8);
    struct axis axis = axis_for(3e6, 0);
    tap_eq_z(axis_unit(&axis), "millions", "millions are said once");
}

static void
test_points(void)
{
    double values[15] = {1, 2, 3, 4, 5, 6, 7, NAN, NAN, 10, NAN, 12, -3, INFINITY, 15};
    struct points points = points_for(100, 15, 10);
    tap_eq_i64(points.count, 3, "15 days in weeks are three points");
    tap_ok(points_value(&points, values, 0) == 4, "the mean of a week");
    tap_ok(points_value(&points, values, 1) == 11, "what is absent, negative or infinite is not 0");
    tap_ok(points_value(&points, values, 2) == 15, "the short last week");
    tap_eq_i64(points_day(&points, 2), 114, "its first day");
    tap_eq_i64(points_find(&points, 113), 1, "the point of a day");
    tap_ok(points_find(&points, 115) == SIZE_MAX, "a day after the last");
    values[14] = NAN;
    tap_ok(isnan(points_value(&points, values, 2)), "a week without a value is absent");
    tap_eq_i64(points_for(0, 1100, CHART_DAYS_MAX).step, 1, "1,100 days are days");
    tap_eq_i64(points_for(0, 1101, CHART_DAYS_MAX).step, 7, "1,101 days are weeks");
    tap_eq_i64(points_for(0, 7 * 1100 + 1, CHART_DAYS_MAX).step, 14, "21 years are fortnights");
}

/* ---- trends ---- */

static const struct chart_trend *
trend_of(const double *values, size_t days)
{
    static struct chart_series series;
    static struct chart_trend trend;
    series = (struct chart_series){STR("Family"), values};
    trend = (struct chart_trend){.head = head(LANGUAGE_EN),
                                 .first = day_from_civil(2026, 11, 1),
                                 .days = days,
                                 .series = &series,
                                 .series_count = 1,
                                 .baseline = CHART_NO_WINDOW,
                                 .result = CHART_NO_WINDOW,
                                 .target = CHART_ABSENT,
                                 .today = DAY_NONE};
    return &trend;
}

/* The d of the first line of the wide drawing. */
static str
line_of(const struct buf *out)
{
    str rest = buf_view(out), line;
    rest = str_from(rest, str_find(rest, STR("chart-line")));
    rest = str_from(rest, str_find(rest, STR(" d=\"")) + 4);
    return str_cut(&rest, '"', &line) ? line : (str){NULL, 0};
}

static void
test_gap(void)
{
    struct buf out = BUF(1 << 20);
    double values[] = {1000, 2000, NAN, 3000, NAN, 4000, 1500};
    chart_trend(trend_of(values, 7), &out);
    str line = line_of(&out);
    tap_eq_i64(count(line, "M"), 3, "two gaps make three pieces");
    tap_eq_i64(count(line, "L"), 2, "and no line crosses a gap");
    tap_ok(has(&out, "<th scope=\"row\">2026-11-03</th><td class=\"chart-number\">–</td>"),
           "the table says that a day is absent");
    tap_ok(has(&out, "<th scope=\"row\">2026-11-06</th><td class=\"chart-number\">4,000</td>"),
           "and gives the figure of one that is not");
    tap_ok(has(&out, "Family: 1,000 on 2026-11-01, 1,500 on 2026-11-07 (change: "
                     "+50.00\xc2\xa0%); the highest, 4,000, on 2026-11-06."),
           "the description says first, last, change and highest");
    buf_clear(&out);
}

static void
test_windows_and_today(void)
{
    struct buf out = BUF(1 << 20);
    double values[] = {10, 20, 30, 40};
    struct chart_stretch stretches[] = {
        {day_from_civil(2026, 11, 2), day_from_civil(2026, 11, 3), STR("was <missing>")},
        {day_from_civil(2020, 1, 1), day_from_civil(2020, 1, 2), STR("long ago")}};
    struct chart_trend trend = *trend_of(values, 4);
    trend.stretches = stretches;
    trend.stretch_count = 2;
    trend.today = trend.first + 3;
    trend.target = 60;
    trend.baseline = (struct chart_window){trend.first - 5, trend.first + 1};
    chart_trend(&trend, &out);
    tap_eq_i64(count(buf_view(&out), "<rect class=\"chart-broken\""), 1, "one key of the hatch");
    tap_eq_i64(count(buf_view(&out), " class=\"chart-broken\" fill=\"url(#c-hatch)\"/>"), 2,
               "a stretch is hatched in both drawings, one outside the days in none");
    tap_ok(has(&out, "<li>2026-11-02 to 2026-11-03: was &lt;missing&gt;</li>"), "its reason");
    tap_ok(has(&out, "2026-11-02</th><td class=\"chart-number\">20</td><td>not comparable: 1</td>"),
           "its number in the table");
    tap_ok(has(&out, "40</td><td>not over yet</td>"), "the day that is not over");
    tap_eq_i64(count(buf_view(&out), "class=\"chart-today "), 2, "it is drawn apart");
    tap_eq_i64(count(line_of(&out), "L"), 2, "and the line ends before it");
    tap_eq_i64(count(buf_view(&out), ">Baseline</text>"), 2, "the baseline is marked");
    tap_eq_i64(count(buf_view(&out), ">Result</text>"), 0, "no result, no mark");
    tap_eq_i64(count(buf_view(&out), ">Target 60</text>"), 2, "the target is named");
    buf_clear(&out);
}

static void
check_edge(const char *name, const double *values, size_t days, const char *want)
{
    struct buf out = BUF(1 << 20);
    struct err err;
    chart_trend(trend_of(values, days), &out);
    chart_multiples(trend_of(values, days), &out);
    tap_no_err(buf_check(&out, "chart", &err), &err, "%s: it fits", name);
    tap_ok(has(&out, want), "%s: %s", name, want);
    tap_ok(!has(&out, "nan") && !has(&out, "inf"), "%s: no number that is none", name);
    buf_clear(&out);
}

static void
test_edges(void)
{
    double one[] = {7}, absent[] = {NAN, NAN, NAN}, alone[] = {NAN, 5, NAN},
           huge[] = {1e18, 1.7e308, 3}, equal[] = {9, 9, 9, 9}, zero[] = {0, 0},
           wrong[] = {-5, INFINITY, 2};
    check_edge("no day", one, 0, "There are no data for this yet.");
    check_edge("one day", one, 1, "Family: 7 on 2026-11-01, the only day with data.");
    check_edge("all absent", absent, 3, "Family: no data.");
    check_edge("one value", alone, 3, "Family: 5 on 2026-11-02, the only day with data.");
    check_edge("huge", huge, 3, "Family: 1.0e+18 on 2026-11-01, 3 on 2026-11-03");
    check_edge("equal", equal, 4, "9 on 2026-11-04 (change: 0.00\xc2\xa0%)");
    check_edge("zero", zero, 2, "(change: –)");
    check_edge("wrong", wrong, 3, "Family: 2 on 2026-11-03, the only day with data.");
}

static void
test_caps(void)
{
    enum { DAYS = 1200, MANY = 15 };
    struct buf out = BUF(8 << 20);
    static double values[DAYS];
    static enum chart_health states[DAYS];
    struct chart_series series[MANY];
    struct chart_source sources[30];
    char names[MANY][16];
    for (size_t d = 0; d < DAYS; d++)
        values[d] = (double)(d / 7 * 100);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "family%zu", i);
        series[i] = (struct chart_series){str_of(names[i]), values};
    }
    for (size_t i = 0; i < 30; i++)
        sources[i] = (struct chart_source){STR("source"), states};
    states[3] = CHART_HEALTH_MISSING;
    states[4] = (enum chart_health)99;
    struct chart_trend trend = *trend_of(values, DAYS);
    trend.series = series;
    trend.series_count = MANY;
    trend.sources = sources;
    trend.source_count = 30;
    chart_trend(&trend, &out);
    tap_ok(has(&out, "is the mean of the 7 days from its date on"), "grouping is said");
    tap_ok(has(&out, "<th scope=\"row\">2026-11-08</th><td class=\"chart-number\">100</td>"),
           "a row of the table is a week's mean");
    tap_eq_i64(count(buf_view(&out), "<path class=\"chart-line chart-s"), 2 * 12 + 12,
               "twelve lines in two drawings and the key");
    tap_ok(has(&out, "The picture shows 12 of 15; the table has all."), "what is left out is said");
    tap_ok(has(&out, "<th scope=\"col\">family14</th>"), "and in the table");
    tap_ok(has(&out, "The picture shows 24 of 30 sources"), "the same for sources");
    tap_ok(has(&out, "2026-11-04</td><td>2026-11-04</td><td>nothing delivered</td>"),
           "the health table has the day");
    buf_clear(&out);
}

/* ---- the others ---- */

static void
test_gauge(void)
{
    struct buf out = BUF(1 << 20);
    str reason = STR("a & b");
    struct chart_gauge gauge = {.head = head(LANGUAGE_VI),
                                .baseline_sum = 45863,
                                .baseline_days = 14,
                                .now_sum = 46611,
                                .now_days = 14,
                                .baseline = CHART_NO_WINDOW,
                                .now = CHART_NO_WINDOW,
                                .target_percent = -50,
                                .low_percent = CHART_ABSENT,
                                .high_percent = CHART_ABSENT,
                                .verdict = CHART_NOT_COMPARABLE,
                                .reasons = &reason,
                                .reason_count = 1};
    chart_gauge(&gauge, &out);
    tap_ok(has(&out, "(46.611/14) ÷ (45.863/14) − 1 = +1,63\xc2\xa0%"), "the arithmetic");
    tap_ok(has(&out, "chart-not-comparable"), "the verdict");
    tap_ok(has(&out, "<li>a &amp; b</li>"), "its reason");
    buf_reset(&out);
    gauge.now_sum = CHART_ABSENT;
    chart_gauge(&gauge, &out);
    tap_ok(has(&out, "chart-empty") && !has(&out, "<svg class"), "nothing known, nothing drawn");
    tap_ok(has(&out, "<li>a &amp; b</li>"), "but the reasons stay");
    buf_reset(&out);
    gauge.now_sum = 3;
    gauge.baseline_sum = 0;
    chart_gauge(&gauge, &out);
    tap_ok(has(&out, "(3/14) ÷ (0/14) − 1 = –"), "no division by zero is dressed up");
    buf_reset(&out);
    gauge.baseline_sum = 1e18;
    gauge.target_percent = 1e300;
    gauge.low_percent = -1e300;
    gauge.high_percent = 1e300;
    chart_gauge(&gauge, &out);
    tap_ok(!has(&out, "nan") && !has(&out, "inf"), "a wild target draws no wild number");
    buf_clear(&out);
}

static void
test_bars(void)
{
    struct buf out = BUF(1 << 20);
    struct chart_bar bars[] = {{STR("small"), 1, 0.5, 2},
                               {STR("none"), NAN, NAN, NAN},
                               {STR("large"), 30, NAN, NAN},
                               {STR("equal"), 1, 0.5, 2}};
    struct chart_bars chart = {head(LANGUAGE_EN), bars, 4};
    chart.head.decimals = 1;
    chart_bars(&chart, &out);
    str text = buf_view(&out), table = str_from(text, str_find(text, STR("<tbody>")));
    size_t large = str_find(table, STR("large")), small = str_find(table, STR("small")),
           equal = str_find(table, STR("equal")), none = str_find(table, STR("none"));
    tap_ok(large < small && small < equal && equal < none, "ranked, absent last, equal as given");
    tap_ok(has(&out, "1.0 (0.5–2.0)"), "a value with its interval");
    tap_eq_i64(count(text, "chart-whisker"), 2 * 2 * 3, "whiskers only where there is an interval");
    tap_eq_i64(count(text, " class=\"chart-bar\""), 2 * 3, "no bar for what is absent");
    buf_reset(&out);
    chart.count = 0;
    chart_bars(&chart, &out);
    tap_ok(has(&out, "chart-empty"), "no bars, said");
    buf_clear(&out);
}

static void
test_flows(void)
{
    enum { DAYS = 200 };
    struct buf out = BUF(4 << 20);
    static double fresh[DAYS], back[DAYS], stayed[DAYS], gone[DAYS];
    for (size_t d = 0; d < DAYS; d++) {
        fresh[d] = (double)d;
        back[d] = 10;
        stayed[d] = 1234;
        gone[d] = d == 3 ? NAN : 50;
    }
    struct chart_flows flows = {
        head(LANGUAGE_EN), day_from_civil(2026, 1, 1), 5, fresh, back, stayed, gone};
    chart_flows(&flows, &out);
    tap_ok(has(&out, "2026-01-04</th><td class=\"chart-number\">1,234</td><td class=\"chart-"
                     "number\">10</td><td class=\"chart-number\">3</td><td class=\"chart-number\">"
                     "–</td>"),
           "a row of the table");
    tap_ok(has(&out, "Most were new on 2026-01-05: 4."), "the description");
    buf_reset(&out);
    flows.days = DAYS;
    chart_flows(&flows, &out);
    tap_ok(has(&out, "Each bar is the mean of 7 days"), "200 days are drawn as weeks");
    tap_ok(has(&out, "<th scope=\"row\">2026-07-19</th>"), "and stand in the table as days");
    buf_clear(&out);
}

static const struct chart_map *
map_of(const struct chart_province *provinces, size_t provinces_count, day at)
{
    static struct chart_map map;
    map = (struct chart_map){head(LANGUAGE_EN), at, provinces, provinces_count, NULL};
    return &map;
}

static void
test_map(void)
{
    struct buf out = BUF(1 << 20);
    struct chart_province provinces[] = {{STR("79"), 500}, {STR("01"), 400}, {STR("48"), 30},
                                         {STR("56"), NAN}, {STR("<x>"), 9},  {STR("24"), 77}};
    day before = day_from_civil(2025, 6, 30);
    chart_map(map_of(provinces, 6, before + 1), &out);
    tap_eq_i64(count(buf_view(&out), "</title></path>"), 34 + 2, "34 provinces, two archipelagos");
    tap_ok(out.n < 40 << 10, "the map has %zu bytes", out.n);
    tap_ok(has(&out, "Hoàng Sa (Da Nang)") && has(&out, "Trường Sa (Khanh Hoa)"),
           "both archipelagos are labelled");
    tap_eq_i64(count(buf_view(&out), "<title>Da Nang: 30</title>"), 2, "Hoàng Sa is Da Nang's");
    tap_eq_i64(count(buf_view(&out), "<title>Khanh Hoa: no data</title>"), 2,
               "Trường Sa is Khanh Hoa's");
    tap_ok(has(&out, "<title>Bac Ninh: 77</title>"), "code 24 is Bac Ninh now");
    tap_ok(has(&out, "4 of 34 provinces have data. The highest is Ho Chi Minh with 500, the "
                     "lowest Da Nang with 30."),
           "the description");
    tap_ok(has(&out, "<th scope=\"row\">&lt;x&gt;</th><td class=\"chart-number\">9</td>"),
           "a code without a shape stands in the table");
    tap_ok(has(&out, "CC BY 4.0"), "the credit");
    buf_reset(&out);
    chart_map(map_of(provinces, 6, before), &out);
    tap_eq_i64(count(buf_view(&out), "</title></path>"), 63 + 2, "63 provinces before");
    tap_ok(has(&out, "<title>Bac Giang: 77</title>"), "code 24 was Bac Giang");
    tap_ok(has(&out, "<title>Hue: no data</title>"), "Hue since 2025");
    tap_ok(out.n < 40 << 10, "the map has %zu bytes", out.n);
    buf_reset(&out);
    chart_map(map_of(provinces, 6, day_from_civil(2024, 12, 31)), &out);
    tap_ok(has(&out, "<title>Thua Thien Hue: no data</title>"), "and Thua Thien Hue until then");
    buf_reset(&out);
    chart_map(map_of(NULL, 0, before), &out);
    tap_ok(has(&out, "None of the 63 provinces has data."), "a map without data says so");
    tap_ok(!has(&out, "nan") && !has(&out, "inf"), "and has no number that is none");
    buf_clear(&out);
}

static void
test_map_classes(void)
{
    struct buf out = BUF(1 << 20);
    struct chart_province equal[] = {{STR("79"), 5}, {STR("01"), 5}, {STR("48"), 5}};
    double limits[] = {1, 10, 100, 1000};
    day today = day_from_civil(2026, 11, 1);
    chart_map(map_of(equal, 3, today), &out);
    tap_ok(has(&out, "</svg> 5 (provinces: 3)</li>"), "equal values are one class");
    tap_ok(has(&out, "no data (provinces: 31)"), "and the others have none");
    buf_reset(&out);
    struct chart_map map = *map_of(equal, 3, today);
    map.limits = limits;
    equal[0].value = 1000;
    equal[1].value = 10;
    equal[2].value = 0;
    chart_map(&map, &out);
    tap_ok(has(&out, "chart-region chart-k5\"") && has(&out, "fill=\"url(#c-k3)\""),
           "a limit belongs to the class above it");
    tap_ok(has(&out, "chart-region chart-k1\""), "zero is a value");
    buf_clear(&out);
}

static void
test_full(void)
{
    struct buf out = BUF(1000);
    struct err err;
    double values[] = {1, 2, 3};
    chart_trend(trend_of(values, 3), &out);
    tap_ok(buf_check(&out, "page", &err) == ERR_LIMIT && out.n <= 1000,
           "what does not fit is told by the buffer");
    buf_clear(&out);
}

int
main(void)
{
    test_numbers();
    test_axes();
    test_points();
    test_gap();
    test_windows_and_today();
    test_edges();
    test_caps();
    test_gauge();
    test_bars();
    test_flows();
    test_map();
    test_map_classes();
    test_full();
    return tap_done();
}
