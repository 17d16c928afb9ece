/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator gives the same bytes for a seed, and the measures find the truth that it wrote,
 * where addresses are static so that an address is a subscriber. */
#include "stage.h"

#include "base/hash.h"
#include "base/json_in.h"

#include <math.h>

static const char registry[] =
    "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to\n"
    "14.160.0.0/11,64500,Static,static,VN,,,hosting,,,\n";

enum { NIGHTS = 100 };

struct run {
    struct stage stage;
    char out[96];
    struct networks *networks;
    struct network_map *map;
    struct simulate_options options;
    struct simulate_report report;
};

static void
run_begin(struct run *run, const char *name)
{
    struct err err;
    struct networks_report report;
    stage_open(&run->stage);
    snprintf(run->out, sizeof run->out, "%s/%s", run->stage.folder, name);
    run->networks = networks_new();
    run->options = SIMULATE_OPTIONS;
    run->options.out = run->out;
    run->options.first = day_from_civil(2026, 6, 1);
    if (!tap_no_err(networks_read(run->networks, "net.csv", str_of(registry), NULL, NULL, &report,
                                  &err),
                    &err, "a registry") ||
        !tap_no_err(network_map_new(run->networks, run->options.first, &run->map, &err), &err,
                    "its map"))
        exit(tap_done());
    run->options.map = run->map;
}

static void
run_simulate(struct run *run)
{
    struct err err;
    if (!tap_no_err(simulate(&run->options, &run->report, &err), &err, "simulate"))
        exit(tap_done());
}

static void
path_of(const struct run *run, uint32_t nth, const char *word, char path[PATH_TEXT])
{
    char text[DAY_TEXT];
    day_format(run->options.first + (day)nth, text);
    snprintf(path, PATH_TEXT, "%s/%s-%s-simulated.csv", run->out, text, word);
}

/* Removes what a simulation wrote. */
static void
run_end(struct run *run)
{
    static const char *const words[] = {"event4_sinkhole", "event6_sinkhole",
                                        "event4_microsoft_sinkhole"};
    static const char *const names[] = {"truth.json", "hosts.tsv", "README.txt"};
    char path[PATH_TEXT];
    for (uint32_t nth = 0; nth < run->options.days; nth++) {
        for (size_t i = 0; i < 3; i++) {
            path_of(run, nth, words[i], path);
            unlink(path);
        }
    }
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", run->out, names[i]);
        unlink(path);
    }
    rmdir(run->out);
    network_map_free(run->map);
    networks_free(run->networks);
    stage_close(&run->stage);
}

static struct sha256
hash_of_day(const struct run *run, uint32_t nth)
{
    char path[PATH_TEXT];
    struct buf text = BUF(64 << 20);
    struct err err;
    path_of(run, nth, "event4_sinkhole", path);
    tap_no_err(file_read(path, 64 << 20, &text, &err), &err, "read %u", nth);
    struct sha256 hash = sha256_of(buf_view(&text));
    tap_ok(str_find(buf_view(&text), STR("\"khien-simulation\"")) != SIZE_MAX, "rows are marked");
    buf_clear(&text);
    return hash;
}

static void
repeatable(void)
{
    struct run run = {.out = ""};
    run_begin(&run, "a");
    run.options.days = 5;
    run.options.daily = 500;
    run_simulate(&run);
    struct sha256 first = hash_of_day(&run, 4);
    tap_ok(run.report.rows > 4 * 400 && run.report.rows < 6 * 600, "about as many rows as asked");
    tap_eq_i64(run.report.files, 10, "two files a day");
    run_simulate(&run);
    struct sha256 again = hash_of_day(&run, 4);
    tap_ok(memcmp(&first, &again, sizeof first) == 0, "the same seed gives the same bytes");
    run.options.seed = 2;
    run_simulate(&run);
    struct sha256 other = hash_of_day(&run, 4);
    tap_ok(memcmp(&first, &other, sizeof first) != 0, "another seed gives others");
    struct err err;
    run.options.country = "vn";
    tap_eq_i64(simulate(&run.options, &run.report, &err), ERR_USAGE, "a country in small letters");
    run.options.country = "US";
    tap_eq_i64(simulate(&run.options, &run.report, &err), ERR_NOT_FOUND, "a country without range");
    run.options.country = NULL;
    run.options.map = NULL;
    run.options.prefixes = STR("192.0.2.0/33\n");
    tap_eq_i64(simulate(&run.options, &run.report, &err), ERR_FORMAT, "what is no prefix");
    run_end(&run);
}

static void
ingest_all(struct run *run)
{
    struct ingest_options options = {.families = run->stage.families, .archive = false};
    struct err err = {.code = OK};
    uint64_t refused = 0, rows = 0;
    char path[PATH_TEXT];
    errcode code = OK;
    for (uint32_t nth = 0; nth < run->options.days && code == OK; nth++) {
        struct ingest_report report = {.rows = 0};
        path_of(run, nth, "event4_sinkhole", path);
        code = ingest_file(run->stage.sightings, path, &options, &report, &err);
        refused += report.refused;
        rows += report.rows;
        ingest_report_clear(&report);
    }
    tap_no_err(code, &err, "ingest");
    tap_eq_i64(refused, 0, "no row is refused");
    tap_ok(rows > 0, "rows came in");
}

static json_t *
truth_read(const struct run *run)
{
    char path[PATH_TEXT];
    struct buf text = BUF(64 << 20);
    struct err err;
    json_t *json = NULL;
    snprintf(path, sizeof path, "%s/truth.json", run->out);
    tap_no_err(file_read(path, 64 << 20, &text, &err), &err, "the truth is there");
    tap_no_err(json_read(buf_view(&text), 64 << 20, &json, &err), &err, "and is JSON");
    buf_clear(&text);
    return json;
}

/* The mean over the days of MEMBER of FAMILY. */
static double
truth_mean(const json_t *truth, const char *family, const char *member)
{
    const json_t *days = json_object_get(truth, "days"), *at;
    double sum = 0;
    size_t i;
    json_array_foreach(days, i, at)
    {
        const json_t *of = json_object_get(json_object_get(at, "families"), family);
        sum += (double)json_integer_value(json_object_get(of, member));
    }
    return sum / (double)json_array_size(days);
}

/* Static addresses of their own: a subscriber with h hosts, each seen with chance 0.9, shows
 * itself with at least that. */
static void
daily_means(struct run *run, const json_t *truth)
{
    struct measure_request r = MEASURE_REQUEST;
    struct err err;
    struct table *table = NULL;
    r.sightings = run->stage.sightings;
    r.family = STR("andromeda");
    tap_no_err(measure_mean(&r, &table, &err), &err, "mean");
    double seen = table_value(table, 0, "mean_daily");
    double subscribers = truth_mean(truth, "andromeda", "subscribers");
    double share = seen / subscribers;
    tap_ok(share > 0.85 && share < 0.93, "the daily mean is nine tenths of the subscribers");
    tap_note("mean %.1f of %.1f subscribers", seen, subscribers);
    table_free(table);
    tap_no_err(measure_estimate(&r, &table, &err), &err, "estimate");
    double detection = table_value(table, 0, "detection_percent");
    tap_ok(detection > 85 && detection < 93, "the detection rate is found without the truth");
    table_free(table);
}

static void
survival(struct run *run, const json_t *truth)
{
    const json_t *families = json_object_get(truth, "families"), *family;
    struct measure_request r = MEASURE_REQUEST;
    struct err err;
    size_t i, within = 0, asked = 0;
    r.sightings = run->stage.sightings;
    json_array_foreach(families, i, family)
    {
        struct table *table = NULL;
        double want = json_number_value(json_object_get(family, "median_days"));
        r.family = json_text(family, "name");
        if (measure_survival(&r, &table, &err) || table_rows(table) == 0)
            continue;
        double low = table_value(table, 0, "median_low"),
               high = table_value(table, 0, "median_high");
        /* First and last sighting lie inside the infection: up to a day is lost. */
        if (isfinite(low) && isfinite(high)) {
            asked++;
            within += low <= want && want - 1 <= high;
            tap_note("%.*s: true median %.0f, estimated %.0f to %.0f", STR_ARG(r.family), want, low,
                     high);
        }
        table_free(table);
    }
    tap_ok(asked >= 6 && within + 1 >= asked,
           "the 95 %% intervals hold the true medians (%zu of %zu)", within, asked);
}

static void
truth_found(void)
{
    struct run run = {.out = ""};
    run_begin(&run, "b");
    run.options.days = NIGHTS;
    run.options.daily = 6000;
    run_simulate(&run);
    ingest_all(&run);
    json_t *truth = truth_read(&run);
    daily_means(&run, truth);
    survival(&run, truth);
    json_decref(truth);
    run_end(&run);
}

int
main(void)
{
    repeatable();
    truth_found();
    return tap_done();
}
