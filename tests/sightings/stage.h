/* SPDX-License-Identifier: Apache-2.0 */
/* A throw-away installation for tests: say who was seen when, by whom. */
#pragma once

#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"
#include "sightings/sightings.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct stage {
    char folder[64];
    struct families *families;
    struct sightings *sightings;
};

static inline void
stage_open(struct stage *stage)
{
    struct err err;
    setenv("KHIEN_NOW", "2026-12-31T00:00:00Z", 1); /* after every day of the tests */
    snprintf(stage->folder, sizeof stage->folder, "/tmp/khien-stage-XXXXXX");
    if (!tap_ok(mkdtemp(stage->folder) != NULL, "a folder for the test"))
        exit(tap_done());
    if (!tap_no_err(families_new("families.tsv", (str){NULL, 0}, &stage->families, &err), &err,
                    "family names") ||
        !tap_no_err(sightings_open(stage->folder, true, &stage->sightings, &err), &err,
                    "an empty installation"))
        exit(tap_done());
}

static inline void
stage_close(struct stage *stage)
{
    static const char *const names[] = {"khien.db", "khien.db-wal", "khien.db-shm", "lock"};
    char path[128];
    sightings_close(stage->sightings);
    families_free(stage->families);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", stage->folder, names[i]);
        unlink(path);
    }
    rmdir(stage->folder);
}

/* COUNT addresses from FIRST on, every STEP-th, were seen on DAY for FAMILY by SOURCE. */
static inline void
stage_seen(struct stage *stage, day at, const char *source, const char *family, const char *first,
           uint32_t count, uint32_t step)
{
    static const char columns[] =
        "timestamp=time.source ip=source.ip family=malware.name; class=infected-system";
    struct buf text = BUF(64 << 20);
    struct err err = {.code = OK};
    char day_text[DAY_TEXT], address[IP_TEXT];
    ip addr = {.version = 0};
    require(ip_parse(str_of(first), &addr) && addr.version == 4);
    uint32_t start = (uint32_t)addr.lo;
    buf_z(&text, "timestamp,ip,family\n");
    day_format(at, day_text);
    for (uint32_t i = 0; i < count; i++)
        buf_printf(&text, "%s 12:00:00,%s,%s\n", day_text,
                   ip_format(ip_from_v4(start + i * step), address), family);
    struct ingest_options options = {.format = "generic",
                                     .source = source,
                                     .columns = columns,
                                     .families = stage->families,
                                     .archive = false};
    struct ingest_report report = {.rows = 0};
    if (ingest_bytes(stage->sightings, "test.csv", buf_view(&text), &options, &report, &err) ||
        report.refused) {
        tap_no_err(err.code, &err, "ingest of %s %s %s", day_text, source, family);
        exit(tap_done());
    }
    ingest_report_clear(&report);
    buf_clear(&text);
}
