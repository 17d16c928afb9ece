/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of an ingest, which replay takes too; not for other parts. */
#pragma once

#include "sightings/batch.h"
#include "sightings/sets_internal.h"

/* Unwraps and parses CONTENT into BATCH and counts in REPORT. */
errcode ingest_parse(str content, const struct archive_meta *meta,
                     const struct ingest_options *options, const char *temp_folder,
                     struct batch *batch, struct ingest_report *report, struct err *err);
/* Events and distinct addresses per class and family. */
void ingest_count_batch(struct batch *batch, struct ingest_report *report);
/* Is it the input that is wrong, rather than the machine? Then trying again is no use. */
bool ingest_is_at_fault(errcode code);
/* Parses an archived input and commits it. */
errcode ingest_entry(struct sightings *sightings, const struct archive_entry *entry, str content,
                     const struct ingest_options *options, struct ingest_report *report,
                     struct err *err);

/* Is this very input recorded already? A dated input is once for all days; one with undated events
 * (a plain list) says something new every day that it is received. Sets REPORT->duplicate. */
errcode ingest_is_known(struct sightings *sightings, const struct sha256 *hash, day received,
                        struct ingest_report *report, struct err *err);
/* Merges the batch and records the input, in one transaction. */
errcode ingest_commit(struct sightings *sightings, const struct archive_entry *entry,
                      struct batch *batch, struct ingest_report *report, struct err *err);
errcode ingest_record_failure(struct sightings *sightings, const struct archive_entry *entry,
                              const struct ingest_report *report, const char *reason,
                              struct err *err);
/* Records the input without its sets; inside the caller's transaction. A dated input is recorded
 * once, for the last day on which it was taken. */
errcode ingest_record(struct sightings *sightings, const struct archive_entry *entry,
                      struct batch *batch, const struct ingest_report *report, const char *failure,
                      struct err *err);
/* Is there a record for this archive entry (its hash and day of receipt), or another day's that
 * says the same? */
errcode ingest_is_recorded(struct sightings *sightings, const struct archive_entry *entry,
                           bool *ret, struct err *err);
