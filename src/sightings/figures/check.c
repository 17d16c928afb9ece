/* SPDX-License-Identifier: Apache-2.0 */
/* The invariants of docs/format-figures.md that reading does not need to be safe, but to be right.
 */
#include "sightings/figures/layout.h"

static uint64_t
members(const struct figures_series *series, day at)
{
    struct figures_count count = figures_on(series, at);
    return (uint64_t)count.ipv4 + count.ipv6_64;
}

static errcode
check_series(const struct figures *figures, struct err *err)
{
    for (size_t i = 0; i < figures->series_count; i++) {
        struct figures_series series = figures_at(figures, i);
        if (members(&series, series.first) == 0 ||
            members(&series, series.first + (day)series.count - 1) == 0)
            return err_set(err, ERR_CORRUPT, "series %zu begins or ends with nothing", i);
    }
    return OK;
}

static errcode
check_flow(const struct figures *figures, str family, const struct figures_flows *flows,
           struct err *err)
{
    struct figures_series total = {.count = 0};
    char text[DAY_TEXT];
    figures_find(figures, CLASS_INFECTED_SYSTEM, family, FIGURES_TOTAL, STR(""), &total);
    for (size_t i = 0; i < flows->count; i++) {
        const struct figures_flow *flow = &flows->days[i];
        day at = flows->first + (day)i;
        if ((uint64_t)flow->fresh + flow->returning + flow->stayed != members(&total, at) ||
            (uint64_t)flow->stayed + flow->gone != members(&total, at - 1))
            return err_set(err, ERR_CORRUPT, "the flow of %s, family %.*s, is not that of its days",
                           day_format(at, text), STR_ARG(family));
    }
    return OK;
}

static errcode
check_groups(const struct figures *figures, struct err *err)
{
    for (uint32_t i = 0; i < figures->stretches_count; i++) {
        const struct figures_stretch_record *s = &figures->stretches[i];
        for (uint32_t k = 1; k < s->count; k++)
            if (figures->groups[s->start + k - 1].key >= figures->groups[s->start + k].key)
                return err_set(err, ERR_CORRUPT, "the groups of stretch %u are not in order", i);
    }
    return OK;
}

errcode
figures_check(const struct figures *figures, struct err *err)
{
    errcode code = check_series(figures, err);
    for (uint32_t i = 0; i < figures->flows_count && code == OK; i++) {
        struct figures_flows flows;
        str family = figures_name(figures, figures->flows[i].family);
        if (figures_flows(figures, family, &flows))
            code = check_flow(figures, family, &flows, err);
    }
    return code == OK ? check_groups(figures, err) : code;
}
