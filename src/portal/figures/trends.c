/* SPDX-License-Identifier: Apache-2.0 */
/* Days: what was seen on each, of all families and of the largest ones, of the blocklists, and what
 * came and went. A day on which no source delivered is absent, never zero. */
#include "base/require.h"
#include "portal/figures/view.h"

enum { SOURCES = 24, STRETCHES = 60, WORDS = 32 << 10 };

static size_t
day_count(const struct figures_view *view)
{
    return (size_t)(view->to - view->from) + 1;
}

/* Whether any source that carries the class delivered on that day. */
static bool
is_witnessed(const struct health *health, day at)
{
    for (size_t i = 0; health && i < health->count; i++) {
        const struct health_series *s = &health->series[i];
        if (!s->family.n && at >= s->first && at < s->first + (day)s->count &&
            s->days[at - s->first].present)
            return true;
    }
    return false;
}

/* One value a day of the period; the caller frees it. */
static double *
values_of(const struct figures_view *view, enum event_class class, str family)
{
    struct figures_series series = {0};
    const struct health *health = figures_health(view->figures, class);
    double *values = mem_calloc(day_count(view), sizeof *values);
    figures_find(view->figures, class, family, FIGURES_TOTAL, (str){NULL, 0}, &series);
    for (size_t i = 0; i < day_count(view); i++) {
        day at = view->from + (day)i;
        struct figures_count count = figures_on(&series, at);
        double sum = (double)count.ipv4 + (double)count.ipv6_64;
        values[i] = sum > 0 || is_witnessed(health, at) ? sum : CHART_ABSENT;
    }
    return values;
}

static enum chart_health
health_of(const struct health_series *series, day at)
{
    static const enum chart_health states[] = {
        [HEALTH_OK] = CHART_HEALTH_OK,
        [HEALTH_FIRST] = CHART_HEALTH_FIRST_DAY,
        [HEALTH_MISSING] = CHART_HEALTH_MISSING,
        [HEALTH_SHRUNK] = CHART_HEALTH_SHRUNK,
        [HEALTH_GROWN] = CHART_HEALTH_GROWN,
        [HEALTH_POLICY] = CHART_HEALTH_POLICY_CHANGE,
        [HEALTH_EXPLAINED] = CHART_HEALTH_EXPLAINED,
    };
    if (at < series->first || at >= series->first + (day)series->count)
        return CHART_HEALTH_NONE;
    return states[series->days[at - series->first].state];
}

/* What a trend shows beside its lines: feed health and the stretches that must not be compared. */
struct surroundings {
    struct reasons reasons;
    struct buf words;
    str texts[STRETCHES];
    struct chart_stretch stretches[STRETCHES];
    size_t stretch_count;
    struct chart_source sources[SOURCES];
    size_t source_count;
    enum chart_health *states;
};

static void
add_stretches(const struct figures_view *view, enum event_class class, str family,
              struct surroundings *s)
{
    figures_reasons(view->figures, class, family, FIGURES_TOTAL, (str){NULL, 0}, view->from,
                    view->to, &s->reasons);
    size_t count =
        reasons_words(view->language, &s->reasons, false, &s->words, s->texts, STRETCHES);
    for (size_t i = 0; i < count; i++) {
        const struct reason *fact = &s->reasons.facts[i];
        if (fact->kind != REASON_STATE)
            continue;
        s->stretches[s->stretch_count++] =
            (struct chart_stretch){fact->from, fact->to, s->texts[i]};
    }
}

static void
add_sources(const struct figures_view *view, enum event_class class, struct surroundings *s)
{
    const struct health *health = figures_health(view->figures, class);
    size_t days = day_count(view);
    s->states = mem_calloc(SOURCES * days, sizeof *s->states);
    for (size_t i = 0; health && i < health->count && s->source_count < SOURCES; i++) {
        if (health->series[i].family.n)
            continue;
        enum chart_health *states = s->states + s->source_count * days;
        for (size_t d = 0; d < days; d++)
            states[d] = health_of(&health->series[i], view->from + (day)d);
        s->sources[s->source_count++] = (struct chart_source){health->series[i].source, states};
    }
}

static void
surroundings_clear(struct surroundings *s)
{
    reasons_clear(&s->reasons);
    buf_clear(&s->words);
    free(s->states);
    free(s);
}

/* A trend of CLASS with all but its lines. */
static struct surroundings *
trend_open(const struct figures_view *view, enum event_class class, str family,
           struct chart_trend *trend)
{
    struct surroundings *s = mem_calloc(1, sizeof *s);
    s->words = BUF(WORDS);
    add_stretches(view, class, family, s);
    add_sources(view, class, s);
    trend->head.language = view->language;
    trend->head.unit = str_of(figures_text(view, N_("addresses a day")));
    trend->first = view->from;
    trend->days = day_count(view);
    trend->stretches = s->stretches;
    trend->stretch_count = s->stretch_count;
    trend->sources = s->sources;
    trend->source_count = s->source_count;
    trend->baseline = trend->result = CHART_NO_WINDOW;
    trend->target = CHART_ABSENT;
    trend->today = view->meta->today <= view->to ? view->meta->today : DAY_NONE;
    return s;
}

static struct chart_window
window_of(struct measure_window window)
{
    return window.from == DAY_NONE ? CHART_NO_WINDOW
                                   : (struct chart_window){window.from, window.to};
}

/* The level that the target asks for. */
static double
target_level(const struct figures_view *view)
{
    struct measure_window baseline = view->meta->baseline;
    if (baseline.from == DAY_NONE)
        return CHART_ABSENT;
    struct figures_mean mean =
        figures_mean(view->figures, CLASS_INFECTED_SYSTEM, view->family, FIGURES_TOTAL,
                     (str){NULL, 0}, baseline.from, baseline.to);
    return mean.mean * (100 + view->meta->target) / 100;
}

void
section_trend(const struct figures_view *view, struct buf *out)
{
    struct chart_trend trend = {0};
    struct surroundings *s = trend_open(view, CLASS_INFECTED_SYSTEM, view->family, &trend);
    double *values = values_of(view, CLASS_INFECTED_SYSTEM, view->family);
    bool all = figures_view_all(view);
    struct chart_series line = {all ? str_of(figures_text(view, N_("All families"))) : view->family,
                                values};
    trend.head.id = "trend";
    trend.head.caption =
        str_of(figures_text(view, N_("Infected addresses seen on each day (distinct)")));
    trend.head.note = str_of(figures_text(
        view, N_("An address is no person and no device: one address can stand for many devices, "
                 "and a device can have several addresses in a day. The number tells how much is "
                 "seen, not how many are infected. No data is no sign of less malware.")));
    trend.series = &line;
    trend.series_count = 1;
    trend.baseline = window_of(view->meta->baseline);
    trend.result = window_of(view->meta->result);
    trend.target = target_level(view);
    chart_trend(&trend, out);
    free(values);
    surroundings_clear(s);
}

void
section_families(const struct figures_view *view, struct buf *out)
{
    struct figures_ranked ranked[FIGURES_TOP];
    struct chart_series lines[FIGURES_TOP];
    struct chart_trend trend = {0};
    size_t count = figures_rank(view->figures, CLASS_INFECTED_SYSTEM, view->from, view->to, ranked,
                                FIGURES_TOP);
    struct surroundings *s = trend_open(view, CLASS_INFECTED_SYSTEM, FIGURES_ALL, &trend);
    for (size_t i = 0; i < count; i++)
        lines[i] = (struct chart_series){ranked[i].family,
                                         values_of(view, CLASS_INFECTED_SYSTEM, ranked[i].family)};
    trend.head.id = "families";
    trend.head.caption = str_of(figures_text(view, N_("The ten largest families")));
    trend.head.note = str_of(figures_text(
        view, N_("Ranked by the sum of daily addresses in this period. An address seen for two "
                 "families counts in both. Each picture has its own height.")));
    trend.series = lines;
    trend.series_count = count;
    chart_multiples(&trend, out);
    for (size_t i = 0; i < count; i++)
        free((double *)(uintptr_t)lines[i].values);
    surroundings_clear(s);
}

void
section_blocklist(const struct figures_view *view, struct buf *out)
{
    struct figures_series series;
    struct chart_trend trend = {0};
    if (!figures_find(view->figures, CLASS_BLACKLIST, FIGURES_ALL, FIGURES_TOTAL, (str){NULL, 0},
                      &series))
        return;
    struct surroundings *s = trend_open(view, CLASS_BLACKLIST, FIGURES_ALL, &trend);
    double *values = values_of(view, CLASS_BLACKLIST, FIGURES_ALL);
    struct chart_series line = {str_of(figures_text(view, N_("Blocklisted"))), values};
    trend.head.id = "blocklist";
    trend.head.caption = str_of(figures_text(view, N_("Addresses on blocklists on each day")));
    trend.head.note = str_of(figures_text(
        view, N_("Another measure: lists name addresses for spam, attacks and more, by rules of "
                 "their own. It must not be added to the infected ones.")));
    trend.series = &line;
    trend.series_count = 1;
    chart_trend(&trend, out);
    free(values);
    surroundings_clear(s);
}

void
section_flows(const struct figures_view *view, struct buf *out)
{
    struct figures_flows flows;
    size_t days = day_count(view);
    if (!figures_flows(view->figures, view->family, &flows))
        return;
    double *room = mem_calloc(4 * days, sizeof *room);
    for (size_t i = 0; i < days; i++) {
        day at = view->from + (day)i;
        bool known = at >= flows.first && at < flows.first + (day)flows.count;
        struct figures_flow flow = known ? flows.days[at - flows.first] : (struct figures_flow){0};
        room[i] = known ? flow.fresh : CHART_ABSENT;
        room[days + i] = known ? flow.returning : CHART_ABSENT;
        room[2 * days + i] = known ? flow.stayed : CHART_ABSENT;
        room[3 * days + i] = known ? flow.gone : CHART_ABSENT;
    }
    struct chart_flows chart = {
        .head = {.language = view->language,
                 .id = "flows",
                 .caption = str_of(figures_text(view, N_("New, back, still there and gone"))),
                 .unit = str_of(figures_text(view, N_("addresses a day"))),
                 .note = str_of(figures_text(
                     view, N_("Against the day before. Gone is not cleaned: with changing "
                              "addresses a device goes and comes under another one.")))},
        .first = view->from,
        .days = days,
        .fresh = room,
        .returning = room + days,
        .stayed = room + 2 * days,
        .gone = room + 3 * days,
    };
    chart_flows(&chart, out);
    free(room);
}
