/* SPDX-License-Identifier: Apache-2.0 */
/* Reading figures. Everything is found by binary search over sorted numbers. */
#include "sightings/figures/figures.h"

#include "sightings/figures/layout.h"
#include "sightings/measures/provinces.h"

static const char *const dimension_names[] = {
#define X(suffix, name) name,
    FIGURES_DIMENSIONS(X)
#undef X
};

const char *
figures_dimension_name(enum figures_dimension dimension)
{
    return dimension_names[dimension];
}

enum figures_dimension
figures_dimension_find(str name)
{
    int i = 0;
    while (i < FIGURES_DIMENSION_COUNT && !str_eq(str_of(dimension_names[i]), name))
        i++;
    return (enum figures_dimension)i;
}

const struct figures_meta *
figures_meta(const struct figures *figures)
{
    return &figures->meta;
}

struct figures_size
figures_size(const struct figures *figures)
{
    return (struct figures_size){figures->series_count, figures->counts_count};
}

str
figures_name(const struct figures *figures, uint32_t number)
{
    const struct figures_name_record *name = &figures->names[number];
    return (str){figures->names_text.p + name->at, name->size};
}

uint32_t
figures_name_find(const struct figures *figures, str text)
{
    uint32_t low = 0, high = figures->names_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (str_compare(figures_name(figures, middle), text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < figures->names_count && str_eq(figures_name(figures, low), text) ? low
                                                                                  : UINT32_MAX;
}

/* Class, dimension, family, key; how many of them count. */
struct place {
    uint32_t parts[4];
    size_t count;
};

/* Below, within (0) or above the series that PLACE stands for. */
static int
compare(const struct figures_series_record *series, const struct place *place)
{
    const uint32_t parts[] = {series->class, series->dimension, series->family, series->key};
    for (size_t i = 0; i < place->count; i++)
        if (parts[i] != place->parts[i])
            return parts[i] < place->parts[i] ? -1 : 1;
    return 0;
}

/* The first series that is not below PLACE, or with BEHIND the first that is above it. */
static size_t
bound(const struct figures *figures, const struct place *place, bool behind)
{
    size_t low = 0, high = figures->series_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(&figures->series[middle], place);
        if (order < 0 || (behind && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t
range(const struct figures *figures, const struct place *place, size_t *ret_first)
{
    for (size_t i = 0; i < place->count; i++)
        if (place->parts[i] == UINT32_MAX)
            return *ret_first = 0;
    *ret_first = bound(figures, place, false);
    return bound(figures, place, true) - *ret_first;
}

static uint32_t
class_number(const struct figures *figures, enum event_class class)
{
    return class == CLASS_NONE ? UINT32_MAX
                               : figures_name_find(figures, str_of(event_class_name(class)));
}

struct figures_series
figures_at(const struct figures *figures, size_t place)
{
    const struct figures_series_record *s = &figures->series[place];
    enum event_class class = event_class_find(figures_name(figures, s->class));
    return (struct figures_series){
        .class = class == CLASS_NONE ? CLASS_UNDETERMINED : class,
        .dimension = (enum figures_dimension)s->dimension,
        .family = figures_name(figures, s->family),
        .key = figures_name(figures, s->key),
        .first = s->first,
        .count = s->count,
        .days = &figures->counts[s->start],
    };
}

bool
figures_find(const struct figures *figures, enum event_class class, str family,
             enum figures_dimension dimension, str key, struct figures_series *ret)
{
    size_t first;
    const struct place place = {{class_number(figures, class), dimension,
                                 figures_name_find(figures, family),
                                 figures_name_find(figures, key)},
                                4};
    if (range(figures, &place, &first) == 0)
        return false;
    *ret = figures_at(figures, first);
    return true;
}

struct figures_count
figures_on(const struct figures_series *series, day at)
{
    if (at < series->first || at >= series->first + (day)series->count)
        return (struct figures_count){0, 0};
    return series->days[at - series->first];
}

size_t
figures_keys(const struct figures *figures, enum event_class class, str family,
             enum figures_dimension dimension, size_t *ret_first)
{
    const struct place place = {
        {class_number(figures, class), dimension, figures_name_find(figures, family)}, 3};
    return range(figures, &place, ret_first);
}

size_t
figures_families(const struct figures *figures, enum event_class class, size_t *ret_first)
{
    const struct place place = {{class_number(figures, class), FIGURES_TOTAL}, 2};
    return range(figures, &place, ret_first);
}

size_t
figures_classes(const struct figures *figures, enum event_class out[CLASS_COUNT])
{
    size_t count = 0;
    for (size_t at = 0; at < figures->series_count;) {
        uint32_t class = figures->series[at].class;
        enum event_class known = event_class_find(figures_name(figures, class));
        if (known != CLASS_NONE)
            out[count++] = known;
        at = bound(figures, &(struct place){{class}, 1}, true);
    }
    return count;
}

size_t
figures_largest(const struct figures *figures, size_t i, str *ret)
{
    if (i < figures->largest_count)
        *ret = figures_name(figures, figures->largest[i]);
    return figures->largest_count;
}

bool
figures_flows(const struct figures *figures, str family, struct figures_flows *ret)
{
    uint32_t wanted = figures_name_find(figures, family), low = 0, high = figures->flows_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (figures->flows[middle].family < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == figures->flows_count || figures->flows[low].family != wanted)
        return false;
    const struct figures_flow_record *flow = &figures->flows[low];
    *ret = (struct figures_flows){flow->first, flow->count, &figures->flow_days[flow->start]};
    return true;
}

const struct figures_stretch_record *
figures_stretch(const struct figures *figures, enum figures_dimension dimension, day at)
{
    const struct figures_stretch_record *found = NULL;
    uint32_t low = 0, high = figures->stretches_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct figures_stretch_record *s = &figures->stretches[middle];
        if (s->dimension < dimension || (s->dimension == dimension && s->from <= at))
            low = middle + 1;
        else
            high = middle;
    }
    if (low > 0 && figures->stretches[low - 1].dimension == dimension)
        found = &figures->stretches[low - 1];
    else if (low < figures->stretches_count && figures->stretches[low].dimension == dimension)
        found = &figures->stretches[low]; /* before the first: as it was then */
    return found;
}

size_t
figures_groups(const struct figures *figures, enum figures_dimension dimension, day at,
               day *ret_from, day *ret_to)
{
    const struct figures_stretch_record *s = figures_stretch(figures, dimension, at);
    if (!s)
        return 0;
    const struct figures_stretch_record *end = figures->stretches + figures->stretches_count;
    if (ret_from)
        *ret_from = s->from;
    if (ret_to)
        *ret_to = s + 1 < end && s[1].dimension == s->dimension ? s[1].from - 1 : INT32_MAX;
    return s->count;
}

struct figures_group
figures_group_at(const struct figures *figures, enum figures_dimension dimension, day at, size_t i)
{
    const struct figures_stretch_record *s = figures_stretch(figures, dimension, at);
    if (!s || i >= s->count)
        return (struct figures_group){.announced = 0};
    const struct figures_group_record *group = &figures->groups[s->start + i];
    return (struct figures_group){
        .key = figures_name(figures, group->key),
        .name_vi = figures_name(figures, group->name_vi),
        .name_en = figures_name(figures, group->name_en),
        .announced = group->announced,
        .subscribers = group->subscribers,
    };
}

const struct health *
figures_health(const struct figures *figures, enum event_class class)
{
    return figures->health[class];
}

/* Borders change by a table of this program, which cannot fail. */
static day
merged(enum figures_dimension dimension, str key, day from, day to)
{
    struct measure_request request = MEASURE_REQUEST;
    day found = DAY_NONE;
    if (dimension != FIGURES_PROVINCE)
        return DAY_NONE;
    request.province = key;
    request.by = BY_PROVINCE;
    return provinces_merged(&request, from, to, &found, NULL) == OK ? found : DAY_NONE;
}

void
figures_reasons(const struct figures *figures, enum event_class class, str family,
                enum figures_dimension dimension, str key, day from, day to, struct reasons *ret)
{
    struct health health = {.today = figures->meta.today};
    bool largest = str_eq(family, FIGURES_LARGEST);
    str source = dimension == FIGURES_SOURCE ? key : (str){NULL, 0}, name;
    if (figures->health[class])
        health = *figures->health[class];
    health.merged = merged(dimension, key, from, to);
    if (largest || str_eq(family, FIGURES_ALL))
        family = (str){NULL, 0};
    health_reasons(&health, source, family, from, to, ret);
    for (size_t i = 0; largest && i < figures_largest(figures, i, &name); i++)
        health_reported(&health, source, name, ret);
}

str
figures_ready(const struct figures *figures, str name, str *ret_fault)
{
    str none = {NULL, 0};
    if (ret_fault)
        *ret_fault = none;
    for (uint32_t i = 0; i < figures->ready_count; i++) {
        const struct figures_ready_record *ready = &figures->ready[i];
        str text = {figures->ready_text.p + ready->at, ready->size};
        if (!str_eq(figures_name(figures, ready->name), name))
            continue;
        if (ready->fault && ret_fault)
            *ret_fault = text;
        return ready->fault ? none : text;
    }
    return none;
}
