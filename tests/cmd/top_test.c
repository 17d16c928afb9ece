/* SPDX-License-Identifier: Apache-2.0 */
/* khien top: what of metrics is refused, rates and quantiles, what is drawn. */
#include "cmd/top/view.h"

#include "base/limits.h"
#include "base/tap.h"

#include <math.h>
#include <stdio.h>

static void
check_accepted(void)
{
    static const char text[] =
        "# HELP a What it is \\\\ says.\n# TYPE a counter\n#\n\n"
        "a 1\na_b:c{} 2.5e3 1700000000\n"
        "d{x=\"1\",y=\"a\\\"b,}\\\\\\n\",} +Inf\ne { z = \"\" } -0.5\t7\nf NaN\n";
    struct samples samples = {0};
    struct err err;
    str value;
    double number = 0;
    if (!tap_no_err(samples_parse(str_of(text), &samples, &err), &err, "metrics are read"))
        return;
    tap_eq_i64(samples.count, 5, "five of them");
    tap_ok(samples_value(&samples, STR("a"), &number) && number == 1, "a plain one");
    tap_ok(samples_value(&samples, STR("a_b:c"), &number) && number == 2500, "an exponent, a time");
    tap_ok(!samples_value(&samples, STR("d"), &number), "one with labels is another");
    tap_ok(isinf(samples.items[2].value), "+Inf");
    tap_ok(sample_label(&samples.items[2], STR("y"), &value), "a label");
    tap_eq_str(value, STR("a\\\"b,}\\\\\\n"), "as it was written");
    tap_ok(!sample_label(&samples.items[2], STR("z"), &value), "none of another name");
    tap_ok(sample_label(&samples.items[3], STR("z"), &value) && value.n == 0, "an empty one");
    tap_ok(isnan(samples.items[4].value), "NaN");
    samples_clear(&samples);
}

static void
check_refused(void)
{
    static const char *const texts[] = {"a",
                                        "a 1",
                                        "a\n",
                                        "a x\n",
                                        "a 1 2 3\n",
                                        "a 1 x\n",
                                        "1 1\n",
                                        "{x=\"1\"} 1\n",
                                        "a{x=1} 1\n",
                                        "a{x=\"1} 1\n",
                                        "a{x=\"1\" 1\n",
                                        "a{=\"1\"} 1\n",
                                        "a{x=\"\\t\"} 1\n",
                                        "a{x=\"1\",x=\"2\"} 1\n",
                                        "a 0x10\n",
                                        "a 1e999\n",
                                        "a infinity\n",
                                        "a 1\n\x01\n",
                                        "a 1\n\xff\n",
                                        "# TYPE a thing\n",
                                        "# TYPE a\n",
                                        "a{x=\"1\"y=\"2\"} 1\n",
                                        "a,b 1\n",
                                        "a{,} 1\n",
                                        "a--1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct samples samples = {0};
        struct err err = {0};
        tap_eq_i64(samples_parse(str_of(texts[i]), &samples, &err), ERR_FORMAT, "refused: %zu", i);
        tap_ok(!samples.items && err.text[0], "without a trace, with words");
    }
}

static void
check_caps(void)
{
    struct buf text = BUF(8 << 20);
    struct samples samples = {0};
    struct err err;
    for (int i = 0; i < LIMIT_METRICS_SAMPLES; i++)
        buf_z(&text, "a 1\n");
    tap_no_err(samples_parse(buf_view(&text), &samples, &err), &err, "as many as there may be");
    samples_clear(&samples);
    buf_z(&text, "a 1\n");
    tap_eq_i64(samples_parse(buf_view(&text), &samples, &err), ERR_LIMIT, "one more");
    buf_reset(&text);
    buf_z(&text, "a{");
    for (int i = 0; i <= LIMIT_METRICS_LABELS; i++)
        buf_printf(&text, "l%d=\"1\",", i);
    buf_z(&text, "} 1\n");
    tap_eq_i64(samples_parse(buf_view(&text), &samples, &err), ERR_LIMIT, "too many labels");
    buf_reset(&text);
    while (text.n <= LIMIT_METRICS_BYTES)
        buf_z(&text, "# a comment of some length that says nothing of interest at all\n");
    tap_eq_i64(samples_parse(buf_view(&text), &samples, &err), ERR_LIMIT, "too much text");
    buf_clear(&text);
}

static const char metrics[] =
    "khien_http_requests_total{route=\"check\",code=\"2xx\"} %d\n"
    "khien_http_requests_total{route=\"api\",code=\"4xx\"} 2\n"
    "khien_http_requests_total{route=\"asset\",code=\"2xx\"} 7\n"
    "khien_http_handler_seconds_bucket{le=\"0.001\"} %d\n"
    "khien_http_handler_seconds_bucket{le=\"0.01\"} %d\n"
    "khien_http_handler_seconds_bucket{le=\"+Inf\"} %d\n"
    "khien_http_connections_total 5\nkhien_http_connections_rejected_total 0\n"
    "khien_http_connections_late_total %d\nkhien_http_limited_total 0\n"
    "khien_snapshot_refused_total 0\nkhien_http_connections 3\n"
    "khien_snapshot_loaded 1\nkhien_snapshot_as_of_days 20000\n"
    "khien_snapshot_built_seconds 1728001234.5\nkhien_snapshot_addresses 1234567\n"
    "khien_snapshot_prefixes 0\n";

static bool
load_of(const char *text, struct load *ret)
{
    struct samples samples = {0};
    struct err err;
    bool read =
        samples_parse(str_of(text), &samples, &err) == OK && load_read(&samples, ret, &err) == OK;
    if (!read)
        tap_note("%s", err.text);
    samples_clear(&samples);
    return read;
}

static struct load
load_with(int checks, int fast, int slow, int all, int late)
{
    char text[4096];
    struct load load = {0};
    snprintf(text, sizeof text, metrics, checks, fast, slow, all, late);
    tap_ok(load_of(text, &load), "a server's metrics");
    return load;
}

static void
check_load(void)
{
    struct load one = load_with(100, 100, 200, 200, 1), two = load_with(160, 100, 280, 300, 4);
    struct load since = {0};
    tap_ok(load_requests(&one) == 109 && load_checks(&one) == 102, "requests and checks");
    tap_eq_i64(one.as_of, 20000, "the day of the data");
    tap_ok(load_since(&two, &one, &since), "the growth");
    tap_ok(load_checks(&since) == 60 && since.late == 3 && since.open == 3, "of the counters only");
    tap_ok(!load_since(&one, &two, &since), "a server that began anew");
    tap_ok(fabs(load_quantile(&one, 0.25) - 0.0005) < 1e-12, "a quantile in the first bucket");
    tap_ok(fabs(load_quantile(&one, 0.75) - 0.0055) < 1e-12, "in the second");
    tap_ok(fabs(load_quantile(&one, 1) - 0.01) < 1e-12, "at its end");
    load_since(&two, &one, &since);
    tap_ok(isinf(load_quantile(&since, 0.99)), "beyond the last");
    tap_ok(fabs(load_quantile(&since, 0.5) - (0.001 + 0.009 * 50 / 80)) < 1e-12, "of the growth");
    load_since(&one, &one, &since);
    tap_ok(isnan(load_quantile(&since, 0.5)), "of nothing");
}

static void
check_not_ours(void)
{
    static const struct {
        const char *from, *to;
    } changes[] = {{"route=\"check\"", "route=\"\\n[2J\""},
                   {"code=\"2xx\"", "code=\"9xx\""},
                   {"le=\"0.01\"", "le=\"0.0001\""},
                   {"le=\"+Inf\"", "le=\"1\""},
                   {"_late_total", "_x_total"},
                   {"connections 3", "connections -3"},
                   {"_loaded 1", "_loade 1"},
                   {"as_of_days 20000", "as_of_days NaN"}};
    char text[4096];
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct buf changed = BUF(8192);
        struct samples samples = {0};
        struct load load;
        struct err err;
        snprintf(text, sizeof text, metrics, 1, 1, 2, 3, 4);
        const char *at = strstr(text, changes[i].from);
        tap_ok(at, "there is something to change");
        if (!at)
            continue;
        buf_add(&changed, text, (size_t)(at - text));
        buf_z(&changed, changes[i].to);
        buf_z(&changed, at + strlen(changes[i].from));
        tap_no_err(samples_parse(buf_view(&changed), &samples, &err), &err, "it is metrics");
        tap_eq_i64(load_read(&samples, &load, &err), ERR_FORMAT, "but not ours: %s", changes[i].to);
        samples_clear(&samples);
        buf_clear(&changed);
    }
}

static void
check_view(void)
{
    struct load load = load_with(100, 100, 200, 200, 1);
    const struct view_source sources[] = {{.name = "một nguồn",
                                           .last = day_start(20001),
                                           .today = 12,
                                           .state = "shrunk",
                                           .day = 20000}};
    const struct view view = {.url = "http://u",
                              .now = day_start(20001) + 600 * USEC_PER_SECOND,
                              .load = &load,
                              .sources = sources,
                              .source_count = 1};
    struct buf text = BUF(1 << 16), fitted = BUF(1 << 16);
    view_text(&view, false, false, &text);
    str seen = buf_view(&text);
    tap_ok(str_find(seen, STR("\033")) == SIZE_MAX, "no colour where none is wanted");
    tap_ok(str_find(seen, STR("data to 2024-10-04, built 24 h ago, 1,234,567 addresses")) !=
               SIZE_MAX,
           "the snapshot");
    tap_ok(str_find(seen, STR("10 min ago")) != SIZE_MAX, "the last input's age");
    tap_ok(str_find(seen, STR("shrunk on 2024-10-04")) != SIZE_MAX, "the source's state");
    tap_note("%.*s", STR_ARG(seen));
    view_fit(STR("\033[1mmột nguồn\033[0m xa\n2\n3"), 9, 2, &fitted);
    tap_eq_str(buf_view(&fitted), STR("\033[1mmột nguồn\033[0m\033[K\n2\033[K"),
               "lines are cut by letters, with their colours ended");
    buf_clear(&text);
    buf_clear(&fitted);
}

int
main(void)
{
    check_accepted();
    check_refused();
    check_caps();
    check_load();
    check_not_ours();
    check_view();
    return tap_done();
}
