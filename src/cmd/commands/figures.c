/* SPDX-License-Identifier: Apache-2.0 */
/* khien figures: builds, describes and checks the public figures. */
#include "base/cleanup.h"
#include "base/json_out.h"
#include "cmd/commands/commands.h"
#include "cmd/output.h"
#include "cmd/state.h"

#include <stdio.h>

static errcode
run_build(const struct call *call, struct err *err)
{
    char path[PATH_TEXT];
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    errcode code = state_sightings(call, true, &sightings, err);
    if (code == OK)
        code = state_figures_build(call, sightings, call_given(call, "afresh"), path, err);
    if (code == OK)
        puts(path);
    return code;
}

static errcode
open_named(const struct call *call, struct figures **ret, struct err *err)
{
    if (call->word_count)
        return figures_open(call->words[0], true, ret, err);
    return state_figures(call, ret, err);
}

static uint64_t
families_of(const struct figures *figures, enum event_class class)
{
    size_t first, count = figures_families(figures, class, &first), sums = 0;
    for (size_t i = 0; i < count; i++) {
        str family = figures_at(figures, first + i).family;
        sums += str_eq(family, FIGURES_ALL) || str_eq(family, FIGURES_LARGEST);
    }
    return count - sums;
}

static void
describe_window(const char *name, struct measure_window window, struct json_out *out)
{
    json_out_key(out, name);
    json_out_object_begin(out);
    json_out_pair_day(out, "from", window.from);
    json_out_pair_day(out, "to", window.to);
    json_out_object_end(out);
}

static void
describe(const struct figures *figures, struct json_out *out)
{
    const struct figures_meta *meta = figures_meta(figures);
    enum event_class classes[CLASS_COUNT];
    char built[TIME_TEXT];
    size_t count = figures_classes(figures, classes);
    json_out_object_begin(out);
    json_out_pair_z(out, "built", time_format(meta->built, built));
    json_out_pair_u64(out, "generation", meta->generation);
    json_out_pair_day(out, "first", meta->first);
    json_out_pair_day(out, "last", meta->last);
    json_out_pair_bool(out, "last_is_over", meta->last < meta->today);
    json_out_pair_bool(out, "demonstration", meta->demonstration);
    json_out_pair_str(out, "campaign", meta->slug);
    json_out_pair_str(out, "frozen_baseline", meta->baseline_name);
    describe_window("baseline", meta->baseline, out);
    describe_window("result", meta->result, out);
    json_out_pair_i64(out, "target_percent", meta->target);
    json_out_pair_str(out, "home_country", meta->home_country);
    json_out_key(out, "classes");
    json_out_object_begin(out);
    for (size_t i = 0; i < count; i++) {
        json_out_key(out, event_class_name(classes[i]));
        json_out_u64(out, families_of(figures, classes[i]));
    }
    json_out_object_end(out);
    json_out_pair_u64(out, "series", figures_size(figures).series);
    json_out_pair_u64(out, "counts", figures_size(figures).counts);
    json_out_pair_u64(out, "bytes", meta->bytes);
    json_out_object_end(out);
}

static void
describe_text(const struct figures *figures, struct buf *out)
{
    const struct figures_meta *meta = figures_meta(figures);
    enum event_class classes[CLASS_COUNT];
    char first[DAY_TEXT], last[DAY_TEXT], built[TIME_TEXT];
    size_t count = figures_classes(figures, classes);
    if (meta->last == DAY_NONE)
        buf_z(out, "days       none\n");
    else
        buf_printf(out, "days       %s to %s%s%s\n", day_format(meta->first, first),
                   day_format(meta->last, last), meta->last >= meta->today ? " (not over)" : "",
                   meta->demonstration ? " (DEMONSTRATION: simulated data)" : "");
    buf_printf(out, "built      %s\n", time_format(meta->built, built));
    buf_printf(out, "campaign   %.*s, frozen baseline %.*s\n", STR_ARG(meta->slug),
               STR_ARG(meta->baseline_name.n ? meta->baseline_name : STR("-")));
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%-10s %s: %llu families\n", i ? "" : "classes",
                   event_class_name(classes[i]),
                   (unsigned long long)families_of(figures, classes[i]));
    buf_printf(out, "series     %llu with %llu counts\n",
               (unsigned long long)figures_size(figures).series,
               (unsigned long long)figures_size(figures).counts);
    buf_printf(out, "size       %llu bytes\n", (unsigned long long)meta->bytes);
}

/* One series as rows; without a day nothing. */
static errcode
run_show(const struct call *call, struct err *err)
{
    static const struct table_column columns[] = {
        {"day", TABLE_DAY, 0},  {"class", TABLE_TEXT, 0}, {"family", TABLE_TEXT, 0},
        {"key", TABLE_TEXT, 0}, {"ipv4", TABLE_COUNT, 0}, {"ipv6_64", TABLE_COUNT, 0},
    };
    cleanup(cleanup_figures) struct figures *figures = NULL;
    const char *by = call_option(call, "by"), *class_name = call_option(call, "class");
    enum figures_dimension dimension = figures_dimension_find(str_of(by));
    enum event_class class = event_class_find(str_of(class_name));
    if (dimension == FIGURES_DIMENSION_COUNT)
        return err_set(err, ERR_USAGE,
                       "--by must be total, isp, province, kind or source, "
                       "not \"%s\"",
                       by);
    if (class == CLASS_NONE)
        return err_set(err, ERR_USAGE, "there is no class \"%s\"", class_name);
    errcode code = open_named(call, &figures, err);
    if (code != OK)
        return code;
    cleanup(cleanup_table) struct table *table =
        table_new(columns, sizeof columns / sizeof *columns);
    size_t first, count = figures_keys(figures, class, str_of(call_option(call, "family")),
                                       dimension, &first);
    for (size_t i = 0; i < count; i++) {
        struct figures_series series = figures_at(figures, first + i);
        for (size_t k = 0; k < series.count; k++) {
            table_row(table);
            table_put_day(table, "day", series.first + (day)k);
            table_put_z(table, "class", class_name);
            table_put_str(table, "family", series.family);
            table_put_str(table, "key", series.key);
            table_put_u64(table, "ipv4", series.days[k].ipv4);
            table_put_u64(table, "ipv6_64", series.days[k].ipv6_64);
        }
    }
    return output_table(call, table, err);
}

static errcode
run_info(const struct call *call, struct err *err)
{
    struct buf out = BUF(1 << 20);
    cleanup(cleanup_figures) struct figures *figures = NULL;
    errcode code = open_named(call, &figures, err);
    if (code != OK)
        return code;
    if (call_given(call, "json")) {
        struct json_out json = json_out_to(&out);
        describe(figures, &json);
        buf_char(&out, '\n');
    } else {
        describe_text(figures, &out);
    }
    return output_buf(&out, "the description", err);
}

static errcode
run_verify(const struct call *call, struct err *err)
{
    char folder[PATH_TEXT];
    struct err warning = {0};
    cleanup(cleanup_figures) struct figures *figures = NULL;
    errcode code;
    if (call->word_count) {
        code = figures_open(call->words[0], true, &figures, err);
    } else {
        code = state_path(call, "figures", folder, err);
        if (code == OK)
            code = figures_open_newest(folder, true, &figures, &warning, err);
        if (code == OK && warning.code != OK) {
            *err = warning;
            code = warning.code;
        }
    }
    if (code == OK)
        code = figures_check(figures, err);
    if (code == OK)
        puts("the figures are sound");
    return code;
}

/* A ready answer as it is stored. */
static errcode
run_ready(const struct call *call, struct err *err)
{
    cleanup(cleanup_figures) struct figures *figures = NULL;
    struct buf out = BUF((size_t)1 << 30);
    str fault, text;
    errcode code = state_figures(call, &figures, err);
    if (code != OK)
        return code;
    text = figures_ready(figures, str_of(call->words[0]), &fault);
    if (fault.n)
        return err_set(err, ERR_NOT_FOUND, "%.*s", STR_ARG(fault));
    if (text.n == 0)
        return err_set(err, ERR_USAGE, "there is no ready answer \"%s\"", call->words[0]);
    buf_str(&out, text);
    return output_buf(&out, "the answer", err);
}

static const struct option build_options[] = {
    {"afresh", NULL, NULL, "count everything again, whatever the newest figures hold", 0}, {0}};
static const struct option info_options[] = {OPTION_JSON, {0}};
static const struct option show_options[] = {
    {"class", "CLASS", "infected-system", "of this class", 0},
    {"family", "FAMILY", "*", "of this family; * is all, largest the largest ones together", 0},
    {"by", "WHAT", "total", "a series for each source, isp, province or kind; or in total", 0},
    OPTION_JSON,
    OPTION_CSV,
    {0},
};
static const struct action actions[] = {
    {.name = "build",
     .words = "",
     .summary = "build the next ones from the sets and the registry",
     .needs = NEED_WRITE,
     .options = build_options,
     .run = run_build},
    {.name = "info",
     .words = "[FILE]",
     .summary = "show what they hold",
     .words_max = 1,
     .needs = NEED_READ | NEED_STATE,
     .options = info_options,
     .run = run_info},
    {.name = "ready",
     .words = "NAME",
     .summary = "print a ready answer, such as compare",
     .words_min = 1,
     .words_max = 1,
     .needs = NEED_STATE,
     .run = run_ready},
    {.name = "show",
     .words = "[FILE]",
     .summary = "show the daily counts of series",
     .words_max = 1,
     .needs = NEED_READ | NEED_STATE,
     .options = show_options,
     .run = run_show},
    {.name = "verify",
     .words = "[FILE]",
     .summary = "check every byte of them, and that their sums agree",
     .words_max = 1,
     .needs = NEED_READ | NEED_STATE,
     .run = run_verify},
    {0},
};
const struct command command_figures = {
    .name = "figures",
    .group = "Answers out",
    .summary = "build, describe or check what the page of figures shows",
    .details =
        "The public figures are one read-only file with every count that pages show: by day, "
        "class, family, provider, province, kind of network and source, what is new and gone, feed "
        "health, and the ready answers of `khien stats`. It holds no address, so a web server that "
        "has it needs no database. Whatever changes the stored sets or the registry builds it "
        "anew; days whose sets are unchanged are taken from the newest file, and the result is the "
        "same, byte for byte, as when all is counted again.\n\n"
        "Without FILE the newest one below the state folder is meant. A damaged one is named, and "
        "the status is 1; a running server keeps the one that it has.",
    .actions = actions,
    .examples =
        (const struct example[]){
            {"khien figures show --by province --family mirai --csv", "Mirai by day and province:"},
            {"khien figures ready compare | jq .change_percent", "How far the campaign is:"},
            {0}},
    .see_also = "khien-ingest khien-snapshot khien-stats",
};
