/* SPDX-License-Identifier: Apache-2.0 */
/* Days and times; the C library's timegm and strftime are the oracle. */
#include "base/clock.h"
#include "base/rng.h"
#include "base/tap.h"

#include <time.h>

static void
test_against_libc(void)
{
    struct rng rng = {3};
    int compared = 0;
    bool days_right = true, texts_right = true, back = true;
    for (int i = 0; i < 20000; i++) {
        day d = (day)rng_below(&rng, 2932896); /* to 9999-12-31 */
        time_t seconds = (time_t)d * 86400;
        struct tm civil;
        if (!gmtime_r(&seconds, &civil))
            continue; /* Windows' ends in the year 3000 */
        compared++;
        int year, month, day_of_month;
        day_to_civil(d, &year, &month, &day_of_month);
        days_right = days_right && year == civil.tm_year + 1900 && month == civil.tm_mon + 1 &&
                     day_of_month == civil.tm_mday && day_weekday(d) == (civil.tm_wday + 6) % 7;
        char want[32], got[DAY_TEXT];
        strftime(want, sizeof want, "%Y-%m-%d", &civil);
        texts_right = texts_right && strcmp(day_format(d, got), want) == 0;
        day parsed = DAY_NONE;
        back = back && day_parse(str_of(got), &parsed) && parsed == d;
    }
    tap_ok(compared > 2000, "the C library knows %d of 20,000 days", compared);
    tap_ok(days_right, "they are those of gmtime");
    tap_ok(texts_right, "and print as by strftime");
    tap_ok(back, "and parse back");
}

static void
test_parse(void)
{
    static const struct {
        const char *text, *want; /* NULL: refused */
    } cases[] = {
        {"2021-03-04 00:00:00", "2021-03-04T00:00:00+00:00"},
        {"2021-03-04T00:00:00Z", "2021-03-04T00:00:00+00:00"},
        {"2021-03-27T00:00:00.521730Z", "2021-03-27T00:00:00.521730+00:00"},
        {"2021-03-27T00:00:00.5217309Z", "2021-03-27T00:00:00.521730+00:00"},
        {"2021-03-04 07:00:00+07:00", "2021-03-04T00:00:00+00:00"},
        {"2021-03-04T00:00:00-0130", "2021-03-04T01:30:00+00:00"},
        {"2021-03-04 10:11:12 UTC", "2021-03-04T10:11:12+00:00"},
        {"2021-03-04 10:11", "2021-03-04T10:11:00+00:00"},
        {"2021-03-04", "2021-03-04T00:00:00+00:00"},
        {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"},
        {"2020-02-29T12:00:00Z", "2020-02-29T12:00:00+00:00"},
        {"2021-02-29T12:00:00Z", NULL},
        {"2021-13-01", NULL},
        {"2021-00-10", NULL},
        {"2021-04-31", NULL},
        {"2021-03-04T24:00:00Z", NULL},
        {"2021-03-04T10:60:00Z", NULL},
        {"2021-03-04T10:00:00 PST", NULL},
        {"2021-03-04T10:00:00.Z", NULL},
        {"2021-3-4", NULL},
        {"", NULL},
        {"1969-12-31", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        usec time = 0;
        bool valid = time_parse(str_of(cases[i].text), &time);
        if (!tap_eq_i64(valid, cases[i].want != NULL, "'%s'", cases[i].text) || !valid)
            continue;
        char text[TIME_TEXT];
        tap_eq_z(time_format(time, text), cases[i].want, "'%s'", cases[i].text);
    }
}

static void
test_mail(void)
{
    usec time = 0;
    char text[TIME_TEXT];
    tap_ok(time_parse_mail(STR("Sat, 22 Aug 2026 03:00:29 +0200"), &time), "RFC 5322");
    tap_eq_z(time_format(time, text), "2026-08-22T01:00:29+00:00", "its value");
    tap_ok(time_parse_mail(STR("Sun, 06 Nov 1994 08:49:37 GMT"), &time), "RFC 9110");
    tap_eq_z(time_format(time, text), "1994-11-06T08:49:37+00:00", "its value");
    tap_ok(time_parse_mail(STR("6 Nov 1994 08:49 GMT"), &time), "without weekday and seconds");
    tap_ok(!time_parse_mail(STR("Sun, 32 Nov 1994 08:49:37 GMT"), &time), "no such day");
    tap_ok(!time_parse_mail(STR("yesterday"), &time), "no date");
}

static void
test_days_of_any_time(void)
{
    tap_eq_i64(day_of(-1), -1, "a microsecond before 1970");
    tap_eq_i64(day_of(-USEC_PER_DAY), -1, "a day before it");
    tap_eq_i64(day_of(-USEC_PER_DAY - 1), -2, "and a microsecond");
    tap_eq_i64(day_of(USEC_NONE), -106751992, "the first time that there is");
}

int
main(void)
{
    test_against_libc();
    test_parse();
    test_mail();
    tap_eq_i64(day_of(-1), -1, "a microsecond before 1970 is the day before");
    test_days_of_any_time();
    return tap_done();
}
