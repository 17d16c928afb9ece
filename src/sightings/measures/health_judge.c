/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on each day of one series. A level is ln(1 + members). A day is a step when it is far
 * from the median of the last sound days and got there overnight; a step that stays is a break with
 * what was before, and the new level becomes the reference. */
#include "sightings/measures/health.h"

#include <math.h>
#include <stdlib.h>

enum { REFERENCE_DAYS = 14, STAY_DAYS = 2 };

/* A fall to 60 % or a rise to 167 % is within what weekdays do; one to a quarter or fourfold never
 * is, however noisy the source. MAD_SIGMA: the standard deviation is so many times the MAD
 * (Rousseeuw and Croux, 1993); five of them are too far. COUNT_FACTOR: so are five standard
 * deviations of ln of a small Poisson count; a list that varies less than a quarter of that is a
 * steady one, and needs less. */
static const double FLOOR = 0.5108256, CAP = 1.3862944, MAD_SIGMA = 1.4826, COUNT_FACTOR = 5,
                    STEADY_FACTOR = 2.5;
/* How much of that far a single night must have brought: a clean-up, however quick, takes days.
 * NIGHT_FACTOR: standard deviations of the difference of two Poisson counts, as logarithms. */
static const double OVERNIGHT = 0.8, NIGHT_FACTOR = 3;

struct reference {
    double levels[REFERENCE_DAYS]; /* a ring */
    size_t count, next;
};

static void
reference_push(struct reference *reference, double level)
{
    reference->levels[reference->next] = level;
    reference->next = (reference->next + 1) % REFERENCE_DAYS;
    if (reference->count < REFERENCE_DAYS)
        reference->count++;
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
median(const double *values, size_t count)
{
    double sorted[REFERENCE_DAYS];
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, by_value);
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* The median and how far from it is too far; *RET_STEADY: the reference varies less than counts
 * do. */
static double
threshold(const struct reference *reference, double *ret_median, bool *ret_steady)
{
    double distance[REFERENCE_DAYS];
    double middle = median(reference->levels, reference->count);
    for (size_t i = 0; i < reference->count; i++)
        distance[i] = fabs(reference->levels[i] - middle);
    double mad = median(distance, reference->count), poisson = 1 / sqrt(exp(middle));
    bool steady = reference->count == 1 || MAD_SIGMA * mad <= poisson / 4;
    double factor = steady ? STEADY_FACTOR : COUNT_FACTOR;
    *ret_steady = steady;
    *ret_median = middle;
    return fmax(fmin(fmax(FLOOR, 5 * MAD_SIGMA * mad), CAP), factor * poisson);
}

static double
level(const struct health_day *d)
{
    return log1p((double)d->members);
}

static const struct health_day *
day_at(const struct health_series *series, day at)
{
    if (at < series->first || at >= series->first + (day)series->count)
        return NULL;
    const struct health_day *d = &series->days[at - series->first];
    return d->present ? d : NULL;
}

/* The IPv4 and the IPv6 report of one provider ("event4_sinkhole", "event6_sinkhole") are one
 * source in this respect. */
static bool
same_provider(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        bool versions = (a.p[i] == '4' && b.p[i] == '6') || (a.p[i] == '6' && b.p[i] == '4');
        if (a.p[i] != b.p[i] && !versions)
            return false;
    }
    return true;
}

/* Whether there are other sources and all of them moved by half of LIMIT the same way that day:
 * then it was the world that changed, not this source. */
static bool
others_moved(const struct health_series *self, const struct health_series *others, size_t count,
             day at, double direction, double limit)
{
    size_t there = 0, moved = 0;
    for (size_t i = 0; i < count; i++) {
        const struct health_day *now = day_at(&others[i], at), *before = day_at(&others[i], at - 1);
        if (others[i].family.n || same_provider(others[i].source, self->source) || !now || !before)
            continue;
        there++;
        moved += (level(now) - level(before)) * direction > limit / 2;
    }
    return there > 0 && moved == there;
}

/* Whether the next present days stay beyond the limit on the same side. */
static bool
stays(const struct health_series *series, size_t at, double middle, double direction, double limit)
{
    size_t seen = 0;
    for (size_t i = at + 1; i < series->count && seen < STAY_DAYS; i++) {
        if (!series->days[i].present)
            continue;
        if ((level(&series->days[i]) - middle) * direction <= limit)
            return false;
        seen++;
    }
    return seen == STAY_DAYS;
}

struct judging {
    struct health_series *series;
    const struct health_series *others;
    size_t other_count;
    struct reference reference;
    double previous; /* level of the last present day */
    enum health_state last;
};

/* Whether the day before was still elsewhere, by more than two counts may differ. */
static bool
came_overnight(const struct judging *j, double now, double direction, double limit, bool steady)
{
    double change = (now - j->previous) * direction;
    double noise = steady ? 0 : NIGHT_FACTOR * sqrt(exp(-now) + exp(-j->previous));
    return change > OVERNIGHT * limit && change > noise;
}

/* A day far from the reference: what it is, and what the reference becomes. */
static enum health_state
judge_far(struct judging *j, size_t at, double middle, double limit, bool steady)
{
    double now = level(&j->series->days[at]);
    double direction = now > middle ? 1 : -1;
    enum health_state state = direction > 0 ? HEALTH_GROWN : HEALTH_SHRUNK;
    bool overnight = came_overnight(j, now, direction, limit, steady);
    if (!overnight && j->last == state)
        return state; /* still away, waiting for its return */
    if (!overnight) {
        reference_push(&j->reference, now);
        return HEALTH_OK;
    }
    if (!stays(j->series, at, middle, direction, limit))
        return state;
    j->reference = (struct reference){0};
    reference_push(&j->reference, now);
    day when = j->series->first + (day)at;
    return others_moved(j->series, j->others, j->other_count, when, direction, limit)
               ? state
               : HEALTH_POLICY;
}

static bool
confirmed(const struct health_day *d)
{
    return str_starts(d->note, STR("ok"));
}

static enum health_state
judge_day(struct judging *j, size_t at)
{
    struct health_day *d = &j->series->days[at];
    if (!d->present)
        return confirmed(d) ? HEALTH_EXPLAINED : HEALTH_MISSING;
    double now = level(d), middle;
    if (j->reference.count == 0) {
        reference_push(&j->reference, now);
        return j->series->older ? HEALTH_OK : HEALTH_FIRST;
    }
    bool steady;
    double limit = threshold(&j->reference, &middle, &steady);
    d->expected = expm1(middle);
    if (d->note.n) {
        j->reference = (struct reference){0};
        reference_push(&j->reference, now);
        return confirmed(d) ? HEALTH_EXPLAINED : HEALTH_POLICY;
    }
    if (fabs(now - middle) > limit)
        return judge_far(j, at, middle, limit, steady);
    reference_push(&j->reference, now);
    return HEALTH_OK;
}

void
health_judge(struct health_series *series, const struct health_series *others, size_t other_count)
{
    struct judging j = {.series = series, .others = others, .other_count = other_count};
    for (size_t i = 0; i < series->count; i++) {
        struct health_day *d = &series->days[i];
        d->state = judge_day(&j, i);
        j.last = d->state;
        if (d->present)
            j.previous = level(d);
    }
}
