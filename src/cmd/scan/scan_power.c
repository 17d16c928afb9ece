/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/scan_power.h"

#include <time.h>
#include <unistd.h>

#include "base/power.h"
#include "cmd/output.h"

#define LOOK_EVERY (10 * INT64_C(1000000000)) /* nanoseconds */

struct scan_power
scan_power_of(const struct call *call, enum report_language language, const atomic_bool *stop)
{
    bool is_person = isatty(STDIN_FILENO) || isatty(STDERR_FILENO);
    return (struct scan_power){.is_polite = !is_person && !call_given(call, "on-battery"),
                               .language = language,
                               .stop = stop,
                               .looked = clock_monotonic() - LOOK_EVERY};
}

void
scan_power_wait(struct scan_power *power)
{
    const struct timespec second = {.tv_sec = 1};
    bool is_vi = power->language == REPORT_VI;
    int64_t begun = clock_monotonic();
    if (!power->is_polite || begun - power->looked < LOOK_EVERY)
        return;
    if (power_is_battery("")) {
        output_aside(is_vi ? "máy đang chạy bằng pin: chờ cắm điện (--on-battery để quét ngay)"
                           : "on battery: waiting for mains (--on-battery scans at once)");
        do
            nanosleep(&second, NULL);
        while (!atomic_load(power->stop) && power_is_battery(""));
        power->waited += (clock_monotonic() - begun) / 1000;
        output_aside(is_vi ? "quét tiếp" : "going on");
    }
    power->looked = clock_monotonic();
}
