/* SPDX-License-Identifier: Apache-2.0 */
/* How bad it is that a rule holds. */
#pragma once

#include "scan/checks/checks.h"
#include "scan/scan.h"

struct judgement {
    enum finding_level level;
    const char *name, *source;
    const char *detail; /* what the rule says of itself; NULL */
};
/* Gives all that the scan says of its file or process, names valid until FOUND returns. */
void judge_each(const struct scan_rules *rules, const struct scan *scan,
                void (*found)(void *context, const struct judgement *judgement), void *context);
/* What the patterns of file names say of PATH. */
void judge_name(const struct scan_rules *rules, struct scan *scan, const char *path,
                void (*found)(void *context, const struct judgement *judgement), void *context);
