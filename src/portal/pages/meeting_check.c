/* SPDX-License-Identifier: Apache-2.0 */
/* The checklist of a meeting: a form, and the result of what was ticked. The answers stand in the
 * query only; nothing keeps them. */
#include "base/require.h"
#include "pages.h"
#include "portal/http/target.h"
#include "portal/meeting.h"
#include "portal/site.h"

enum { QUERY_TEXT = 512 };

struct answers {
    enum meeting_role role; /* 0: none yet */
    bool done;
    bool met[MEETING_POINTS_MAX];
};

/* The texts of one page that have to be put together. */
struct check_text {
    char other_path[QUERY_TEXT], change[QUERY_TEXT], roles[2][QUERY_TEXT];
    char open[16], count[16], title[160];
    struct page_meeting_check_groups groups[MEETING_GROUPS];
    struct page_meeting_check_groups_points points[MEETING_POINTS_MAX];
    struct page_meeting_check_todo todo[MEETING_POINTS_MAX];
    struct page_meeting_check_done met[MEETING_POINTS_MAX];
    struct buf content;
};

static bool
is_ticked(str query, const char *name)
{
    char value[8];
    str found;
    return query_find(query, str_of(name), value, sizeof value, &found) && str_eq(found, STR("1"));
}

static const char *
role_name(enum meeting_role role)
{
    return role == MEETING_ORGANISER ? "organiser" : "participant";
}

static struct answers
read_answers(str query)
{
    struct answers answers = {0};
    char text[16];
    str role;
    if (!query_find(query, STR("role"), text, sizeof text, &role))
        return answers;
    answers.role = str_eq(role, STR("organiser"))     ? MEETING_ORGANISER
                   : str_eq(role, STR("participant")) ? MEETING_PARTICIPANT
                                                      : 0;
    answers.done = answers.role && is_ticked(query, "done");
    for (size_t i = 0; i < meeting_point_count; i++)
        answers.met[i] =
            meeting_points[i].roles & answers.role && is_ticked(query, meeting_points[i].name);
    return answers;
}

/* The page's address with these answers. */
static str
link_to(enum language language, const struct answers *answers, bool done, char out[QUERY_TEXT])
{
    struct buf link = BUF(QUERY_TEXT - 1);
    buf_z(&link, page_meeting_check.path[language]);
    if (answers->role) {
        buf_z(&link, "?role=");
        buf_z(&link, role_name(answers->role));
    }
    for (size_t i = 0; i < meeting_point_count; i++)
        if (answers->met[i]) {
            buf_z(&link, "&");
            buf_z(&link, meeting_points[i].name);
            buf_z(&link, "=1");
        }
    if (done)
        buf_z(&link, "&done=1");
    snprintf(out, QUERY_TEXT, "%.*s", STR_ARG(buf_view(&link)));
    buf_clear(&link);
    return str_of(out);
}

/* Points stand in the order of their groups. */
static void
add_form(enum language language, const struct answers *answers, struct page_meeting_check *page,
         struct check_text *text)
{
    size_t n = 0;
    page->form = true;
    for (unsigned group = 0; group < MEETING_GROUPS; group++) {
        struct page_meeting_check_groups *shown = &text->groups[page->groups_count];
        *shown = (struct page_meeting_check_groups){
            .title = str_of(catalog_text(language, meeting_group_title((enum meeting_group)group))),
            .points = &text->points[n],
        };
        for (size_t i = 0; i < meeting_point_count; i++)
            if (meeting_points[i].group == group && meeting_points[i].roles & answers->role) {
                text->points[n++] = (struct page_meeting_check_groups_points){
                    .name = str_of(meeting_points[i].name),
                    .text = str_of(catalog_text(language, meeting_points[i].statement)),
                    .met = answers->met[i],
                };
                shown->points_count++;
            }
        page->groups_count += shown->points_count > 0;
    }
    page->groups = text->groups;
}

static void
add_result(enum language language, const struct answers *answers, struct page_meeting_check *page,
           struct check_text *text)
{
    page->result = true;
    for (size_t i = 0; i < meeting_point_count; i++) {
        const struct meeting_point *point = &meeting_points[i];
        str statement = str_of(catalog_text(language, point->statement));
        str remedy = str_of(catalog_text(language, point->remedy));
        if (!(point->roles & answers->role))
            continue;
        if (answers->met[i])
            text->met[page->done_count++].text = statement;
        else if (i == MEETING_HARD_POINT)
            page->stop = remedy;
        else
            text->todo[page->todo_count++] =
                (struct page_meeting_check_todo){.text = statement, .remedy = remedy};
    }
    page->done = text->met;
    page->todo = text->todo;
    snprintf(text->open, sizeof text->open, "%zu", page->todo_count);
    snprintf(text->count, sizeof text->count, "%zu",
             page->todo_count + page->done_count + (page->stop.n > 0));
    page->open = str_of(text->open);
    page->count = str_of(text->count);
}

static void
add_links(enum language language, const struct answers *answers, struct page_meeting_check *page,
          struct check_text *text)
{
    const struct answers organiser = {.role = MEETING_ORGANISER},
                         participant = {.role = MEETING_PARTICIPANT};
    page->self = str_of(page_meeting_check.path[language]);
    page->start = str_of(page_meeting.path[language]);
    page->as_organiser = link_to(language, &organiser, false, text->roles[0]);
    page->as_participant = link_to(language, &participant, false, text->roles[1]);
    page->organiser = answers->role == MEETING_ORGANISER;
    page->other_role = page->organiser ? page->as_participant : page->as_organiser;
    page->change = link_to(language, answers, false, text->change);
    page->role = str_of(role_name(answers->role));
}

static void
serve(const struct visit *visit)
{
    enum language language = visit->language;
    enum language other = language == LANGUAGE_VI ? LANGUAGE_EN : LANGUAGE_VI;
    struct answers answers = read_answers(visit->request->query);
    struct check_text *text = mem_calloc(1, sizeof *text);
    struct page_meeting_check page = {.ask_role = !answers.role};
    text->content = BUF(HTTP_BODY_MAX);
    add_links(language, &answers, &page, text);
    if (answers.done)
        add_result(language, &answers, &page, text);
    else if (answers.role)
        add_form(language, &answers, &page, text);
    page_meeting_check_write(&page, language, &text->content);
    page_frame(visit, &(struct frame){
                          .title = str_of(catalog_text(language, N_("Check your meeting"))),
                          .content = buf_view(&text->content),
                          .other_path = link_to(other, &answers, answers.done, text->other_path),
                          .hidden = answers.done,
                      });
    buf_clear(&text->content);
    free(text);
}

const struct page page_meeting_check = {
    .path = {"/hop-an-toan/tu-kiem-tra", "/en/safe-meetings/checklist"},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_OTHER,
    .serve = serve,
};
