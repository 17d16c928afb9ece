/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings/self_reports/tally.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/require.h"

enum { IDS_FIRST = 1024, FAMILIES_FIRST = 8, DAYS_FIRST = 64 };

void
self_report_day_clear(struct self_report_day *date)
{
    free(date->families);
    *date = (struct self_report_day){.day = DAY_NONE};
}

void
self_report_tally_clear(struct self_report_tally *tally)
{
    for (size_t i = 0; i < tally->count; i++)
        free(tally->days[i].families);
    free(tally->days);
    free(tally->ids);
    *tally = (struct self_report_tally){0};
}

/* ---- random numbers ---- */

static bool
is_zero(const uint8_t id[SELF_REPORT_ID_BYTES])
{
    static const uint8_t zero[SELF_REPORT_ID_BYTES];
    return memcmp(id, zero, sizeof zero) == 0;
}

static size_t
slot_of(const struct self_report_tally *tally, const uint8_t id[SELF_REPORT_ID_BYTES])
{
    size_t mask = tally->id_room - 1;
    uint64_t hash;
    crypto_shorthash((unsigned char *)&hash, id, SELF_REPORT_ID_BYTES, tally->key);
    size_t at = hash & mask;
    while (!is_zero(tally->ids[at]) && memcmp(tally->ids[at], id, SELF_REPORT_ID_BYTES) != 0)
        at = (at + 1) & mask;
    return at;
}

bool
self_report_tally_has(const struct self_report_tally *tally, const uint8_t id[SELF_REPORT_ID_BYTES])
{
    if (is_zero(id))
        return tally->has_zero;
    return tally->id_room && !is_zero(tally->ids[slot_of(tally, id)]);
}

static void
grow(struct self_report_tally *tally)
{
    struct self_report_tally bigger = *tally;
    bigger.id_room = tally->id_room ? 2 * tally->id_room : IDS_FIRST;
    if (!tally->id_room)
        randombytes_buf(bigger.key, sizeof bigger.key);
    bigger.ids = mem_calloc(bigger.id_room, sizeof *bigger.ids);
    for (size_t i = 0; i < tally->id_room; i++)
        if (!is_zero(tally->ids[i]))
            memcpy(bigger.ids[slot_of(&bigger, tally->ids[i])], tally->ids[i],
                   SELF_REPORT_ID_BYTES);
    free(tally->ids);
    *tally = bigger;
}

static void
keep_id(struct self_report_tally *tally, const uint8_t id[SELF_REPORT_ID_BYTES])
{
    if (is_zero(id)) {
        tally->has_zero = true;
        return;
    }
    if (2 * (tally->id_count + 1) > tally->id_room)
        grow(tally);
    memcpy(tally->ids[slot_of(tally, id)], id, SELF_REPORT_ID_BYTES);
    tally->id_count++;
}

/* ---- days ---- */

/* The last days come most often. */
static struct self_report_day *
day_at(struct self_report_tally *tally, day on)
{
    size_t at = tally->count;
    while (at > 0 && tally->days[at - 1].day > on)
        at--;
    if (at > 0 && tally->days[at - 1].day == on)
        return &tally->days[at - 1];
    if (tally->count == tally->room) {
        tally->room = tally->room ? 2 * tally->room : DAYS_FIRST;
        tally->days = mem_resize(tally->days, tally->room, sizeof *tally->days);
    }
    memmove(&tally->days[at + 1], &tally->days[at], (tally->count - at) * sizeof *tally->days);
    tally->count++;
    tally->days[at] = (struct self_report_day){.day = on};
    return &tally->days[at];
}

static void
count_family(struct self_report_day *date, const char *name, uint64_t reports)
{
    size_t at = 0;
    while (at < date->family_count && strcmp(date->families[at].name, name) != 0)
        at++;
    if (at == date->family_room) {
        date->family_room = date->family_room ? 2 * date->family_room : FAMILIES_FIRST;
        date->families = mem_resize(date->families, date->family_room, sizeof *date->families);
    }
    if (at == date->family_count) {
        date->families[date->family_count++] = (struct self_report_family){0};
        str_copy(str_of(name), date->families[at].name, SELF_REPORT_FAMILY);
    }
    date->families[at].count += reports;
}

bool
self_report_tally_add(struct self_report_tally *tally, const struct self_report *report)
{
    if (self_report_tally_has(tally, report->id))
        return false;
    keep_id(tally, report->id);
    struct self_report_day *date = day_at(tally, report->day);
    date->reports++;
    date->with_malware += report->malicious > 0;
    date->with_suspicion += report->malicious == 0 && report->suspicious > 0;
    date->nothing_found += report->malicious + report->suspicious == 0;
    date->quarantined += report->quarantined > 0;
    date->by_token += report->by_token;
    for (size_t i = 0; i < report->family_count; i++)
        count_family(date, report->families[i].name, 1);
    return true;
}

/* ---- sums ---- */

static int
compare(const void *a, const void *b)
{
    const struct self_report_family *x = a, *y = b;
    bool x_last = strcmp(x->name, SELF_REPORT_OTHER) == 0;
    bool y_last = strcmp(y->name, SELF_REPORT_OTHER) == 0;
    if (x_last != y_last)
        return x_last ? 1 : -1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->name, y->name);
}

void
self_report_tally_sum(const struct self_report_tally *tally, day from, day to, str family,
                      struct self_report_day *ret)
{
    *ret = (struct self_report_day){.day = DAY_NONE};
    for (size_t i = 0; i < tally->count; i++) {
        const struct self_report_day *date = &tally->days[i];
        if ((from != DAY_NONE && date->day < from) || (to != DAY_NONE && date->day > to))
            continue;
        ret->day = ret->day == DAY_NONE ? date->day : ret->day;
        ret->reports += date->reports;
        ret->with_malware += date->with_malware;
        ret->with_suspicion += date->with_suspicion;
        ret->nothing_found += date->nothing_found;
        ret->quarantined += date->quarantined;
        ret->by_token += date->by_token;
        for (size_t j = 0; j < date->family_count; j++)
            if (!family.n || str_eq(str_of(date->families[j].name), family))
                count_family(ret, date->families[j].name, date->families[j].count);
    }
    if (ret->family_count)
        qsort(ret->families, ret->family_count, sizeof *ret->families, compare);
}
