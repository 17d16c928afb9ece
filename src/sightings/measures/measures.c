/* SPDX-License-Identifier: Apache-2.0 */
/* The list of measures. */
#include "sightings/measures/measures.h"

const struct measure measures[] = {
    {"daily", "distinct addresses a day, by family, source, network or in total", measure_daily},
    {"mean", "the mean of daily distincts over a period, with minimum and maximum", measure_mean},
    {"hourly", "most addresses within one hour, beside those of the day", measure_hourly},
    {"churn", "what stayed, went, came back and is new between two windows", measure_churn},
    {"survival", "how long addresses stay infected (Kaplan-Meier)", measure_survival},
    {"recurrence", "how many come back within 30 and 90 days", measure_recurrence},
    {"top", "the largest families by address-days", measure_top},
    {"compare", "a baseline window against a result window, and the target", measure_compare},
    {"health", "what each source delivered on each day, and its state", measure_health},
    {"networks", "infected addresses by provider, AS, province or kind, with rates",
     measure_networks},
    {"estimate", "what the counts say about infected connections, and their limits",
     measure_estimate},
    {NULL, NULL, NULL},
};

const struct measure *
measure_find(str name)
{
    for (const struct measure *m = measures; m->name; m++)
        if (str_eq(str_of(m->name), name))
            return m;
    return NULL;
}

static const char *const by_names[BY_COUNT] = {[BY_DEFAULT] = "",
#define X(suffix, name) [BY_##suffix] = name,
                                               MEASURE_BYS(X)
#undef X
};

const char *
measure_by_name(enum measure_by by)
{
    return by_names[by];
}

enum measure_by
measure_by_find(str name)
{
    for (int i = BY_DEFAULT + 1; i < BY_COUNT; i++)
        if (str_eq(str_of(by_names[i]), name))
            return (enum measure_by)i;
    return BY_DEFAULT;
}
