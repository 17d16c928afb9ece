/* SPDX-License-Identifier: Apache-2.0 */
/* Baselines as JSON in the setting "baseline.NAME". */
#include "sightings/measures/baseline.h"

#include "base/json_in.h"
#include "base/json_out.h"
#include "base/require.h"
#include "sightings/measures/ranking.h"

#include <stdio.h>
#include <stdlib.h>

enum { BASELINE_BYTES = 64 << 20, NAME_LONGEST = 64, WINDOW_LONGEST = 3660, KEY_TEXT = 256 };

static errcode
setting_name(str name, char out[96], struct err *err)
{
    bool fine = name.n > 0 && name.n <= NAME_LONGEST;
    for (size_t i = 0; i < name.n && fine; i++)
        fine = (unsigned char)name.p[i] > ' ' && name.p[i] != 0x7f;
    if (!fine)
        return err_set(err, ERR_USAGE, "a baseline's name has 1 to %d characters without blanks",
                       NAME_LONGEST);
    snprintf(out, 96, "baseline.%.*s", STR_ARG(name));
    return OK;
}

errcode
baseline_load(struct sightings *sightings, str name, struct baseline *ret, struct err *err)
{
    char setting[96];
    struct buf text = BUF(BASELINE_BYTES);
    struct baseline baseline = {0};
    errcode code = setting_name(name, setting, err);
    if (code == OK)
        code = sightings_setting(sightings, setting, &text, err);
    if (code == OK && text.n == 0)
        code = err_set(err, ERR_NOT_FOUND, "there is no baseline \"%.*s\"; freeze one first",
                       STR_ARG(name));
    if (code == OK)
        code = json_read(buf_view(&text), BASELINE_BYTES, &baseline.json, err);
    buf_clear(&text);
    if (code)
        return code;
    const json_t *json = baseline.json;
    baseline.class = event_class_find(json_text(json, "class"));
    baseline.family = json_text(json, "family");
    baseline.source = json_text(json, "source");
    if (!day_parse(json_text(json, "from"), &baseline.from) ||
        !day_parse(json_text(json, "to"), &baseline.to) || baseline.from > baseline.to) {
        baseline_clear(&baseline);
        return err_set(err, ERR_CORRUPT, "the stored baseline \"%.*s\" has no window",
                       STR_ARG(name));
    }
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(json, "largest"), i, item)
    {
        if (json_is_string(item))
            names_index(&baseline.largest, str_of(json_string_value(item)));
    }
    *ret = baseline;
    return OK;
}

void
baseline_clear(struct baseline *baseline)
{
    names_clear(&baseline->largest);
    json_decref(baseline->json);
    *baseline = (struct baseline){0};
}

void
baseline_counts(const struct baseline *baseline, str key, uint64_t *out, size_t count)
{
    const json_t *days = json_object_get(baseline->json, "days");
    char text[KEY_TEXT];
    for (size_t i = 0; i < count; i++) {
        const json_t *at = json_array_get(days, i);
        const json_t *value = NULL;
        if (str_starts(key, STR("family:")) && str_copy(str_from(key, 7), text, sizeof text))
            value = json_object_get(json_object_get(at, "families"), text);
        else if (str_copy(key, text, sizeof text))
            value = json_object_get(at, text);
        out[i] = json_is_integer(value) ? (uint64_t)json_integer_value(value) : 0;
    }
}

struct freezing {
    struct scope scope;
    struct names families, largest;
    struct day_sets all, top, *each; /* one for each family */
};

static errcode
freezing_load(struct freezing *f, struct measure_window window, struct err *err)
{
    struct scope *scope = &f->scope;
    struct ranking ranking = {0};
    errcode code = ranking_compute(scope, window.from, window.to, &ranking, err);
    if (code)
        return code;
    ranking_largest(&ranking, scope->request->top, &f->largest);
    ranking_clear(&ranking);
    if ((code = scope_names(scope, window.from, window.to, false, &f->families, err)) ||
        (code = day_sets_load(scope, window.from, window.to, (str){NULL, 0}, &f->all, err)) ||
        (code = day_sets_load_families(scope, window.from, window.to, &f->largest, &f->top, err)))
        return code;
    f->each = mem_calloc(f->families.count + 1, sizeof *f->each);
    for (size_t i = 0; i < f->families.count && code == OK; i++)
        if (f->families.items[i].n)
            code = day_sets_load(scope, window.from, window.to, f->families.items[i], &f->each[i],
                                 err);
    return code;
}

static void
freezing_clear(struct freezing *f)
{
    for (size_t i = 0; f->each && i < f->families.count; i++)
        day_sets_clear(&f->each[i]);
    free(f->each);
    day_sets_clear(&f->all);
    day_sets_clear(&f->top);
    names_clear(&f->families);
    names_clear(&f->largest);
    scope_close(&f->scope);
}

static void
freezing_write_day(const struct freezing *f, day at, struct json_out *json)
{
    json_out_object_begin(json);
    json_out_pair_day(json, "day", at);
    json_out_pair_u64(json, "total", day_sets_members(&f->all, at));
    json_out_pair_u64(json, "largest", day_sets_members(&f->top, at));
    json_out_key(json, "families");
    json_out_object_begin(json);
    for (size_t i = 0; i < f->families.count; i++) {
        if (f->families.items[i].n == 0)
            continue;
        json_out_key_str(json, f->families.items[i]);
        json_out_u64(json, day_sets_members(&f->each[i], at));
    }
    json_out_object_end(json);
    json_out_object_end(json);
}

static void
freezing_write(const struct freezing *f, struct measure_window window, struct buf *out)
{
    struct json_out json = json_out_to(out);
    json_out_object_begin(&json);
    json_out_pair_day(&json, "from", window.from);
    json_out_pair_day(&json, "to", window.to);
    json_out_pair_z(&json, "class", event_class_name(f->scope.class));
    json_out_pair_str(&json, "family", f->scope.request->family);
    json_out_pair_str(&json, "source", f->scope.request->source);
    json_out_pair_day(&json, "frozen", clock_today());
    json_out_key(&json, "largest");
    json_out_array_begin(&json);
    for (size_t i = 0; i < f->largest.count; i++)
        json_out_str(&json, f->largest.items[i]);
    json_out_array_end(&json);
    json_out_key(&json, "days");
    json_out_array_begin(&json);
    for (day at = window.from; at <= window.to; at++)
        freezing_write_day(f, at, &json);
    json_out_array_end(&json);
    json_out_object_end(&json);
}

static errcode
freeze(const struct measure_request *request, const char *setting, struct err *err)
{
    struct freezing f = {0};
    struct buf text = BUF(BASELINE_BYTES);
    errcode code = scope_open(&f.scope, request, CLASS_INFECTED_SYSTEM, err);
    if (code)
        return code;
    if (f.scope.filtered)
        code = err_set(err, ERR_USAGE, "a baseline is frozen without filters by network");
    if (code == OK)
        code = freezing_load(&f, request->baseline, err);
    if (code == OK) {
        freezing_write(&f, request->baseline, &text);
        code = buf_check(&text, "the baseline", err);
    }
    if (code == OK)
        code = sightings_set_setting(request->sightings, setting, buf_view(&text), err);
    buf_clear(&text);
    freezing_clear(&f);
    return code;
}

errcode
measure_baseline_freeze(const struct measure_request *request, str name, bool replace,
                        struct err *err)
{
    char setting[96];
    struct buf old = BUF(BASELINE_BYTES);
    struct measure_window window = request->baseline;
    errcode code = setting_name(name, setting, err);
    if (code)
        return code;
    if (window.from == DAY_NONE || window.to == DAY_NONE || window.from > window.to ||
        window.to - window.from >= WINDOW_LONGEST)
        return err_set(err, ERR_USAGE, "give the first and the last day of the baseline window");
    code = sightings_setting(request->sightings, setting, &old, err);
    bool there = old.n > 0;
    buf_clear(&old);
    if (code)
        return code;
    if (there && !replace)
        return err_set(
            err, ERR_DENIED,
            "the baseline \"%.*s\" is frozen already; a moved baseline proves nothing, so "
            "give another name or say that it is to be replaced",
            STR_ARG(name));
    return freeze(request, setting, err);
}

errcode
measure_ranking_set(struct sightings *sightings, str families, struct err *err)
{
    return sightings_set_setting(sightings, "ranking", str_trim(families), err);
}
