/* SPDX-License-Identifier: Apache-2.0 */
/* The system's clocks. */
#include "base/system.h"

#include <time.h>

usec
system_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * USEC_PER_SECOND + now.tv_nsec / 1000;
}

int64_t
clock_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}
