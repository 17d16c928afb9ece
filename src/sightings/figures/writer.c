/* SPDX-License-Identifier: Apache-2.0 */
/* Names get numbers in the order in which they come; when all are there, they are sorted and every
 * record is rewritten with its names' ranks. Series are found by the bytes of their four numbers.
 * Memory: eight bytes for each day of each series, rounded up to a power of two. */
#include "sightings/figures/writer.h"

#include "base/require.h"
#include "sightings/figures/layout.h"

#include <stdlib.h>

/* Any count of fixed-size records. */
struct list {
    char *items;
    size_t count, room;
};
#define LIST_ADD(list, ...) list_add((list), (__VA_ARGS__), sizeof *(__VA_ARGS__))

static void
list_add(struct list *list, const void *item, size_t size)
{
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 64;
        list->items = mem_resize(list->items, list->room, size);
    }
    memcpy(list->items + list->count++ * size, item, size);
}

/* A series while it grows: days FIRST … FIRST + COUNT - 1 are there. */
struct growing {
    struct figures_series_record record;
    struct figures_count *days;
    size_t room;
};

struct growing_flow {
    struct figures_flow_record record;
    struct list days;
};

struct figures_writer {
    struct names names;       /* of texts */
    struct names series_keys; /* four numbers as bytes */
    struct growing *series;   /* as SERIES_KEYS */
    size_t series_room;
    struct names flow_keys; /* a number as bytes */
    struct growing_flow *flows;
    size_t flow_room;
    struct list largest, picks, units, stretches, groups;
    struct list healths, health_series, health_days, pairs, ready;
    struct buf ready_text;
    uint32_t *ranks; /* number of a name → its rank; when all are there */
};

struct figures_writer *
figures_writer_new(void)
{
    struct figures_writer *writer = mem_calloc(1, sizeof *writer);
    writer->ready_text = BUF((size_t)4 << 30);
    names_index(&writer->names, STR(""));
    return writer;
}

void
figures_writer_free(struct figures_writer *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->series_keys.count; i++)
        free(w->series[i].days);
    for (size_t i = 0; i < w->flow_keys.count; i++)
        free(w->flows[i].days.items);
    struct list *const lists[] = {&w->largest,       &w->picks,      &w->units, &w->stretches,
                                  &w->groups,        &w->healths,    &w->pairs, &w->ready,
                                  &w->health_series, &w->health_days};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        free(lists[i]->items);
    free(w->series);
    free(w->flows);
    free(w->ranks);
    names_clear(&w->names);
    names_clear(&w->series_keys);
    names_clear(&w->flow_keys);
    buf_clear(&w->ready_text);
    free(w);
}

static uint32_t
name(struct figures_writer *w, str text)
{
    return (uint32_t)names_index(&w->names, text.p ? text : STR(""));
}

static uint32_t
class_name(struct figures_writer *w, enum event_class class)
{
    return name(w, str_of(event_class_name(class)));
}

static struct growing *
series_of(struct figures_writer *w, const uint32_t parts[4])
{
    size_t before = w->series_keys.count;
    size_t at = names_index(&w->series_keys, (str){(const char *)parts, 4 * sizeof *parts});
    if (at == before) {
        if (at == w->series_room) {
            w->series_room = w->series_room ? w->series_room * 2 : 256;
            w->series = mem_resize(w->series, w->series_room, sizeof *w->series);
        }
        w->series[at] = (struct growing){
            .record = {
                .class = parts[0], .dimension = parts[1], .family = parts[2], .key = parts[3]}};
    }
    return &w->series[at];
}

/* Makes room for SIZE days of which the present ones begin at OFFSET. */
static void
days_move(struct growing *series, size_t size, size_t offset)
{
    if (size > series->room) {
        series->room = series->room ? series->room : 8;
        while (series->room < size)
            series->room *= 2;
        series->days = mem_resize(series->days, series->room, sizeof *series->days);
    }
    size_t count = series->record.count;
    memmove(series->days + offset, series->days, count * sizeof *series->days);
    memset(series->days, 0, offset * sizeof *series->days);
    memset(series->days + offset + count, 0, (size - offset - count) * sizeof *series->days);
}

void
figures_writer_count(struct figures_writer *w, enum event_class class, str family,
                     enum figures_dimension dimension, str key, day at, struct figures_count count)
{
    if (count.ipv4 == 0 && count.ipv6_64 == 0)
        return;
    const uint32_t parts[4] = {class_name(w, class), dimension, name(w, family), name(w, key)};
    struct growing *series = series_of(w, parts);
    struct figures_series_record *record = &series->record;
    if (record->count == 0)
        record->first = at;
    size_t before = at < record->first ? (size_t)(record->first - at) : 0;
    size_t size = record->count + before;
    if (at >= record->first && (size_t)(at - record->first) >= size)
        size = (size_t)(at - record->first) + 1;
    if (size > record->count) {
        days_move(series, size, before);
        record->first -= (day)before;
        record->count = (uint32_t)size;
    }
    series->days[at - record->first] = count;
}

void
figures_writer_flow(struct figures_writer *w, str family, day at, struct figures_flow flow)
{
    uint32_t number = name(w, family);
    size_t before = w->flow_keys.count;
    size_t place = names_index(&w->flow_keys, (str){(const char *)&number, sizeof number});
    if (place == before) {
        if (place == w->flow_room) {
            w->flow_room = w->flow_room ? w->flow_room * 2 : 32;
            w->flows = mem_resize(w->flows, w->flow_room, sizeof *w->flows);
        }
        w->flows[place] = (struct growing_flow){.record = {.family = number, .first = at}};
    }
    struct growing_flow *series = &w->flows[place];
    while (series->record.first + (day)series->days.count < at)
        LIST_ADD(&series->days, &(struct figures_flow){.fresh = 0});
    require(series->record.first + (day)series->days.count == at);
    LIST_ADD(&series->days, &flow);
}

void
figures_writer_largest(struct figures_writer *w, str family)
{
    LIST_ADD(&w->largest, &(uint32_t){name(w, family)});
}

void
figures_writer_pick(struct figures_writer *w, enum event_class class, str family)
{
    LIST_ADD(&w->picks, &(struct figures_pick_record){class_name(w, class), name(w, family)});
}

void
figures_writer_unit(struct figures_writer *w, day at, enum event_class class, struct checksum sets)
{
    LIST_ADD(&w->units, &(struct figures_unit_record){at, class_name(w, class), sets});
}

void
figures_writer_stretch(struct figures_writer *w, enum figures_dimension dimension, day from,
                       struct checksum networks)
{
    LIST_ADD(&w->stretches, &(struct figures_stretch_record){
                                .dimension = dimension,
                                .from = from,
                                .start = (uint32_t)w->groups.count,
                                .networks = networks,
                            });
}

void
figures_writer_group(struct figures_writer *w, const struct figures_group *group)
{
    struct figures_stretch_record *stretches = (void *)w->stretches.items;
    require(w->stretches.count > 0);
    stretches[w->stretches.count - 1].count++;
    LIST_ADD(&w->groups, &(struct figures_group_record){.key = name(w, group->key),
                                                        .name_vi = name(w, group->name_vi),
                                                        .name_en = name(w, group->name_en),
                                                        .announced = group->announced,
                                                        .subscribers = group->subscribers});
}

static bool
is_kept(const struct names *kept, str family)
{
    return !kept || family.n == 0 || names_find(kept, family) != SIZE_MAX;
}

static void
put_health_series(struct figures_writer *w, const struct health_series *series)
{
    LIST_ADD(&w->health_series, &(struct figures_health_series_record){
                                    .source = name(w, series->source),
                                    .family = name(w, series->family),
                                    .flags = (series->older ? FIGURES_SERIES_OLDER : 0) |
                                             (series->minor ? FIGURES_SERIES_MINOR : 0),
                                    .count = (uint32_t)series->count,
                                    .first = series->first,
                                    .start = w->health_days.count,
                                });
    for (size_t i = 0; i < series->count; i++) {
        const struct health_day *d = &series->days[i];
        LIST_ADD(&w->health_days, &(struct figures_health_day_record){.rows = d->rows,
                                                                      .members = d->members,
                                                                      .expected = d->expected,
                                                                      .note = name(w, d->note),
                                                                      .state = (uint16_t)d->state,
                                                                      .present = d->present});
    }
}

void
figures_writer_health(struct figures_writer *w, enum event_class class, const struct health *health,
                      const struct names *kept)
{
    struct figures_health_record record = {
        .class = class_name(w, class),
        .last = health->last,
        .series = (uint32_t)w->health_series.count,
        .pairs = (uint32_t)w->pairs.count,
    };
    for (size_t i = 0; i < health->count; i++)
        if (health->series[i].count && is_kept(kept, health->series[i].family))
            put_health_series(w, &health->series[i]);
    for (size_t i = 0; i < health->pairs.count; i++) {
        str source, family = health->pairs.items[i];
        str_cut(&family, '\t', &source);
        if (is_kept(kept, family))
            LIST_ADD(&w->pairs, &(struct figures_pair_record){name(w, source), name(w, family)});
    }
    record.series_count = (uint32_t)w->health_series.count - record.series;
    record.pairs_count = (uint32_t)w->pairs.count - record.pairs;
    LIST_ADD(&w->healths, &record);
}

void
figures_writer_ready(struct figures_writer *w, str name_text, str text, bool fault)
{
    LIST_ADD(&w->ready,
             &(struct figures_ready_record){name(w, name_text), fault, w->ready_text.n, text.n});
    buf_str(&w->ready_text, text);
}

void
figures_writer_sums(const struct figures_writer *w, enum event_class class, day from, day to,
                    void (*each)(void *context, str family, uint64_t address_days), void *context)
{
    size_t wanted = names_find(&w->names, str_of(event_class_name(class)));
    for (size_t i = 0; i < w->series_keys.count; i++) {
        const struct growing *series = &w->series[i];
        uint64_t sum = 0;
        if (series->record.class != wanted || series->record.dimension != FIGURES_TOTAL)
            continue;
        for (uint32_t k = 0; k < series->record.count; k++)
            if (series->record.first + (day)k >= from && series->record.first + (day)k <= to)
                sum += (uint64_t)series->days[k].ipv4 + series->days[k].ipv6_64;
        each(context, w->names.items[series->record.family], sum);
    }
}

/* ---- writing: numbers become ranks, lists are sorted, chunks are put together ---- */

static int
by_text(const void *a, const void *b, void *names)
{
    const struct names *all = names;
    return str_compare(all->items[*(const uint32_t *)a], all->items[*(const uint32_t *)b]);
}

static void
rank_names(struct figures_writer *w, struct list *records, struct buf *text)
{
    uint32_t count = (uint32_t)w->names.count;
    uint32_t *order = mem_calloc(count, sizeof *order);
    w->ranks = mem_resize(w->ranks, count, sizeof *w->ranks);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, by_text, &w->names);
    for (uint32_t i = 0; i < count; i++) {
        str item = w->names.items[order[i]];
        w->ranks[order[i]] = i;
        LIST_ADD(records, &(struct figures_name_record){(uint32_t)text->n, (uint32_t)item.n});
        buf_str(text, item);
    }
    free(order);
}

/* Rewrites the number at OFFSET of each record. */
static void
rank_field(const struct figures_writer *w, struct list *list, size_t size, size_t offset)
{
    for (size_t i = 0; i < list->count; i++) {
        uint32_t number;
        memcpy(&number, list->items + i * size + offset, sizeof number);
        memcpy(list->items + i * size + offset, &w->ranks[number], sizeof number);
    }
}
#define RANK(w, list, type, field)                                                                 \
    rank_field((w), &(w)->list, sizeof(struct type), offsetof(struct type, field))

static void
rank_lists(struct figures_writer *w)
{
    rank_field(w, &w->largest, sizeof(uint32_t), 0);
    RANK(w, picks, figures_pick_record, class);
    RANK(w, picks, figures_pick_record, family);
    RANK(w, units, figures_unit_record, class);
    RANK(w, groups, figures_group_record, key);
    RANK(w, groups, figures_group_record, name_vi);
    RANK(w, groups, figures_group_record, name_en);
    RANK(w, healths, figures_health_record, class);
    RANK(w, health_series, figures_health_series_record, source);
    RANK(w, health_series, figures_health_series_record, family);
    RANK(w, health_days, figures_health_day_record, note);
    RANK(w, pairs, figures_pair_record, source);
    RANK(w, pairs, figures_pair_record, family);
    RANK(w, ready, figures_ready_record, name);
}

static int
by_numbers(const void *a, const void *b)
{
    const struct figures_series_record *x = &((const struct growing *)a)->record;
    const struct figures_series_record *y = &((const struct growing *)b)->record;
    const uint32_t left[] = {x->class, x->dimension, x->family, x->key};
    const uint32_t right[] = {y->class, y->dimension, y->family, y->key};
    for (size_t i = 0; i < 4; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

/* The growing series become SERI and COUN; afterwards they are not found by their keys. */
static void
put_series(struct figures_writer *w, struct list *series, struct list *counts)
{
    size_t count = w->series_keys.count;
    for (size_t i = 0; i < count; i++) {
        struct figures_series_record *record = &w->series[i].record;
        record->class = w->ranks[record->class];
        record->family = w->ranks[record->family];
        record->key = w->ranks[record->key];
    }
    if (count)
        qsort(w->series, count, sizeof *w->series, by_numbers);
    for (size_t i = 0; i < count; i++) {
        struct growing *growing = &w->series[i];
        growing->record.start = counts->count;
        LIST_ADD(series, &growing->record);
        for (uint32_t k = 0; k < growing->record.count; k++)
            LIST_ADD(counts, &growing->days[k]);
        free(growing->days); /* at most one of both is in memory */
        growing->days = NULL;
    }
}

static int
by_family(const void *a, const void *b)
{
    const struct growing_flow *x = a, *y = b;
    return x->record.family < y->record.family ? -1 : x->record.family > y->record.family;
}

static void
put_flows(struct figures_writer *w, struct list *flows, struct list *days)
{
    size_t count = w->flow_keys.count;
    for (size_t i = 0; i < count; i++)
        w->flows[i].record.family = w->ranks[w->flows[i].record.family];
    if (count)
        qsort(w->flows, count, sizeof *w->flows, by_family);
    for (size_t i = 0; i < count; i++) {
        struct growing_flow *growing = &w->flows[i];
        growing->record.start = days->count;
        growing->record.count = (uint32_t)growing->days.count;
        LIST_ADD(flows, &growing->record);
        for (size_t k = 0; k < growing->days.count; k++)
            LIST_ADD(days, (struct figures_flow *)(void *)growing->days.items + k);
    }
}

static int
by_day_class(const void *a, const void *b)
{
    const struct figures_unit_record *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->class < y->class ? -1 : x->class > y->class;
}

static struct figures_meta_record
meta_record(struct figures_writer *w, const struct figures_meta *meta, struct checksum registry,
            str program)
{
    return (struct figures_meta_record){
        .built = meta->built,
        .generation = meta->generation,
        .first = meta->first,
        .last = meta->last,
        .today = meta->today,
        .target = meta->target,
        .baseline_from = meta->baseline.from,
        .baseline_to = meta->baseline.to,
        .result_from = meta->result.from,
        .result_to = meta->result.to,
        .flags = meta->demonstration ? FIGURES_FLAG_DEMONSTRATION : 0,
        .slug = name(w, meta->slug),
        .baseline_name = name(w, meta->baseline_name),
        .home_country = name(w, meta->home_country),
        .program = name(w, program),
        .registry = registry,
    };
}

static struct chunk
chunk_of(const char *id, const struct list *list, size_t size)
{
    return (struct chunk){CHUNK_ID(id), {list->items, list->count * size}};
}

errcode
figures_writer_write(struct figures_writer *w, const struct figures_meta *meta,
                     struct checksum registry, str program, const char *path, struct err *err)
{
    struct list names = {0}, series = {0}, counts = {0}, flows = {0}, flow_days = {0};
    struct buf text = BUF(UINT32_MAX);
    struct figures_meta_record record = meta_record(w, meta, registry, program);
    rank_names(w, &names, &text);
    record.slug = w->ranks[record.slug];
    record.baseline_name = w->ranks[record.baseline_name];
    record.home_country = w->ranks[record.home_country];
    record.program = w->ranks[record.program];
    rank_lists(w);
    put_series(w, &series, &counts);
    put_flows(w, &flows, &flow_days);
    if (w->units.count)
        qsort(w->units.items, w->units.count, sizeof(struct figures_unit_record), by_day_class);
    const struct chunk chunks[] = {
        {CHUNK_ID("META"), {(const char *)&record, sizeof record}},
        chunk_of("NAME", &names, sizeof(struct figures_name_record)),
        {CHUNK_ID("NTXT"), buf_view(&text)},
        chunk_of("SERI", &series, sizeof(struct figures_series_record)),
        chunk_of("COUN", &counts, sizeof(struct figures_count)),
        chunk_of("FLOW", &flows, sizeof(struct figures_flow_record)),
        chunk_of("FDAY", &flow_days, sizeof(struct figures_flow)),
        chunk_of("BIGF", &w->largest, sizeof(uint32_t)),
        chunk_of("STRE", &w->stretches, sizeof(struct figures_stretch_record)),
        chunk_of("GRPS", &w->groups, sizeof(struct figures_group_record)),
        chunk_of("HEAL", &w->healths, sizeof(struct figures_health_record)),
        chunk_of("HSER", &w->health_series, sizeof(struct figures_health_series_record)),
        chunk_of("HDAY", &w->health_days, sizeof(struct figures_health_day_record)),
        chunk_of("HPAR", &w->pairs, sizeof(struct figures_pair_record)),
        chunk_of("ANSW", &w->ready, sizeof(struct figures_ready_record)),
        {CHUNK_ID("ATXT"), buf_view(&w->ready_text)},
        chunk_of("UNIT", &w->units, sizeof(struct figures_unit_record)),
        chunk_of("PICK", &w->picks, sizeof(struct figures_pick_record)),
    };
    errcode code = buf_check(&text, "the figures' names", err);
    if (code == OK)
        code = buf_check(&w->ready_text, "the ready answers", err);
    if (code == OK)
        code = chunk_file_write(path, FIGURES_MAGIC, chunks, sizeof chunks / sizeof *chunks, err);
    struct list *const mine[] = {&names, &series, &counts, &flows, &flow_days};
    for (size_t i = 0; i < sizeof mine / sizeof *mine; i++)
        free(mine[i]->items);
    buf_clear(&text);
    return code;
}
