/* SPDX-License-Identifier: Apache-2.0 */
/* The states of days, on series made by hand. */
#include "base/require.h"
#include "base/tap.h"
#include "sightings/measures/health.h"

#include <stdlib.h>

enum { DAYS = 40 };

/* MEMBERS ends with -2; -1 is a day without a delivery. */
static struct health_series
series_of(const char *source, const int *members)
{
    struct health_series series = {.source = str_of(source),
                                   .days = mem_calloc(DAYS, sizeof(struct health_day))};
    for (; members[series.count] != -2; series.count++) {
        struct health_day *d = &series.days[series.count];
        d->present = members[series.count] >= 0;
        d->members = d->present ? (uint64_t)members[series.count] : 0;
    }
    return series;
}

/* One letter a day: o f m s g p e. */
static void
judged(const int *members, const char *want, const char *what)
{
    struct health_series series = series_of("a", members);
    char got[DAYS + 1] = "";
    health_judge(&series, &series, 1);
    for (size_t i = 0; i < series.count; i++)
        got[i] = health_state_name(series.days[i].state)[0];
    tap_eq_z(got, want, "%s", what);
    free(series.days);
}

static void
alone(void)
{
    static const int steady[] = {1000, 1010, 990, 1100, 900, 850, 1150, -2};
    static const int weekend[] = {1000, 1000, 1000, 1000, 1000, 700, 700, 1000, 1000, -2};
    static const int slow[] = {1000, 940, 880, 830, 780, 730, 690, 650, 610, 570, 540,
                               510,  480, 450, 420, 400, 370, 350, 330, 310, -2};
    static const int gap[] = {1000, 1000, -1, -1, 1000, 1000, -2};
    static const int dip[] = {1000, 1000, 1000, 300, 1000, 1000, -2};
    static const int lost[] = {1000, 1000, 1000, 1000, 200, 190, 210, 200, 205, -2};
    static const int last[] = {1000, 1000, 1000, 1000, 200, -2};
    static const int grown[] = {1000, 1000, 1000, 5000, 5100, 5000, 5200, -2};
    static const int few[] = {3, 1, 4, 2, 5, 1, 2, 6, -2};
    static const int two_steps[] = {1000, 1000, 200, 200, 200, 1000, 1000, 1000, -2};
    static const int to_nothing[] = {500, 500, 500, 0, 0, 0, -2};
    static const int short_list[] = {5, 5, 5, 1, 1, 1, -2};
    static const int two_days[] = {10, 2, -2};
    judged(short_list, "foopoo", "a short list that never varied loses four fifths");
    judged(two_days, "fs", "the second day already");
    judged(steady, "foooooo", "what is usual is ok");
    judged(weekend, "foooooooo", "a weekend is ok");
    judged(slow, "fooooooooooooooooooo",
           "a clean-up over weeks is ok, though it ends below a third");
    judged(gap, "fommoo", "days without a delivery are missing");
    judged(dip, "foosoo", "one small day is shrunk");
    judged(lost, "fooopoooo", "a step that stays is a change, then a new level");
    judged(last, "fooos", "a step on the last day is not known to stay: shrunk");
    judged(grown, "foopooo", "a step upwards that stays");
    judged(few, "fooooooo", "a handful a day says nothing");
    judged(two_steps, "fopoopoo", "a step down and one back up");
    judged(to_nothing, "foopoo", "a source that delivers empty reports");
}

static void
with_others(void)
{
    static const int falls[] = {1000, 1000, 1000, 1000, 200, 200, 200, 200, -2};
    static const int stays[] = {500, 500, 500, 500, 500, 500, 500, 500, -2};
    struct health_series all[] = {series_of("a", falls), series_of("b", falls),
                                  series_of("c", stays)};
    health_judge(&all[0], all, 2);
    tap_eq_i64(all[0].days[4].state, HEALTH_SHRUNK, "where all others fall too it is no policy");
    health_judge(&all[0], all, 3);
    tap_eq_i64(all[0].days[4].state, HEALTH_POLICY, "where another stays it is the source");
    all[1].source = STR("event6_sinkhole");
    all[0].source = STR("event4_sinkhole");
    health_judge(&all[0], all, 2);
    tap_eq_i64(all[0].days[4].state, HEALTH_POLICY, "IPv4 and IPv6 of one report are no others");
    all[0].days[4].note = STR("ok: checked with them");
    health_judge(&all[0], all, 3);
    tap_eq_i64(all[0].days[4].state, HEALTH_EXPLAINED, "the operator knows better");
    all[0].days[4].note = (str){NULL, 0};
    all[0].days[2].note = STR("they dropped a list");
    health_judge(&all[0], all, 3);
    tap_eq_i64(all[0].days[2].state, HEALTH_POLICY, "a change that the operator notes");
    for (size_t i = 0; i < 3; i++)
        free(all[i].days);
}

int
main(void)
{
    alone();
    with_others();
    return tap_done();
}
