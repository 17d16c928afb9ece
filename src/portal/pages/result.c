/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to one visitor about the own connection, in one screen: what was found, what that
 * does and does not mean, and what to do. In the demonstration a local visitor, who has no
 * connection to look up, may look at made-up answers. */
#include "base/require.h"
#include "pages.h"
#include "pages/guides.h"
#include "portal/http/target.h"
#include "portal/site.h"
#include "portal/words.h"

enum {
    NOTES_MAX = CHECK_STATE_COUNT,
    STEPS_MAX = 8,
    EXAMPLE_LINK = 64,
    COUNT_TEXT = 16,
    FAMILIES_TEXT = 1024
};

/* The texts of one answer that have to be put together. */
struct result_text {
    char window[16], address[IP_TEXT], as_of[DAY_TEXT], last[DAY_TEXT], network[160];
    char days[2 * SNAPSHOT_SIGHTINGS_MAX][DAY_TEXT], counts[SNAPSHOT_SIGHTINGS_MAX][COUNT_TEXT];
    char links[CHECK_STATE_COUNT][EXAMPLE_LINK];
    char guides[SNAPSHOT_SIGHTINGS_MAX][PAGE_PATH];
    struct buf families, meaning, content;
    struct page_result_sightings sightings[SNAPSHOT_SIGHTINGS_MAX];
    struct page_result_others others[SNAPSHOT_SIGHTINGS_MAX];
    struct page_result_notes notes[NOTES_MAX];
    struct page_result_steps steps[STEPS_MAX];
    struct page_result_examples examples[CHECK_STATE_COUNT];
};

/* {families}, {day} and {window} in plain text; the template escapes it. */
static void
fill_meaning(struct buf *out, const char *message, str families, str last, str window)
{
    str rest = str_of(message), piece, name;
    while (str_cut(&rest, '{', &piece)) {
        buf_str(out, piece);
        if (!str_cut(&rest, '}', &name))
            return;
        buf_str(out, str_eq(name, STR("families")) ? families
                     : str_eq(name, STR("day"))    ? last
                                                   : window);
    }
}

static str
count_words(uint32_t count, char out[COUNT_TEXT])
{
    snprintf(out, COUNT_TEXT, "%u", (unsigned)count);
    return str_of(out);
}

/* What to do about FAMILY (NULL: unknown), as a path; empty where no guide fits. */
static str
guide_link(const struct visit *visit, const struct family *family, char out[PAGE_PATH])
{
    const struct content_item *guide =
        family ? guide_for(visit->content, family, clock_today()) : NULL;
    if (!guide)
        return (str){NULL, 0};
    snprintf(out, PAGE_PATH, "%s%.*s",
             visit->language == LANGUAGE_VI ? "/huong-dan/" : "/en/guides/", STR_ARG(guide->name));
    return str_of(out);
}

static void
add_sightings(const struct visit *visit, const struct check *check, struct page_result *page,
              struct result_text *text)
{
    for (size_t i = 0; i < check->own_count; i++) {
        const struct snapshot_sighting *sighting = &check->sightings[i];
        const struct family *family = families_find(visit->site->families, sighting->family);
        if (i)
            buf_z(&text->families, ", ");
        buf_str(&text->families, sighting->family);
        text->sightings[i] = (struct page_result_sightings){
            .family = sighting->family,
            .description = family ? family->description[visit->language] : (str){NULL, 0},
            .first = day_words(visit->language, sighting->first, text->days[2 * i]),
            .last = day_words(visit->language, sighting->last, text->days[2 * i + 1]),
            .days = count_words(sighting->days, text->counts[i]),
            .guide = guide_link(visit, family, text->guides[i]),
        };
    }
    for (size_t i = 0; i < check->other_count; i++) {
        const struct snapshot_sighting *sighting = &check->sightings[check->own_count + i];
        text->others[i] = (struct page_result_others){
            .what = str_of(catalog_text(visit->language, words_class(sighting->class))),
            .name = sighting->family,
            .last =
                day_words(visit->language, sighting->last, text->days[2 * (check->own_count + i)]),
        };
    }
    page->sightings = text->sightings;
    page->sightings_count = check->own_count;
    page->others = text->others;
    page->others_count = check->other_count;
}

static void
add_words(const struct visit *visit, const struct check *check, struct page_result *page,
          struct result_text *text)
{
    enum language language = visit->language;
    page->tone = str_of(words_tone(check->state));
    page->alarm = check->own_count > 0;
    page->headline = str_of(catalog_text(language, words_headline(check->state)));
    fill_meaning(&text->meaning, catalog_text(language, words_meaning(check->state)),
                 buf_view(&text->families),
                 day_words(language, check->own_count ? check->sightings[0].last : DAY_NONE,
                           text->last),
                 page->window);
    page->meaning = buf_view(&text->meaning);
    for (unsigned i = 0; i < CHECK_STATE_COUNT; i++)
        if (check->notes & 1U << i && words_note((enum check_state)i) &&
            (i != CHECK_DYNAMIC || check->own_count)) /* it is about a record */
            text->notes[page->notes_count++].text =
                str_of(catalog_text(language, words_note((enum check_state)i)));
    page->notes = text->notes;
    for (const char *const *step = words_steps(check->state); *step; step++)
        text->steps[page->steps_count++].text = str_of(catalog_text(language, *step));
    page->steps = text->steps;
}

static str
network_words(const struct check *check, char out[160])
{
    if (!check->has_network)
        return (str){NULL, 0};
    int name = (int)(check->network.name.n < 120 ? check->network.name.n : 120);
    snprintf(out, 160, "%.*s%sAS%u", name, check->network.name.p ? check->network.name.p : "",
             name ? ", " : "", check->network.asn);
    return str_of(out);
}

static const char *
own_path(enum language language)
{
    return language == LANGUAGE_VI ? "/kiem-tra" : "/en/check";
}

static const char *
example_key(enum language language)
{
    return language == LANGUAGE_VI ? "vi-du" : "example";
}

static void
add_examples(const struct visit *visit, struct page_result *page, struct result_text *text,
             const enum check_state *chosen)
{
    for (unsigned i = 0; i < CHECK_STATE_COUNT; i++) {
        snprintf(text->links[i], EXAMPLE_LINK, "%s?%s=%s", own_path(visit->language),
                 example_key(visit->language), check_state_name((enum check_state)i));
        text->examples[i] = (struct page_result_examples){
            .link = str_of(text->links[i]),
            .current = chosen && *chosen == i,
            .text = str_of(catalog_text(visit->language, words_headline((enum check_state)i))),
        };
    }
    page->examples = text->examples;
    page->examples_count = CHECK_STATE_COUNT;
}

static bool
may_see_examples(const struct visit *visit)
{
    return visit->snapshot && snapshot_meta(visit->snapshot)->demonstration &&
           ip_is_local(visit->request->visitor);
}

static bool
asked_example(const struct visit *visit, enum check_state *ret)
{
    char name[32];
    str value;
    return query_find(visit->request->query, str_of(example_key(visit->language)), name,
                      sizeof name, &value) &&
           check_state_find(value, ret);
}

static void
write_page(const struct visit *visit, const struct check *check, struct page_result *page,
           struct result_text *text, str other_path)
{
    enum language language = visit->language;
    snprintf(text->window, sizeof text->window, "%u", (unsigned)check->window_days);
    page->window = str_of(text->window);
    page->address = str_of(ip_format(visit->request->visitor, text->address));
    page->as_of = day_words(language, check->as_of, text->as_of);
    page->network = network_words(check, text->network);
    page->again = str_of(own_path(language));
    add_sightings(visit, check, page, text);
    add_words(visit, check, page, text);
    page_result_write(page, language, &text->content);
    page_frame(visit, &(struct frame){.title = page->headline,
                                      .content = buf_view(&text->content),
                                      .other_path = other_path,
                                      .hidden = true});
}

static void
serve_page(const struct visit *visit)
{
    struct check check;
    struct page_result page = {0};
    struct result_text *text = mem_calloc(1, sizeof *text);
    char other_path[EXAMPLE_LINK];
    enum language other = visit->language == LANGUAGE_VI ? LANGUAGE_EN : LANGUAGE_VI;
    enum check_state state;
    text->families = BUF(FAMILIES_TEXT);
    text->meaning = BUF(FAMILIES_TEXT * 4);
    text->content = BUF(HTTP_BODY_MAX);

    bool examples = may_see_examples(visit), example = examples && asked_example(visit, &state);
    snprintf(other_path, sizeof other_path, "%s", own_path(other));
    if (example) {
        check_example(visit->snapshot, state, &check);
        snprintf(other_path, sizeof other_path, "%s?%s=%s", own_path(other), example_key(other),
                 check_state_name(state));
    } else {
        visit_count(visit, COUNTER_CHECK, NULL);
        check_address(visit->snapshot, visit->request->visitor, clock_now(),
                      visit->site->home_country, &check);
    }
    page.example = example;
    if (examples)
        add_examples(visit, &page, text, example ? &state : NULL);
    write_page(visit, &check, &page, text, str_of(other_path));
    buf_clear(&text->families);
    buf_clear(&text->meaning);
    buf_clear(&text->content);
    free(text);
}

static void
serve(const struct visit *visit)
{
    str accept = visit->request->accept;
    visit->reply->vary = "Accept";
    if (str_contains_nocase(accept, STR("application/json")) &&
        !str_contains_nocase(accept, STR("text/html")))
        api_check.serve(visit);
    else
        serve_page(visit);
}

const struct page page_check = {
    .path = {"/kiem-tra", "/en/check"},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_CHECK,
    .serve = serve,
};
