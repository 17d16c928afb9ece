/* SPDX-License-Identifier: Apache-2.0 */
/* Whom to call: today's rows of the table of hotlines with links, former ones with their dates and
 * without any. Where the operator's province has a row, it stands before the national ones. */
#include "base/arena.h"
#include "pages/article.h"
#include "portal/hotline.h"

struct work {
    const struct visit *visit;
    struct arena arena;
    struct page_contacts page;
    struct page_contacts_hotlines hotlines[2 * HOTLINES_ALL_MAX];
    struct page_contacts_former former[2 * HOTLINES_ALL_MAX];
};

static str
link_to(struct work *work, const char *scheme, str target)
{
    char out[512];
    if (!target.n)
        return target;
    snprintf(out, sizeof out, "%s:%.*s", scheme, STR_ARG(target));
    return arena_str(&work->arena, str_of(out));
}

static str
day_text(struct work *work, day d)
{
    char out[DAY_TEXT];
    str text = day_words(work->visit->language, d, out);
    return text.n ? arena_str(&work->arena, text) : STR("…");
}

static void
add(struct work *work, const struct hotline *hotline)
{
    enum language language = work->visit->language;
    day today = clock_today();
    if (hotline_is_valid(hotline, today))
        work->hotlines[work->page.hotlines_count++] = (struct page_contacts_hotlines){
            .name = hotline->name[language],
            .phone = hotline->phone,
            .phone_link = link_to(work, "tel", hotline->phone),
            .email = hotline->email,
            .email_link = link_to(work, "mailto", hotline->email),
            .website = hotline->url,
            .nothing = !hotline->phone.n && !hotline->email.n && !hotline->url.n,
            .from = day_text(work, hotline->from),
        };
    else if (hotline->to != DAY_NONE && hotline->to < today)
        work->former[work->page.former_count++] = (struct page_contacts_former){
            .name = hotline->name[language],
            .phone = hotline->phone,
            .email = hotline->email,
            .from = day_text(work, hotline->from),
            .to = day_text(work, hotline->to),
        };
}

static void
add_scope(struct work *work, const char *scope)
{
    struct hotline hotlines[HOTLINES_ALL_MAX];
    size_t count = hotlines_list(work->visit->site->hotlines, scope, hotlines);
    for (size_t i = 0; i < count; i++)
        add(work, &hotlines[i]);
}

static void
add_text(struct work *work)
{
    enum language language;
    const struct content_item *item = article_find(work->visit, CONTENT_PAGES, STR("contacts"));
    if (!item)
        return;
    work->page.text = content_text(item, work->visit->language, &language)->html;
    work->page.text_lang = str_of(language_code(language));
}

static void
serve(const struct visit *visit)
{
    struct work work = {.visit = visit};
    struct buf content = BUF(HTTP_BODY_MAX);
    const char *scope = visit->site->hotline_scope;
    if (strcmp(scope, "national") != 0)
        add_scope(&work, scope);
    add_scope(&work, "national");
    add_text(&work);
    work.page.hotlines = work.hotlines;
    work.page.former = work.former;
    page_contacts_write(&work.page, visit->language, &content);
    page_frame(visit, &(struct frame){.title = page_text(visit, N_("Contacts")),
                                      .content = buf_view(&content)});
    buf_clear(&content);
    arena_clear(&work.arena);
}

const struct page page_contacts = {
    .path = {"/danh-ba", "/en/contacts"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve,
};
