/* SPDX-License-Identifier: Apache-2.0 */
/* khien feed: what formats there are, what a file says, what names are unknown, what the operator
 * knows about a source. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/limits.h"
#include "cmd/commands/commands.h"
#include "cmd/inputs.h"
#include "cmd/output.h"
#include "cmd/state.h"

#include <stdio.h>

enum { FLUSH_AT = 1 << 18 };

static errcode
run_formats(const struct call *call, struct err *err)
{
    static const struct table_column columns[] = {
        {"name", TABLE_TEXT, 0}, {"provider", TABLE_TEXT, 0}, {"summary", TABLE_TEXT, 0}};
    cleanup(cleanup_table) struct table *table = table_new(columns, 3);
    for (size_t i = 0; feed_formats[i]; i++) {
        table_row(table);
        table_put_z(table, "name", feed_formats[i]->name);
        table_put_z(table, "provider", feed_formats[i]->provider);
        table_put_z(table, "summary", feed_formats[i]->summary);
    }
    return output_table(call, table, err);
}

/* One run of `feed parse`. */
struct parsing {
    const struct feed_format *forced;
    const char *source;
    const char *name; /* of standard input */
    struct feed_columns *columns;
    struct buf out;
    const char *document; /* being parsed */
    size_t faults;
};

static errcode
write_event(void *context, const struct event *event, struct err *err)
{
    struct parsing *parsing = context;
    event_write_json(event, &parsing->out);
    buf_char(&parsing->out, '\n');
    if (parsing->out.n < FLUSH_AT)
        return OK;
    errcode code = buf_check(&parsing->out, "an event", err);
    fwrite(parsing->out.p, 1, parsing->out.n, stdout);
    buf_reset(&parsing->out);
    return code;
}

static void
show_refused(void *context, uint64_t line, const char *reason)
{
    const struct parsing *parsing = context;
    fprintf(stderr, "%s:%llu: %s\n", parsing->document, (unsigned long long)line, reason);
}

static errcode
parse_document(void *context, const char *name, str bytes, struct err *err)
{
    struct parsing *parsing = context;
    const struct feed_input input = {.name = name,
                                     .bytes = bytes,
                                     .received = clock_now(),
                                     .feed = parsing->source,
                                     .columns = parsing->columns};
    struct feed_sink sink = {
        .want_extra = true, .context = parsing, .event = write_event, .refused = show_refused};
    const struct feed_format *format = parsing->forced ? parsing->forced : feed_sniff(&input, err);
    if (!format) { /* what is packed beside it is still read */
        fprintf(stderr, "khien feed: %s: %s\n", name, err->text);
        parsing->faults++;
        return OK;
    }
    parsing->document = name;
    errcode code = feed_parse(format, &input, &sink, err);
    if (sink.rows_refused > LIMIT_REFUSED_SHOWN)
        fprintf(stderr, "%s: %llu rows refused, the first %d are shown\n", name,
                (unsigned long long)sink.rows_refused, LIMIT_REFUSED_SHOWN);
    return code == OK ? OK : err_prefix(err, "%s", name);
}

static errcode
parse_bytes(struct parsing *parsing, const char *name, str bytes, struct err *err)
{
    const struct container_sink sink = {parsing, parse_document};
    return container_each(name, bytes, NULL, &sink, err);
}

static errcode
parse_path(struct parsing *parsing, const char *path, struct err *err)
{
    struct file_map map;
    struct buf text = {0};
    errcode code;
    if (strcmp(path, "-") == 0) {
        code = file_read_fd(0, "standard input", LIMIT_FEED_BYTES, &text, err);
        if (code == OK)
            code = parse_bytes(parsing, parsing->name, buf_view(&text), err);
        buf_clear(&text);
        return code;
    }
    code = file_map_open(path, &map, err);
    if (code != OK)
        return code;
    code = parse_bytes(parsing, path_base(path), map.bytes, err);
    file_map_close(&map);
    return code;
}

/* One bad file does not keep the others from being read. */
static errcode
tell_fault(void *context, const char *path, const struct err *fault, struct err *err)
{
    struct parsing *parsing = context;
    (void)path;
    (void)err;
    fprintf(stderr, "khien feed: %s\n", fault->text);
    parsing->faults++;
    return OK;
}

static errcode
parse_file(void *context, const char *path, struct err *err)
{
    struct err fault;
    if (parse_path(context, path, &fault) != OK)
        return tell_fault(context, path, &fault, err);
    return OK;
}

static errcode
run_parse(const struct call *call, struct err *err)
{
    struct parsing parsing = {.source = call_option(call, "source"),
                              .name = call_option(call, "name"),
                              .out = BUF(64 << 20)};
    const char *forced = call_option(call, "feed"), *columns = call_option(call, "columns");
    if (columns && !forced) /* a column map says how to read it */
        forced = "generic";
    if (forced && !(parsing.forced = feed_format_find(str_of(forced))))
        return err_set(err, ERR_USAGE, "there is no format %s; `khien feed formats` lists them",
                       forced);
    errcode code = OK;
    if (columns)
        code = feed_columns_parse(str_of(columns), &parsing.columns, err);
    const struct input_walk walk = {&parsing, parse_file, tell_fault};
    if (code == OK)
        code = inputs_each(call, &walk, err);
    struct err late;
    errcode flushed = output_buf(&parsing.out, "an event", code == OK ? err : &late);
    feed_columns_free(parsing.columns);
    if (code == OK)
        code = flushed;
    if (code == OK && parsing.faults)
        code = err_set(err, ERR_FORMAT, "%zu input%s could not be read", parsing.faults,
                       parsing.faults == 1 ? "" : "s");
    return code;
}

static errcode
add_unknown(void *context, str name, str source, uint64_t events, struct err *err)
{
    struct table *table = context;
    (void)err;
    table_row(table);
    table_put_str(table, "name", name);
    table_put_str(table, "source", source);
    table_put_u64(table, "events", events);
    return OK;
}

static errcode
run_unknown(const struct call *call, struct err *err)
{
    static const struct table_column columns[] = {
        {"name", TABLE_TEXT, 0}, {"source", TABLE_TEXT, 0}, {"events", TABLE_COUNT, 0}};
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    errcode code = state_sightings(call, false, &sightings, err);
    if (code != OK)
        return code;
    cleanup(cleanup_table) struct table *table = table_new(columns, 3);
    code = sightings_each_unknown(sightings, add_unknown, table, err);
    return code == OK ? output_table(call, table, err) : code;
}

static errcode
run_note(const struct call *call, struct err *err)
{
    day noted;
    if (!day_parse(str_of(call->words[1]), &noted))
        return err_set(err, ERR_USAGE, "\"%s\" is no day such as 2026-11-21", call->words[1]);
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    errcode code = state_sightings(call, true, &sightings, err);
    if (code == OK)
        code = sightings_note_set(sightings, str_of(call->words[0]), noted, str_of(call->words[2]),
                                  err);
    return code == OK ? state_figures_follow(call, sightings, "the note is kept", err) : code;
}

static errcode
add_note(void *context, str source, day noted, str text, struct err *err)
{
    struct table *table = context;
    (void)err;
    table_row(table);
    table_put_str(table, "source", source);
    table_put_day(table, "day", noted);
    table_put_str(table, "text", text);
    return OK;
}

static errcode
run_notes(const struct call *call, struct err *err)
{
    static const struct table_column columns[] = {
        {"source", TABLE_TEXT, 0}, {"day", TABLE_DAY, 0}, {"text", TABLE_TEXT, 0}};
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    errcode code = state_sightings(call, false, &sightings, err);
    if (code != OK)
        return code;
    cleanup(cleanup_table) struct table *table = table_new(columns, 3);
    code = sightings_each_note(sightings, add_note, table, err);
    return code == OK ? output_table(call, table, err) : code;
}

static const struct option parse_options[] = {
    {"feed", "FORMAT", NULL, "take the files for this format instead of looking at them", 'f'},
    {"source", "NAME", NULL, "the source's name (feed.name) instead of the format's own", 's'},
    {"name", "NAME", "-", "the file name that standard input has, by which formats are known", 0},
    {"columns", "MAP", NULL,
     "the column map of a generic CSV: \"seen=time.source addr=source.ip; class=infected-system\"",
     0},
    {0},
};
static const struct option table_options[] = {OPTION_JSON, OPTION_CSV, {0}};
static const struct action actions[] = {
    {.name = "formats",
     .words = "",
     .summary = "list the feed formats",
     .without_conf = true,
     .options = table_options,
     .run = run_formats},
    {.name = "parse",
     .words = "FILE…",
     .summary = "show each event of the files as a JSON line",
     .words_min = 1,
     .words_max = SIZE_MAX,
     .needs = NEED_READ,
     .options = parse_options,
     .grant = grant_temp,
     .run = run_parse},
    {.name = "unknown",
     .words = "",
     .summary = "list malware names without a canonical family",
     .needs = NEED_STATE,
     .options = table_options,
     .run = run_unknown},
    {.name = "note",
     .words = "SOURCE DAY TEXT",
     .summary = "record that from this day the source follows another policy; empty TEXT removes",
     .words_min = 3,
     .words_max = 3,
     .needs = NEED_WRITE,
     .run = run_note},
    {.name = "notes",
     .words = "",
     .summary = "list what was recorded about sources",
     .needs = NEED_STATE,
     .options = table_options,
     .run = run_notes},
    {0},
};
const struct command command_feed = {
    .name = "feed",
    .group = "Feeds in",
    .summary = "look into feed files; list formats, unknown names and notes on sources",
    .details =
        "`parse` stores nothing. It unpacks gzip, zip, zstd, tar and mail, finds out the format, "
        "and writes one JSON object a line with the keys of the IntelMQ Data Format. Refused rows "
        "go to standard error with line and reason and do not change the exit status; a file that "
        "cannot be read as a whole is named there, the others are still read, and the status is "
        "then 1.\n\n"
        "A note marks a day from which a source is not comparable with what it was before, in "
        "every measure of `khien stats`.",
    .actions = actions,
    .examples =
        (const struct example[]){
            {"khien feed parse 2026-11-20-event4_sinkhole.csv.gz | jq -r '.\"source.ip\"'",
             "The addresses in a report:"},
            {"khien feed parse --columns 'seen=time.source addr=source.ip; "
             "class=infected-system' own.csv",
             "A CSV of your own:"},
            {"khien feed note cymru 2026-10-01 'lists recent infections only'",
             "A source changed its policy:"},
            {0}},
    .see_also = "khien-ingest khien-stats khien.conf.5",
};
