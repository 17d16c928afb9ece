/* SPDX-License-Identifier: Apache-2.0 */
/* Time is microseconds since 1970-01-01 UTC, a day is a count of such days; both proleptic
 * Gregorian, without leap seconds, as POSIX has it. Nothing here reads the time zone. */
#pragma once

#include "base/str.h"

typedef int32_t day;
typedef int64_t usec;

#define DAY_NONE INT32_MIN
#define USEC_NONE INT64_MIN
#define USEC_PER_SECOND ((usec)1000000)
#define USEC_PER_DAY ((usec)86400 * USEC_PER_SECOND)

enum { DAY_TEXT = 16, TIME_TEXT = 40 };

/* Now. The environment's KHIEN_NOW (RFC 3339) overrides the clock, for tests and replays. */
usec clock_now(void);
day clock_today(void);
/* Nanoseconds of a clock that never jumps. */
int64_t clock_monotonic(void);

static inline day
day_of(usec time)
{
    return (day)(time / USEC_PER_DAY - (time % USEC_PER_DAY < 0));
}
static inline usec
day_start(day d)
{
    return d * USEC_PER_DAY;
}
/* Monday = 0. */
int day_weekday(day d);
day day_from_civil(int year, int month, int day_of_month);
void day_to_civil(day d, int *ret_year, int *ret_month, int *ret_day);
/* "2026-11-21", years 1970 to 9999; false leaves *RET alone. */
bool day_parse(str s, day *ret);
/* Writes "2026-11-21" to OUT and returns OUT. */
char *day_format(day d, char out[DAY_TEXT]);
/* "21/11/2026", as Vietnamese pages write it. */
char *day_format_vi(day d, char out[DAY_TEXT]);

/* RFC 3339 and what feeds write instead: a blank for the T, no zone (taken as UTC), " UTC",
 * a fraction, no seconds, +hh:mm, +hhmm, the date alone (midnight). */
bool time_parse(str s, usec *ret);
/* "2021-03-04T00:00:00+00:00", with .ffffff when it has a fraction; returns OUT. */
char *time_format(usec time, char out[TIME_TEXT]);
/* RFC 5322 date of mail and HTTP ("Sat, 22 Aug 2026 03:00:29 +0200" or "GMT"). */
bool time_parse_mail(str s, usec *ret);
