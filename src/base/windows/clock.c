/* SPDX-License-Identifier: Apache-2.0 */
/* The system's clocks. */
#include "base/system.h"

#include <windows.h>

usec
system_time(void)
{
    enum { TICKS = 10 };                                    /* of 100 ns in a microsecond */
    const uint64_t from_1601 = UINT64_C(11644473600000000); /* to 1970, in microseconds */
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    uint64_t ticks = (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
    return (usec)(ticks / TICKS - from_1601);
}

int64_t
clock_monotonic(void)
{
    const int64_t second = INT64_C(1000000000);
    LARGE_INTEGER rate, now;
    QueryPerformanceFrequency(&rate);
    QueryPerformanceCounter(&now);
    return now.QuadPart / rate.QuadPart * second +
           now.QuadPart % rate.QuadPart * second / rate.QuadPart;
}
