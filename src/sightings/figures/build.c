/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a build: find out what is there and what is new, count it, choose families by these
 * counts, count by network, put the measures' own answers beside it, write. All is read in one
 * transaction, so that the figures are of one moment. */
#include "sightings/figures/building.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "sightings/lock.h"
#include "sightings/measures/baseline.h"
#include "sightings/measures/ranking.h"
#include "sightings/measures/windows.h"

struct measure_request
figures_request(const struct figures_building *b)
{
    struct measure_request request = MEASURE_REQUEST;
    request.sightings = b->sightings;
    request.networks = b->networks;
    return request;
}

/* ---- what the figures are about ---- */

/* The frozen baseline, where there is one, has its own window and families. */
static errcode
frozen_read(struct figures_building *b, struct err *err)
{
    struct baseline frozen;
    struct err none;
    errcode code = baseline_load(b->sightings, b->plan->slug, &frozen, &none);
    if (code == ERR_NOT_FOUND || code == ERR_USAGE) /* a slug that no baseline can have */
        return OK;
    if (code) {
        *err = none;
        return code;
    }
    b->meta.baseline_name = b->plan->slug;
    b->meta.baseline = (struct measure_window){frozen.from, frozen.to};
    for (size_t i = 0; i < frozen.largest.count; i++)
        names_index(&b->largest, frozen.largest.items[i]);
    baseline_clear(&frozen);
    return OK;
}

static errcode
meta_read(struct figures_building *b, struct err *err)
{
    const struct figures_plan *plan = b->plan;
    const struct set_query all = SET_QUERY_ALL;
    b->meta = (struct figures_meta){
        .built = clock_now(),
        .today = clock_today(),
        .demonstration = plan->demonstration,
        .slug = plan->slug,
        .baseline = {plan->baseline_from, plan->baseline_to},
        .result = {plan->result_from, plan->result_to},
        .target = plan->target,
        .home_country = plan->home_country,
    };
    errcode code = sightings_generation(b->sightings, &b->meta.generation, err);
    if (code == OK)
        code = sightings_days(b->sightings, &all, &b->meta.first, &b->meta.last, err);
    return code == OK ? frozen_read(b, err) : code;
}

/* ---- families, chosen by their counts ---- */

struct choosing {
    struct figures_building *b;
    enum event_class class;
    struct ranking ranking;
};

static void
sum_take(void *context, str family, uint64_t address_days)
{
    struct choosing *c = context;
    bool named = family.n && !str_eq(family, FIGURES_ALL) && !str_eq(family, FIGURES_LARGEST);
    if (named && address_days)
        ranking_add(&c->ranking, family, address_days, 0);
}

static int
by_address_days(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->address_days != y->address_days)
        return x->address_days < y->address_days ? 1 : -1;
    return str_compare(x->family, y->family);
}

static void
picks_choose(struct figures_building *b, enum event_class class)
{
    struct choosing c = {.b = b, .class = class};
    figures_writer_sums(b->writer, class, DAY_NONE, INT32_MAX, sum_take, &c);
    if (c.ranking.count)
        qsort(c.ranking.items, c.ranking.count, sizeof *c.ranking.items, by_address_days);
    for (size_t i = 0; i < c.ranking.count && i < FIGURES_NETWORK_FAMILIES; i++) {
        names_index(&b->parts[class].picks, c.ranking.items[i].family);
        figures_writer_pick(b->writer, class, c.ranking.items[i].family);
    }
    ranking_clear(&c.ranking);
}

/* The window whose largest families compare would take, where none were frozen. */
static errcode
baseline_window(struct figures_building *b, struct measure_window *ret, struct err *err)
{
    struct measure_request request = figures_request(b);
    struct measure_window before = b->meta.baseline, after = b->meta.result;
    struct scope scope;
    bool enough = false;
    request.networks = NULL;
    errcode code = scope_open(&scope, &request, CLASS_INFECTED_SYSTEM, err);
    if (code)
        return code;
    if (windows_choose(&scope, &before, &after, &enough, NULL) != OK || !enough)
        before = (struct measure_window){scope.from, scope.to};
    scope_close(&scope);
    *ret = before;
    return OK;
}

static errcode
largest_choose(struct figures_building *b, struct err *err)
{
    struct choosing c = {.b = b, .class = CLASS_INFECTED_SYSTEM};
    struct measure_window window;
    errcode code = OK;
    if (b->meta.baseline_name.n || b->meta.last == DAY_NONE)
        return OK;
    code = baseline_window(b, &window, err);
    if (code)
        return code;
    figures_writer_sums(b->writer, c.class, window.from, window.to, sum_take, &c);
    code = ranking_settle(&c.ranking, b->sightings, err);
    if (code == OK)
        ranking_largest(&c.ranking, MEASURE_REQUEST.top, &b->largest);
    ranking_clear(&c.ranking);
    return code;
}

static errcode
families_choose(struct figures_building *b, struct err *err)
{
    errcode code = largest_choose(b, err);
    if (code)
        return code;
    picks_choose(b, CLASS_INFECTED_SYSTEM);
    picks_choose(b, CLASS_BLACKLIST);
    str name;
    b->largest_same = b->old && figures_largest(b->old, 0, &name) == b->largest.count;
    for (size_t i = 0; i < b->largest.count; i++) {
        figures_writer_largest(b->writer, b->largest.items[i]);
        if (b->largest_same)
            figures_largest(b->old, i, &name);
        b->largest_same = b->largest_same && str_eq(name, b->largest.items[i]);
    }
    return OK;
}

/* ---- building ---- */

static errcode
collect(struct figures_building *b, struct err *err)
{
    errcode code = meta_read(b, err);
    figures_registry(b);
    if (code || (code = figures_find_units(b, err)) || (code = figures_count_totals(b, err)) ||
        (code = families_choose(b, err)) || (code = figures_count_networks(b, err)) ||
        (code = figures_put_health(b, err)))
        return code;
    return figures_put_ready(b, err);
}

/* What another version of the program counted is not mixed with what this one does. */
static void
old_open(struct figures_building *b, const char *folder)
{
    struct err none;
    if (b->plan->afresh || figures_open_newest(folder, true, &b->old, NULL, &none) != OK)
        return;
    if (!str_eq(figures_name(b->old, b->old->record->program), STR(KHIEN_VERSION)))
        b->old = figures_unref(b->old);
}

static void
building_clear(struct figures_building *b)
{
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        struct figures_part *part = &b->parts[i];
        names_clear(&part->families);
        names_clear(&part->kept);
        names_clear(&part->picks);
        free(part->members);
        free(part->unit_of);
    }
    names_clear(&b->largest);
    free(b->units);
    figures_writer_free(b->writer);
    figures_unref(b->old);
}

static errcode
write_next(struct figures_building *b, const char *folder, char *ret_path, size_t path_size,
           struct err *err)
{
    enum { KEEP = 3 };
    char path[PATH_TEXT];
    errcode code = numbered_next_path(folder, FIGURES_SUFFIX, path, sizeof path, err);
    if (code == OK)
        code =
            figures_writer_write(b->writer, &b->meta, b->registry, STR(KHIEN_VERSION), path, err);
    if (code == OK)
        code = numbered_remove_old(folder, FIGURES_SUFFIX, KEEP, err);
    if (code == OK && !str_copy(str_of(path), ret_path, path_size))
        code = err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return code;
}

errcode
figures_build(struct sightings *sightings, const struct networks *networks,
              const struct figures_plan *plan, char *ret_path, size_t path_size, struct err *err)
{
    char folder[PATH_TEXT];
    cleanup(cleanup_close) int lock = -1;
    errcode code = path_join(folder, sightings->folder, "figures", err);
    if (code == OK)
        code = lock_take(sightings->folder, "figures.lock", LOCK_ALONE, &lock, err);
    if (code == OK)
        code = store_begin_read(sightings->store, err);
    if (code != OK)
        return code;
    struct figures_building *b = mem_calloc(1, sizeof *b);
    b->sightings = sightings;
    b->networks = networks;
    b->plan = plan;
    b->writer = figures_writer_new();
    old_open(b, folder);
    code = collect(b, err);
    store_rollback(sightings->store);
    if (code == OK)
        code = write_next(b, folder, ret_path, path_size, err);
    building_clear(b);
    free(b);
    return code;
}
