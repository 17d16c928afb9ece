/* SPDX-License-Identifier: Apache-2.0 */
/* Days and times without the C library's time zones. Civil dates by the algorithm of
 * H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil). */
#include "base/clock.h"

#include "base/system.h"

#include <stdio.h>
#include <stdlib.h>

usec
clock_now(void)
{
    usec fixed;
    const char *override = getenv("KHIEN_NOW");
    if (override && time_parse(str_of(override), &fixed))
        return fixed;
    return system_time();
}

day
clock_today(void)
{
    return day_of(clock_now());
}

int
day_weekday(day d)
{
    return (int)(((d + 3) % 7 + 7) % 7);
}

day
day_from_civil(int year, int month, int day_of_month)
{
    year -= month <= 2;
    int era = (year >= 0 ? year : year - 399) / 400;
    int year_of_era = year - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day_of_month - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void
day_to_civil(day d, int *ret_year, int *ret_month, int *ret_day)
{
    int shifted = d + 719468;
    int era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int day_of_era = shifted - era * 146097;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_index = (5 * day_of_year + 2) / 153;
    *ret_day = day_of_year - (153 * month_index + 2) / 5 + 1;
    *ret_month = month_index + (month_index < 10 ? 3 : -9);
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

/* N decimal digits at P; -1 when one is none. */
static int
digits(const char *p, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (!ascii_is_digit(p[i]))
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

static int
month_length(int year, int month)
{
    static const signed char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return lengths[month - 1] + (month == 2 && leap);
}

/* A calendar date that exists, in the years a feed can be of. */
static bool
civil(int year, int month, int day_of_month, day *ret)
{
    if (year < 1970 || year > 9999 || month < 1 || month > 12 || day_of_month < 1 ||
        day_of_month > month_length(year, month))
        return false;
    *ret = day_from_civil(year, month, day_of_month);
    return true;
}

bool
day_parse(str s, day *ret)
{
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
        return false;
    return civil(digits(s.p, 4), digits(s.p + 5, 2), digits(s.p + 8, 2), ret);
}

char *
day_format(day d, char out[DAY_TEXT])
{
    int year, month, day_of_month;
    day_to_civil(d, &year, &month, &day_of_month);
    snprintf(out, DAY_TEXT, "%04d-%02d-%02d", year, month, day_of_month);
    return out;
}

char *
day_format_vi(day d, char out[DAY_TEXT])
{
    int year, month, day_of_month;
    day_to_civil(d, &year, &month, &day_of_month);
    snprintf(out, DAY_TEXT, "%02d/%02d/%04d", day_of_month, month, year);
    return out;
}

/* "hh:mm" and an optional ":ss"; what follows stays in *REST. */
static bool
clock_part(str *rest, usec *ret)
{
    str s = *rest;
    if (s.n < 5 || s.p[2] != ':')
        return false;
    int hour = digits(s.p, 2), minute = digits(s.p + 3, 2), second = 0;
    size_t used = 5;
    if (s.n >= 8 && s.p[5] == ':') {
        second = digits(s.p + 6, 2);
        used = 8;
    }
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    *ret = ((usec)hour * 3600 + minute * 60 + (second == 60 ? 59 : second)) * USEC_PER_SECOND;
    *rest = str_from(s, used);
    return true;
}

/* ".123456": digits past the sixth are dropped. */
static bool
fraction_part(str *rest, usec *ret)
{
    *ret = 0;
    if (rest->n == 0 || (rest->p[0] != '.' && rest->p[0] != ','))
        return true;
    size_t i = 1;
    usec scale = USEC_PER_SECOND / 10;
    for (; i < rest->n && ascii_is_digit(rest->p[i]); i++, scale /= 10)
        *ret += (rest->p[i] - '0') * scale;
    if (i == 1)
        return false;
    *rest = str_from(*rest, i);
    return true;
}

/* "", "Z", " UTC", "GMT", "+07:00", "+0700", "+07": seconds east of UTC. */
static bool
zone_part(str s, int *ret)
{
    s = str_trim(s);
    if (s.n == 0 || str_eq_nocase(s, STR("z")) || str_eq_nocase(s, STR("utc")) ||
        str_eq_nocase(s, STR("gmt"))) {
        *ret = 0;
        return true;
    }
    if (s.p[0] != '+' && s.p[0] != '-')
        return false;
    int hour = s.n >= 3 ? digits(s.p + 1, 2) : -1;
    int minute = s.n == 3                    ? 0
                 : s.n == 5                  ? digits(s.p + 3, 2)
                 : s.n == 6 && s.p[3] == ':' ? digits(s.p + 4, 2)
                                             : -1;
    if (hour < 0 || hour > 14 || minute < 0 || minute > 59)
        return false;
    *ret = (hour * 3600 + minute * 60) * (s.p[0] == '-' ? -1 : 1);
    return true;
}

/* What follows the date: clock, fraction, zone. */
static bool
time_of_day(day date, str rest, usec *ret)
{
    usec clock, fraction;
    int zone;
    if (!clock_part(&rest, &clock) || !fraction_part(&rest, &fraction) || !zone_part(rest, &zone))
        return false;
    *ret = day_start(date) + clock + fraction - zone * USEC_PER_SECOND;
    return true;
}

bool
time_parse(str s, usec *ret)
{
    day date;
    if (s.n < 10 || !day_parse((str){s.p, 10}, &date))
        return false;
    if (s.n == 10) {
        *ret = day_start(date);
        return true;
    }
    if (s.p[10] != ' ' && s.p[10] != 'T' && s.p[10] != 't')
        return false;
    return time_of_day(date, str_from(s, 11), ret);
}

char *
time_format(usec time, char out[TIME_TEXT])
{
    day date = day_of(time);
    usec rest = time - day_start(date);
    int year, month, day_of_month;
    day_to_civil(date, &year, &month, &day_of_month);
    int second = (int)(rest / USEC_PER_SECOND), micro = (int)(rest % USEC_PER_SECOND);
    char fraction[16] = "";
    if (micro)
        snprintf(fraction, sizeof fraction, ".%06d", micro);
    snprintf(out, TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d%s+00:00", year, month, day_of_month,
             second / 3600, second / 60 % 60, second % 60, fraction);
    return out;
}

static int
month_by_name(str s)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int month = 0; s.n == 3 && month < 12; month++)
        if (str_eq_nocase(s, (str){names + 3 * (size_t)month, 3}))
            return month + 1;
    return -1;
}

bool
time_parse_mail(str s, usec *ret)
{
    s = str_trim(s);
    size_t comma = str_find(s, STR(","));
    if (comma != SIZE_MAX)
        s = str_trim(str_from(s, comma + 1));
    str date_part, month, year;
    if (!str_cut(&s, ' ', &date_part) || !str_cut(&s, ' ', &month) || !str_cut(&s, ' ', &year))
        return false;
    if (date_part.n < 1 || date_part.n > 2 || year.n != 4)
        return false;
    day date;
    return civil(digits(year.p, 4), month_by_name(month), digits(date_part.p, date_part.n),
                 &date) &&
           s.p && time_of_day(date, str_trim(s), ret);
}
