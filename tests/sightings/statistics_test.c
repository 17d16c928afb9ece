/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals, survival and spells against published and hand-made examples. */
#include "base/rng.h"
#include "base/tap.h"
#include "sightings/statistics/intervals.h"
#include "sightings/statistics/kaplan_meier.h"
#include "sightings/statistics/spells.h"

#include <math.h>

static void
near(double got, double want, double within, const char *what)
{
    if (!tap_ok(fabs(got - want) <= within, "%s", what))
        tap_note("got %.6f, want %.6f", got, want);
}

/* Newcombe, Statistics in Medicine 17 (1998), table I, method 3. */
static void
wilson(void)
{
    struct interval i = interval_wilson(81, 263);
    near(i.low, 0.2553, 0.00005, "Wilson 81/263 low");
    near(i.high, 0.3662, 0.00005, "Wilson 81/263 high");
    i = interval_wilson(15, 148);
    near(i.low, 0.0624, 0.00005, "Wilson 15/148 low");
    near(i.high, 0.1605, 0.00005, "Wilson 15/148 high");
    i = interval_wilson(0, 20);
    tap_ok(i.low == 0, "Wilson 0/20 low");
    near(i.high, 0.1611, 0.00005, "Wilson 0/20 high");
    i = interval_wilson(1, 29);
    near(i.low, 0.0061, 0.00005, "Wilson 1/29 low");
    near(i.high, 0.1718, 0.00005, "Wilson 1/29 high");
    tap_ok(interval_wilson(20, 20).high == 1, "Wilson 20/20 high");
    tap_ok(isnan(interval_wilson(3, 0).low), "nothing of nothing has no interval");
}

/* Garwood's exact limits, as printed in tables of the Poisson distribution. */
static void
poisson(void)
{
    static const double table[][3] = {{0, 0, 3.689},        {1, 0.025, 5.572},
                                      {5, 1.623, 11.668},   {10, 4.795, 18.390},
                                      {50, 37.111, 65.919}, {100, 81.364, 121.627}};
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        struct interval i = interval_poisson(table[k][0]);
        near(i.low, table[k][1], 0.0006, "Poisson low");
        near(i.high, table[k][2], 0.0006, "Poisson high");
    }
    struct interval exact = interval_poisson(1e6), normal = interval_poisson(1000001);
    near(normal.low - exact.low, 1, 2, "the large end joins on without a step");
}

static void
bootstrap(void)
{
    uint64_t before[30], after[30];
    for (size_t i = 0; i < 30; i++) {
        before[i] = 1000 + (i * 37) % 90;
        after[i] = 500 + (i * 53) % 60;
    }
    struct interval a = interval_ratio(before, 30, after, 30, 1);
    struct interval b = interval_ratio(before, 30, after, 30, 1);
    tap_ok(a.low == b.low && a.high == b.high, "the same seed, the same interval");
    tap_ok(a.low < 0.506 && a.high > 0.506 && a.low > 0.48 && a.high < 0.54,
           "the interval is about the ratio of the means");
    tap_ok(isnan(interval_ratio(before, 3, after, 3, 1).low), "no interval from three days");
    for (size_t i = 0; i < 30; i++)
        before[i] = after[i] = 7;
    a = interval_ratio(before, 30, after, 30, 1);
    tap_ok(a.low == 1 && a.high == 1, "days that never vary have a point for an interval");
}

/* Of 400 pairs of windows of DAYS independent days with a true ratio of 0.6, the share (percent)
 * whose interval holds it. */
static int
coverage(size_t days)
{
    struct rng rng = {days};
    int held = 0;
    for (int round = 0; round < 400; round++) {
        uint64_t before[30], after[30];
        for (size_t i = 0; i < days; i++) {
            before[i] = 800 + rng_below(&rng, 401);
            after[i] = 480 + rng_below(&rng, 241);
        }
        struct interval got = interval_ratio(before, days, after, days, 1);
        held += got.low <= 0.6 && 0.6 <= got.high;
    }
    return held / 4;
}

static void
covers(void)
{
    static const size_t lengths[] = {4, 7, 14, 21, 30};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        int share = coverage(lengths[i]);
        tap_ok(share >= 92 && share <= 99, "windows of %zu days: the 95 %% interval holds %d %%",
               lengths[i], share);
    }
}

/* Freireich et al. (Blood 21, 1963), remission in weeks under 6-mercaptopurine and placebo; the
 * estimates are in Kalbfleisch and Prentice and in many textbooks since. */
static void
freireich(void)
{
    static const int ended[] = {6, 6, 6, 7, 10, 13, 16, 22, 23};
    static const int censored[] = {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
    static const double published[][4] = {{6, .857, .620, .952},  {7, .807, .563, .923},
                                          {10, .753, .503, .889}, {13, .690, .432, .849},
                                          {16, .627, .368, .805}, {22, .538, .268, .747},
                                          {23, .448, .188, .680}};
    struct km_count counts[36] = {{0, 0}};
    struct km_point points[36];
    for (size_t i = 0; i < sizeof ended / sizeof *ended; i++)
        counts[ended[i]].ended++;
    for (size_t i = 0; i < sizeof censored / sizeof *censored; i++)
        counts[censored[i]].censored++;
    kaplan_meier(counts, 36, points);
    tap_eq_i64(points[6].at_risk, 21, "21 at risk in week 6");
    tap_eq_i64(points[23].at_risk, 6, "6 at risk in week 23");
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        const struct km_point *p = &points[(int)published[i][0]];
        near(p->survival, published[i][1], 0.0006, "6-MP survival");
        near(p->low, published[i][2], 0.0006, "6-MP lower limit");
        near(p->high, published[i][3], 0.0006, "6-MP upper limit");
    }
    near(km_median(points, 36), 23, 0, "6-MP median");
    near(km_median_low(points, 36), 13, 0, "6-MP median, lower limit");
    tap_ok(isnan(km_median_high(points, 36)), "6-MP median, no upper limit");
    near(km_restricted_mean(points, 36), 23.29, 0.005, "6-MP restricted mean up to week 35");

    static const int placebo[] = {1, 1, 2,  2,  3,  4,  4,  5,  5,  8, 8,
                                  8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
    struct km_count other[24] = {{0, 0}};
    for (size_t i = 0; i < sizeof placebo / sizeof *placebo; i++)
        other[placebo[i]].ended++;
    kaplan_meier(other, 24, points);
    near(km_median(points, 24), 8, 0, "placebo median");
    tap_ok(points[23].survival < 1e-12, "placebo: nobody is left");
    near(km_restricted_mean(points, 24), 8.667, 0.001, "placebo mean");
    near(km_median_low(points, 24), 4, 0, "placebo median, lower limit");
    near(km_median_high(points, 24), 11, 0, "placebo median, upper limit");

    const struct km_count one[] = {{0, 0}, {0, 0}, {.ended = 1}};
    kaplan_meier(one, 3, points);
    near(km_median(points, 3), 2, 0, "one subject has a median");
    tap_ok(isnan(km_median_low(points, 3)) && isnan(km_median_high(points, 3)),
           "but no limits of it: that nobody is left says nothing about the next");
}

enum { DAYS = 12 };

static void
see(struct ipset **days, uint32_t addr, const char *pattern)
{
    for (size_t i = 0; i < DAYS && pattern[i]; i++) {
        if (!days[i])
            days[i] = ipset_new();
        if (pattern[i] == 'x')
            ipset_add(days[i], ip_from_v4(addr));
    }
}

/* Quiet time of two days; the last two days cannot end anything. */
static void
spells(void)
{
    struct ipset *days[DAYS] = {NULL};
    see(days, 1, "x..........."); /* left out: it was there at the beginning */
    see(days, 2, "..xx........"); /* ended after 2 days */
    see(days, 3, "...x.x......"); /* one spell of 3 days with a hole */
    see(days, 4, "...x...x...."); /* two spells of a day */
    see(days, 5, "......xxxxxx"); /* goes on: censored after 4 of the 10 days that count */
    see(days, 6, "...........x"); /* began when no fate can be known */
    struct spells s = {0};
    spells_add(&s, days, DAYS, 2);
    tap_eq_i64(s.truncated, 1, "one is left out");
    tap_eq_i64(s.subjects, 5, "five spells");
    tap_eq_i64(s.counts[1].ended, 2, "two of one day");
    tap_eq_i64(s.counts[2].ended, 1, "one of two days");
    tap_eq_i64(s.counts[3].ended, 1, "one of three days, its hole is none");
    tap_eq_i64(s.counts[4].censored, 1, "one goes on");
    uint64_t sum = 0;
    for (size_t i = 0; i < s.count; i++)
        sum += s.counts[i].ended + s.counts[i].censored;
    tap_eq_i64(sum, s.subjects, "each spell is counted once");
    spells_add(&s, days, 2, 2);
    tap_eq_i64(s.subjects, 5, "a stretch that is too short adds no spell");
    spells_clear(&s);
    for (size_t i = 0; i < DAYS; i++)
        ipset_free(days[i]);
}

/* Away from day 1 on; gone on day 2 with one quiet day; 30 days watched need a stretch of 33. */
static void
recurrence(void)
{
    enum { LONG = 125 };
    struct ipset *days[LONG] = {NULL};
    for (size_t i = 0; i < LONG; i++)
        days[i] = ipset_new();
    for (uint32_t addr = 1; addr <= 4; addr++)
        ipset_add(days[1], ip_from_v4(addr));
    ipset_add(days[10], ip_from_v4(1)); /* within 30 days */
    ipset_add(days[32], ip_from_v4(2)); /* on the 30th day after day 2 */
    ipset_add(days[33], ip_from_v4(3)); /* on the 31st */
    struct spells s = {0};
    spells_add(&s, days, LONG, 1);
    /* The ends: 4 on day 1, one each on days 10, 32 and 33; all are watched 30 days, and all but
     * the latter two 90. None of these three comes back. */
    tap_eq_i64(s.watched_short, 7, "watched for 30 days");
    tap_eq_i64(s.back_short, 2, "back within 30 days");
    tap_eq_i64(s.watched_long, 7, "watched for 90 days");
    tap_eq_i64(s.back_long, 3, "back within 90 days");
    spells_clear(&s);
    spells_add(&s, days, 32, 1);
    tap_eq_i64(s.watched_short, 0, "a stretch too short to watch 30 days counts nobody");
    spells_clear(&s);
    for (size_t i = 0; i < LONG; i++)
        ipset_free(days[i]);
}

int
main(void)
{
    wilson();
    poisson();
    bootstrap();
    covers();
    freireich();
    spells();
    recurrence();
    return tap_done();
}
