/* SPDX-License-Identifier: Apache-2.0 */
/* Where: provinces and providers, by rate and not by count, since a large one has many of
 * everything. */
#include "base/require.h"
#include "portal/figures/view.h"
#include "portal/html.h"

#include <math.h>

enum { NAME_LONG = 24 };
static const double per = 10000;

static struct figures_group
group_of(const struct figures_view *view, enum figures_dimension dimension, str key)
{
    size_t count = figures_groups(view->figures, dimension, view->to, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        struct figures_group group = figures_group_at(view->figures, dimension, view->to, i);
        if (str_eq(group.key, key))
            return group;
    }
    return (struct figures_group){.key = key, .name_vi = key, .name_en = key};
}

static str
name_of(const struct figures_view *view, const struct figures_group *group)
{
    str name = view->language == LANGUAGE_VI ? group->name_vi : group->name_en;
    return name.n ? name : group->key;
}

/* A long official name "… (VNPT)" is known by what stands in brackets. */
static str
short_name(str name)
{
    size_t open = name.n;
    if (name.n <= NAME_LONG || name.p[name.n - 1] != ')')
        return name;
    while (open > 0 && name.p[open - 1] != '(')
        open--;
    return open > 0 && name.n - open > 2 ? (str){name.p + open, name.n - open - 1} : name;
}

static const struct rate *
rate_find(const struct rate *rates, size_t count, str key)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(rates[i].key, key))
            return &rates[i];
    return NULL;
}

/* How much of what was seen lies in no known province, in percent. */
static double
unknown_percent(const struct rate *rates, size_t count)
{
    uint64_t whole = 0;
    for (size_t i = 0; i < count; i++)
        whole += rates[i].sum4 + rates[i].sum6;
    const struct rate *unknown = rate_find(rates, count, STR("unknown"));
    return whole && unknown ? 100.0 * (double)(unknown->sum4 + unknown->sum6) / (double)whole : 0;
}

static struct chart_head
head_of(const struct figures_view *view, const char *id, const char *caption)
{
    return (struct chart_head){
        .language = view->language,
        .id = id,
        .caption = str_of(figures_text(view, caption)),
        .unit = str_of(figures_text(view, N_("infected addresses a day per 10,000 addresses"))),
        .decimals = 2,
    };
}

void
section_provinces(const struct figures_view *view, struct buf *out)
{
    struct rate *rates;
    uint32_t days;
    char share[16];
    struct buf note = BUF(1024);
    size_t count = figures_rates(view->figures, CLASS_INFECTED_SYSTEM, view->family,
                                 FIGURES_PROVINCE, view->from, view->to, &rates, &days);
    size_t groups = figures_groups(view->figures, FIGURES_PROVINCE, view->to, NULL, NULL);
    struct chart_province *provinces = mem_calloc(groups + 1, sizeof *provinces);
    struct chart_map map = {.head = head_of(view, "provinces", N_("By province")),
                            .at = view->to,
                            .provinces = provinces};
    for (size_t i = 0; i < groups; i++) {
        struct figures_group group = figures_group_at(view->figures, FIGURES_PROVINCE, view->to, i);
        const struct rate *rate = rate_find(rates, count, group.key);
        if (group.announced && !str_eq(group.key, STR("unknown")))
            provinces[map.count++] =
                (struct chart_province){group.key, rate ? rate->per_address * per : 0};
    }
    snprintf(share, sizeof share, "%.0f", unknown_percent(rates, count));
    text_message(&note,
                 figures_text(view, N_("Which province an address lies in is known only where "
                                       "providers or bodies have said so: {share} % of what was "
                                       "seen lies in no known province. Rates, not counts: a "
                                       "large province has many of everything.")),
                 (const struct html_argument[]){{"share", str_of(share)}}, 1);
    map.head.note = buf_view(&note);
    chart_map(&map, out);
    buf_clear(&note);
    free(provinces);
    free(rates);
}

void
section_providers(const struct figures_view *view, struct buf *out)
{
    struct rate *rates;
    uint32_t days;
    struct chart_bar bars[FIGURES_BARS];
    struct chart_bars chart = {.head = head_of(view, "providers", N_("By network provider")),
                               .bars = bars,
                               .in_order = true};
    size_t count = figures_rates(view->figures, CLASS_INFECTED_SYSTEM, view->family, FIGURES_ISP,
                                 view->from, view->to, &rates, &days);
    chart.head.note = str_of(figures_text(
        view, N_("The line over a bar is its 95 % interval; the ranking is by its lower end, so "
                 "that a small network is not first for two addresses. Networks of fewer than "
                 "4,096 addresses are not named. Providers that change their customers' addresses "
                 "often look worse than they are, those with shared addresses better: the order "
                 "is no verdict.")));
    for (size_t i = 0; i < count && chart.count < FIGURES_BARS; i++) {
        struct figures_group group = group_of(view, FIGURES_ISP, rates[i].key);
        if (str_eq(rates[i].key, STR("unknown")) || rates[i].announced < FIGURES_NAMED_FROM)
            continue;
        bars[chart.count++] =
            (struct chart_bar){short_name(name_of(view, &group)), rates[i].per_address * per,
                               rates[i].interval.low * per, rates[i].interval.high * per};
    }
    chart_bars(&chart, out);
    free(rates);
}
