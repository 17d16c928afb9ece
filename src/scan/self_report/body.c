/* SPDX-License-Identifier: Apache-2.0 */
/* Every text in the body is a constant of this program, a name out of FIND's table, or digits. */
#include "base/hash.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "scan/self_report/self_report.h"

struct tally {
    struct {
        str name;
        uint64_t count;
    } families[LIMIT_SELF_REPORT_FAMILIES];
    size_t count;
};

/* The last place is for the others. */
static void
count_family(struct tally *tally, str name)
{
    size_t at = 0;
    while (at < tally->count && !str_eq(tally->families[at].name, name))
        at++;
    if (at == tally->count && at >= LIMIT_SELF_REPORT_FAMILIES - 1 && !str_eq(name, STR("other"))) {
        count_family(tally, STR("other"));
        return;
    }
    if (at == tally->count)
        tally->families[tally->count++].name = name;
    tally->families[at].count++;
}

static uint64_t
capped(uint64_t count)
{
    return count < LIMIT_SELF_REPORT_FINDINGS ? count : LIMIT_SELF_REPORT_FINDINGS;
}

/* 123,456 files would be much the same as a name. */
static uint64_t
rounded(uint64_t number)
{
    uint64_t unit = 1;
    while (number / unit >= 100)
        unit *= 10;
    return number - number % unit;
}

static uint64_t
taken(struct report *report)
{
    uint64_t count = 0;
    for (size_t i = 0; i < report_item_count(report); i++)
        count += report_item_at(report, i)->quarantined != 0;
    return count;
}

static void
write_families(struct json_out *json, struct report *report,
               const struct self_report_options *options)
{
    struct tally tally = {0};
    uint64_t left = LIMIT_SELF_REPORT_FINDINGS;
    for (size_t i = 0; i < report_item_count(report) && left; i++) {
        const struct report_item *item = report_item_at(report, i);
        if (item->level != FINDING_MALICIOUS)
            continue;
        str family = {NULL, 0};
        if (options->find)
            family = self_report_family_of(item->name, options->find, options->context);
        count_family(&tally, family.n ? family : STR("other"));
        left--;
    }
    json_out_key(json, "families");
    json_out_object_begin(json);
    for (size_t i = 0; i < tally.count; i++) {
        json_out_key_str(json, tally.families[i].name);
        json_out_u64(json, tally.families[i].count);
    }
    json_out_object_end(json);
}

void
self_report_write(struct report *report, const struct report_about *about,
                  const struct self_report_options *options, struct buf *out)
{
    struct json_out json = json_out_to(out);
    struct report_counts counts = report_counts(report);
    char number[2 * SELF_REPORT_ID + 1];
    json_out_object_begin(&json);
    json_out_pair_u64(&json, "version", 1);
    json_out_pair_z(&json, "id", hex_format(options->id, SELF_REPORT_ID, number));
    json_out_pair_z(&json, "program", KHIEN_VERSION);
    json_out_pair_z(&json, "system", options->platform);
    json_out_pair_u64(&json, "rules_version", about->rules_version);
    json_out_pair_z(&json, "scope", about->scope);
    json_out_pair_bool(&json, "complete", !about->is_partial);
    json_out_pair_u64(&json, "files", rounded(counts.files));
    json_out_pair_u64(&json, "processes", rounded(counts.processes));
    json_out_pair_u64(&json, "malicious", capped(report_count_of(report, FINDING_MALICIOUS)));
    json_out_pair_u64(&json, "suspicious", capped(report_count_of(report, FINDING_SUSPICIOUS)));
    json_out_pair_u64(&json, "look", capped(report_count_of(report, FINDING_LOOK)));
    json_out_pair_u64(&json, "quarantined", capped(taken(report)));
    write_families(&json, report, options);
    json_out_object_end(&json);
}
