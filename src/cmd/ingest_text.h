/* SPDX-License-Identifier: Apache-2.0 */
/* What an ingest says: one report an input, and the totals, for people and for scripts. */
#pragma once

#include "base/json_out.h"
#include "sightings/sightings.h"

struct ingest_totals {
    uint64_t inputs, duplicates, failed, rows, events, refused, added;
};

void ingest_totals_add(struct ingest_totals *totals, const struct ingest_report *report);
/* SNAPSHOT is the path of the new one, or "". */
void ingest_totals_text(const struct ingest_totals *totals, const char *snapshot, struct buf *out);
/* As members of the object that is open in OUT. */
void ingest_totals_json(const struct ingest_totals *totals, const char *snapshot,
                        struct json_out *out);
void ingest_write_text(const struct ingest_report *report, struct buf *out);
void ingest_write_json(const struct ingest_report *report, struct json_out *out);
/* The report of an input that was not taken. */
void ingest_write_failure(const char *name, const struct err *fault, struct json_out *out);
