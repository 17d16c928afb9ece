/* SPDX-License-Identifier: Apache-2.0 */
/* khien snapshot: builds, describes and checks the compiled lookup tables. */
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
        code = state_snapshot_build(call, sightings, path, err);
    if (code == OK)
        puts(path);
    if (code == OK)
        code = state_figures_follow(call, sightings, "the snapshot is built", err);
    return code;
}

static errcode
open_named(const struct call *call, struct snapshot **ret, struct err *err)
{
    if (call->word_count)
        return snapshot_open(call->words[0], SNAPSHOT_SAFE, ret, err);
    return state_snapshot(call, ret, err);
}

static void
describe(const struct snapshot *snapshot, struct json_out *out)
{
    const struct snapshot_meta *meta = snapshot_meta(snapshot);
    struct snapshot_counts counts = snapshot_counts(snapshot);
    char built[TIME_TEXT];
    json_out_object_begin(out);
    json_out_pair_day(out, "as_of", meta->as_of);
    json_out_pair_z(out, "built", time_format(meta->built, built));
    json_out_pair_u64(out, "window_days", meta->window_days);
    json_out_pair_bool(out, "demonstration", meta->demonstration);
    json_out_pair_u64(out, "generation", meta->generation);
    json_out_pair_u64(out, "addresses4", counts.addresses4);
    json_out_pair_u64(out, "prefixes6", counts.prefixes6);
    json_out_pair_u64(out, "sightings", counts.sightings);
    json_out_pair_u64(out, "families", counts.families);
    json_out_pair_u64(out, "networks", counts.networks);
    json_out_pair_u64(out, "ranges4", counts.ranges4);
    json_out_pair_u64(out, "ranges6", counts.ranges6);
    json_out_pair_u64(out, "bytes", counts.bytes);
    json_out_object_end(out);
}

static void
describe_text(const struct snapshot *snapshot, struct buf *out)
{
    const struct snapshot_meta *meta = snapshot_meta(snapshot);
    struct snapshot_counts counts = snapshot_counts(snapshot);
    char as_of[DAY_TEXT], built[TIME_TEXT];
    buf_printf(out, "data up to        %s%s\n",
               meta->as_of == DAY_NONE ? "-" : day_format(meta->as_of, as_of),
               meta->demonstration ? " (DEMONSTRATION: simulated data)" : "");
    buf_printf(out, "built             %s\n", time_format(meta->built, built));
    buf_printf(out, "recent means      %u days\n", meta->window_days);
    buf_printf(out, "listed addresses  %llu IPv4, %llu IPv6 /64\n",
               (unsigned long long)counts.addresses4, (unsigned long long)counts.prefixes6);
    buf_printf(out, "sightings         %llu of %llu families\n",
               (unsigned long long)counts.sightings, (unsigned long long)counts.families);
    buf_printf(out, "networks          %llu in %llu IPv4 and %llu IPv6 ranges\n",
               (unsigned long long)counts.networks, (unsigned long long)counts.ranges4,
               (unsigned long long)counts.ranges6);
    buf_printf(out, "size              %llu bytes\n", (unsigned long long)counts.bytes);
}

static errcode
run_info(const struct call *call, struct err *err)
{
    struct buf out = BUF(1 << 16);
    cleanup(cleanup_snapshot) struct snapshot *snapshot = NULL;
    errcode code = open_named(call, &snapshot, err);
    if (code != OK)
        return code;
    if (call_given(call, "json")) {
        struct json_out json = json_out_to(&out);
        describe(snapshot, &json);
        buf_char(&out, '\n');
    } else {
        describe_text(snapshot, &out);
    }
    return output_buf(&out, "the description", err);
}

static errcode
run_verify(const struct call *call, struct err *err)
{
    char folder[PATH_TEXT];
    struct err warning = {0};
    cleanup(cleanup_snapshot) struct snapshot *snapshot = NULL;
    errcode code;
    if (call->word_count) {
        code = snapshot_open(call->words[0], SNAPSHOT_RIGHT, &snapshot, err);
    } else {
        code = state_path(call, "snapshot", folder, err);
        if (code == OK)
            code = snapshot_open_newest(folder, SNAPSHOT_RIGHT, &snapshot, &warning, err);
        if (code == OK && warning.code != OK) {
            *err = warning;
            code = warning.code;
        }
    }
    if (code == OK)
        puts("the snapshot is sound");
    return code;
}

static const struct option info_options[] = {OPTION_JSON, {0}};
static const struct action actions[] = {
    {.name = "build",
     .words = "",
     .summary = "build the next one from the sets and the registry",
     .needs = NEED_WRITE,
     .run = run_build},
    {.name = "info",
     .words = "[FILE]",
     .summary = "show what one holds",
     .words_max = 1,
     .needs = NEED_READ | NEED_STATE,
     .options = info_options,
     .run = run_info},
    {.name = "verify",
     .words = "[FILE]",
     .summary = "check every byte of one",
     .words_max = 1,
     .needs = NEED_READ | NEED_STATE,
     .run = run_verify},
    {0},
};
const struct command command_snapshot = {
    .name = "snapshot",
    .group = "Answers out",
    .summary = "build, describe or check the tables that answer checks",
    .details = "A snapshot is one read-only file with the networks and the listed addresses; "
               "`khien serve` and `khien check` answer from the newest. Without FILE the newest "
               "one below the state folder is meant. A damaged one is named, and the status is 1; "
               "a running server keeps the one that it has.",
    .actions = actions,
    .examples =
        (const struct example[]){
            {"khien snapshot info --json | jq .addresses4", "How many addresses are listed:"}, {0}},
    .see_also = "khien-check khien-ingest khien-verify",
};
