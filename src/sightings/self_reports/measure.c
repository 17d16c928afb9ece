/* SPDX-License-Identifier: Apache-2.0 */
/* `khien stats self-reported`: computed from the kept reports, each time anew. */
#include "base/file.h"
#include "sightings/sightings.h"

static const char what_it_is[] =
    "self-reported: sent by whoever wanted to, so it says neither how many computers are infected "
    "nor that one is clean; it is in no other figure";

static const struct table_column columns[] = {
    {"day", TABLE_DAY, 0},
    {"family", TABLE_TEXT, 0},
    {"reports", TABLE_COUNT, 0},
    {"with_malware", TABLE_COUNT, 0},
    {"quarantined", TABLE_COUNT, 0},
    {"with_suspicion", TABLE_COUNT, 0},
    {"nothing_found", TABLE_COUNT, 0},
    {"by_token", TABLE_COUNT, 0},
};

static void
put_day(const struct self_report_tally *tally, day on, str family, struct table *table)
{
    struct self_report_day sum;
    self_report_tally_sum(tally, on, on, family, &sum);
    if (!family.n) {
        table_row(table);
        table_put_day(table, "day", on);
        table_put_z(table, "family", "all");
        table_put_u64(table, "reports", sum.reports);
        table_put_u64(table, "with_malware", sum.with_malware);
        table_put_u64(table, "quarantined", sum.quarantined);
        table_put_u64(table, "with_suspicion", sum.with_suspicion);
        table_put_u64(table, "nothing_found", sum.nothing_found);
        table_put_u64(table, "by_token", sum.by_token);
    }
    for (size_t i = 0; i < sum.family_count; i++) {
        table_row(table);
        table_put_day(table, "day", on);
        table_put_z(table, "family", sum.families[i].name);
        table_put_u64(table, "reports", sum.families[i].count);
    }
    self_report_day_clear(&sum);
}

struct table *
self_report_table(const struct self_report_tally *tally, day from, day to, str family)
{
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < tally->count; i++) {
        day at = tally->days[i].day;
        if ((from == DAY_NONE || at >= from) && (to == DAY_NONE || at <= to))
            put_day(tally, at, family, table);
    }
    table_note(table, "%s", what_it_is);
    return table;
}

/* Reports carry no address, so there is nothing to filter by. */
static errcode
check_request(const struct measure_request *request, struct err *err)
{
    if (request->country.n || request->province.n || request->isp.n || request->kind.n ||
        request->asn || request->source.n || request->class != CLASS_NONE ||
        request->by != BY_DEFAULT)
        return err_set(err, ERR_USAGE,
                       "self-reported takes from, to and family only: a report carries no address, "
                       "source or class");
    return OK;
}

errcode
measure_self_reported(const struct measure_request *request, struct table **ret, struct err *err)
{
    char folder[PATH_TEXT];
    struct self_report_tally tally = {0};
    struct err fault;
    size_t faults = 0;
    errcode code = check_request(request, err);
    if (code == OK)
        code = path_join(folder, sightings_folder(request->sightings), "self-reports", err);
    if (code != OK)
        return code;
    struct self_report_reader *reader = self_report_reader_new(folder);
    self_report_reader_catch_up(reader, &tally, &faults, &fault);
    *ret = self_report_table(&tally, request->from, request->to, request->family);
    if (faults)
        table_note(*ret, "%zu damaged places are left out; the last one: %s", faults, fault.text);
    self_report_reader_free(reader);
    self_report_tally_clear(&tally);
    return OK;
}
