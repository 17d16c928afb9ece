/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings/statistics/change.h"

#include <math.h>

void
change_side_add(struct change_side *side, uint64_t count)
{
    side->days[side->count++] = count;
    side->sum += count;
}

/* Both means with one denominator, as whole numbers. */
struct scaled {
    __int128 before, after;
};

static struct scaled
scaled(const struct change_side *before, const struct change_side *after)
{
    return (struct scaled){(__int128)before->sum * (__int128)after->count,
                           (__int128)after->sum * (__int128)before->count};
}

double
change_percent(const struct change_side *before, const struct change_side *after)
{
    struct scaled s = scaled(before, after);
    if (s.before == 0 || before->count == 0)
        return NAN;
    return (double)(int64_t)((s.after - s.before) * 10000 / s.before) / 100;
}

bool
change_met(const struct change_side *before, const struct change_side *after, int32_t target)
{
    struct scaled s = scaled(before, after);
    return s.after * 100 <= s.before * (100 + target);
}

struct interval
change_interval(const struct change_side *before, const struct change_side *after, uint64_t seed)
{
    struct interval ratio =
        interval_ratio(before->days, before->count, after->days, after->count, seed);
    return (struct interval){(ratio.low - 1) * 100, (ratio.high - 1) * 100};
}
