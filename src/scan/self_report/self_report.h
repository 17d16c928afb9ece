/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan tells the campaign when its user wants that: counts, families, versions and a random
 * number (docs/self-reports.md). Nothing here sends anything, and nothing here reads a path. */
#pragma once

#include "scan/report/report.h"

enum { SELF_REPORT_ID = 16, SELF_REPORT_PROOF_TEXT = 256, SELF_REPORT_BITS_MAX = 26 };

/* The family that NAME, of a feed's alias or a part of a rule's name, stands for: a name out of a
 * table of the program's own, with small letters, digits, '-' and '.'; empty when it is none. */
typedef str self_report_find(void *context, str name);
/* The same for the name of a rule, signature or hash ("Unix.Trojan.Mirai-123"). */
str self_report_family_of(const char *name, self_report_find *find, void *context);

/* The body that is sent: one JSON object, at most LIMIT_SELF_REPORT bytes. PLATFORM is
 * "linux" or "windows", ID are random bytes, FIND may be NULL. Of what was found only its family is
 * told, "other" where FIND knows none; of numbers of files and processes the first two digits. */
struct self_report_options {
    const char *platform;
    const uint8_t *id;
    self_report_find *find;
    void *context;
};
void self_report_write(struct report *report, const struct report_about *about,
                       const struct self_report_options *options, struct buf *out);

/* Proof of work: a text "CHALLENGE.N", N a decimal number, whose SHA-256 begins with so many zero
 * bits. About 2^BITS tries; false when STOPPED (may be NULL), asked now and then, said so, or when
 * the challenge is too long or BITS above SELF_REPORT_BITS_MAX. */
bool self_report_solve(str challenge, unsigned bits, bool (*stopped)(void),
                       char out[SELF_REPORT_PROOF_TEXT]);
/* How many zero bits the SHA-256 of PROOF begins with. */
unsigned self_report_bits(str proof);
