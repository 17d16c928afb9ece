/* SPDX-License-Identifier: Apache-2.0 */
/* /so-lieu: the sections one below the other, each with its data. */
#include "base/require.h"
#include "pages.h"
#include "portal/figures/view.h"

enum { SECTIONS = 8, OPTIONS_MAX = 200, LINK = FIGURES_QUERY + PAGE_PATH, CHART_MAX = 1 << 19 };

static const struct section {
    const char *id, *heading, *lead;
    void (*write)(const struct figures_view *view, struct buf *out);

} sections[SECTIONS] = {
    {"target", N_("How far is the target?"), NULL, section_target},
    {"trend", N_("Day by day"), NULL, section_trend},
    {"families", N_("The largest families"), NULL, section_families},
    {"provinces", N_("Where"), NULL, section_provinces},
    {"providers", N_("In which networks"), NULL, section_providers},
    {"flows", N_("Coming and going"), NULL, section_flows},
    {"blocklist", N_("Apart: addresses on blocklists"), NULL, section_blocklist},
    {"self-reported", N_("Apart: what users of the scanner report themselves"), NULL,
     section_self_reported},
};

/* What the template's fields are views of. */
struct room {
    struct page_figures_sections sections[SECTIONS];
    struct buf charts[SECTIONS];
    char csv[SECTIONS][LINK], json[SECTIONS][LINK];
    struct page_figures_options options[OPTIONS_MAX];
    char days[7][DAY_TEXT], action[PAGE_PATH], method[PAGE_PATH + 32], permanent[LINK];
};

static str
own_path(enum language language)
{
    return str_of(page_figures.path[language]);
}

static void
add_sections(const struct figures_view *view, struct room *room, struct page_figures *page)
{
    str base = own_path(view->language);
    for (size_t i = 0; i < SECTIONS; i++) {
        room->charts[i] = BUF(CHART_MAX);
        sections[i].write(view, &room->charts[i]);
        if (!room->charts[i].n) /* nothing of the kind is there */
            continue;
        snprintf(room->csv[i], LINK, "%.*s/%s.csv%s", STR_ARG(base), sections[i].id, view->query);
        snprintf(room->json[i], LINK, "%.*s/%s.json%s", STR_ARG(base), sections[i].id, view->query);

        room->sections[page->sections_count++] = (struct page_figures_sections){
            .id = str_of(sections[i].id),
            .heading = str_of(figures_text(view, sections[i].heading)),
            .lead =
                sections[i].lead ? str_of(figures_text(view, sections[i].lead)) : (str){NULL, 0},
            .chart = buf_view(&room->charts[i]),
            .csv = str_of(room->csv[i]),
            .json = str_of(room->json[i]),
        };
    }
    page->sections = room->sections;
}

static void
add_options(const struct figures_view *view, struct room *room, struct page_figures *page)
{
    size_t first, count = figures_families(view->figures, CLASS_INFECTED_SYSTEM, &first);
    for (size_t i = 0; i < count && page->options_count < OPTIONS_MAX; i++) {
        str family = figures_at(view->figures, first + i).family;
        if (!family.n || str_eq(family, FIGURES_ALL) || str_eq(family, FIGURES_LARGEST))
            continue;
        room->options[page->options_count++] =
            (struct page_figures_options){family, str_eq(family, view->family)};
    }
    page->options = room->options;
}

static void
add_family(const struct figures_view *view, struct page_figures *page)
{
    if (figures_view_all(view))
        return;
    const struct family *family = families_find(view->visit->site->families, view->family);
    page->family = view->family;
    if (family)
        page->description = family->description[view->language];
}

static void
add_days(const struct figures_view *view, struct room *room, struct page_figures *page)
{
    enum language language = view->language;
    page->first = str_of(day_format(view->meta->first, room->days[0]));
    page->last = str_of(day_format(view->meta->last, room->days[1]));
    page->from = str_of(day_format(view->from, room->days[2]));
    page->to = str_of(day_format(view->to, room->days[3]));
    page->from_words = day_words(language, view->from, room->days[4]);
    page->to_words = day_words(language, view->to, room->days[5]);
    page->last_words = day_words(language, view->meta->last, room->days[6]);
}

static void
fill(struct figures_view *view, const char *fault, struct room *room, struct page_figures *page)
{
    enum language language = view->language;
    if (fault) { /* the form still shows what can be asked */
        view->from = view->meta->first;
        view->to = view->meta->last;
        view->family = FIGURES_ALL;
        page->fault = str_of(catalog_text(language, fault));
    }
    add_days(view, room, page);
    add_options(view, room, page);
    if (fault)
        return;
    page->shown = true;
    page->cut = view->cut;
    snprintf(room->permanent, sizeof room->permanent, "%.*s%s", STR_ARG(own_path(language)),
             view->query);
    page->permanent = str_of(room->permanent);
    add_family(view, page);
    add_sections(view, room, page);
}

static void
write_page(const struct visit *visit, const struct figures_view *view, struct page_figures *page)
{
    struct buf content = BUF(HTTP_BODY_MAX);
    char method[PAGE_PATH];
    snprintf(method, sizeof method, "%.*s/%s", STR_ARG(page->action),
             visit->language == LANGUAGE_VI ? "phuong-phap" : "method");
    page->method = str_of(method);
    page->title = str_of(catalog_text(visit->language, N_("Figures of the clean-up")));
    page_figures_write(page, visit->language, &content);
    page_frame(visit, &(struct frame){.title = page->title,
                                      .content = buf_view(&content),
                                      .query = str_of(view->query)});
    buf_clear(&content);
}

static void
serve(const struct visit *visit)
{
    struct figures *figures = visit->figures;
    struct figures_view view = {0};
    struct page_figures page = {.action = own_path(visit->language)};
    struct room *room = mem_calloc(1, sizeof *room);
    const char *fault = NULL;
    if (figures && figures_meta(figures)->first != DAY_NONE) {
        figures_view_open(&view, visit, figures, &fault);
        fill(&view, fault, room, &page);
    }
    write_page(visit, &view, &page);
    if (fault)
        visit->reply->status = 400;
    for (size_t i = 0; i < SECTIONS; i++)
        buf_clear(&room->charts[i]);
    free(room);
}

static void
serve_file(const struct visit *visit, const struct figures_view *view, str name, bool csv)
{
    struct http_reply *reply = visit->reply;
    struct table *table = figures_data(view, name);
    reply->cross_origin = true;
    reply->body = BUF(STATS_BODY_MAX);
    reply->type = csv ? "text/csv; charset=utf-8" : "application/json; charset=utf-8";

    if (!table) {
        api_serve_error(visit, 404, NULL);
        return;
    }
    if (view->meta->demonstration)
        table_note(table, "DEMONSTRATION: these data are simulated");
    if (csv)
        table_write_csv(table, &reply->body);
    else
        table_write_json(table, &reply->body);
    table_free(table);
}

/* "trend.csv": its name and form; false for anything else. */
static bool
split_name(str text, str *ret_name, bool *ret_csv)
{
    *ret_csv = str_ends(text, STR(".csv"));
    if (!*ret_csv && !str_ends(text, STR(".json")))
        return false;
    *ret_name = (str){text.p, text.n - (*ret_csv ? 4 : 5)};
    return true;
}

static void
serve_data(const struct visit *visit)
{
    struct figures_view view;
    const char *fault;
    str name;
    bool csv;
    if (!split_name(visit->name, &name, &csv))
        page_serve_error(visit, 404);
    else if (!visit->figures || figures_meta(visit->figures)->first == DAY_NONE)
        api_serve_error(visit, 503, "there are no figures yet");
    else if (!figures_view_open(&view, visit, visit->figures, &fault))
        api_serve_error(visit, 400, fault);
    else
        serve_file(visit, &view, name, csv);
}

const struct page page_figures = {
    .path = {"/so-lieu", "/en/figures"},
    .sort = PAGE_QUERY,
    .route = ROUTE_FIGURES,
    .serve = serve,
};

const struct page page_figures_data = {
    .path = {"/so-lieu/*", "/en/figures/*"},
    .sort = PAGE_QUERY,
    .route = ROUTE_FIGURES,
    .serve = serve_data,
};
