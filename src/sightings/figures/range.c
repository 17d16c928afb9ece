/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings/figures/range.h"

#include "base/require.h"
#include "sightings/measures/windows.h"
#include "sightings/statistics/change.h"

#include <math.h>
#include <stdlib.h>

static bool
is_sum(str family)
{
    return str_eq(family, FIGURES_ALL) || str_eq(family, FIGURES_LARGEST);
}

static bool
is_gap(const struct figures *figures, enum event_class class, str family, day at)
{
    const struct health *health = figures_health(figures, class);
    return health && health_gap(health, is_sum(family) ? (str){NULL, 0} : family, at);
}

/* Days outside of what is stored count as days without anything. */
struct figures_mean
figures_mean(const struct figures *figures, enum event_class class, str family,
             enum figures_dimension dimension, str key, day from, day to)
{
    struct figures_series series = {.count = 0};
    struct figures_mean mean = {.minimum = UINT64_MAX};
    figures_find(figures, class, family, dimension, key, &series);
    for (day at = from; at <= to; at++) {
        if (is_gap(figures, class, family, at))
            continue;
        struct figures_count count = figures_on(&series, at);
        uint64_t members = (uint64_t)count.ipv4 + count.ipv6_64;
        mean.days++;
        mean.sum4 += count.ipv4;
        mean.sum6 += count.ipv6_64;
        mean.seen += members > 0;
        mean.minimum = members < mean.minimum ? members : mean.minimum;
        mean.maximum = members > mean.maximum ? members : mean.maximum;
    }
    if (mean.days == 0)
        mean.minimum = 0;
    mean.mean = (double)(mean.sum4 + mean.sum6) / (double)mean.days;
    return mean;
}

static int
by_address_days(const void *a, const void *b)
{
    const struct figures_ranked *x = a, *y = b;
    if (x->address_days != y->address_days)
        return x->address_days < y->address_days ? 1 : -1;
    return str_compare(x->family, y->family);
}

static struct figures_ranked
ranked_of(const struct figures_series *series, day from, day to)
{
    struct figures_ranked ranked = {.family = series->family};
    for (size_t i = 0; i < series->count; i++) {
        day at = series->first + (day)i;
        uint64_t members = (uint64_t)series->days[i].ipv4 + series->days[i].ipv6_64;
        if (at < from || at > to || members == 0)
            continue;
        ranked.address_days += members;
        ranked.days++;
    }
    return ranked;
}

/* OUT stays sorted; what is smaller than all of a full OUT is passed over. */
size_t
figures_rank(const struct figures *figures, enum event_class class, day from, day to,
             struct figures_ranked *out, size_t max)
{
    size_t first, count = figures_families(figures, class, &first), n = 0;
    for (size_t i = 0; i < count; i++) {
        struct figures_series series = figures_at(figures, first + i);
        struct figures_ranked ranked = ranked_of(&series, from, to);
        if (series.family.n == 0 || is_sum(series.family) || ranked.address_days == 0)
            continue;
        size_t at = n;
        while (at > 0 && by_address_days(&ranked, &out[at - 1]) < 0)
            at--;
        if (at == max)
            continue;
        n += n < max;
        memmove(&out[at + 1], &out[at], (n - at - 1) * sizeof *out);
        out[at] = ranked;
    }
    return n;
}

/* ---- rates ---- */

struct rates {
    struct names keys;
    struct rate *items;
    size_t room;
};

static struct rate *
rate_of(struct rates *rates, str key)
{
    size_t before = rates->keys.count, at = names_index(&rates->keys, key);
    if (at == before) {
        if (at == rates->room) {
            rates->room = rates->room ? rates->room * 2 : 64;
            rates->items = mem_resize(rates->items, rates->room, sizeof *rates->items);
        }
        rates->items[at] = (struct rate){.key = key};
    }
    return &rates->items[at];
}

/* What a group announces is what it did last; a later stretch replaces an earlier one. */
static void
groups_take_range(const struct figures *figures, enum figures_dimension dimension, day from, day to,
                  struct rates *rates)
{
    for (day at = from, last; at <= to; at = last + 1) {
        size_t count = figures_groups(figures, dimension, at, NULL, &last);
        for (size_t i = 0; i < count; i++) {
            struct figures_group group = figures_group_at(figures, dimension, at, i);
            struct rate *rate = rate_of(rates, group.key);
            rate->name = rate->name.n ? rate->name : group.name_vi;
            rate->announced = group.announced;
            rate->subscribers = group.subscribers;
        }
        if (count == 0 || last >= to)
            return;
    }
}

size_t
figures_rates(const struct figures *figures, enum event_class class, str family,
              enum figures_dimension dimension, day from, day to, struct rate **ret,
              uint32_t *ret_days)
{
    struct rates rates = {0};
    uint32_t days = 0;
    size_t first, count = figures_keys(figures, class, family, dimension, &first), kept = 0;
    bool *gaps = mem_calloc(from <= to ? (size_t)(to - from) + 1 : 1, sizeof *gaps);
    groups_take_range(figures, dimension, from, to, &rates);
    for (day at = from; at <= to; at++) {
        gaps[at - from] = is_gap(figures, class, family, at);
        days += !gaps[at - from];
    }
    for (size_t i = 0; i < count; i++) {
        struct figures_series series = figures_at(figures, first + i);
        struct rate *rate = rate_of(&rates, series.key);
        for (size_t k = 0; k < series.count; k++) {
            day at = series.first + (day)k;
            if (at < from || at > to || gaps[at - from])
                continue;
            rate->sum4 += series.days[k].ipv4;
            rate->sum6 += series.days[k].ipv6_64;
        }
    }
    for (size_t i = 0; i < rates.keys.count; i++)
        if (rates.items[i].sum4 + rates.items[i].sum6)
            rates.items[kept++] = rates.items[i];
    rates_rank(rates.items, kept, (double)days);
    names_clear(&rates.keys);
    free(gaps);
    *ret = rates.items;
    *ret_days = days;
    return kept;
}

/* ---- change ---- */

static struct change_side
side_of(const struct figures *figures, enum event_class class, str family,
        const struct figures_series *series, struct measure_window window)
{
    size_t days = (size_t)(window.to - window.from) + 1;
    struct change_side side = {.days = mem_calloc(days, sizeof *side.days)};
    for (day at = window.from; at <= window.to; at++) {
        struct figures_count count = figures_on(series, at);
        if (!is_gap(figures, class, family, at))
            change_side_add(&side, (uint64_t)count.ipv4 + count.ipv6_64);
    }
    return side;
}

errcode
figures_change(const struct figures *figures, enum event_class class, str family,
               enum figures_dimension dimension, str key, struct measure_window before,
               struct measure_window after, bool with_interval, struct figures_change *ret,
               struct err *err)
{
    struct figures_series series = {.count = 0};
    errcode code = windows_check(before, after, err);
    if (code)
        return code;
    figures_find(figures, class, family, dimension, key, &series);
    struct change_side b = side_of(figures, class, family, &series, before);
    struct change_side a = side_of(figures, class, family, &series, after);
    *ret = (struct figures_change){
        .before_sum = b.sum,
        .after_sum = a.sum,
        .before_days = (uint32_t)b.count,
        .after_days = (uint32_t)a.count,
        .percent = change_percent(&b, &a),
        .interval = with_interval ? change_interval(&b, &a, MEASURE_REQUEST.seed)
                                  : (struct interval){NAN, NAN},
    };
    free(b.days);
    free(a.days);
    return OK;
}
