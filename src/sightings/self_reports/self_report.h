/* SPDX-License-Identifier: Apache-2.0 */
/* One report that a scanner sent in of its user's own accord: counts, families, versions and a
 * random number (docs/self-reports.md). Anyone can say anything in one, so they are counted apart
 * from all that is measured. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "intel/intel.h"

enum { SELF_REPORT_ID_BYTES = 16, SELF_REPORT_FAMILY = 64, SELF_REPORT_VERSION = 24 };
#define SELF_REPORT_OTHER "other"

struct self_report_family {
    char name[SELF_REPORT_FAMILY];
    uint64_t count;
};

struct self_report {
    uint8_t id[SELF_REPORT_ID_BYTES];
    char program[SELF_REPORT_VERSION]; /* "0.1.0" */
    const char *platform;              /* "linux", "windows" */
    const char *scope;                 /* "quick", "full", "paths" */
    bool is_complete;
    uint64_t rules_version, files, processes, malicious, suspicious, look, quarantined;
    struct self_report_family families[LIMIT_SELF_REPORT_FAMILIES];
    size_t family_count;
    /* The server's: */
    day day;       /* when it was accepted */
    bool by_token; /* of a fleet whose operator is known, instead of by proof of work */
};

/* The body of a request. Every member must be there once, none else, and the numbers must agree;
 * else ERR_FORMAT with the member's name. Families that FAMILIES does not have become "other"; the
 * others get their canonical name. DAY and BY_TOKEN are left 0. */
errcode self_report_parse(str body, const struct families *families, struct self_report *ret,
                          struct err *err);
/* A line of a file: the same as JSON with "day" and "by", a blank, the checksum of what is before
 * it, a newline. */
void self_report_write_line(const struct self_report *report, struct buf *out);
/* LINE without its newline; ERR_CORRUPT when the checksum does not agree. */
errcode self_report_read_line(str line, struct self_report *ret, struct err *err);
