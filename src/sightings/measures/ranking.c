/* SPDX-License-Identifier: Apache-2.0 */
/* Address-days per family: the sets of one day and family, whatever their source, are joined, then
 * counted. The pending set relies on the order day, family. */
#include "sightings/measures/ranking.h"

#include "base/require.h"

#include <stdlib.h>

struct summing {
    struct scope *scope;
    struct ranking *ranking;
    day day;
    str family; /* of the pending set; view into the names */
    struct ipset *pending;
};

static struct ranked *
ranked_of(struct ranking *ranking, str family)
{
    size_t at = names_index(&ranking->names, family);
    if (at == ranking->count) {
        if (at == ranking->room) {
            ranking->room = ranking->room ? ranking->room * 2 : 32;
            ranking->items = mem_resize(ranking->items, ranking->room, sizeof *ranking->items);
        }
        ranking->items[ranking->count++] = (struct ranked){.family = ranking->names.items[at]};
    }
    return &ranking->items[at];
}

void
ranking_add(struct ranking *ranking, str family, uint64_t address_days, uint32_t days)
{
    struct ranked *ranked = ranked_of(ranking, family);
    ranked->address_days += address_days;
    ranked->days += days;
}

static errcode
pending_finish(struct summing *s, struct err *err)
{
    if (!s->pending)
        return OK;
    errcode code = scope_filter(s->scope, s->day, &s->pending, err);
    if (code == OK) {
        uint64_t members = ipset_count(s->pending);
        ranking_add(s->ranking, s->family, members, members > 0);
    }
    ipset_free(s->pending);
    s->pending = NULL;
    return code;
}

static errcode
set_add(void *context, const struct set_key *key, const struct ipset *set, struct err *err)
{
    struct summing *s = context;
    if (key->family.n == 0)
        return OK;
    if (s->pending && s->day == key->day && str_eq(s->family, key->family)) {
        ipset_or(s->pending, set);
        return OK;
    }
    errcode code = pending_finish(s, err);
    s->pending = ipset_copy(set);
    s->day = key->day;
    s->family = ranked_of(s->ranking, key->family)->family;
    return code;
}

static int
by_address_days(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->address_days != y->address_days)
        return x->address_days < y->address_days ? 1 : -1;
    return str_compare(x->family, y->family);
}

static int
by_pin(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    size_t left = x->pinned_rank ? x->pinned_rank : SIZE_MAX;
    size_t right = y->pinned_rank ? y->pinned_rank : SIZE_MAX;
    if (left != right)
        return left < right ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* Puts the operator's list over the computed one; families of the list that were not seen get a row
 * with nothing. */
static errcode
pin(struct ranking *ranking, struct sightings *sightings, struct err *err)
{
    struct buf text = BUF(1 << 20);
    errcode code = sightings_setting(sightings, "ranking", &text, err);
    str rest = buf_view(&text), name;
    size_t rank = 0, seen = ranking->count;
    struct names pinned = {0};
    while (code == OK && rest.n && str_cut(&rest, ',', &name))
        if (str_trim(name).n)
            names_index(&pinned, str_trim(name));
    for (size_t i = 0; i < pinned.count; i++) {
        struct ranked *ranked = NULL;
        for (size_t k = 0; k < seen && !ranked; k++)
            if (str_eq(ranking->items[k].family, pinned.items[i]))
                ranked = &ranking->items[k];
        if (!ranked)
            ranked = ranked_of(ranking, pinned.items[i]);
        ranked->pinned_rank = ++rank;
    }
    ranking->pinned = rank > 0;
    names_clear(&pinned);
    buf_clear(&text);
    return code;
}

static void
order(struct ranking *ranking)
{
    if (ranking->count == 0)
        return;
    qsort(ranking->items, ranking->count, sizeof *ranking->items, by_address_days);
    for (size_t i = 0; i < ranking->count; i++)
        ranking->items[i].rank = ranking->items[i].address_days ? i + 1 : 0;
}

errcode
ranking_settle(struct ranking *ranking, struct sightings *sightings, struct err *err)
{
    errcode code = pin(ranking, sightings, err);
    if (code)
        return code;
    order(ranking);
    if (ranking->pinned)
        qsort(ranking->items, ranking->count, sizeof *ranking->items, by_pin);
    return OK;
}

errcode
ranking_compute(struct scope *scope, day from, day to, struct ranking *ret, struct err *err)
{
    struct ranking ranking = {0};
    struct summing s = {.scope = scope, .ranking = &ranking, .day = DAY_NONE};
    struct set_query query = scope_query(scope, from, to, (str){NULL, 0});
    errcode code = sightings_each(scope->request->sightings, &query, set_add, &s, err);
    if (code == OK)
        code = pending_finish(&s, err);
    if (code == OK)
        code = ranking_settle(&ranking, scope->request->sightings, err);
    ipset_free(s.pending);
    if (code) {
        ranking_clear(&ranking);
        return code;
    }
    *ret = ranking;
    return OK;
}

void
ranking_clear(struct ranking *ranking)
{
    names_clear(&ranking->names);
    free(ranking->items);
    *ranking = (struct ranking){0};
}

void
ranking_largest(const struct ranking *ranking, size_t top, struct names *ret)
{
    struct names names = {0};
    for (size_t i = 0; i < ranking->count && (top == 0 || names.count < top); i++)
        if (ranking->pinned ? ranking->items[i].pinned_rank > 0 : ranking->items[i].rank > 0)
            names_index(&names, ranking->items[i].family);
    *ret = names;
}
