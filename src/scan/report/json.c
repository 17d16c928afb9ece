/* SPDX-License-Identifier: Apache-2.0 */
/* The report for programs. Names of keys do not change; keys may be added. */
#include "base/json_out.h"
#include "scan/report/inner.h"

static void
pair_time(struct json_out *json, const char *key, usec time)
{
    char text[TIME_TEXT];
    json_out_pair_z(json, key, time_format(time, text));
}

static void
write_deeds(struct json_out *json, const struct report_deed *deed)
{
    json_out_key(json, "also");
    json_out_array_begin(json);
    for (; deed; deed = deed->next) {
        json_out_object_begin(json);
        json_out_pair_z(json, "what", report_deed_names[deed->kind]);
        json_out_pair_z(json, "subject", deed->subject);
        if (deed->line)
            json_out_pair_u64(json, "line", deed->line);
        if (deed->number)
            json_out_pair_u64(json, "quarantined", deed->number);
        else
            json_out_pair_z(json, "refused", deed->refused);
        json_out_object_end(json);
    }
    json_out_array_end(json);
}

static void
write_item(struct json_out *json, const struct report_item *item)
{
    static const char *const kinds[] = {"file", "process", "check"};
    char sha256[SHA256_TEXT];
    json_out_object_begin(json);
    json_out_pair_z(json, "level", report_level_name(item->level));
    json_out_pair_z(json, "kind", kinds[item->of]);
    json_out_pair_z(json, "name", item->name);
    json_out_pair_z(json, "subject", item->subject);
    if (item->source)
        json_out_pair_z(json, "source", item->source);
    if (item->inside)
        json_out_pair_z(json, "inside", item->inside);
    if (item->detail && item->detail[0])
        json_out_pair_z(json, "detail", item->detail);
    if (item->check)
        json_out_pair_z(json, "attack", item->check->attack);
    if (item->reason)
        json_out_pair_z(json, "reason", item->reason->id);
    if (item->file)
        json_out_pair_z(json, "file", item->file);
    if (item->line)
        json_out_pair_u64(json, "line", item->line);
    if (item->pid)
        json_out_pair_u64(json, "pid", item->pid);
    if (item->has_identity)
        json_out_pair_z(json, "sha256", sha256_format(&item->identity.sha256, sha256));
    if (item->quarantined)
        json_out_pair_u64(json, "quarantined", item->quarantined);
    if (item->refused)
        json_out_pair_z(json, "refused", item->refused);
    if (item->deeds)
        write_deeds(json, item->deeds);
    json_out_object_end(json);
}

static void
write_skipped(struct json_out *json, const struct report *report)
{
    json_out_key(json, "skipped");
    json_out_array_begin(json);
    for (size_t why = 0; why < SKIP_REASONS; why++) {
        const struct report_skipped *skipped = &report->skipped[why];
        if (skipped->count == 0)
            continue;
        json_out_object_begin(json);
        json_out_pair_z(json, "reason", report_skip_name((enum report_skip)why));
        json_out_pair_u64(json, "count", skipped->count);
        json_out_key(json, "examples");
        json_out_array_begin(json);
        for (size_t i = 0; i < REPORT_EXAMPLES && i < skipped->count; i++) {
            json_out_object_begin(json);
            json_out_pair_z(json, "subject", skipped->examples[i].subject);
            json_out_pair_z(json, "detail", skipped->examples[i].detail);
            json_out_object_end(json);
        }
        json_out_array_end(json);
        json_out_object_end(json);
    }
    json_out_array_end(json);
}

static void
write_counts(struct json_out *json, const struct report_counts *counts)
{
    json_out_key(json, "looked_at");
    json_out_object_begin(json);
    json_out_pair_u64(json, "files", counts->files);
    json_out_pair_u64(json, "bytes", counts->bytes);
    json_out_pair_u64(json, "unchanged", counts->unchanged);
    json_out_pair_u64(json, "members", counts->members);
    json_out_pair_u64(json, "member_bytes", counts->member_bytes);
    json_out_pair_u64(json, "processes", counts->processes);
    json_out_pair_u64(json, "process_bytes", counts->process_bytes);
    json_out_pair_u64(json, "checks", counts->checks);
    json_out_object_end(json);
}

/* NULL: nothing checked where the rules come from. */
static const char *const origin_names[] = {
    [ORIGIN_NAMED] = "--public-key",
    [ORIGIN_BESIDE] = "rules.pub",
    [ORIGIN_UPDATE] = "rules update",
    [ORIGIN_BUILT_IN] = "built-in",
};

void
report_write_json(struct report *report, const struct report_about *about, struct buf *out)
{
    struct json_out json = json_out_to(out);
    report_sort(report);
    json_out_object_begin(&json);
    json_out_pair_z(&json, "program", "khien " KHIEN_VERSION);
    json_out_pair_z(&json, "scope", about->scope);
    pair_time(&json, "started", about->started);
    pair_time(&json, "ended", about->ended);
    json_out_pair_u64(&json, "waited_for_mains_seconds",
                      (uint64_t)(about->waited / USEC_PER_SECOND));
    json_out_pair_bool(&json, "complete", !about->is_partial);
    json_out_pair_bool(&json, "root", about->is_root);
    json_out_pair_u64(&json, "rules", about->rules);
    json_out_pair_z(&json, "rules_id", about->rules_id[0] ? about->rules_id : NULL);
    json_out_pair_u64(&json, "rules_version", about->rules_version);
    json_out_pair_z(&json, "rules_checked_by", origin_names[about->rules_origin]);
    json_out_pair_z(&json, "rules_doubt", report_origin_words(about, REPORT_EN));
    write_counts(&json, &report->counts);
    json_out_key(&json, "findings");
    json_out_array_begin(&json);
    for (size_t i = 0; i < report->count; i++)
        write_item(&json, &report->items[i]);
    json_out_array_end(&json);
    write_skipped(&json, report);
    json_out_object_end(&json);
    buf_char(out, '\n');
}

void
report_each_line(struct report *report, const struct report_about *about,
                 void (*line)(void *context, bool is_finding, const char *text), void *context)
{
    struct buf text = BUF(1 << 16);
    report_sort(report);
    for (size_t i = 0; i < report->count; i++) {
        struct json_out json = json_out_to(&text);
        write_item(&json, &report->items[i]);
        line(context, true, text.p);
        buf_reset(&text);
    }
    buf_printf(&text,
               "scan %s: %llu files, %llu processes, %zu malicious, %zu suspicious, %zu to look at",
               about->is_partial ? "stopped" : "ended", (unsigned long long)report->counts.files,
               (unsigned long long)report->counts.processes,
               report_count_of(report, FINDING_MALICIOUS),
               report_count_of(report, FINDING_SUSPICIOUS), report_count_of(report, FINDING_LOOK));
    line(context, false, text.p);
    buf_clear(&text);
}
