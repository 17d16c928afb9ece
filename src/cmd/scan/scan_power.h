/* SPDX-License-Identifier: Apache-2.0 */
/* A scan that nobody waits for does not use up the battery: it waits for mains. */
#pragma once

#include "base/clock.h"
#include "cmd/command.h"
#include "scan/scan.h"

#include <stdatomic.h>

struct scan_power {
    bool is_polite; /* else it never waits */
    enum report_language language;
    const atomic_bool *stop; /* ends the wait */
    int64_t looked;          /* when, by clock_monotonic */
    usec waited;             /* in all */
};
/* Nobody waits when neither standard input nor standard error is a terminal; --on-battery says that
 * it is to be made nevertheless. */
struct scan_power scan_power_of(const struct call *call, enum report_language language,
                                const atomic_bool *stop);
/* To be called often: looks every ten seconds, and returns when there is mains or it is stopped. */
void scan_power_wait(struct scan_power *power);
