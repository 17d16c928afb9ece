/* SPDX-License-Identifier: Apache-2.0 */
/* khien simulate: made-up feeds with the truth beside them. */
#include "base/cleanup.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "base/progress.h"
#include "cmd/commands/commands.h"
#include "cmd/output.h"
#include "cmd/state.h"

#include <stdio.h>

static void
show_progress(void *context, uint64_t done, uint64_t total)
{
    struct progress *progress = context;
    progress->total = total;
    progress_show(progress, done);
}

static errcode
day_numbers(const struct call *call, struct simulate_options *options, struct err *err)
{
    uint64_t campaign = UINT32_MAX, outage = 0, outage_days = 0, policy = 0, factor = 0;
    errcode code = call_number(call, "campaign-day", 0, 100000, &campaign, err);
    if (code == OK)
        code = call_number(call, "campaign-factor", 1, 1000, &factor, err);
    if (code == OK)
        code = call_number(call, "outage-day", 0, 100000, &outage, err);
    if (code == OK)
        code = call_number(call, "outage-days", 0, 100000, &outage_days, err);
    if (code == OK)
        code = call_number(call, "policy-day", 1, 100000, &policy, err);
    options->campaign_day = (uint32_t)campaign;
    options->campaign_factor = (double)factor;
    options->outage_day = (uint32_t)outage;
    options->outage_days = (uint32_t)outage_days;
    options->policy_day = (uint32_t)policy;
    return code;
}

static errcode
plain_options(const struct call *call, struct simulate_options *options, struct err *err)
{
    uint64_t days = 0;
    *options = (struct simulate_options){
        .out = call_option(call, "out"),
        .first = DAY_NONE,
        .country = call_option(call, "country"),
        .wide = call_given(call, "wide"),
        .second_source = call_given(call, "second-source"),
    };
    if (!options->out)
        return err_set(err, ERR_USAGE, "where to? --out DIR");
    errcode code = call_number(call, "days", 1, 3660, &days, err);
    options->days = (uint32_t)days;
    if (code == OK)
        code = call_number(call, "daily", 1, 100000000, &options->daily, err);
    if (code == OK)
        code = call_number(call, "seed", 0, UINT64_MAX, &options->seed, err);
    if (code == OK)
        code = call_day(call, "from", &options->first, err);
    return code == OK ? day_numbers(call, options, err) : code;
}

static void
write_report(const struct call *call, const struct simulate_report *report, struct buf *out)
{
    char first[DAY_TEXT], last[DAY_TEXT];
    if (call_given(call, "json")) {
        struct json_out json = json_out_to(out);
        json_out_object_begin(&json);
        json_out_pair_u64(&json, "files", report->files);
        json_out_pair_u64(&json, "rows", report->rows);
        json_out_pair_u64(&json, "bytes", report->bytes);
        json_out_pair_u64(&json, "hosts", report->hosts);
        json_out_pair_u64(&json, "subscribers", report->subscribers);
        json_out_pair_day(&json, "first", report->first);
        json_out_pair_day(&json, "last", report->last);
        json_out_object_end(&json);
        buf_char(out, '\n');
        return;
    }
    buf_printf(out,
               "%llu files, %llu rows, %llu bytes, %s to %s\n"
               "%llu hosts of %llu subscribers were ever infected; see truth.json\n",
               (unsigned long long)report->files, (unsigned long long)report->rows,
               (unsigned long long)report->bytes, day_format(report->first, first),
               day_format(report->last, last), (unsigned long long)report->hosts,
               (unsigned long long)report->subscribers);
}

static errcode
simulate_all(const struct call *call, struct simulate_options *options, struct err *err)
{
    struct progress progress;
    struct simulate_report report;
    struct buf out = BUF(1 << 16);
    options->context = &progress;
    options->progress = show_progress;
    progress_begin(&progress, "simulate", options->days);
    errcode code = simulate(options, &report, err);
    progress_end(&progress);
    if (code != OK)
        return code;
    write_report(call, &report, &out);
    return output_buf(&out, "the report", err);
}

static bool
has_country(const struct network_map *map, const char *country)
{
    for (uint32_t index = network_map_count(map); index > 0; index--) {
        if (strcmp(network_map_get(map, index).country, country) == 0)
            return true;
    }
    return false;
}

/* Addresses come from --prefixes, else from the registry where there is one. */
static errcode
run(const struct call *call, struct err *err)
{
    struct simulate_options options;
    struct buf prefixes = {0};
    const char *list = call_option(call, "prefixes");
    cleanup(cleanup_networks) struct networks *networks = NULL;
    cleanup(cleanup_network_map) struct network_map *map = NULL;
    errcode code = plain_options(call, &options, err);
    if (code == OK && list)
        code = file_read(list, LIMIT_TABLE_BYTES, &prefixes, err);
    options.prefixes = buf_view(&prefixes);
    if (code == OK && !list)
        code = state_networks(call, &networks, err);
    if (code == OK && networks)
        code = network_map_new(networks, clock_today(), &map, err);
    if (code == OK && map && has_country(map, options.country))
        options.map = map;
    if (code == OK)
        code = simulate_all(call, &options, err);
    buf_clear(&prefixes);
    return code;
}

static errcode
grant(const struct call *call, struct grants *grants, struct err *err)
{
    const char *out = call_option(call, "out");
    errcode code = out ? folder_make(out, err) : OK;
    if (code == OK)
        code = grant_write(grants, out, err);
    return code == OK ? grant_read(grants, call_option(call, "prefixes"), err) : code;
}

static const struct option options[] = {
    {"out", "DIR", NULL, "write the files there", 'o'},
    {"days", "COUNT", "60", "how many days", 0},
    {"daily", "COUNT", "10000", "about how many rows a day at the beginning", 0},
    {"seed", "NUMBER", "1", "the same seed gives the same files", 0},
    {"from", "DAY", NULL, "first day; else so that the last one is yesterday", 0},
    {"country", "CC", "VN", "take the registry's networks of this country", 0},
    {"prefixes", "FILE", NULL,
     "take these prefixes instead, one a line, optionally followed by a provider's key", 0},
    {"campaign-day", "NUMBER", NULL, "from this day (0 is the first) clean-up is faster", 0},
    {"campaign-factor", "NUMBER", "4", "so many times faster", 0},
    {"outage-day", "NUMBER", NULL, "from this day the sinkhole delivers nothing", 0},
    {"outage-days", "COUNT", NULL, "for so many days", 0},
    {"policy-day", "NUMBER", NULL, "from this day the second source lists a fifth only", 0},
    {"second-source", NULL, NULL, "also write a plain block list of a part of the hosts", 0},
    {"wide", NULL, NULL, "write 33 columns instead of 30", 0},
    OPTION_JSON,
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "",
     .needs = NEED_STATE | NEED_OUTPUT,
     .options = options,
     .grant = grant,
     .run = run},
    {0},
};
const struct command command_simulate = {
    .name = "simulate",
    .group = "Measuring",
    .summary = "write made-up feeds together with the truth behind them",
    .details =
        "Simulates infected hosts behind dynamic, static and shared addresses, with clean-up and "
        "reinfection, as a sinkhole would see them. Writes one Shadowserver-format file a day, and "
        "beside them `truth.json` and `hosts.tsv`, so that every measure can be judged. Addresses "
        "come from `--prefixes`, else from the registry of networks, else from ranges that are "
        "reserved for tests.",
    .actions = actions,
    .examples =
        (const struct example[]){{"khien simulate --days 90 --daily 20000 --campaign-day 45 "
                                  "--out simulated",
                                  "Ninety days with a campaign in the middle:"},
                                 {0}},
    .see_also = "khien-ingest khien-stats",
};
