/* SPDX-License-Identifier: Apache-2.0 */
/* Ingest. The order is the guarantee: archive (durable), parse (in memory), merge and record (one
 * transaction). Whatever is cut off in between is begun again from the archive. */
#include "sightings/ingest_internal.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/require.h"
#include "sightings/lock.h"

#include <stdio.h>

/* A clock before this program's own time is wrong, and would date undated lists wrongly. */
static const char EARLIEST_NOW[] = "2026-01-01";

struct parse {
    const struct ingest_options *options;
    const struct archive_meta *meta;
    struct batch *batch;
    struct ingest_report *report;
    struct feed_columns *columns;
    struct feed_sink *sink; /* of the current document */
    const char *document;
    const struct feed_format *format;
    uint64_t documents_unknown;
    char unknown_reason[480];
};

static void
note_refusal(struct parse *parse, uint64_t line, const char *reason)
{
    struct ingest_report *report = parse->report;
    if (report->refusal_count >= LIMIT_REFUSED_SHOWN)
        return;
    if (!report->refusals)
        report->refusals = mem_calloc(LIMIT_REFUSED_SHOWN, sizeof *report->refusals);
    struct ingest_refusal *refusal = &report->refusals[report->refusal_count++];
    refusal->line = line;
    snprintf(refusal->document, sizeof refusal->document, "%s", parse->document);
    snprintf(refusal->reason, sizeof refusal->reason, "%s", reason);
}

static void
on_refused(void *context, uint64_t line, const char *reason)
{
    note_refusal(context, line, reason);
}

static errcode
on_event(void *context, const struct event *event, struct err *err)
{
    struct parse *parse = context;
    struct err why;
    errcode code = batch_add(parse->batch, event, &why);
    if (code == ERR_FORMAT) {
        parse->sink->events--;
        parse->sink->rows_refused++;
        /* The sink does not know lines; the record's number finds it as well. */
        note_refusal(parse, parse->sink->rows, why.text);
        return OK;
    }
    if (code != OK)
        return err_set(err, code, "%s", why.text);
    if (parse->options->progress && (parse->sink->rows & 0xffff) == 0)
        parse->options->progress(parse->options->context, parse->sink->rows, 0);
    return OK;
}

/* The forced format, or the surest one. NULL: not a feed, which is no error beside others. */
static const struct feed_format *
choose_format(struct parse *parse, const struct feed_input *input, struct err *err)
{
    if (!parse->meta->format[0])
        return feed_sniff(input, err);
    const struct feed_format *format = feed_format_find(str_of(parse->meta->format));
    if (!format)
        err_set(err, ERR_USAGE, "there is no feed format '%s'; `khien feed formats` lists them",
                parse->meta->format);
    return format;
}

static errcode
on_document(void *context, const char *name, str bytes, struct err *err)
{
    struct parse *parse = context;
    struct ingest_report *report = parse->report;
    struct feed_input input = {
        .name = name,
        .bytes = bytes,
        .received = parse->meta->received,
        .feed = parse->meta->source[0] ? parse->meta->source : NULL,
        .columns = parse->columns,
    };
    parse->document = name;
    struct err why;
    const struct feed_format *format = choose_format(parse, &input, &why);
    if (!format) {
        parse->documents_unknown++;
        snprintf(parse->unknown_reason, sizeof parse->unknown_reason, "%s", why.text);
        note_refusal(parse, 0, "the document is of no known format and was passed over");
        return OK;
    }
    struct feed_sink sink = {
        .context = parse,
        .event = on_event,
        .refused = on_refused,
    };
    parse->sink = &sink;
    errcode code = feed_parse(format, &input, &sink, err);
    report->documents++;
    report->rows += sink.rows;
    report->refused += sink.rows_refused;
    report->skipped += sink.rows_skipped;
    snprintf(report->format, sizeof report->format, "%s", format->name);
    return code == OK ? OK : err_prefix(err, "%s (%s)", name, format->name);
}

errcode
ingest_parse(str content, const struct archive_meta *meta, const struct ingest_options *options,
             const char *temp_folder, struct batch *batch, struct ingest_report *report,
             struct err *err)
{
    struct parse parse = {
        .options = options, .meta = meta, .batch = batch, .report = report, .document = meta->name};
    errcode code = OK;
    if (meta->columns[0])
        code = feed_columns_parse(str_of(meta->columns), &parse.columns, err);
    struct container_sink sink = {.context = &parse, .document = on_document};
    if (code == OK)
        code = container_each(meta->name, content, temp_folder, &sink, err);
    feed_columns_free(parse.columns);
    if (code == OK && report->documents == 0)
        code = err_set(err, ERR_UNSUPPORTED, "%s",
                       parse.documents_unknown ? parse.unknown_reason : "it holds no document");
    if (code != OK)
        return code;
    batch_finish(batch);
    struct batch_totals totals = batch_totals(batch);
    report->events = totals.events;
    report->without_address = totals.without_address;
    report->unattributed = totals.unattributed;
    return OK;
}

static int
by_class_and_family(const void *a, const void *b)
{
    const struct set_key *x = &(*(const struct batch_set *const *)a)->key;
    const struct set_key *y = &(*(const struct batch_set *const *)b)->key;
    if (x->class != y->class)
        return x->class < y->class ? -1 : 1;
    return str_compare(x->family, y->family);
}

/* Counts per class and family: SETS, sorted by them, in groups. */
static void
count_groups(const struct batch_set **sets, size_t n, struct ingest_report *report)
{
    for (size_t i = 0, end; i < n; i = end) {
        struct ingest_count *count = &report->counts[report->count_count++];
        const struct set_key *key = &sets[i]->key;
        snprintf(count->class, sizeof count->class, "%s", event_class_name(key->class));
        snprintf(count->family, sizeof count->family, "%.*s", STR_ARG(key->family));
        cleanup(cleanup_ipset) struct ipset *all = ipset_new();
        for (end = i; end < n && by_class_and_family(&sets[i], &sets[end]) == 0; end++) {
            count->events += sets[end]->events;
            ipset_or(all, sets[end]->set);
        }
        count->distinct = ipset_count(all);
    }
}

static int
by_events(const void *a, const void *b)
{
    const struct ingest_count *x = a, *y = b;
    if (x->events != y->events)
        return x->events < y->events ? 1 : -1;
    int order = strcmp(x->class, y->class);
    return order ? order : strcmp(x->family, y->family);
}

void
ingest_count_batch(struct batch *batch, struct ingest_report *report)
{
    size_t n = batch_count(batch);
    report->counts = mem_calloc(n, sizeof *report->counts);
    cleanup(cleanup_free) const struct batch_set **sets = mem_calloc(n, sizeof *sets);
    report->first = report->last = DAY_NONE;
    uint64_t members = 0, events = 0;
    for (size_t i = 0; i < n; i++) {
        const struct batch_set *set = batch_get(batch, i);
        sets[i] = set;
        members += ipset_count(set->set);
        events += set->events;
        if (report->first == DAY_NONE || set->key.day < report->first)
            report->first = set->key.day;
        if (report->last == DAY_NONE || set->key.day > report->last)
            report->last = set->key.day;
    }
    report->repeats = events > members ? events - members : 0;
    if (n == 0)
        return;
    qsort(sets, n, sizeof *sets, by_class_and_family);
    count_groups(sets, n, report);
    qsort(report->counts, report->count_count, sizeof *report->counts, by_events);
}

void
ingest_report_clear(struct ingest_report *report)
{
    free(report->counts);
    free(report->refusals);
    *report = (struct ingest_report){.first = DAY_NONE, .last = DAY_NONE};
}

static errcode
check_clock(usec now, struct err *err)
{
    day earliest = 0;
    require(day_parse(str_of(EARLIEST_NOW), &earliest));
    if (day_of(now) < earliest) {
        char text[DAY_TEXT];
        return err_set(err, ERR_DENIED,
                       "the system's clock says %s, which cannot be; set it and try again",
                       day_format(day_of(now), text));
    }
    return OK;
}

static errcode
meta_fill(const char *name, const struct ingest_options *options, struct archive_meta *meta,
          struct err *err)
{
    *meta = (struct archive_meta){.received = clock_now()};
    errcode code = check_clock(meta->received, err);
    if (code != OK)
        return code;
    const struct {
        const char *value, *what;
        char *out;
        size_t size;
    } fields[] = {
        {path_base(name), "file name", meta->name, sizeof meta->name},
        {options->format, "format name", meta->format, sizeof meta->format},
        {options->source, "source name", meta->source, sizeof meta->source},
        {options->columns, "column map", meta->columns, sizeof meta->columns},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!str_copy(str_of(fields[i].value), fields[i].out, fields[i].size))
            return err_set(err, ERR_LIMIT, "the %s is longer than the %zu bytes allowed",
                           fields[i].what, fields[i].size - 1);
    if (options->format && !feed_format_find(str_of(options->format)))
        return err_set(err, ERR_USAGE,
                       "there is no feed format '%s'; `khien feed formats` lists them",
                       options->format);
    struct feed_columns *columns = NULL;
    if (options->columns)
        code = feed_columns_parse(str_of(options->columns), &columns, err);
    feed_columns_free(columns);
    return code;
}

bool
ingest_is_at_fault(errcode code)
{
    return code == ERR_USAGE || code == ERR_FORMAT || code == ERR_LIMIT || code == ERR_CORRUPT ||
           code == ERR_UNSUPPORTED;
}

errcode
ingest_entry(struct sightings *sightings, const struct archive_entry *entry, str content,
             const struct ingest_options *options, struct ingest_report *report, struct err *err)
{
    struct batch *batch = batch_new(options->families, options->networks, entry->meta.received);
    errcode code =
        ingest_parse(content, &entry->meta, options, sightings->folder, batch, report, err);
    if (code == OK) {
        ingest_count_batch(batch, report);
        code = ingest_commit(sightings, entry, batch, report, err);
    } else if (ingest_is_at_fault(code)) {
        /* Recorded, so that nobody waits for it. */
        struct err ignored;
        ingest_record_failure(sightings, entry, report, err->text, &ignored);
    }
    batch_free(batch);
    return code;
}

errcode
ingest_bytes(struct sightings *sightings, const char *name, str content,
             const struct ingest_options *options, struct ingest_report *ret, struct err *err)
{
    struct archive_meta meta;
    cleanup(cleanup_close) int lock = -1;
    errcode code = lock_take(sightings->folder, "lock", LOCK_SHARED, &lock, err);
    if (code == OK)
        code = meta_fill(name, options, &meta, err);
    if (code != OK)
        return code;
    struct ingest_report report = {.first = DAY_NONE, .last = DAY_NONE, .bytes = content.n};
    struct archive_entry entry = {.hash = sha256_of(content), .meta = meta};
    entry.meta.bytes = content.n;
    snprintf(report.name, sizeof report.name, "%s", meta.name);
    sha256_format(&entry.hash, report.sha256);
    code = ingest_is_known(sightings, &entry.hash, day_of(meta.received), &report, err);
    if (code == OK && !report.duplicate && options->archive) {
        bool is_new;
        code = archive_add(sightings->folder, content, &entry.hash, &meta, &entry, &is_new, err);
    }
    if (code == OK && !report.duplicate)
        code = ingest_entry(sightings, &entry, content, options, &report, err);
    if (code != OK) {
        ingest_report_clear(&report);
        return code;
    }
    *ret = report;
    return OK;
}

errcode
ingest_file(struct sightings *sightings, const char *path, const struct ingest_options *options,
            struct ingest_report *ret, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    struct file_map map;
    errcode code = is_stdin
                       ? file_map_copy_fd(0, "it", sightings->folder, LIMIT_FEED_BYTES, &map, err)
                       : file_map_copy(path, sightings->folder, LIMIT_FEED_BYTES, &map, err);
    if (code == OK) {
        code = ingest_bytes(sightings, is_stdin ? "standard-input" : path, map.bytes, options, ret,
                            err);
        file_map_close(&map);
    }
    return code == OK ? OK : err_prefix(err, "%s", is_stdin ? "standard input" : path);
}
