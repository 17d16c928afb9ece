/* SPDX-License-Identifier: Apache-2.0 */
/* Opening figures: chunks become arrays, and every number that reading follows is compared with its
 * bounds once, so that reading need not. */
#include "sightings/figures/layout.h"

#include "base/require.h"

/* Days within these bounds can be added to without overflow. */
enum { DAY_LOW = -10000000, DAY_HIGH = 10000000 };

#define FIND(f, id, field, err)                                                                    \
    find_array(&(f)->file, CHUNK_ID(id), sizeof *(f)->field, (const void **)&(f)->field,           \
               &(f)->field##_count, (err))

static errcode
find_array(const struct chunk_file *file, uint32_t id, size_t item, const void **ret_array,
           uint32_t *ret_count, struct err *err)
{
    str content;
    errcode code = chunk_find(file, id, item, &content, err);
    if (code != OK)
        return code;
    if (content.n / item > INT32_MAX)
        return err_set(err, ERR_CORRUPT, "a chunk has more than 2^31 items");
    *ret_array = content.p;
    *ret_count = (uint32_t)(content.n / item);
    return OK;
}

static errcode
wrong(const char *chunk, uint32_t item, struct err *err)
{
    return err_set(err, ERR_CORRUPT, "chunk %s, item %u is impossible", chunk, item);
}

static bool
within(uint64_t start, uint64_t count, uint64_t whole)
{
    return start <= whole && count <= whole - start;
}

static bool
days_fine(day first, uint64_t count)
{
    return first >= DAY_LOW && first <= DAY_HIGH && count > 0 && count <= DAY_HIGH;
}

static bool
day_or_none(day at)
{
    return at == DAY_NONE || (at >= DAY_LOW && at <= DAY_HIGH);
}

static errcode
open_names(struct figures *f, struct err *err)
{
    errcode code = FIND(f, "NAME", names, err);
    if (code == OK)
        code = chunk_find(&f->file, CHUNK_ID("NTXT"), 1, &f->names_text, err);
    for (uint32_t i = 0; code == OK && i < f->names_count; i++) {
        const struct figures_name_record *name = &f->names[i];
        if (!within(name->at, name->size, f->names_text.n) || !str_is_utf8(figures_name(f, i)) ||
            (i > 0 && str_compare(figures_name(f, i - 1), figures_name(f, i)) >= 0))
            code = wrong("NAME", i, err);
    }
    return code;
}

static errcode
open_meta(struct figures *f, struct err *err)
{
    str content;
    errcode code = chunk_find(&f->file, CHUNK_ID("META"), sizeof *f->record, &content, err);
    if (code != OK)
        return code;
    const struct figures_meta_record *r = (const void *)content.p;
    if (content.n != sizeof *r || r->slug >= f->names_count || r->program >= f->names_count ||
        r->baseline_name >= f->names_count || r->home_country >= f->names_count ||
        !day_or_none(r->first) || !day_or_none(r->last) || !day_or_none(r->today) ||
        !day_or_none(r->baseline_from) || !day_or_none(r->baseline_to) ||
        !day_or_none(r->result_from) || !day_or_none(r->result_to))
        return wrong("META", 0, err);
    f->record = r;
    f->meta = (struct figures_meta){
        .built = r->built,
        .generation = r->generation,
        .first = r->first,
        .last = r->last,
        .today = r->today,
        .demonstration = r->flags & FIGURES_FLAG_DEMONSTRATION,
        .slug = figures_name(f, r->slug),
        .baseline_name = figures_name(f, r->baseline_name),
        .baseline = {r->baseline_from, r->baseline_to},
        .result = {r->result_from, r->result_to},
        .target = r->target,
        .home_country = figures_name(f, r->home_country),
        .bytes = f->file.map.bytes.n,
    };
    return OK;
}

static int
series_order(const struct figures_series_record *a, const struct figures_series_record *b)
{
    return memcmp(a, b, 4 * sizeof(uint32_t)) == 0 ? 0
           : a->class != b->class                  ? (a->class < b->class ? -1 : 1)
           : a->dimension != b->dimension          ? (a->dimension < b->dimension ? -1 : 1)
           : a->family != b->family                ? (a->family < b->family ? -1 : 1)
                                                   : (a->key < b->key ? -1 : 1);
}

static errcode
open_series(struct figures *f, struct err *err)
{
    errcode code = FIND(f, "SERI", series, err);
    if (code == OK)
        code = FIND(f, "COUN", counts, err);
    for (uint32_t i = 0; code == OK && i < f->series_count; i++) {
        const struct figures_series_record *s = &f->series[i];
        if (s->class >= f->names_count || s->family >= f->names_count || s->key >= f->names_count ||
            s->dimension >= FIGURES_DIMENSION_COUNT || !days_fine(s->first, s->count) ||
            !within(s->start, s->count, f->counts_count) || (i > 0 && series_order(s - 1, s) >= 0))
            code = wrong("SERI", i, err);
    }
    return code;
}

static errcode
open_flows(struct figures *f, struct err *err)
{
    errcode code = FIND(f, "FLOW", flows, err);
    if (code == OK)
        code = FIND(f, "FDAY", flow_days, err);
    for (uint32_t i = 0; code == OK && i < f->flows_count; i++) {
        const struct figures_flow_record *s = &f->flows[i];
        if (s->family >= f->names_count || !days_fine(s->first, s->count) ||
            !within(s->start, s->count, f->flow_days_count) ||
            (i > 0 && f->flows[i - 1].family >= s->family))
            code = wrong("FLOW", i, err);
    }
    return code;
}

static bool
group_fine(const struct figures *f, const struct figures_group_record *g)
{
    return g->key < f->names_count && g->name_vi < f->names_count && g->name_en < f->names_count;
}

static errcode
open_groups(struct figures *f, struct err *err)
{
    errcode code = FIND(f, "STRE", stretches, err);
    if (code == OK)
        code = FIND(f, "GRPS", groups, err);
    for (uint32_t i = 0; code == OK && i < f->stretches_count; i++) {
        const struct figures_stretch_record *s = &f->stretches[i];
        if (s->dimension >= FIGURES_DIMENSION_COUNT || !days_fine(s->from, 1) ||
            !within(s->start, s->count, f->groups_count) ||
            (i > 0 && (s[-1].dimension > s->dimension ||
                       (s[-1].dimension == s->dimension && s[-1].from >= s->from))))
            code = wrong("STRE", i, err);
    }
    for (uint32_t i = 0; code == OK && i < f->groups_count; i++)
        if (!group_fine(f, &f->groups[i]))
            code = wrong("GRPS", i, err);
    return code;
}

static errcode
open_ready(struct figures *f, struct err *err)
{
    errcode code = FIND(f, "ANSW", ready, err);
    if (code == OK)
        code = chunk_find(&f->file, CHUNK_ID("ATXT"), 1, &f->ready_text, err);
    for (uint32_t i = 0; code == OK && i < f->ready_count; i++)
        if (f->ready[i].name >= f->names_count ||
            !within(f->ready[i].at, f->ready[i].size, f->ready_text.n))
            code = wrong("ANSW", i, err);
    return code;
}

static errcode
open_origins(struct figures *f, struct err *err)
{
    str content = {0};
    errcode code = FIND(f, "UNIT", units, err);
    if (code == OK)
        code = FIND(f, "PICK", picks, err);
    if (code == OK)
        code = chunk_find(&f->file, CHUNK_ID("BIGF"), sizeof *f->largest, &content, err);
    if (code != OK)
        return code;
    f->largest = (const void *)content.p;
    f->largest_count = (uint32_t)(content.n / sizeof *f->largest);
    for (uint32_t i = 0; i < f->units_count; i++)
        if (f->units[i].class >= f->names_count || !days_fine(f->units[i].day, 1) ||
            (i > 0 && (f->units[i - 1].day > f->units[i].day ||
                       (f->units[i - 1].day == f->units[i].day &&
                        f->units[i - 1].class >= f->units[i].class))))
            return wrong("UNIT", i, err);
    for (uint32_t i = 0; i < f->picks_count; i++)
        if (f->picks[i].class >= f->names_count || f->picks[i].family >= f->names_count)
            return wrong("PICK", i, err);
    for (uint32_t i = 0; i < f->largest_count; i++)
        if (f->largest[i] >= f->names_count)
            return wrong("BIGF", i, err);
    return OK;
}

/* ---- health: the same structure that the measures ask ---- */

static errcode
health_series_make(const struct figures *f, uint32_t at, struct health_series *ret, struct err *err)
{
    const struct figures_health_series_record *s = &f->health_series[at];
    if (s->source >= f->names_count || s->family >= f->names_count ||
        !days_fine(s->first, s->count) || !within(s->start, s->count, f->health_days_count))
        return wrong("HSER", at, err);
    ret->source = figures_name(f, s->source);
    ret->family = figures_name(f, s->family);
    ret->first = s->first;
    ret->count = s->count;
    ret->older = s->flags & FIGURES_SERIES_OLDER;
    ret->minor = s->flags & FIGURES_SERIES_MINOR;
    ret->days = mem_calloc(s->count, sizeof *ret->days);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct figures_health_day_record *d = &f->health_days[s->start + i];
        if (d->note >= f->names_count || d->state > HEALTH_EXPLAINED)
            return wrong("HDAY", (uint32_t)s->start + i, err);
        ret->days[i] = (struct health_day){.rows = d->rows,
                                           .members = d->members,
                                           .expected = d->expected,
                                           .note = figures_name(f, d->note),
                                           .state = (enum health_state)d->state,
                                           .present = d->present};
    }
    return OK;
}

static errcode
health_make(const struct figures *f, const struct figures_health_record *h, struct health *ret,
            struct err *err)
{
    errcode code = OK;
    ret->last = h->last;
    ret->merged = DAY_NONE;
    ret->today = f->meta.today;
    ret->series = mem_calloc((size_t)h->series_count + 1, sizeof *ret->series);
    ret->room = h->series_count;
    for (uint32_t i = 0; code == OK && i < h->series_count; i++)
        code = health_series_make(f, h->series + i, &ret->series[ret->count++], err);
    for (uint32_t i = 0; code == OK && i < h->pairs_count; i++) {
        const struct figures_pair_record *pair = &f->pairs[h->pairs + i];
        if (pair->source >= f->names_count || pair->family >= f->names_count)
            return wrong("HPAR", h->pairs + i, err);
        health_pair_add(ret, figures_name(f, pair->source), figures_name(f, pair->family));
    }
    return code;
}

/* The days of all series together are as many as the chunk has, so that a file that was made to
 * mislead cannot take more memory than it has bytes. */
static bool
health_bounds(const struct figures *f, const struct figures_health_record *h, uint64_t *days,
              uint64_t *pairs)
{
    if (h->class >= f->names_count || !days_fine(h->last, 1) ||
        !within(h->series, h->series_count, f->health_series_count) ||
        !within(h->pairs, h->pairs_count, f->pairs_count))
        return false;
    for (uint32_t i = 0; i < h->series_count; i++)
        *days += f->health_series[h->series + i].count;
    *pairs += h->pairs_count;
    return *days <= f->health_days_count && *pairs <= f->pairs_count;
}

static errcode
open_health(struct figures *f, struct err *err)
{
    uint64_t days = 0, pairs = 0;
    errcode code = FIND(f, "HEAL", healths, err);
    if (code == OK)
        code = FIND(f, "HSER", health_series, err);
    if (code == OK)
        code = FIND(f, "HDAY", health_days, err);
    if (code == OK)
        code = FIND(f, "HPAR", pairs, err);
    for (uint32_t i = 0; code == OK && i < f->healths_count; i++) {
        if (!health_bounds(f, &f->healths[i], &days, &pairs))
            return wrong("HEAL", i, err);
        enum event_class class = event_class_find(figures_name(f, f->healths[i].class));
        if (class == CLASS_NONE || f->health[class])
            continue; /* a class that a newer program added */
        f->health[class] = mem_calloc(1, sizeof *f->health[class]);
        code = health_make(f, &f->healths[i], f->health[class], err);
    }
    return code;
}

errcode
figures_open(const char *path, bool whole, struct figures **ret, struct err *err)
{
    struct figures *f = mem_calloc(1, sizeof *f);
    atomic_init(&f->refs, 1);
    errcode code = chunk_file_open(path, FIGURES_MAGIC, whole, &f->file, err);
    if (code != OK) {
        free(f);
        return code;
    }
    if ((code = open_names(f, err)) || (code = open_meta(f, err)) || (code = open_series(f, err)) ||
        (code = open_flows(f, err)) || (code = open_groups(f, err)) ||
        (code = open_ready(f, err)) || (code = open_origins(f, err)) ||
        (code = open_health(f, err))) {
        figures_unref(f);
        return err_prefix(err, "%s is damaged", path);
    }
    *ret = f;
    return OK;
}

struct opening {
    bool whole;
    struct figures **ret;
};

static errcode
open_one(void *context, const char *path, struct err *err)
{
    const struct opening *opening = context;
    return figures_open(path, opening->whole, opening->ret, err);
}

errcode
figures_open_newest(const char *folder, bool whole, struct figures **ret, struct err *warning,
                    struct err *err)
{
    struct opening opening = {whole, ret};
    errcode code = numbered_open_newest(folder, FIGURES_SUFFIX, open_one, &opening, warning, err);
    if (code == ERR_NOT_FOUND)
        err_set(err, code, "no usable figures in %s: `khien figures build` makes them", folder);
    return code;
}

struct figures *
figures_ref(struct figures *figures)
{
    unsigned before = atomic_fetch_add_explicit(&figures->refs, 1, memory_order_relaxed);
    require(before > 0 && before < UINT32_MAX);
    return figures;
}

struct figures *
figures_unref(struct figures *figures)
{
    if (!figures || atomic_fetch_sub_explicit(&figures->refs, 1, memory_order_acq_rel) != 1)
        return NULL;
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (figures->health[i])
            health_clear(figures->health[i]);
        free(figures->health[i]);
    }
    chunk_file_close(&figures->file);
    free(figures);
    return NULL;
}
