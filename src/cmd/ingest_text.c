/* SPDX-License-Identifier: Apache-2.0 */
/* What an ingest says. */
#include "cmd/ingest_text.h"

void
ingest_totals_add(struct ingest_totals *totals, const struct ingest_report *report)
{
    totals->inputs++;
    totals->duplicates += report->duplicate;
    if (report->duplicate)
        return;
    totals->rows += report->rows;
    totals->events += report->events;
    totals->refused += report->refused;
    totals->added += report->added;
}

static void
write_counts(const struct ingest_report *report, struct buf *out)
{
    for (size_t i = 0; i < report->count_count; i++) {
        const struct ingest_count *count = &report->counts[i];
        buf_printf(out, "  %-24s %-24s %10llu events %10llu addresses\n", count->class,
                   count->family[0] ? count->family : "-", (unsigned long long)count->events,
                   (unsigned long long)count->distinct);
    }
}

static void
write_refusals(const struct ingest_report *report, struct buf *out)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < report->refusal_count; i++) {
        const struct ingest_refusal *refusal = &report->refusals[i];
        buf_printf(out, "  refused: %s:", refusal->document);
        if (refusal->line) /* 0: the whole document */
            buf_printf(out, "%llu:", (unsigned long long)refusal->line);
        buf_printf(out, " %s\n", refusal->reason);
        rows += refusal->line > 0;
    }
    if (report->refused > rows)
        buf_printf(out, "  refused: %llu more\n", (unsigned long long)(report->refused - rows));
}

void
ingest_write_text(const struct ingest_report *report, struct buf *out)
{
    char first[DAY_TEXT], last[DAY_TEXT];
    if (report->duplicate) {
        buf_printf(out, "%s: was taken before; nothing is counted again\n", report->name);
        return;
    }
    buf_printf(out, "%s: %s, %llu rows, %llu events, %llu refused, %llu without an event\n",
               report->name, report->format, (unsigned long long)report->rows,
               (unsigned long long)report->events, (unsigned long long)report->refused,
               (unsigned long long)report->skipped);
    if (report->first != DAY_NONE)
        buf_printf(out, "  %s to %s; %llu new members, %llu repeats\n",
                   day_format(report->first, first), day_format(report->last, last),
                   (unsigned long long)report->added, (unsigned long long)report->repeats);
    if (report->without_address)
        buf_printf(out, "  %llu events name no address and are in no set\n",
                   (unsigned long long)report->without_address);
    if (report->unattributed)
        buf_printf(out, "  %llu events are in no known network\n",
                   (unsigned long long)report->unattributed);
    write_counts(report, out);
    write_refusals(report, out);
}

void
ingest_write_json(const struct ingest_report *report, struct json_out *out)
{
    json_out_object_begin(out);
    json_out_pair_z(out, "name", report->name);
    json_out_pair_z(out, "sha256", report->sha256);
    json_out_pair_z(out, "format", report->format);
    json_out_pair_bool(out, "duplicate", report->duplicate);
    json_out_pair_u64(out, "documents", report->documents);
    json_out_pair_u64(out, "bytes", report->bytes);
    json_out_pair_u64(out, "rows", report->rows);
    json_out_pair_u64(out, "events", report->events);
    json_out_pair_u64(out, "refused", report->refused);
    json_out_pair_u64(out, "skipped", report->skipped);
    json_out_pair_u64(out, "repeats", report->repeats);
    json_out_pair_u64(out, "added", report->added);
    json_out_pair_u64(out, "without_address", report->without_address);
    json_out_pair_u64(out, "unattributed", report->unattributed);
    json_out_pair_day(out, "first", report->first);
    json_out_pair_day(out, "last", report->last);
    json_out_key(out, "counts");
    json_out_array_begin(out);
    for (size_t i = 0; i < report->count_count; i++) {
        json_out_object_begin(out);
        json_out_pair_z(out, "class", report->counts[i].class);
        json_out_pair_z(out, "family", report->counts[i].family);
        json_out_pair_u64(out, "events", report->counts[i].events);
        json_out_pair_u64(out, "distinct", report->counts[i].distinct);
        json_out_object_end(out);
    }
    json_out_array_end(out);
    json_out_key(out, "refusals");
    json_out_array_begin(out);
    for (size_t i = 0; i < report->refusal_count; i++) {
        json_out_object_begin(out);
        json_out_pair_z(out, "document", report->refusals[i].document);
        json_out_pair_u64(out, "line", report->refusals[i].line);
        json_out_pair_z(out, "reason", report->refusals[i].reason);
        json_out_object_end(out);
    }
    json_out_array_end(out);
    json_out_object_end(out);
}

void
ingest_write_failure(const char *name, const struct err *fault, struct json_out *out)
{
    json_out_object_begin(out);
    json_out_pair_z(out, "name", name);
    json_out_pair_z(out, "error", err_code_name(fault->code));
    json_out_pair_z(out, "message", fault->text);
    json_out_object_end(out);
}

void
ingest_totals_text(const struct ingest_totals *totals, const char *snapshot, struct buf *out)
{
    if (totals->inputs > 1)
        buf_printf(
            out,
            "%llu inputs (%llu taken before): %llu rows, %llu events, %llu refused, %llu new "
            "members\n",
            (unsigned long long)totals->inputs, (unsigned long long)totals->duplicates,
            (unsigned long long)totals->rows, (unsigned long long)totals->events,
            (unsigned long long)totals->refused, (unsigned long long)totals->added);
    if (snapshot[0])
        buf_printf(out, "snapshot: %s\n", snapshot);
}

void
ingest_totals_json(const struct ingest_totals *totals, const char *snapshot, struct json_out *out)
{
    json_out_pair_u64(out, "taken", totals->inputs);
    json_out_pair_u64(out, "duplicates", totals->duplicates);
    json_out_pair_u64(out, "failed", totals->failed);
    json_out_pair_u64(out, "rows", totals->rows);
    json_out_pair_u64(out, "events", totals->events);
    json_out_pair_u64(out, "refused", totals->refused);
    json_out_pair_u64(out, "added", totals->added);
    json_out_pair_z(out, "snapshot", snapshot[0] ? snapshot : NULL);
}
