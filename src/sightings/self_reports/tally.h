/* SPDX-License-Identifier: Apache-2.0 */
/* Self-reports counted by day, each random number once. What is counted are reports, never the
 * findings in them: one that says a million counts as one. Not safe from several threads. */
#pragma once

#include "sightings/self_reports/self_report.h"

struct self_report_day {
    day day;
    uint64_t reports, with_malware, with_suspicion, nothing_found, quarantined, by_token;
    /* How many reports name each family; in no order. */
    struct self_report_family *families;
    size_t family_count, family_room;
};

struct self_report_tally {
    struct self_report_day *days; /* in their order */
    size_t count, room;
    uint8_t (*ids)[SELF_REPORT_ID_BYTES]; /* open addressing; all zero: free */
    size_t id_count, id_room;
    uint8_t key[16]; /* of the hash of numbers, which strangers choose */
    bool has_zero;
};

void self_report_tally_clear(struct self_report_tally *tally);
bool self_report_tally_has(const struct self_report_tally *tally,
                           const uint8_t id[SELF_REPORT_ID_BYTES]);
/* False, and nothing is counted, when its number is known. */
bool self_report_tally_add(struct self_report_tally *tally, const struct self_report *report);
/* The days from FROM to TO (DAY_NONE: without bound) added up into *RET, whose families are in the
 * order of their reports, the most first, "other" last; FAMILY (empty: all) leaves the others out.
 * RET->day is the first day with a report. Clear it. */
void self_report_tally_sum(const struct self_report_tally *tally, day from, day to, str family,
                           struct self_report_day *ret);
void self_report_day_clear(struct self_report_day *date);
