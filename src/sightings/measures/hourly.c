/* SPDX-License-Identifier: Apache-2.0 */
/* The most addresses within one clock hour of a day: the lower bound of how many are infected at
 * once, beside the day's distinct ones, the upper bound. No hourly sets are stored: the archived
 * inputs are read and parsed again, which costs about what their ingest did. */
#include "sightings/measures/health.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/require.h"
#include "sightings/archive.h"

#include <stdlib.h>

static const struct table_column columns[] = {
    {"day", TABLE_DAY, 0},
    {"class", TABLE_TEXT, 0},
    {"family", TABLE_TEXT, 0},
    {"hourly_max", TABLE_COUNT, 0},
    {"hour", TABLE_COUNT, 0},
    {"hourly_mean", TABLE_NUMBER, 1},
    {"daily_distinct", TABLE_COUNT, 0},
    {"comparable", TABLE_FLAG, 0},
    {"reasons", TABLE_LIST, 0},
};

enum { HOURS = 24, FRESH_MOST = 4096, LONGEST_DAYS = 92 };

/* The sets of one hour of one family ("" is all families together). */
struct hour_set {
    struct ipset *set;
    uint32_t fresh[FRESH_MOST];
    size_t count;
};

struct hourly {
    struct scope scope;
    struct names families;   /* item 0 is "" */
    struct hour_set **hours; /* [family][day][hour], made when first needed */
    size_t room;             /* families there is room for */
    size_t days;
    struct health health;
    struct table *table;
    /* The input that is being read. */
    const struct archive_meta *meta;
    struct feed_columns *columns;
    const char *folder;
    uint64_t damaged;
};

static void
hour_add(struct hourly *h, size_t family, usec time, ip addr)
{
    size_t day_index = (size_t)(day_of(time) - h->scope.from);
    size_t hour = (size_t)((time - day_start(day_of(time))) / (USEC_PER_DAY / HOURS));
    if (family >= h->room) {
        size_t room = h->room ? h->room * 2 : 16, cells = h->days * HOURS;
        while (room <= family)
            room *= 2;
        h->hours = mem_resize(h->hours, room * cells, sizeof(struct hour_set *));
        for (size_t i = h->room * cells; i < room * cells; i++)
            h->hours[i] = NULL;
        h->room = room;
    }
    struct hour_set **place = &h->hours[(family * h->days + day_index) * HOURS + hour];
    if (!*place) {
        *place = mem_calloc(1, sizeof **place);
        (*place)->set = ipset_new();
    }
    struct hour_set *at = *place;
    if (addr.version != 4) {
        ipset_add(at->set, addr);
        return;
    }
    at->fresh[at->count++] = (uint32_t)addr.lo;
    if (at->count == FRESH_MOST) {
        ipset_add_many4(at->set, at->fresh, at->count);
        at->count = 0;
    }
}

/* The name that ingest gives the family of such an event. */
static str
family_of(const struct hourly *h, const struct event *event)
{
    str name = event->text[TEXT_MALWARE_NAME], identifier = event->text[TEXT_IDENTIFIER];
    if (name.n == 0)
        return identifier.n ? identifier : STR("unknown");
    const struct family *family =
        h->scope.request->families ? families_find(h->scope.request->families, name) : NULL;
    return family ? family->name : name;
}

static errcode
event_add(void *context, const struct event *event, struct err *err)
{
    (void)err;
    struct hourly *h = context;
    const struct measure_request *r = h->scope.request;
    if (event->time == USEC_NONE || event->class != h->scope.class || !event->source_ip.version)
        return OK;
    day at = day_of(event->time);
    if (at < h->scope.from || at > h->scope.to ||
        (r->source.n && !str_eq(r->source, event->text[TEXT_FEED_NAME])))
        return OK;
    str family = family_of(h, event);
    if (family.n > LIMIT_FAMILY_NAME)
        family.n = LIMIT_FAMILY_NAME;
    if (r->family.n && !str_eq(r->family, family))
        return OK;
    hour_add(h, 0, event->time, event->source_ip);
    hour_add(h, names_index(&h->families, family), event->time, event->source_ip);
    return OK;
}

static errcode
document_read(void *context, const char *name, str bytes, struct err *err)
{
    struct hourly *h = context;
    struct feed_input input = {
        .name = name,
        .bytes = bytes,
        .received = h->meta->received,
        .feed = h->meta->source[0] ? h->meta->source : NULL,
        .columns = h->columns,
    };
    struct feed_sink sink = {.context = h, .event = event_add};
    const struct feed_format *format =
        h->meta->format[0] ? feed_format_find(str_of(h->meta->format)) : feed_sniff(&input, NULL);
    return format ? feed_parse(format, &input, &sink, err) : OK;
}

static errcode
input_read(void *context, str path, struct err *err)
{
    struct hourly *h = context;
    struct archive_entry entry;
    struct archive_content *content = NULL;
    char terminated[sizeof entry.path];
    if (!str_copy(path, terminated, sizeof terminated) ||
        archive_open(h->folder, terminated, &entry, &content, err) != OK) {
        h->damaged++;
        return OK;
    }
    h->meta = &entry.meta;
    errcode code = OK;
    if (entry.meta.columns[0])
        code = feed_columns_parse(str_of(entry.meta.columns), &h->columns, err);
    struct container_sink sink = {.context = h, .document = document_read};
    if (code == OK)
        code = container_each(entry.meta.name, archive_bytes(content), NULL, &sink, err);
    h->damaged += code != OK; /* ingest refused it as well, and so it is in no set */
    feed_columns_free(h->columns);
    h->columns = NULL;
    archive_close(content);
    return OK;
}

static errcode
put_day(struct hourly *h, size_t family, day at, struct err *err)
{
    uint64_t most = 0, sum = 0;
    size_t most_hour = 0;
    struct ipset *all = ipset_new();
    for (size_t hour = 0; hour < HOURS; hour++) {
        size_t place = (family * h->days + (size_t)(at - h->scope.from)) * HOURS + hour;
        struct hour_set *set = h->hours[place];
        if (!set)
            continue;
        ipset_add_many4(set->set, set->fresh, set->count);
        set->count = 0;
        errcode code = scope_filter(&h->scope, at, &set->set, err);
        if (code) {
            ipset_free(all);
            return code;
        }
        uint64_t members = ipset_count(set->set);
        ipset_or(all, set->set);
        sum += members;
        if (members > most) {
            most = members;
            most_hour = hour;
        }
    }
    uint64_t distinct = ipset_count(all);
    ipset_free(all);
    if (distinct == 0)
        return OK;
    str name = family ? h->families.items[family] : h->scope.request->family;
    struct reasons reasons = {0};
    table_row(h->table);
    table_put_day(h->table, "day", at);
    table_put_z(h->table, "class", event_class_name(h->scope.class));
    table_put_str(h->table, "family", family ? name : STR("*"));
    table_put_u64(h->table, "hourly_max", most);
    table_put_u64(h->table, "hour", most_hour);
    table_put_double(h->table, "hourly_mean", (double)sum / HOURS);
    table_put_u64(h->table, "daily_distinct", distinct);
    health_reasons(&h->health, h->scope.request->source, name, at > h->scope.from ? at - 1 : at, at,
                   &reasons);
    reasons_put(&reasons, h->table);
    reasons_clear(&reasons);
    return OK;
}

static errcode
compute(struct hourly *h, struct err *err)
{
    const struct measure_request *r = h->scope.request;
    if (h->scope.to - h->scope.from >= LONGEST_DAYS)
        return err_set(err, ERR_USAGE,
                       "hourly reads the archive again: give at most %d days with "
                       "--from and --to",
                       LONGEST_DAYS);
    h->days = (size_t)(h->scope.to - h->scope.from) + 1;
    names_index(&h->families, (str){"", 0});
    errcode code = health_load(&h->health, &h->scope, h->scope.from, h->scope.to, err);
    h->folder = sightings_folder(r->sightings);
    if (code == OK)
        code = sightings_each_input(r->sightings, h->scope.from, h->scope.to, input_read, h, err);
    for (day at = h->scope.from; at <= h->scope.to && code == OK; at++)
        for (size_t f = 0; f < h->families.count && f < h->room && code == OK; f++)
            code = put_day(h, f, at, err);
    if (h->damaged)
        table_note(h->table, "%llu archived inputs could not be read and are not counted",
                   (unsigned long long)h->damaged);
    table_note(h->table, "computed from the archived inputs; hours are UTC; hourly_max is a lower "
                         "bound of how many are infected at once, daily_distinct an upper bound");
    return code;
}

errcode
measure_hourly(const struct measure_request *request, struct table **ret, struct err *err)
{
    struct hourly h = {0};
    errcode code = scope_open(&h.scope, request, CLASS_INFECTED_SYSTEM, err);
    if (code)
        return code;
    h.table = table_new(columns, sizeof columns / sizeof *columns);
    if (scope_empty(&h.scope))
        scope_note_empty(&h.scope, h.table);
    else
        code = compute(&h, err);
    for (size_t i = 0; i < h.room * h.days * HOURS; i++) {
        if (h.hours[i])
            ipset_free(h.hours[i]->set);
        free(h.hours[i]);
    }
    free(h.hours);
    names_clear(&h.families);
    health_clear(&h.health);
    scope_close(&h.scope);
    if (code) {
        table_free(h.table);
        return code;
    }
    *ret = h.table;
    return OK;
}
