/* SPDX-License-Identifier: Apache-2.0 */
/* Where accepted self-reports are kept: a folder with one text file a day and node, a line a report
 * (docs/self-reports.md). The figures are what can be read there, and nothing else. */
#pragma once

#include "base/file.h"
#include "sightings/self_reports/tally.h"

/* Appends to this node's file of the day. */
struct self_report_writer;

/* Reads what is new in the folder's files, of all nodes. */
struct self_report_reader;
struct self_report_reader *self_report_reader_new(const char *folder);
void self_report_reader_free(struct self_report_reader *reader);
/* From now on without WRITER's own files, which may lose again what cannot be made durable. */
void self_report_reader_leave_out(struct self_report_reader *reader,
                                  const struct self_report_writer *writer);
/* Adds it to TALLY. Damaged lines and files that cannot be read are left out: *RET_FAULTS grows by
 * how many were found now, ERR has the last one's words then (both may be NULL). A folder that is
 * not there is empty. A line that is not finished yet is left for the next time. */
void self_report_reader_catch_up(struct self_report_reader *reader, struct self_report_tally *tally,
                                 size_t *ret_faults, struct err *err);

/* NODE names the files; where another process has that one, NODE-2, NODE-3 … is taken. */
errcode self_report_writer_open(const char *folder, const char *node,
                                struct self_report_writer **ret, struct err *err);
void self_report_writer_close(struct self_report_writer *writer);
/* All of one day. OK: they are on disk and survive a crash. Else none of them counts: what was
 * written of them is taken away again, now or by the next call. */
errcode self_report_writer_append(struct self_report_writer *writer,
                                  const struct self_report *const *reports, size_t count,
                                  struct err *err);
