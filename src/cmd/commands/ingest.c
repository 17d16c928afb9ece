/* SPDX-License-Identifier: Apache-2.0 */
/* khien ingest: feed files into the sets, then a new snapshot. */
#include "base/cleanup.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/progress.h"
#include "cmd/commands/commands.h"
#include "cmd/ingest_text.h"
#include "cmd/inputs.h"
#include "cmd/output.h"
#include "cmd/state.h"
#include "cmd/watch.h"

#include <stdio.h>

struct ingesting {
    const struct call *call;
    struct sightings *sightings;
    struct ingest_options options;
    struct vocabulary vocabulary;
    struct snapshot *snapshot; /* its networks attribute the events; NULL on the first day */
    struct progress progress;
    bool json;
    struct buf out;
    struct json_out list;
    struct ingest_totals totals;
};

static void
show_progress(void *context, uint64_t done, uint64_t total)
{
    struct ingesting *ingesting = context;
    ingesting->progress.total = total;
    progress_show(&ingesting->progress, done);
}

static void
report(struct ingesting *ingesting, const struct ingest_report *report)
{
    ingest_totals_add(&ingesting->totals, report);
    if (ingesting->json) {
        ingest_write_json(report, &ingesting->list);
        return;
    }
    ingest_write_text(report, &ingesting->out);
    fwrite(ingesting->out.p, 1, ingesting->out.n, stdout);
    buf_reset(&ingesting->out);
    fflush(stdout);
}

/* Standard input under the name that --name gives it. */
static errcode
ingest_input(struct ingesting *ingesting, struct ingest_report *ret, struct err *err)
{
    struct buf text = {0};
    errcode code = file_read_fd(0, "standard input", LIMIT_FEED_BYTES, &text, err);
    if (code == OK)
        code = ingest_bytes(ingesting->sightings, call_option(ingesting->call, "name"),
                            buf_view(&text), &ingesting->options, ret, err);
    buf_clear(&text);
    return code;
}

static errcode
ingest_path(struct ingesting *ingesting, const char *path, struct err *err)
{
    struct ingest_report result = {0};
    errcode code;
    progress_begin(&ingesting->progress, path_base(path), 0);
    if (strcmp(path, "-") == 0)
        code = ingest_input(ingesting, &result, err);
    else
        code = ingest_file(ingesting->sightings, path, &ingesting->options, &result, err);
    progress_end(&ingesting->progress);
    if (code == OK)
        report(ingesting, &result);
    ingest_report_clear(&result);
    return code;
}

/* One bad file does not keep the others out, except when nothing more can be stored. */
static errcode
tell_fault(void *context, const char *path, const struct err *fault, struct err *err)
{
    struct ingesting *ingesting = context;
    if (fault->code == ERR_NO_SPACE) {
        *err = *fault;
        return fault->code;
    }
    ingesting->totals.failed++;
    if (ingesting->json)
        ingest_write_failure(path, fault, &ingesting->list);
    fprintf(stderr, "khien ingest: %s\n", fault->text);
    return OK;
}

static errcode
take_file(void *context, const char *path, struct err *err)
{
    struct err fault;
    if (ingest_path(context, path, &fault) != OK)
        return tell_fault(context, path, &fault, err);
    return OK;
}

/* The newest snapshot holds these very sets, made today as it would be made now. */
static bool
is_current(const struct ingesting *ingesting)
{
    const struct conf *conf = ingesting->call->conf;
    uint64_t generation = 0;
    if (!ingesting->snapshot || ingesting->totals.added > 0 ||
        sightings_generation(ingesting->sightings, &generation, NULL) != OK)
        return false;
    const struct snapshot_meta *meta = snapshot_meta(ingesting->snapshot);
    return meta->generation == generation && day_of(meta->built) == clock_today() &&
           meta->window_days == conf_number(conf, "check.window_days") &&
           meta->demonstration == conf_yes(conf, "campaign.demonstration");
}

static errcode
build_snapshot(struct ingesting *ingesting, char path[PATH_TEXT], struct err *err)
{
    path[0] = 0;
    if (call_given(ingesting->call, "no-snapshot") || is_current(ingesting))
        return OK;
    return state_snapshot_build(ingesting->call, ingesting->sightings, path, err);
}

/* The same of the public figures. */
static errcode
build_figures(struct ingesting *ingesting, struct err *err)
{
    if (call_given(ingesting->call, "no-snapshot") ||
        (ingesting->totals.added == 0 &&
         state_figures_current(ingesting->call, ingesting->sightings)))
        return OK;
    return state_figures_follow(ingesting->call, ingesting->sightings,
                                "the inputs are taken and the snapshot is built", err);
}

static errcode
ingest_words(struct ingesting *ingesting, struct err *err)
{
    char path[PATH_TEXT];
    const struct input_walk walk = {ingesting, take_file, tell_fault};
    if (ingesting->json) {
        json_out_object_begin(&ingesting->list);
        json_out_key(&ingesting->list, "inputs");
        json_out_array_begin(&ingesting->list);
    }
    errcode code = inputs_each(ingesting->call, &walk, err);
    /* Even after a failure the snapshot must tell what is stored by now. */
    struct err late;
    errcode built = build_snapshot(ingesting, path, code == OK ? err : &late);
    if (code == OK)
        code = built;
    struct err unfigured;
    errcode figured = built == OK ? build_figures(ingesting, &unfigured) : OK;
    if (ingesting->json) {
        json_out_array_end(&ingesting->list);
        ingest_totals_json(&ingesting->totals, path, &ingesting->list);
        json_out_object_end(&ingesting->list);
        buf_char(&ingesting->out, '\n');
    } else if (code == OK) {
        ingest_totals_text(&ingesting->totals, path, &ingesting->out);
    }
    errcode shown = output_buf(&ingesting->out, "the report", code == OK ? err : &late);
    if (code == OK)
        code = shown;
    if (code == OK && ingesting->totals.failed)
        code = err_set(err, ERR_FORMAT, "%llu input%s could not be taken",
                       (unsigned long long)ingesting->totals.failed,
                       ingesting->totals.failed == 1 ? "" : "s");
    if (figured && code == OK) {
        *err = unfigured;
        return figured;
    }
    if (figured)
        fprintf(stderr, "khien ingest: %s\n", unfigured.text);
    return code;
}

static errcode
watched_file(void *context, const char *path, struct err *err)
{
    struct ingesting *ingesting = context;
    errcode code = ingest_path(ingesting, path, err);
    buf_reset(&ingesting->out);
    return code;
}

static void
watched_told(void *context, const char *name, const struct err *fault)
{
    (void)context;
    if (fault)
        log_warning("%s: %s", name, fault->text);
}

static void
watched_settled(void *context, unsigned count)
{
    char path[PATH_TEXT];
    struct err err;
    if (build_snapshot(context, path, &err) != OK)
        log_error("%u files taken, but no snapshot: %s", count, err.text);
    else if (build_figures(context, &err) != OK)
        log_error("%s", err.text);
}

static errcode
watch_words(struct ingesting *ingesting, struct err *err)
{
    const struct watch watch = {
        .folder = call_option(ingesting->call, "watch"),
        .once = call_given(ingesting->call, "once"),
        .context = ingesting,
        .file = watched_file,
        .settled = watched_settled,
        .told = watched_told,
    };
    ingesting->json = false;
    return watch_run(&watch, err);
}

static errcode
open_all(struct ingesting *ingesting, struct err *err)
{
    const struct call *call = ingesting->call;
    errcode code = vocabulary_open(call->conf, &ingesting->vocabulary, err);
    if (code == OK)
        code = state_sightings(call, true, &ingesting->sightings, err);
    if (code != OK)
        return code;
    struct err none;
    if (state_snapshot(call, &ingesting->snapshot, &none) == OK)
        ingesting->options.networks = snapshot_network_map(ingesting->snapshot);
    ingesting->options.families = ingesting->vocabulary.families;
    uint64_t pending = 0;
    code = ingest_pending(ingesting->sightings, &ingesting->options, &pending, err);
    if (code == OK && pending)
        log_info("%llu archived inputs of an interrupted run were taken in",
                 (unsigned long long)pending);
    return code;
}

static errcode
check_options(const struct call *call, struct ingesting *ingesting, struct err *err)
{
    const char *format = call_option(call, "feed"), *columns = call_option(call, "columns");
    if (columns && !format) /* a column map says how to read it */
        format = "generic";
    if (!call->word_count && !call_option(call, "watch"))
        return err_set(err, ERR_USAGE, "which files? khien ingest FILE…, or --watch DIR");
    if (call->word_count && call_option(call, "watch"))
        return err_set(err, ERR_USAGE, "give files or --watch, not both");
    if (format && !feed_format_find(str_of(format)))
        return err_set(err, ERR_USAGE, "there is no format %s; `khien feed formats` lists them",
                       format);
    struct feed_columns *map = NULL;
    if (columns && feed_columns_parse(str_of(columns), &map, err) != OK)
        return err_set(err, ERR_USAGE, "--columns: %s", err->text);
    feed_columns_free(map);
    ingesting->options = (struct ingest_options){
        .format = format,
        .source = call_option(call, "source"),
        .columns = columns,
        .archive = true,
        .context = ingesting,
        .progress = show_progress,
    };
    return OK;
}

static errcode
run(const struct call *call, struct err *err)
{
    struct ingesting ingesting = {
        .call = call, .json = call_given(call, "json"), .out = BUF((size_t)1 << 30)};
    ingesting.list = json_out_to(&ingesting.out);
    errcode code = check_options(call, &ingesting, err);
    if (code == OK)
        code = open_all(&ingesting, err);
    if (code == OK)
        code = call->word_count ? ingest_words(&ingesting, err) : watch_words(&ingesting, err);
    buf_clear(&ingesting.out);
    snapshot_unref(ingesting.snapshot);
    sightings_close(ingesting.sightings);
    vocabulary_close(&ingesting.vocabulary);
    return code;
}

static errcode
grant(const struct call *call, struct grants *grants, struct err *err)
{
    errcode code = grant_temp(call, grants, err);
    return code == OK ? grant_write(grants, call_option(call, "watch"), err) : code;
}

static const struct option options[] = {
    {"feed", "FORMAT", NULL, "take the files for this format instead of looking at them", 'f'},
    {"source", "NAME", NULL, "the source's name instead of the format's own", 's'},
    {"name", "NAME", "-", "the file name that standard input has, by which formats are known", 0},
    {"columns", "MAP", NULL,
     "the column map of a generic CSV: \"seen=time.source addr=source.ip; class=infected-system\"",
     0},
    {"watch", "DIR", NULL, "take the files that are put into this folder, until stopped", 'w'},
    {"once", NULL, NULL, "with --watch: take what is there and end", 0},
    {"no-snapshot", NULL, NULL,
     "leave the snapshot and the public figures as they are; checks will not see the new data", 0},
    OPTION_JSON,
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "FILE…",
     .words_max = SIZE_MAX,
     .needs = NEED_READ | NEED_WRITE,
     .options = options,
     .grant = grant,
     .run = run},
    {0},
};
const struct command command_ingest = {
    .name = "ingest",
    .group = "Feeds in",
    .summary = "take feed files into the sets of sightings",
    .details =
        "A FILE may be packed (gzip, zip, zstd, tar, mail with attachments), a folder with files, "
        "or `-` for standard input. Every input is archived before it is read; then its addresses "
        "are joined to the stored sets in one transaction. Giving an input again, late or in "
        "another order changes nothing that it should not.\n\n"
        "For each input the report tells rows, events, refused rows with line and reason (the "
        "first "
        "20), and how many events and distinct addresses came for each class and family. A row "
        "that "
        "is refused does not change the exit status; an input of which more than half of the rows "
        "are refused, or whose format is unknown, is not taken, and the status is 1. The others "
        "are "
        "still taken. At the end a new snapshot is built, from which checks are answered, "
        "unless the newest one holds all of it already.\n\n"
        "With `--watch` the folder's files are taken as they appear and moved to its `done` or "
        "`refused` folder, the latter with a file that holds the reason. Write a file under a name "
        "that begins with `.` or ends with `.part` and rename it when it is complete. SIGTERM ends "
        "it after the file at hand.",
    .actions = actions,
    .examples =
        (const struct example[]){{"khien ingest 2026-11-20-event4_sinkhole.csv.gz", "One report:"},
                                 {"khien ingest --json reports/2026/11 | jq .events",
                                  "All of a folder, for a script:"},
                                 {"khien ingest --watch /srv/feeds/drop", "A drop folder:"},
                                 {0}},
    .see_also = "khien-feed khien-fetch khien-replay khien-stats",
};
