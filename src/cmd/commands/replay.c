/* SPDX-License-Identifier: Apache-2.0 */
/* khien replay: builds all sets again from the archive. */
#include "base/cleanup.h"
#include "base/json_out.h"
#include "base/progress.h"
#include "cmd/commands/commands.h"
#include "cmd/output.h"
#include "cmd/state.h"

#include <stdio.h>

static void
warn(void *context, const char *message)
{
    (void)context;
    fprintf(stderr, "khien replay: %s\n", message);
}

static void
show_progress(void *context, uint64_t done, uint64_t total)
{
    struct progress *progress = context;
    progress->total = total;
    progress_show(progress, done);
}

static void
write_report(const struct call *call, const struct replay_report *report, struct buf *out)
{
    if (call_given(call, "json")) {
        struct json_out json = json_out_to(out);
        json_out_object_begin(&json);
        json_out_pair_u64(&json, "inputs", report->inputs);
        json_out_pair_u64(&json, "damaged", report->damaged);
        json_out_pair_u64(&json, "refused", report->refused);
        json_out_pair_u64(&json, "sets", report->sets);
        json_out_pair_u64(&json, "sets_repaired", report->sets_repaired);
        json_out_object_end(&json);
        buf_char(out, '\n');
        return;
    }
    buf_printf(out,
               "%llu inputs (%llu damaged, %llu refused) give %llu sets, %llu of them repaired\n",
               (unsigned long long)report->inputs, (unsigned long long)report->damaged,
               (unsigned long long)report->refused, (unsigned long long)report->sets,
               (unsigned long long)report->sets_repaired);
}

static errcode
replay_all(const struct call *call, struct sightings *sightings,
           const struct vocabulary *vocabulary, struct err *err)
{
    struct progress progress;
    struct replay_report report;
    struct buf out = BUF(1 << 16);
    char path[PATH_TEXT];
    const struct ingest_options options = {.families = vocabulary->families,
                                           .archive = true,
                                           .context = &progress,
                                           .progress = show_progress};
    progress_begin(&progress, "replay", 0);
    errcode code = replay(sightings, &options, warn, NULL, &report, err);
    progress_end(&progress);
    if (code == OK)
        code = state_snapshot_build(call, sightings, path, err);
    if (code != OK)
        return code;
    write_report(call, &report, &out);
    code = output_buf(&out, "the report", err);
    if (code == OK)
        code = state_figures_follow(call, sightings, "the sets and the snapshot are built", err);
    if (code == OK && report.damaged)
        code = err_set(err, ERR_CORRUPT,
                       "%llu archive entries are damaged; what they held before is kept",
                       (unsigned long long)report.damaged);
    return code;
}

static errcode
run(const struct call *call, struct err *err)
{
    struct vocabulary vocabulary;
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    errcode code = vocabulary_open(call->conf, &vocabulary, err);
    if (code != OK)
        return code;
    code = state_sightings(call, true, &sightings, err);
    if (code == OK)
        code = replay_all(call, sightings, &vocabulary, err);
    vocabulary_close(&vocabulary);
    return code;
}

static const struct option options[] = {OPTION_JSON, {0}};
static const struct action actions[] = {
    {.name = "",
     .words = "",
     .needs = NEED_WRITE,
     .options = options,
     .grant = grant_temp,
     .run = run},
    {0},
};
const struct command command_replay = {
    .name = "replay",
    .group = "Keeping it sound",
    .summary = "build all sets again from the archive",
    .details =
        "The archive is the source of truth: from it the same sets come out, bit for bit. Use it "
        "after damage, and after a change of the family names. The new sets are built beside the "
        "old ones and exchanged in one transaction; checks and statistics go on meanwhile. Damaged "
        "archive entries are named, their former sets are kept, and the status is 1.",
    .actions = actions,
    .see_also = "khien-ingest khien-verify",
};
