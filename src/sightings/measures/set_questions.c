/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings/measures/set_questions.h"

#include "base/require.h"

#include <stdlib.h>
#include <string.h>

/* One (day, family) of the answer, in the order in which it was first met. */
struct answer {
    day day;
    size_t sets;
    uint64_t distinct;
    char family[128];
};

struct answering {
    struct answer *items;
    size_t count, room;
};

static errcode
key_add(void *context, const struct set_key *key, struct err *err)
{
    (void)err;
    struct answering *a = context;
    for (size_t i = a->count; i-- > 0 && a->items[i].day == key->day;) {
        if (!str_eq(str_of(a->items[i].family), key->family))
            continue;
        a->items[i].sets++;
        return OK;
    }
    if (a->count == a->room) {
        a->room = a->room ? a->room * 2 : 64;
        a->items = mem_resize(a->items, a->room, sizeof *a->items);
    }
    struct answer *item = &a->items[a->count++];
    *item = (struct answer){.day = key->day, .sets = 1, .distinct = key->members};
    require(str_copy(key->family, item->family, sizeof item->family));
    return OK;
}

static int
by_day_family(const void *a, const void *b)
{
    const struct answer *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return strcmp(x->family, y->family);
}

errcode
question_day_family(struct sightings *sightings, const struct set_query *query,
                    void (*each)(void *context, day at, str family, uint64_t distinct),
                    void *context, struct err *err)
{
    struct answering a = {0};
    errcode code = sightings_each_key(sightings, query, key_add, &a, err);
    for (size_t i = 0; i < a.count && code == OK; i++) {
        struct set_query one = *query;
        one.from = one.to = a.items[i].day;
        one.family = str_of(a.items[i].family);
        if (a.items[i].sets > 1 && one.family.n)
            code = question_distinct(sightings, &one, &a.items[i].distinct, err);
    }
    if (code == OK && a.count)
        qsort(a.items, a.count, sizeof *a.items, by_day_family);
    for (size_t i = 0; i < a.count && code == OK; i++)
        each(context, a.items[i].day, str_of(a.items[i].family), a.items[i].distinct);
    free(a.items);
    return code;
}

errcode
question_distinct(struct sightings *sightings, const struct set_query *query, uint64_t *ret,
                  struct err *err)
{
    struct ipset *all = NULL;
    errcode code = sightings_union(sightings, query, &all, err);
    if (code == OK)
        *ret = ipset_count(all);
    ipset_free(all);
    return code;
}

errcode
question_per_network(struct sightings *sightings, const struct set_query *query,
                     const struct network_map *map, uint64_t *counts, struct err *err)
{
    struct ipset *all = NULL;
    errcode code = sightings_union(sightings, query, &all, err);
    if (code)
        return code;
    memset(counts, 0, ((size_t)network_map_count(map) + 1) * sizeof *counts);
    attribution_count(map, all, counts, counts);
    ipset_free(all);
    return OK;
}

errcode
question_difference(struct sightings *sightings, const struct set_query *had,
                    const struct set_query *has, uint64_t *ret, struct err *err)
{
    struct ipset *a = NULL, *b = NULL;
    errcode code = sightings_union(sightings, had, &a, err);
    if (code == OK)
        code = sightings_union(sightings, has, &b, err);
    if (code == OK)
        *ret = ipset_andnot_count(a, b);
    ipset_free(a);
    ipset_free(b);
    return code;
}

errcode
question_recurring(struct sightings *sightings, const struct set_query *first,
                   const struct set_query *between, const struct set_query *last, uint64_t *ret,
                   struct err *err)
{
    struct ipset *a = NULL, *b = NULL, *c = NULL;
    errcode code = sightings_union(sightings, first, &a, err);
    if (code == OK)
        code = sightings_union(sightings, between, &b, err);
    if (code == OK)
        code = sightings_union(sightings, last, &c, err);
    if (code == OK) {
        ipset_and(a, c);
        *ret = ipset_andnot_count(a, b);
    }
    ipset_free(a);
    ipset_free(b);
    ipset_free(c);
    return code;
}
