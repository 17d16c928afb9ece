/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of self-reports as a table, for `khien stats self-reported`, the web API and the page
 * of figures. */
#pragma once

#include "base/table.h"
#include "sightings/self_reports/tally.h"

/* A row for each day with reports from FROM to TO (DAY_NONE: without bound) and family; the first
 * of a day, of family "all", counts all its reports. With FAMILY only that one's. The caller frees
 * the table. */
struct table *self_report_table(const struct self_report_tally *tally, day from, day to,
                                str family);
