/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering the series from keys and counts alone (no set is loaded), and telling the breaks. */
#include "sightings/measures/health.h"

#include "base/require.h"
#include "sightings/measures/provinces.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* CONTEXT_DAYS: what is read before the period, so that its first day has a reference. */
enum { CONTEXT_DAYS = 60, FAMILY_SHARE_PERCENT = 5, FAMILY_DAILY_MIN = 20, PAIR_TEXT = 512 };

static const char *const state_names[] = {
#define X(suffix, name) name,
    HEALTH_STATES(X)
#undef X
};

const char *
health_state_name(enum health_state state)
{
    return state_names[state];
}

void
health_clear(struct health *health)
{
    for (size_t i = 0; i < health->count; i++)
        free(health->series[i].days);
    free(health->series);
    names_clear(&health->pairs);
    arena_clear(&health->arena);
    *health = (struct health){0};
}

/* What one reading of the keys says about a source or a family of it. */
struct total {
    str source, family;
    uint64_t members;
    day first;
    size_t series; /* its place, or SIZE_MAX */
};

struct gathering {
    struct health *health;
    struct total *totals;
    size_t room;
    struct names families;
    uint64_t *family_members; /* over all sources; as many as TOTALS has room for */
};

static str
pair_text(char text[PAIR_TEXT], str source, str family)
{
    int n = snprintf(text, PAIR_TEXT, "%.*s\t%.*s", STR_ARG(source), STR_ARG(family));
    return (str){text, n < PAIR_TEXT ? (size_t)n : PAIR_TEXT - 1};
}

void
health_pair_add(struct health *health, str source, str family)
{
    char text[PAIR_TEXT];
    names_index(&health->pairs, pair_text(text, source, family));
}

static struct total *
total_of(struct gathering *g, str source, str family)
{
    char text[PAIR_TEXT];
    struct names *pairs = &g->health->pairs;
    size_t before = pairs->count;
    size_t at = names_index(pairs, pair_text(text, source, family));
    if (at == before) {
        if (at >= g->room) {
            g->room = g->room ? g->room * 2 : 64;
            g->totals = mem_resize(g->totals, g->room, sizeof *g->totals);
            g->family_members = mem_resize(g->family_members, g->room, sizeof *g->family_members);
        }
        str kept = pairs->items[at];
        g->totals[at] = (struct total){.source = {kept.p, source.n},
                                       .family = str_from(kept, source.n + 1),
                                       .first = DAY_NONE,
                                       .series = SIZE_MAX};
    }
    return &g->totals[at];
}

static void
total_add(struct total *total, const struct set_key *key)
{
    total->members += key->members;
    if (total->first == DAY_NONE)
        total->first = key->day;
}

static errcode
totals_add(void *context, const struct set_key *key, struct err *err)
{
    (void)err;
    struct gathering *g = context;
    total_add(total_of(g, key->source, (str){NULL, 0}), key);
    if (key->family.n == 0)
        return OK;
    total_add(total_of(g, key->source, key->family), key);
    size_t before = g->families.count, family = names_index(&g->families, key->family);
    if (family == before)
        g->family_members[family] = 0;
    g->family_members[family] += key->members;
    return OK;
}

static void
series_add(struct gathering *g, struct total *total, day first, day last)
{
    struct health *health = g->health;
    if (health->count == health->room) {
        health->room = health->room ? health->room * 2 : 16;
        health->series = mem_resize(health->series, health->room, sizeof *health->series);
    }
    size_t days = (size_t)(last - first) + 1;
    total->series = health->count;
    health->series[health->count++] = (struct health_series){
        .source = arena_str(&health->arena, total->source),
        .family = arena_str(&health->arena, total->family),
        .first = first,
        .count = days,
        .days = mem_calloc(days, sizeof(struct health_day)),
    };
}

/* Whether the family's part in this source is a fair part of WHOLE, and no mere handful a day. */
static bool
fair_part(const struct total *total, uint64_t whole, day last)
{
    uint64_t days = (uint64_t)(last - total->first) + 1;
    return total->members >= FAMILY_DAILY_MIN * days &&
           total->members * 100 >= whole * FAMILY_SHARE_PERCENT;
}

/* Sources first, then their families as far as these matter. */
static void
series_choose(struct gathering *g, day last)
{
    size_t pairs = g->health->pairs.count;
    uint64_t everything = 0;
    for (size_t i = 0; i < pairs; i++) {
        if (g->totals[i].family.n)
            continue;
        everything += g->totals[i].members;
        series_add(g, &g->totals[i], g->totals[i].first, last);
    }
    for (size_t i = 0; i < pairs; i++) {
        struct total *total = &g->totals[i];
        if (total->family.n == 0)
            continue;
        uint64_t family = g->family_members[names_find(&g->families, total->family)];
        if (!fair_part(total, family, last))
            continue;
        /* From the source's first day on, so that a family that begins later is a step. */
        series_add(g, total, total_of(g, total->source, (str){NULL, 0})->first, last);
        g->health->series[total->series].minor = !fair_part(total, everything, last);
    }
}

static struct health_day *
series_day(struct gathering *g, str source, str family, day at)
{
    size_t series = total_of(g, source, family)->series;
    if (series == SIZE_MAX)
        return NULL;
    struct health_series *s = &g->health->series[series];
    if (at < s->first || at >= s->first + (day)s->count)
        return NULL;
    return &s->days[at - s->first];
}

static errcode
members_add(void *context, const struct set_key *key, struct err *err)
{
    (void)err;
    struct gathering *g = context;
    struct health_day *whole = series_day(g, key->source, (str){NULL, 0}, key->day);
    struct health_day *part =
        key->family.n ? series_day(g, key->source, key->family, key->day) : NULL;
    if (whole) {
        whole->members += key->members;
        whole->present = true;
    }
    if (part)
        part->members += key->members;
    return OK;
}

static errcode
rows_add(void *context, const struct source_day *row, struct err *err)
{
    (void)err;
    struct health_day *d = series_day(context, row->source, (str){NULL, 0}, row->day);
    if (d && row->rows) {
        d->rows = row->rows;
        d->present = true;
    }
    return OK;
}

static errcode
note_add(void *context, str source, day at, str text, struct err *err)
{
    (void)err;
    struct gathering *g = context;
    struct health_day *d = series_day(g, source, (str){NULL, 0}, at);
    if (d)
        d->note = arena_str(&g->health->arena, text);
    return OK;
}

/* A family is there on the days its source is there; the operator's notes are about both. */
static void
families_follow(struct health *health)
{
    for (size_t i = 0; i < health->count; i++) {
        struct health_series *part = &health->series[i];
        for (size_t k = 0; k < health->count && part->family.n; k++) {
            const struct health_series *whole = &health->series[k];
            if (whole->family.n || !str_eq(whole->source, part->source))
                continue;
            for (size_t d = 0; d < part->count; d++) {
                const struct health_day *of = &whole->days[part->first - whole->first + (day)d];
                part->days[d].present = of->present;
                part->days[d].note = of->note;
            }
        }
    }
}

static errcode
gather(struct gathering *g, const struct scope *scope, day context_from, day to, struct err *err)
{
    struct sightings *sightings = scope->request->sightings;
    struct set_query query = {
        .from = context_from, .to = to, .class = scope->class, .source = scope->request->source};
    errcode code = sightings_each_key(sightings, &query, totals_add, g, err);
    if (code)
        return code;
    series_choose(g, to);
    if ((code = sightings_each_key(sightings, &query, members_add, g, err)) ||
        (code = sightings_each_source_day(sightings, context_from, to, rows_add, g, err)) ||
        (code = sightings_each_note(sightings, note_add, g, err)))
        return code;
    for (size_t i = 0; i < g->health->count; i++) {
        struct health_series *series = &g->health->series[i];
        day first, last;
        query.from = query.to = DAY_NONE;
        query.source = series->source;
        if (series->family.n == 0 && (code = sightings_days(sightings, &query, &first, &last, err)))
            return code;
        series->older = series->family.n || first < series->first;
    }
    return OK;
}

errcode
health_load(struct health *ret, const struct scope *scope, day from, day to, struct err *err)
{
    struct health health = {.last = to, .today = clock_today()};
    struct gathering g = {.health = &health};
    errcode code = provinces_merged(scope->request, from, to, &health.merged, err);
    if (code == OK)
        code = gather(&g, scope, from - CONTEXT_DAYS, to, err);
    names_clear(&g.families);
    free(g.family_members);
    free(g.totals);
    if (code) {
        health_clear(&health);
        return code;
    }
    families_follow(&health);
    for (size_t i = 0; i < health.count; i++)
        health_judge(&health.series[i], health.series, health.count);
    *ret = health;
    return OK;
}

void
reasons_clear(struct reasons *reasons)
{
    free(reasons->items);
    free(reasons->facts);
    arena_clear(&reasons->arena);
    *reasons = (struct reasons){0};
}

void
reasons_add(struct reasons *reasons, struct reason fact, const char *format, ...)
{
    char text[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < reasons->count; i++)
        if (str_eq(reasons->items[i], str_of(text)))
            return;
    if (reasons->count == reasons->room) {
        reasons->room = reasons->room ? reasons->room * 2 : 8;
        reasons->items = mem_resize(reasons->items, reasons->room, sizeof *reasons->items);
        reasons->facts = mem_resize(reasons->facts, reasons->room, sizeof *reasons->facts);
    }
    reasons->facts[reasons->count] = fact;
    reasons->items[reasons->count++] = arena_str(&reasons->arena, str_of(text));
}

void
reasons_put(const struct reasons *reasons, struct table *table)
{
    table_put_bool(table, "comparable", reasons->count == 0);
    table_put_list(table, "reasons");
    for (size_t i = 0; i < reasons->count; i++)
        table_add(table, "reasons", reasons->items[i]);
}

/* A break counts for a period that begins at FROM: the first day there has nothing before it. */
static bool
breaks(enum health_state state, day at, day from)
{
    if (state == HEALTH_FIRST || state == HEALTH_POLICY)
        return at > from;
    return state == HEALTH_MISSING || state == HEALTH_SHRUNK || state == HEALTH_GROWN;
}

static bool
is_broken(const struct health_series *series, day at, day from)
{
    return at >= series->first && at < series->first + (day)series->count &&
           breaks(series->days[at - series->first].state, at, from);
}

/* One text for the days AT … LAST, which share a state. */
static void
break_tell(const struct health_series *series, day at, day last, struct reasons *ret)
{
    const struct health_day *d = &series->days[at - series->first];
    char from_text[DAY_TEXT], to_text[DAY_TEXT], what[128] = "", when[64], note[256] = "";
    day_format(at, from_text);
    if (last > at)
        snprintf(when, sizeof when, "%s to %s", from_text, day_format(last, to_text));
    else
        snprintf(when, sizeof when, "%s", from_text);
    if (d->present && d->expected > 0)
        snprintf(what, sizeof what, " (%llu members, about %.0f expected)",
                 (unsigned long long)d->members, d->expected);
    if (d->note.n)
        snprintf(note, sizeof note, ": %.*s", STR_ARG(d->note));
    struct reason fact = {.kind = REASON_STATE, .from = at, .to = last, .series = series};
    reasons_add(ret, fact, "%.*s%s%.*s: %s %s%s%s", STR_ARG(series->source),
                series->family.n ? ", family " : "", STR_ARG(series->family),
                health_state_name(d->state), when, what, note);
}

static bool
whole_source_broken(const struct health *health, const struct health_series *part, day at, day from)
{
    for (size_t i = 0; i < health->count; i++) {
        const struct health_series *series = &health->series[i];
        if (series->family.n == 0 && str_eq(series->source, part->source))
            return is_broken(series, at, from);
    }
    return false;
}

/* The breaks of one series; a family's are told only where its whole source is not broken. */
static void
series_reasons(const struct health *health, const struct health_series *series, day from, day to,
               struct reasons *ret)
{
    for (day at = from > series->first ? from : series->first; at <= to; at++) {
        if (!is_broken(series, at, from) ||
            (series->family.n && whole_source_broken(health, series, at, from)))
            continue;
        day last = at;
        while (last < to && is_broken(series, last + 1, from) &&
               series->days[last + 1 - series->first].state ==
                   series->days[at - series->first].state)
            last++;
        break_tell(series, at, last, ret);
        at = last;
    }
}

static bool
carries(const struct health *health, str source, str family)
{
    char text[PAIR_TEXT];
    return names_find(&health->pairs, pair_text(text, source, family)) != SIZE_MAX;
}

bool
health_gap(const struct health *health, str family, day at)
{
    for (size_t i = 0; i < health->count; i++) {
        const struct health_series *series = &health->series[i];
        if (series->family.n || at < series->first || at >= series->first + (day)series->count)
            continue;
        const struct health_day *d = &series->days[at - series->first];
        if (d->state == HEALTH_EXPLAINED && !d->present &&
            (!family.n || carries(health, series->source, family)))
            return true;
    }
    return false;
}

void
health_reported(const struct health *health, str source, str family, struct reasons *ret)
{
    for (size_t i = 0; i < health->count; i++) {
        str name = health->series[i].source;
        if ((!source.n || str_eq(source, name)) && (!family.n || carries(health, name, family)))
            return;
    }
    str name = family.n ? family : source;
    reasons_add(ret, (struct reason){.kind = REASON_UNREPORTED, .name = name},
                "no source reported %.*s", STR_ARG(name.n ? name : STR("anything")));
}

/* What no source can help. */
static void
calendar_reasons(const struct health *health, day from, day to, struct reasons *ret)
{
    char text[DAY_TEXT];
    if (to >= health->today)
        reasons_add(ret, (struct reason){.kind = REASON_UNFINISHED, .from = to},
                    "%s is not over yet", day_format(to, text));
    if (health->merged != DAY_NONE && from < health->merged && health->merged <= to)
        reasons_add(ret, (struct reason){.kind = REASON_BORDERS, .from = health->merged},
                    "provinces have other borders and codes from %s on",
                    day_format(health->merged, text));
}

void
health_reasons(const struct health *health, str source, str family, day from, day to,
               struct reasons *ret)
{
    calendar_reasons(health, from, to, ret);
    health_reported(health, source, family, ret);
    for (size_t i = 0; i < health->count; i++) {
        const struct health_series *series = &health->series[i];
        if (source.n && !str_eq(source, series->source))
            continue;
        if (family.n && series->family.n && !str_eq(family, series->family))
            continue;
        if (!family.n && series->minor)
            continue;
        if (family.n && !carries(health, series->source, family))
            continue;
        series_reasons(health, series, from, to, ret);
    }
}

bool
health_sound(const struct health *health, str source, day from, day to)
{
    struct reasons reasons = {0};
    for (size_t i = 0; i < health->count; i++)
        if (health->series[i].family.n == 0 && str_eq(health->series[i].source, source))
            series_reasons(health, &health->series[i], from, to, &reasons);
    bool sound = reasons.count == 0;
    reasons_clear(&reasons);
    return sound;
}
