/* SPDX-License-Identifier: Apache-2.0 */
/* A query made definite. A period beyond the stored days is cut to them and said to be; one that
 * cannot be is refused with words. */
#include "portal/figures/view.h"

#include "portal/http/target.h"

static const char no_day[] = N_("A day is written as year-month-day, such as 2026-11-21.");
static const char no_period[] = N_("The first day must not be after the last one.");
static const char no_days[] = N_("There are no data of these days.");
static const char no_family[] = N_("There are no data of this malware family.");

/* A browser's form sends empty values for what was not filled in. */
static bool
take_day(struct figures_view *view, const char *name, char *room, day *ret)
{
    str value;
    if (!query_find(view->visit->request->query, str_of(name), room, sizeof view->room[0], &value))
        return str_find(view->visit->request->query, str_of(name)) == SIZE_MAX;
    value = str_trim(value);
    return value.n == 0 || day_parse(value, ret);
}

static bool
take_family(struct figures_view *view)
{
    struct figures_series series;
    str value;
    view->family = FIGURES_ALL;
    if (!query_find(view->visit->request->query, STR("family"), view->room[2], sizeof view->room[2],
                    &value) ||
        str_trim(value).n == 0)
        return true;
    const struct family *known = families_find(view->visit->site->families, str_trim(value));
    view->family = known ? known->name : str_trim(value);
    return !str_eq(view->family, FIGURES_LARGEST) &&
           figures_find(view->figures, CLASS_INFECTED_SYSTEM, view->family, FIGURES_TOTAL,
                        (str){NULL, 0}, &series);
}

/* Characters that stand for themselves in a query; others as %XX. */
static void
put_escaped(str text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_';
        if (plain)
            buf_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

static void
write_query(struct figures_view *view)
{
    char from[DAY_TEXT], to[DAY_TEXT];
    struct buf text = BUF(FIGURES_QUERY - 1);
    buf_printf(&text, "?from=%s&to=%s", day_format(view->from, from), day_format(view->to, to));
    if (!figures_view_all(view)) {
        buf_z(&text, "&family=");
        put_escaped(view->family, &text);
    }
    snprintf(view->query, sizeof view->query, "%.*s", STR_ARG(buf_view(&text)));
    buf_clear(&text);
}

bool
figures_view_open(struct figures_view *view, const struct visit *visit,
                  const struct figures *figures, const char **ret_fault)
{
    *view = (struct figures_view){.visit = visit,
                                  .language = visit->language,
                                  .figures = figures,
                                  .meta = figures_meta(figures),
                                  .from = DAY_NONE,
                                  .to = DAY_NONE};
    const struct figures_meta *meta = view->meta;
    *ret_fault = NULL;
    if (!take_day(view, "from", view->room[0], &view->from) ||
        !take_day(view, "to", view->room[1], &view->to))
        *ret_fault = no_day;
    else if (!take_family(view))
        *ret_fault = no_family;
    if (*ret_fault)
        return false;
    if (view->to == DAY_NONE)
        view->to = meta->last;
    if (view->from == DAY_NONE)
        view->from = view->to < meta->first + FIGURES_DEFAULT_DAYS
                         ? meta->first
                         : view->to - FIGURES_DEFAULT_DAYS + 1;
    if (view->from > meta->last || view->to < meta->first)
        *ret_fault = no_days;
    else if (view->from > view->to)
        *ret_fault = no_period;
    view->cut = view->from < meta->first || view->to > meta->last;
    view->from = view->from < meta->first ? meta->first : view->from;
    view->to = view->to > meta->last ? meta->last : view->to;
    write_query(view);
    return !*ret_fault;
}
