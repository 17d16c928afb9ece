/* SPDX-License-Identifier: Apache-2.0 */
/* The target: two windows of the same length, exactly as `khien stats compare` has computed them
 * with the campaign's frozen baseline; one family that is not in it, as the file's counts give. */
#include "base/cleanup.h"
#include "base/json_in.h"
#include "base/require.h"
#include "portal/figures/view.h"

#include <math.h>

enum { JSON_MAX = 1 << 20, REASONS = 12, WORDS = 8 << 10 };

static double
number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : CHART_ABSENT;
}

static struct chart_window
window_of(const json_t *object, const char *from_key, const char *to_key)
{
    struct chart_window window;
    return day_parse(json_text(object, from_key), &window.from) &&
                   day_parse(json_text(object, to_key), &window.to)
               ? window
               : CHART_NO_WINDOW;
}

/* The scope of that name: the first row is the object itself, the others are in "scopes". */
static const json_t *
scope_find(const json_t *compare, str name)
{
    size_t i;
    const json_t *scope;
    if (str_eq(json_text(compare, "scope"), name))
        return compare;
    json_array_foreach(json_object_get(compare, "scopes"), i,
                       scope) if (str_eq(json_text(scope, "scope"), name)) return scope;
    return NULL;
}

static enum chart_verdict
verdict_of(const json_t *scope)
{
    const json_t *met = json_object_get(scope, "target_met");
    return json_is_true(met)    ? CHART_MET
           : json_is_false(met) ? CHART_NOT_MET
                                : CHART_NOT_COMPARABLE;
}

static struct chart_gauge
gauge_of(const json_t *scope)
{
    double baseline_days = number_of(scope, "baseline_days"),
           result_days = number_of(scope, "result_days");
    return (struct chart_gauge){
        .baseline_sum = number_of(scope, "baseline_sum"),
        .now_sum = number_of(scope, "result_sum"),
        .baseline_days = isnan(baseline_days) ? 0 : (size_t)baseline_days,
        .now_days = isnan(result_days) ? 0 : (size_t)result_days,
        .baseline = window_of(scope, "baseline_from", "baseline_to"),
        .now = window_of(scope, "result_from", "result_to"),
        .target_percent = number_of(scope, "target_percent"),
        .low_percent = number_of(scope, "interval_low"),
        .high_percent = number_of(scope, "interval_high"),
        .verdict = verdict_of(scope),
    };
}

static void
put_gauge(const struct figures_view *view, const json_t *scope, str family, const char *id,
          const char *caption, struct buf *out)
{
    struct chart_gauge gauge = gauge_of(scope);
    struct reasons reasons = {0};
    struct buf words = BUF(WORDS);
    str texts[REASONS];
    figures_reasons(view->figures, CLASS_INFECTED_SYSTEM, family, FIGURES_TOTAL, (str){NULL, 0},
                    gauge.baseline.from, gauge.now.to, &reasons);
    gauge.reason_count = reasons_words(view->language, &reasons, true, &words, texts, REASONS);
    gauge.reasons = texts;
    gauge.head = (struct chart_head){
        .language = view->language,
        .id = id,
        .caption = str_of(figures_text(view, caption)),
        .unit = str_of(figures_text(view, N_("addresses a day"))),
        .note = str_of(figures_text(
            view, N_("Means of daily distinct addresses of two periods of the same length. The "
                     "baseline was frozen when the campaign began. Percentages are cut, never "
                     "rounded."))),
    };
    chart_gauge(&gauge, out);
    buf_clear(&words);
    reasons_clear(&reasons);
}

static void
put_family(const struct figures_view *view, const json_t *compare, struct buf *out)
{
    char name[160];
    snprintf(name, sizeof name, "family:%.*s", STR_ARG(view->family));
    const json_t *scope = scope_find(compare, str_of(name));
    if (scope)
        put_gauge(view, scope, view->family, "target", N_("The target for this family"), out);
}

void
home_gauge(const struct visit *visit, struct buf *out)
{
    cleanup(cleanup_json) json_t *compare = NULL;
    struct figures_view view = {.visit = visit,
                                .language = visit->language,
                                .figures = visit->figures,
                                .family = FIGURES_ALL};
    if (!visit->figures)
        return;
    str text = figures_ready(visit->figures, STR("compare"), NULL);
    if (!text.n || json_read(text, JSON_MAX, &compare, NULL) != OK)
        return;
    const json_t *all = scope_find(compare, STR("all"));
    if (all)
        put_gauge(&view, all, FIGURES_ALL, "target", N_("All infected addresses"), out);
}

void
section_target(const struct figures_view *view, struct buf *out)
{
    cleanup(cleanup_json) json_t *compare = NULL;
    str text = figures_ready(view->figures, STR("compare"), NULL);
    if (!text.n || json_read(text, JSON_MAX, &compare, NULL) != OK)
        return;
    if (!figures_view_all(view)) {
        put_family(view, compare, out);
        return;
    }
    const json_t *all = scope_find(compare, STR("all"));
    const json_t *largest = scope_find(compare, STR("largest"));
    if (all)
        put_gauge(view, all, FIGURES_ALL, "target", N_("All infected addresses"), out);
    if (largest)
        put_gauge(view, largest, FIGURES_LARGEST, "target-largest",
                  N_("Addresses in the ten largest botnets of the baseline"), out);
}
